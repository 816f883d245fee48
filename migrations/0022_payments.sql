-- Money through the payment provider: agreements of renters, orders with everything heard of them, refunds, and what the
-- provider says is frozen.

CREATE TABLE agreements (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  lease_id bigint NOT NULL REFERENCES leases,
  renter_id bigint NOT NULL,
  agreement_no text NOT NULL CHECK (agreement_no <> ''),
  payer_id text NOT NULL,
  signed_at timestamptz NOT NULL,
  ended_at timestamptz CHECK (ended_at >= signed_at)
);
CREATE UNIQUE INDEX agreements_now ON agreements (lease_id) WHERE ended_at IS NULL;

-- One attempt to move money, under a number the provider carries out at most once. `call` is what it is told, the same
-- each time; `state` and what follows it are derived from payment_facts, kept here for lists and to keep attempts apart.
-- `covers` are the charges it was made for; `by_name`: the renter said so, and the money goes there.
-- `care` is what a person decided where one had to.
CREATE TABLE payment_orders (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  ref text NOT NULL UNIQUE,
  number text NOT NULL UNIQUE CHECK (number ~ '^[A-Za-z0-9_]{1,64}$'),
  kind text NOT NULL CHECK (kind IN ('deduct', 'capture', 'refund', 'freeze', 'release')),
  lease_id bigint NOT NULL REFERENCES leases,
  renter_id bigint NOT NULL,
  amount_fen bigint NOT NULL CHECK (amount_fen > 0 AND amount_fen <= 1000000000),
  purpose text NOT NULL UNIQUE,
  covers bigint[] NOT NULL DEFAULT '{}',
  by_name boolean NOT NULL DEFAULT false,
  call jsonb NOT NULL,
  planned_at timestamptz NOT NULL,
  state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'done', 'not_done', 'disputed')),
  next_at timestamptz,
  moved_fen bigint NOT NULL DEFAULT 0 CHECK (moved_fen >= 0),
  provider_no text NOT NULL DEFAULT '',
  code text NOT NULL DEFAULT '',
  fault text NOT NULL DEFAULT '',
  decided_at timestamptz,
  paid_on date,
  entry_key text NOT NULL DEFAULT '',
  care text NOT NULL DEFAULT '',
  CHECK ((state = 'open') = (decided_at IS NULL))
);
-- A lease is deducted from once at a time: a second attempt waits until nothing can come of the first any more.
CREATE UNIQUE INDEX payment_orders_deducting ON payment_orders (lease_id) WHERE kind = 'deduct' AND state = 'open';
CREATE INDEX payment_orders_lease ON payment_orders (lease_id, id);
CREATE INDEX payment_orders_open ON payment_orders (next_at) WHERE state = 'open';
CREATE INDEX payment_orders_trouble ON payment_orders (id)
  WHERE care = '' AND (state = 'disputed' OR (state = 'not_done' AND kind <> 'deduct'));

-- What was heard of an order; read as a set, so order and repetition do not matter.
CREATE TABLE payment_facts (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  order_id bigint NOT NULL REFERENCES payment_orders,
  heard text NOT NULL CHECK (heard IN ('sent', 'answer', 'look', 'closing', 'notice', 'withdrawn')),
  at timestamptz NOT NULL,
  seen text CHECK (seen IN ('done', 'waiting', 'refused', 'closed', 'absent', 'not_sent', 'unknown')),
  try_no integer NOT NULL DEFAULT 0,
  amount_fen bigint,
  provider_no text NOT NULL DEFAULT '',
  code text NOT NULL DEFAULT '',
  fault text NOT NULL DEFAULT '',
  moved_at timestamptz
);
CREATE INDEX payment_facts_order ON payment_facts (order_id, id);

-- Notifications of the provider that were signed for us, each once; one with a bad signature is not kept.
CREATE TABLE payment_notices (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  notify_id text NOT NULL UNIQUE,
  number text NOT NULL,
  received_at timestamptz NOT NULL,
  seen text NOT NULL,
  amount_fen bigint,
  provider_no text NOT NULL,
  outcome text NOT NULL CHECK (outcome IN ('applied', 'unknown_order'))
);
CREATE INDEX payment_notices_unknown ON payment_notices (id) WHERE outcome = 'unknown_order';

-- Credit on its way back to the renter: taken off the credit when it is asked for, given back there if nothing comes of
-- it. Through the provider it is a part of a payment made there, `paid_by`.
CREATE TABLE refunds (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  ref text NOT NULL UNIQUE,
  lease_id bigint NOT NULL REFERENCES leases,
  renter_id bigint NOT NULL,
  amount_fen bigint NOT NULL CHECK (amount_fen > 0),
  why text NOT NULL,
  way text NOT NULL CHECK (way IN ('provider', 'bank')),
  bank_ref text NOT NULL DEFAULT '',
  paid_by bigint REFERENCES payment_orders,
  order_id bigint UNIQUE REFERENCES payment_orders,
  asked_by_role text NOT NULL,
  asked_by bigint NOT NULL,
  asked_at timestamptz NOT NULL,
  done_on date,
  failed_at timestamptz,
  CHECK ((way = 'provider') = (paid_by IS NOT NULL)),
  CHECK ((way = 'bank') = (bank_ref <> ''))
);
CREATE INDEX refunds_lease ON refunds (lease_id, id);
CREATE INDEX refunds_paid_by ON refunds (paid_by) WHERE paid_by IS NOT NULL;

-- What the provider says is frozen; `holds` is what the book says.
CREATE TABLE provider_holds (
  lease_id bigint PRIMARY KEY REFERENCES leases,
  order_no text NOT NULL UNIQUE,
  auth_no text NOT NULL,
  payer_id text NOT NULL,
  frozen_fen bigint NOT NULL CHECK (frozen_fen >= 0),
  checked_at timestamptz NOT NULL
);

CALL guard_table('agreements');
CALL guard_table('payment_orders');
CALL guard_table('payment_facts', true);
CALL guard_table('payment_notices', true);
CALL guard_table('refunds');
CALL guard_table('provider_holds');
