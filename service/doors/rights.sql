-- What the service's role may do in the schema of its province. It owns nothing here, and makes nothing: not even a
-- temporary table, which would stand before ours in the eyes of the doors.
DO $$
BEGIN
    IF pg_has_role((SELECT datdba FROM pg_database WHERE datname = current_database()), 'USAGE') THEN
        EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database());
    END IF;
END $$;
REVOKE CREATE ON SCHEMA {schema} FROM PUBLIC, {role};
GRANT USAGE ON SCHEMA {schema} TO {role};
REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM {role};
REVOKE ALL ON ALL SEQUENCES IN SCHEMA {schema} FROM {role};

-- What is public, or about offices.
GRANT SELECT ON alembic_version, area, area_version, area_change, area_within, reform, category_scheme, category,
    intervention_measure, programme, counting_rule, age_band, indicator, register, page_turn, touch, posting, role,
    purpose TO {role};

-- What was promised, and what is published of the population: added to and never edited. A target ends.
GRANT SELECT, INSERT ON target, official_population TO {role};
GRANT UPDATE (during) ON target TO {role};

-- Rules are drafted and adopted; what is in force is kept by the database, whoever writes.
GRANT INSERT, UPDATE ON counting_rule TO {role};
GRANT INSERT, DELETE ON age_band TO {role};
GRANT SELECT ON rule_posting TO {role};

-- The records of children, as far as the wall lets it see them.
GRANT SELECT, INSERT, UPDATE, DELETE ON child, residence, circumstance, case_file, intervention, site, site_stage TO {role};

-- A step that was taken stays as it was. One that was an error is withdrawn.
GRANT SELECT, INSERT ON case_step TO {role};
GRANT UPDATE (withdrawn_at) ON case_step TO {role};

-- What is due, as the steps of a case and pauses have it; and by which rules and which calendar.
GRANT SELECT, INSERT, UPDATE, DELETE ON deadline, holiday TO {role};
GRANT SELECT, INSERT ON deadline_rule TO {role};
GRANT UPDATE (during) ON deadline_rule TO {role};

-- A report is received by a door, and stays as it was told; what became of it is added.
GRANT SELECT ON case_report, case_report_child TO {role};
GRANT UPDATE (area_id, passed_on_at, unfounded_at, unfounded_reason) ON case_report TO {role};
GRANT UPDATE (child_id, case_id) ON case_report_child TO {role};

-- Who signs in. Nothing of it is deleted, but what is past its time.
GRANT SELECT, INSERT, UPDATE ON agency, account, credential, assignment, sign_in TO {role};
GRANT SELECT, INSERT, UPDATE, DELETE ON refresh_token, sign_in_delay TO {role};
GRANT SELECT, INSERT ON assignment_area TO {role};

-- What was published stays as it was.
GRANT SELECT, INSERT ON edition TO {role};

-- The doors, and what counts without telling who. Nobody else comes in.
DO $$
DECLARE
    door regprocedure;
BEGIN
    FOR door IN SELECT oid::regprocedure FROM pg_proc
        WHERE pronamespace = current_schema()::regnamespace AND prosecdef AND prorettype <> 'trigger'::regtype
    LOOP
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', door);
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO %I', door, {role_name});
    END LOOP;
END $$;
