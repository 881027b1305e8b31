ALTER TABLE "search_change" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "search_change" FORCE ROW LEVEL SECURITY;

GRANT SELECT, INSERT ON "search_change" TO "mostrador_app";

CREATE POLICY may_read ON "search_change" FOR SELECT USING (current_setting('app.kind', true) IN ('staff', 'system'));

CREATE POLICY may_add ON "search_change" FOR INSERT WITH CHECK (current_setting('app.kind', true) IN ('staff', 'system'));

GRANT UPDATE ON "search_change" TO "mostrador_app";

CREATE POLICY may_change ON "search_change" FOR UPDATE USING (current_setting('app.kind', true) IN ('staff', 'system')) WITH CHECK (current_setting('app.kind', true) IN ('staff', 'system'));

GRANT DELETE ON "search_change" TO "mostrador_app";

CREATE POLICY may_delete ON "search_change" FOR DELETE USING (current_setting('app.kind', true) IN ('staff', 'system'));

ALTER TABLE "search_copy" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "search_copy" FORCE ROW LEVEL SECURITY;

GRANT SELECT, INSERT ON "search_copy" TO "mostrador_app";

CREATE POLICY may_read ON "search_copy" FOR SELECT USING (current_setting('app.kind', true) IN ('staff', 'system'));

CREATE POLICY may_add ON "search_copy" FOR INSERT WITH CHECK (current_setting('app.kind', true) IN ('staff', 'system'));

GRANT UPDATE ON "search_copy" TO "mostrador_app";

CREATE POLICY may_change ON "search_copy" FOR UPDATE USING (current_setting('app.kind', true) IN ('staff', 'system')) WITH CHECK (current_setting('app.kind', true) IN ('staff', 'system'));

GRANT DELETE ON "search_copy" TO "mostrador_app";

CREATE POLICY may_delete ON "search_copy" FOR DELETE USING (current_setting('app.kind', true) IN ('staff', 'system'));

GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO "mostrador_app";
