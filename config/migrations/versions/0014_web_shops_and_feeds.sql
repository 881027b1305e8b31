ALTER TABLE "distributor_feed" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "distributor_feed" FORCE ROW LEVEL SECURITY;

GRANT SELECT, INSERT ON "distributor_feed" TO "mostrador_app";

CREATE POLICY may_read ON "distributor_feed" FOR SELECT USING (current_setting('app.kind', true) IN ('staff', 'system'));

CREATE POLICY may_add ON "distributor_feed" FOR INSERT WITH CHECK (current_setting('app.kind', true) IN ('staff', 'system'));

GRANT UPDATE ON "distributor_feed" TO "mostrador_app";

CREATE POLICY may_change ON "distributor_feed" FOR UPDATE USING (current_setting('app.kind', true) IN ('staff', 'system')) WITH CHECK (current_setting('app.kind', true) IN ('staff', 'system'));

ALTER TABLE "distributor_run" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "distributor_run" FORCE ROW LEVEL SECURITY;

GRANT SELECT, INSERT ON "distributor_run" TO "mostrador_app";

CREATE POLICY may_read ON "distributor_run" FOR SELECT USING (current_setting('app.kind', true) IN ('staff', 'system'));

CREATE POLICY may_add ON "distributor_run" FOR INSERT WITH CHECK (current_setting('app.kind', true) IN ('staff', 'system'));

GRANT UPDATE ON "distributor_run" TO "mostrador_app";

CREATE POLICY may_change ON "distributor_run" FOR UPDATE USING (current_setting('app.kind', true) IN ('staff', 'system')) WITH CHECK (current_setting('app.kind', true) IN ('staff', 'system'));

GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO "mostrador_app";
