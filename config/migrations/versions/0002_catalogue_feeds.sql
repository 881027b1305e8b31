ALTER TABLE "book_cover" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "book_cover" FORCE ROW LEVEL SECURITY;

GRANT SELECT, INSERT ON "book_cover" TO "mostrador_app";

CREATE POLICY may_read ON "book_cover" FOR SELECT USING (current_setting('app.kind', true) IN ('staff', 'system') OR (current_setting('app.kind', true) <> ''));

CREATE POLICY may_add ON "book_cover" FOR INSERT WITH CHECK (current_setting('app.kind', true) IN ('staff', 'system'));

GRANT UPDATE ON "book_cover" TO "mostrador_app";

CREATE POLICY may_change ON "book_cover" FOR UPDATE USING (current_setting('app.kind', true) IN ('staff', 'system')) WITH CHECK (current_setting('app.kind', true) IN ('staff', 'system'));

GRANT DELETE ON "book_cover" TO "mostrador_app";

CREATE POLICY may_delete ON "book_cover" FOR DELETE USING (current_setting('app.kind', true) IN ('staff', 'system'));

ALTER TABLE "book_detail" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "book_detail" FORCE ROW LEVEL SECURITY;

GRANT SELECT, INSERT ON "book_detail" TO "mostrador_app";

CREATE POLICY may_read ON "book_detail" FOR SELECT USING (current_setting('app.kind', true) IN ('staff', 'system') OR (current_setting('app.kind', true) <> ''));

CREATE POLICY may_add ON "book_detail" FOR INSERT WITH CHECK (current_setting('app.kind', true) IN ('staff', 'system'));

GRANT UPDATE ON "book_detail" TO "mostrador_app";

CREATE POLICY may_change ON "book_detail" FOR UPDATE USING (current_setting('app.kind', true) IN ('staff', 'system')) WITH CHECK (current_setting('app.kind', true) IN ('staff', 'system'));

ALTER TABLE "book_source" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "book_source" FORCE ROW LEVEL SECURITY;

GRANT SELECT, INSERT ON "book_source" TO "mostrador_app";

CREATE POLICY may_read ON "book_source" FOR SELECT USING (current_setting('app.kind', true) IN ('staff', 'system'));

CREATE POLICY may_add ON "book_source" FOR INSERT WITH CHECK (current_setting('app.kind', true) IN ('staff', 'system'));

GRANT UPDATE ON "book_source" TO "mostrador_app";

CREATE POLICY may_change ON "book_source" FOR UPDATE USING (current_setting('app.kind', true) IN ('staff', 'system')) WITH CHECK (current_setting('app.kind', true) IN ('staff', 'system'));

GRANT DELETE ON "book_source" TO "mostrador_app";

CREATE POLICY may_delete ON "book_source" FOR DELETE USING (current_setting('app.kind', true) IN ('staff', 'system'));

ALTER TABLE "catalogue_rejection" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "catalogue_rejection" FORCE ROW LEVEL SECURITY;

GRANT SELECT, INSERT ON "catalogue_rejection" TO "mostrador_app";

CREATE POLICY may_read ON "catalogue_rejection" FOR SELECT USING (current_setting('app.kind', true) IN ('staff', 'system'));

CREATE POLICY may_add ON "catalogue_rejection" FOR INSERT WITH CHECK (current_setting('app.kind', true) IN ('staff', 'system'));

GRANT UPDATE ON "catalogue_rejection" TO "mostrador_app";

CREATE POLICY may_change ON "catalogue_rejection" FOR UPDATE USING (current_setting('app.kind', true) IN ('staff', 'system')) WITH CHECK (current_setting('app.kind', true) IN ('staff', 'system'));

GRANT DELETE ON "catalogue_rejection" TO "mostrador_app";

CREATE POLICY may_delete ON "catalogue_rejection" FOR DELETE USING (current_setting('app.kind', true) IN ('staff', 'system'));

ALTER TABLE "catalogue_run" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "catalogue_run" FORCE ROW LEVEL SECURITY;

GRANT SELECT, INSERT ON "catalogue_run" TO "mostrador_app";

CREATE POLICY may_read ON "catalogue_run" FOR SELECT USING (current_setting('app.kind', true) IN ('staff', 'system'));

CREATE POLICY may_add ON "catalogue_run" FOR INSERT WITH CHECK (current_setting('app.kind', true) IN ('staff', 'system'));

GRANT UPDATE ON "catalogue_run" TO "mostrador_app";

CREATE POLICY may_change ON "catalogue_run" FOR UPDATE USING (current_setting('app.kind', true) IN ('staff', 'system')) WITH CHECK (current_setting('app.kind', true) IN ('staff', 'system'));

ALTER TABLE "catalogue_source" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "catalogue_source" FORCE ROW LEVEL SECURITY;

GRANT SELECT, INSERT ON "catalogue_source" TO "mostrador_app";

CREATE POLICY may_read ON "catalogue_source" FOR SELECT USING (current_setting('app.kind', true) IN ('staff', 'system'));

CREATE POLICY may_add ON "catalogue_source" FOR INSERT WITH CHECK (current_setting('app.kind', true) IN ('staff', 'system'));

GRANT UPDATE ON "catalogue_source" TO "mostrador_app";

CREATE POLICY may_change ON "catalogue_source" FOR UPDATE USING (current_setting('app.kind', true) IN ('staff', 'system')) WITH CHECK (current_setting('app.kind', true) IN ('staff', 'system'));

GRANT UPDATE (applied_at, withdrawn_at) ON "book_price" TO "mostrador_app";

CREATE POLICY may_change ON "book_price" FOR UPDATE USING (current_setting('app.kind', true) IN ('staff', 'system')) WITH CHECK (current_setting('app.kind', true) IN ('staff', 'system'));

GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO "mostrador_app";

SELECT set_config('app.kind', 'system', true);

UPDATE book_price SET applied_at = valid_from;
