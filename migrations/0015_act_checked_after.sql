-- An act may write its own row and its change in one statement; the change is then checked at the statement's end, when
-- the act has an id. Refused is refused either way: the whole statement is undone.
CREATE OR REPLACE PROCEDURE guard_table(name regclass, append_only boolean DEFAULT false) LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('CREATE TRIGGER a_require_act AFTER INSERT OR UPDATE OR DELETE ON %s
                  FOR EACH STATEMENT EXECUTE FUNCTION require_act()', name);
  EXECUTE format('CREATE TRIGGER a_require_act_truncate BEFORE TRUNCATE ON %s
                  FOR EACH STATEMENT EXECUTE FUNCTION require_act()', name);
  IF append_only THEN
    EXECUTE format('CREATE TRIGGER b_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON %s
                    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', name);
    EXECUTE format('GRANT SELECT, INSERT ON %s TO shouwen_app', name);
  ELSE
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO shouwen_app', name);
  END IF;
END $$;

DO $$
DECLARE guarded record;
BEGIN
  FOR guarded IN SELECT tgrelid::regclass AS name FROM pg_trigger WHERE tgname = 'a_require_act' LOOP
    EXECUTE format('DROP TRIGGER a_require_act ON %s', guarded.name);
    EXECUTE format('CREATE TRIGGER a_require_act AFTER INSERT OR UPDATE OR DELETE ON %s
                    FOR EACH STATEMENT EXECUTE FUNCTION require_act()', guarded.name);
  END LOOP;
END $$;
