ALTER TABLE "stock_line" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "stock_line" FORCE ROW LEVEL SECURITY;

GRANT SELECT, INSERT ON "stock_line" TO "mostrador_app";

CREATE POLICY may_read ON "stock_line" FOR SELECT USING (current_setting('app.kind', true) IN ('staff', 'system') OR (current_setting('app.kind', true) = 'bookshop' AND nullif(current_setting('app.bookshop', true), '')::bigint IN (bookshop_id)) OR (current_setting('app.kind', true) <> ''));

CREATE POLICY may_add ON "stock_line" FOR INSERT WITH CHECK (current_setting('app.kind', true) IN ('staff', 'system') OR (current_setting('app.kind', true) = 'bookshop' AND nullif(current_setting('app.bookshop', true), '')::bigint IN (bookshop_id)));

GRANT UPDATE ON "stock_line" TO "mostrador_app";

CREATE POLICY may_change ON "stock_line" FOR UPDATE USING (current_setting('app.kind', true) IN ('staff', 'system') OR (current_setting('app.kind', true) = 'bookshop' AND nullif(current_setting('app.bookshop', true), '')::bigint IN (bookshop_id))) WITH CHECK (current_setting('app.kind', true) IN ('staff', 'system') OR (current_setting('app.kind', true) = 'bookshop' AND nullif(current_setting('app.bookshop', true), '')::bigint IN (bookshop_id)));

GRANT DELETE ON "stock_line" TO "mostrador_app";

CREATE POLICY may_delete ON "stock_line" FOR DELETE USING (current_setting('app.kind', true) IN ('staff', 'system') OR (current_setting('app.kind', true) = 'bookshop' AND nullif(current_setting('app.bookshop', true), '')::bigint IN (bookshop_id)));

ALTER TABLE "stock_snapshot" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "stock_snapshot" FORCE ROW LEVEL SECURITY;

GRANT SELECT, INSERT ON "stock_snapshot" TO "mostrador_app";

CREATE POLICY may_read ON "stock_snapshot" FOR SELECT USING (current_setting('app.kind', true) IN ('staff', 'system') OR (current_setting('app.kind', true) = 'bookshop' AND nullif(current_setting('app.bookshop', true), '')::bigint IN (bookshop_id)));

CREATE POLICY may_add ON "stock_snapshot" FOR INSERT WITH CHECK (current_setting('app.kind', true) IN ('staff', 'system') OR (current_setting('app.kind', true) = 'bookshop' AND nullif(current_setting('app.bookshop', true), '')::bigint IN (bookshop_id)));

GRANT UPDATE ON "stock_snapshot" TO "mostrador_app";

CREATE POLICY may_change ON "stock_snapshot" FOR UPDATE USING (current_setting('app.kind', true) IN ('staff', 'system') OR (current_setting('app.kind', true) = 'bookshop' AND nullif(current_setting('app.bookshop', true), '')::bigint IN (bookshop_id))) WITH CHECK (current_setting('app.kind', true) IN ('staff', 'system') OR (current_setting('app.kind', true) = 'bookshop' AND nullif(current_setting('app.bookshop', true), '')::bigint IN (bookshop_id)));
