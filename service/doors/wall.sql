-- The wall: what a statement of the service sees of children without having gone through a door. Nothing; and once its
-- transaction has taken a child, that child's records. The owner of the tables, and so every door, is not held by it.

ALTER TABLE child ENABLE ROW LEVEL SECURITY;
ALTER TABLE residence ENABLE ROW LEVEL SECURITY;
ALTER TABLE circumstance ENABLE ROW LEVEL SECURITY;
ALTER TABLE case_file ENABLE ROW LEVEL SECURITY;
ALTER TABLE intervention ENABLE ROW LEVEL SECURITY;
ALTER TABLE case_step ENABLE ROW LEVEL SECURITY;
ALTER TABLE deadline ENABLE ROW LEVEL SECURITY;
ALTER TABLE case_report ENABLE ROW LEVEL SECURITY;
ALTER TABLE case_report_child ENABLE ROW LEVEL SECURITY;
ALTER TABLE informant ENABLE ROW LEVEL SECURITY;  -- of whom a transaction sees nothing, whatever it has taken
ALTER TABLE site ENABLE ROW LEVEL SECURITY;
ALTER TABLE site_stage ENABLE ROW LEVEL SECURITY;

CREATE POLICY taken ON child USING (taken(id));
CREATE POLICY taken ON residence USING (taken(child_id));
CREATE POLICY taken ON circumstance USING (taken(child_id));
CREATE POLICY taken ON case_file USING (taken(child_id));
DROP POLICY IF EXISTS taken ON intervention;
CREATE POLICY taken ON intervention USING (EXISTS (SELECT FROM case_file f WHERE f.id = case_id));
DROP POLICY IF EXISTS taken ON case_step;
CREATE POLICY taken ON case_step USING (EXISTS (SELECT FROM case_file f WHERE f.id = case_id));
DROP POLICY IF EXISTS taken ON deadline;
CREATE POLICY taken ON deadline USING (EXISTS (SELECT FROM case_file f WHERE f.id = case_id));


-- A report is taken by itself. Of a child that was taken, reports are no part.
CREATE POLICY taken ON case_report USING (taken(id));
CREATE POLICY taken ON case_report_child USING (taken(report_id));

-- Sites are about nobody: everyone signed in sees them, and whoever changes one has taken it.
DROP POLICY IF EXISTS seen ON site;
DROP POLICY IF EXISTS seen ON site_stage;
CREATE POLICY seen ON site FOR SELECT USING (true);
CREATE POLICY seen ON site_stage FOR SELECT USING (true);
CREATE POLICY taken ON site USING (taken(id));
CREATE POLICY taken ON site_stage USING (taken(site_id));
