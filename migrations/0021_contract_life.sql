-- The life of a contract: applications, printed papers, amendments, delivery addresses, contracts brought in.

-- Which template a renter asked for, and what was answered.
CREATE TABLE applications (
  lease_id bigint PRIMARY KEY REFERENCES leases,
  renter_id bigint NOT NULL,
  template_ref text NOT NULL,
  applied_at timestamptz NOT NULL,
  decided_at timestamptz,
  why text NOT NULL DEFAULT ''
);

-- The PDF of a signed version; the bytes lie in the media store under their hash.
CREATE TABLE contract_papers (
  contract_id bigint PRIMARY KEY REFERENCES contracts,
  sha256 bytea NOT NULL,
  size_bytes bigint NOT NULL CHECK (size_bytes > 0),
  rendered_at timestamptz NOT NULL
);

-- A proposed change of a contract before shipping: the whole new version, waiting for the renter's word.
CREATE TABLE amendments (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  ref text NOT NULL UNIQUE,
  lease_id bigint NOT NULL REFERENCES leases,
  renter_id bigint NOT NULL,
  base_version integer NOT NULL,
  kind text NOT NULL CHECK (kind IN ('address', 'plan', 'model', 'colour', 'cancel', 'renewal', 'early_return',
    'clean_terms')),
  contract jsonb,
  quote jsonb NOT NULL,
  address_cipher bytea,
  reason text NOT NULL,
  proposed_by_role text NOT NULL,
  proposed_by bigint NOT NULL,
  proposed_at timestamptz NOT NULL,
  valid_until date NOT NULL,
  state text NOT NULL DEFAULT 'proposed' CHECK (state IN ('proposed', 'agreed', 'declined', 'lapsed', 'overtaken')),
  decided_at timestamptz
);
CREATE UNIQUE INDEX amendments_open ON amendments (lease_id) WHERE state = 'proposed';
CREATE INDEX amendments_lease ON amendments (lease_id, id);

-- Where the phone goes: 0 as ordered, and at most two changes.
CREATE TABLE lease_addresses (
  lease_id bigint NOT NULL REFERENCES leases,
  no integer NOT NULL CHECK (no BETWEEN 0 AND 2),
  address_cipher bytea NOT NULL,
  masked text NOT NULL,
  set_at timestamptz NOT NULL,
  PRIMARY KEY (lease_id, no)
);

-- A file of contracts signed elsewhere. Its bytes lie in the media store until it is read to the end.
CREATE TABLE imports (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  ref text NOT NULL UNIQUE,
  sha256 bytea NOT NULL,
  source text NOT NULL,
  format text NOT NULL CHECK (format IN ('csv', 'json')),
  encoding text NOT NULL,
  rows integer NOT NULL CHECK (rows >= 0),
  done integer NOT NULL DEFAULT 0,
  accepted integer NOT NULL DEFAULT 0,
  known integer NOT NULL DEFAULT 0,
  refused integer NOT NULL DEFAULT 0,
  started_by bigint NOT NULL,
  started_at timestamptz NOT NULL,
  finished_at timestamptz,
  CHECK (done = accepted + known + refused AND done <= rows)
);

CREATE TABLE import_rows (
  import_id bigint NOT NULL REFERENCES imports,
  line integer NOT NULL,
  external_no text NOT NULL,
  outcome text NOT NULL CHECK (outcome IN ('accepted', 'known', 'refused')),
  lease_id bigint,
  why jsonb NOT NULL,
  PRIMARY KEY (import_id, line)
);
CREATE INDEX import_rows_refused ON import_rows (import_id, line) WHERE outcome = 'refused';

-- What was brought in under which foreign number: sending a file again never doubles.
CREATE TABLE external_contracts (
  source text NOT NULL,
  external_no text NOT NULL,
  lease_id bigint NOT NULL REFERENCES leases,
  row_sha256 bytea NOT NULL,
  import_id bigint NOT NULL,
  line integer NOT NULL,
  PRIMARY KEY (source, external_no)
);

CALL guard_table('applications');
CALL guard_table('contract_papers', true);
CALL guard_table('amendments');
CALL guard_table('lease_addresses', true);
CALL guard_table('imports');
CALL guard_table('import_rows', true);
CALL guard_table('external_contracts', true);
