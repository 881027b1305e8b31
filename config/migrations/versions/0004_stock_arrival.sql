ALTER TABLE "feed_memory" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "feed_memory" FORCE ROW LEVEL SECURITY;

GRANT SELECT, INSERT ON "feed_memory" TO "mostrador_app";

CREATE POLICY may_read ON "feed_memory" FOR SELECT USING (current_setting('app.kind', true) IN ('staff', 'system') OR (current_setting('app.kind', true) = 'bookshop' AND nullif(current_setting('app.bookshop', true), '')::bigint IN (bookshop_id)));

CREATE POLICY may_add ON "feed_memory" FOR INSERT WITH CHECK (current_setting('app.kind', true) IN ('staff', 'system') OR (current_setting('app.kind', true) = 'bookshop' AND nullif(current_setting('app.bookshop', true), '')::bigint IN (bookshop_id)));

GRANT UPDATE ON "feed_memory" TO "mostrador_app";

CREATE POLICY may_change ON "feed_memory" FOR UPDATE USING (current_setting('app.kind', true) IN ('staff', 'system') OR (current_setting('app.kind', true) = 'bookshop' AND nullif(current_setting('app.bookshop', true), '')::bigint IN (bookshop_id))) WITH CHECK (current_setting('app.kind', true) IN ('staff', 'system') OR (current_setting('app.kind', true) = 'bookshop' AND nullif(current_setting('app.bookshop', true), '')::bigint IN (bookshop_id)));

GRANT DELETE ON "feed_memory" TO "mostrador_app";

CREATE POLICY may_delete ON "feed_memory" FOR DELETE USING (current_setting('app.kind', true) IN ('staff', 'system') OR (current_setting('app.kind', true) = 'bookshop' AND nullif(current_setting('app.bookshop', true), '')::bigint IN (bookshop_id)));

ALTER TABLE "stock_adapter" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "stock_adapter" FORCE ROW LEVEL SECURITY;

GRANT SELECT, INSERT ON "stock_adapter" TO "mostrador_app";

CREATE POLICY may_read ON "stock_adapter" FOR SELECT USING (current_setting('app.kind', true) IN ('staff', 'system') OR (current_setting('app.kind', true) = 'bookshop'));

CREATE POLICY may_add ON "stock_adapter" FOR INSERT WITH CHECK (current_setting('app.kind', true) IN ('staff', 'system'));

GRANT UPDATE ON "stock_adapter" TO "mostrador_app";

CREATE POLICY may_change ON "stock_adapter" FOR UPDATE USING (current_setting('app.kind', true) IN ('staff', 'system')) WITH CHECK (current_setting('app.kind', true) IN ('staff', 'system'));

ALTER TABLE "stock_arrival" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "stock_arrival" FORCE ROW LEVEL SECURITY;

GRANT SELECT, INSERT ON "stock_arrival" TO "mostrador_app";

CREATE POLICY may_read ON "stock_arrival" FOR SELECT USING (current_setting('app.kind', true) IN ('staff', 'system') OR (current_setting('app.kind', true) = 'bookshop' AND nullif(current_setting('app.bookshop', true), '')::bigint IN (bookshop_id)) OR (current_setting('app.kind', true) = 'door'));

CREATE POLICY may_add ON "stock_arrival" FOR INSERT WITH CHECK (current_setting('app.kind', true) IN ('staff', 'system') OR (current_setting('app.kind', true) = 'bookshop' AND nullif(current_setting('app.bookshop', true), '')::bigint IN (bookshop_id)) OR (current_setting('app.kind', true) = 'door'));

GRANT UPDATE ON "stock_arrival" TO "mostrador_app";

CREATE POLICY may_change ON "stock_arrival" FOR UPDATE USING (current_setting('app.kind', true) IN ('staff', 'system') OR (current_setting('app.kind', true) = 'bookshop' AND nullif(current_setting('app.bookshop', true), '')::bigint IN (bookshop_id)) OR (current_setting('app.kind', true) = 'door')) WITH CHECK (current_setting('app.kind', true) IN ('staff', 'system') OR (current_setting('app.kind', true) = 'bookshop' AND nullif(current_setting('app.bookshop', true), '')::bigint IN (bookshop_id)) OR (current_setting('app.kind', true) = 'door'));

ALTER TABLE "stock_token" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "stock_token" FORCE ROW LEVEL SECURITY;

GRANT SELECT, INSERT ON "stock_token" TO "mostrador_app";

CREATE POLICY may_read ON "stock_token" FOR SELECT USING (current_setting('app.kind', true) IN ('staff', 'system') OR (current_setting('app.kind', true) = 'bookshop' AND nullif(current_setting('app.bookshop', true), '')::bigint IN (bookshop_id)) OR (current_setting('app.kind', true) = 'door'));

CREATE POLICY may_add ON "stock_token" FOR INSERT WITH CHECK (current_setting('app.kind', true) IN ('staff', 'system') OR (current_setting('app.kind', true) = 'bookshop' AND nullif(current_setting('app.bookshop', true), '')::bigint IN (bookshop_id)) OR (current_setting('app.kind', true) = 'door'));

GRANT UPDATE ON "stock_token" TO "mostrador_app";

CREATE POLICY may_change ON "stock_token" FOR UPDATE USING (current_setting('app.kind', true) IN ('staff', 'system') OR (current_setting('app.kind', true) = 'bookshop' AND nullif(current_setting('app.bookshop', true), '')::bigint IN (bookshop_id)) OR (current_setting('app.kind', true) = 'door')) WITH CHECK (current_setting('app.kind', true) IN ('staff', 'system') OR (current_setting('app.kind', true) = 'bookshop' AND nullif(current_setting('app.bookshop', true), '')::bigint IN (bookshop_id)) OR (current_setting('app.kind', true) = 'door'));

GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO "mostrador_app";
