-- People: staff, renters, sessions, one-time codes, log-in limits.
CREATE TABLE staff (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  login text NOT NULL UNIQUE CHECK (login = lower(login)),
  name text NOT NULL,
  role text NOT NULL CHECK (role IN ('agent', 'specialist', 'inspector', 'supervisor', 'admin')),
  password_hash text NOT NULL,
  capacity integer NOT NULL DEFAULT 8 CHECK (capacity >= 0),
  active boolean NOT NULL DEFAULT true,
  created_at timestamptz NOT NULL
);

-- Phone and identity number are encrypted; `phone_hash` is a keyed hash to find by; `*_masked` is what screens show.
CREATE TABLE renters (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  ref text NOT NULL UNIQUE,
  name text NOT NULL,
  name_masked text NOT NULL,
  phone_cipher bytea NOT NULL,
  phone_hash bytea NOT NULL UNIQUE,
  phone_masked text NOT NULL,
  identity_cipher bytea,
  verified boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL
);

CREATE TABLE sessions (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  token_hash bytea NOT NULL UNIQUE,
  csrf text NOT NULL,
  role text NOT NULL,
  actor_id bigint NOT NULL,
  actor_name text NOT NULL,
  method text NOT NULL,
  user_agent text NOT NULL,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  revoked_at timestamptz
);
CREATE INDEX sessions_actor ON sessions (actor_id, role) WHERE revoked_at IS NULL;

CREATE TABLE login_codes (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  phone_hash bytea NOT NULL,
  code_hash bytea NOT NULL,
  sent_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  wrong_tries integer NOT NULL DEFAULT 0,
  used_at timestamptz
);
CREATE INDEX login_codes_phone ON login_codes (phone_hash, sent_at DESC);

-- Signed links of the rental company's own app are single use: a spent nonce stays here until it would have expired.
CREATE TABLE spent_links (
  nonce_hash bytea PRIMARY KEY,
  expires_at timestamptz NOT NULL
);

-- Fixed windows: `key` is what is limited (a keyed hash of login, phone or address), counted within `window_at`.
CREATE TABLE rate_windows (
  key text NOT NULL,
  window_at timestamptz NOT NULL,
  count integer NOT NULL,
  PRIMARY KEY (key, window_at)
);

CALL guard_table('staff');
CALL guard_table('renters');
CALL guard_table('sessions');
CALL guard_table('login_codes');
CALL guard_table('spent_links');
CALL guard_table('rate_windows');
