-- The ground: roles, the act that every change needs, journal, outbox, jobs.
-- The application's role owns nothing; the migrating role owns every table.
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'shouwen_app') THEN
    CREATE ROLE shouwen_app LOGIN;
  END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;  -- another database of this cluster was faster
END $$;
GRANT shouwen_app TO CURRENT_USER;  -- an owner's session may take the application's role
GRANT USAGE ON SCHEMA public TO shouwen_app;

CREATE FUNCTION require_act() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF coalesce(current_setting('shouwen.act', true), '') = '' THEN
    RAISE EXCEPTION 'change of % without an act', TG_TABLE_NAME USING ERRCODE = 'SW001';
  END IF;
  RETURN NULL;
END $$;

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% accepts inserts only', TG_TABLE_NAME USING ERRCODE = 'SW002';
END $$;

-- `guard_table(t)`: every statement needs an act. `guard_table(t, true)`: and rows are never changed or removed.
CREATE PROCEDURE guard_table(name regclass, append_only boolean DEFAULT false) LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('CREATE TRIGGER a_require_act BEFORE INSERT OR UPDATE OR DELETE ON %s
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

-- What this installation is: `demo` is `filling` until the demo company is whole, then `complete`. Only the owner writes.
CREATE TABLE installation (
  key text PRIMARY KEY,
  value text NOT NULL,
  at timestamptz NOT NULL DEFAULT now()
);
GRANT SELECT ON installation TO shouwen_app;

CREATE TABLE acts (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  use_case text NOT NULL,
  actor_role text NOT NULL,
  actor_id bigint NOT NULL,
  channel text NOT NULL,
  idempotency_key text NOT NULL CHECK (length(idempotency_key) BETWEEN 8 AND 100),
  body_hash bytea NOT NULL,
  at timestamptz NOT NULL,
  UNIQUE (actor_role, actor_id, idempotency_key)
);

-- The stored answer of an act: what a double click gets.
CREATE TABLE act_results (
  act_id bigint PRIMARY KEY,
  status smallint NOT NULL,
  body bytea NOT NULL
);

CREATE TABLE journal (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  act_id bigint NOT NULL,
  at timestamptz NOT NULL,
  kind text NOT NULL,
  text text NOT NULL,
  rule text NOT NULL,
  actor_role text NOT NULL,
  actor_id bigint NOT NULL,
  actor_name text NOT NULL,
  case_id bigint,
  seq bigint,
  lease_id bigint,
  renter_id bigint,
  subject text NOT NULL,
  data jsonb NOT NULL
);
CREATE INDEX journal_case ON journal (case_id, id) WHERE case_id IS NOT NULL;
CREATE INDEX journal_lease ON journal (lease_id, id) WHERE lease_id IS NOT NULL;
CREATE INDEX journal_subject ON journal (subject, id) WHERE subject <> '';

-- Hints only: the per-case seq is the truth. Drained by one relay.
CREATE TABLE outbox (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  journal_id bigint NOT NULL,
  seq bigint,
  topics text[] NOT NULL,
  jobs jsonb NOT NULL,
  sealed boolean NOT NULL
);

-- Background work and deadlines alike: taken with SKIP LOCKED when due.
CREATE TABLE jobs (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind text NOT NULL,
  key text NOT NULL UNIQUE,
  payload jsonb NOT NULL,
  run_at timestamptz NOT NULL,
  attempts integer NOT NULL DEFAULT 0,
  last_error text NOT NULL DEFAULT '',
  failed_at timestamptz
);
CREATE INDEX jobs_due ON jobs (run_at) WHERE failed_at IS NULL;

-- Acts above the actor's limit wait here for whoever may (AUTH-1).
CREATE TABLE approvals (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  ref text NOT NULL UNIQUE,
  use_case text NOT NULL,
  command jsonb NOT NULL,
  requested_by bigint NOT NULL,
  requested_role text NOT NULL,
  requested_name text NOT NULL,
  requested_at timestamptz NOT NULL,
  approver_role text NOT NULL,
  people integer NOT NULL CHECK (people BETWEEN 1 AND 2),
  amount_fen bigint NOT NULL CHECK (amount_fen >= 0),
  rule text NOT NULL,
  summary text NOT NULL,
  case_id bigint,
  state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'granted', 'declined')),
  granted_by bigint[] NOT NULL DEFAULT '{}',
  decided_at timestamptz,
  reason text NOT NULL DEFAULT ''
);
CREATE INDEX approvals_open ON approvals (requested_at) WHERE state = 'open';

CALL guard_table('acts', true);
CALL guard_table('act_results', true);
CALL guard_table('journal', true);
CALL guard_table('approvals');
DROP TRIGGER a_require_act ON acts;  -- the act row is what opens the act
GRANT SELECT, INSERT, DELETE ON outbox TO shouwen_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON jobs TO shouwen_app;
