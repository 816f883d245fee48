-- The stock of phones by IMEI, which phone a lease has had, parcels and what their couriers say of them, swaps, and rent
-- taken off for days without a working phone.

-- That a phone must stay as it is (QUAR-1) is not a state: `phone_holds` says it, whichever state the phone is in.
CREATE TABLE device_units (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  ref text NOT NULL UNIQUE,
  imei text NOT NULL UNIQUE CHECK (imei ~ '^[0-9]{15}$'),
  serial_no text NOT NULL DEFAULT '',
  model text NOT NULL,
  storage text NOT NULL DEFAULT '',
  colour text NOT NULL DEFAULT '',
  condition_grade text NOT NULL DEFAULT '',
  state text NOT NULL DEFAULT 'in_stock' CHECK (state IN ('in_stock', 'reserved', 'rented', 'returning', 'inspecting',
    'repair', 'lost', 'sold', 'retired')),
  lease_id bigint REFERENCES leases,
  bought_fen bigint CHECK (bought_fen >= 0),
  since timestamptz NOT NULL,
  CHECK ((lease_id IS NOT NULL) = (state IN ('reserved', 'rented', 'returning', 'inspecting', 'lost', 'sold')))
);
-- A lease has one phone in use; while it is swapped, a second one is reserved for it.
CREATE UNIQUE INDEX device_units_reserved ON device_units (lease_id) WHERE state = 'reserved';
CREATE UNIQUE INDEX device_units_rented ON device_units (lease_id) WHERE state = 'rented';
CREATE INDEX device_units_lease ON device_units (lease_id) WHERE lease_id IS NOT NULL;
CREATE INDEX device_units_free ON device_units (model, storage, colour, id) WHERE state = 'in_stock';
CREATE INDEX device_units_state ON device_units (state, id);
CREATE INDEX device_units_tail ON device_units (reverse(imei) text_pattern_ops);

-- Which phone a lease had on which days; the last row is open while the lease has it.
CREATE TABLE device_assignments (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  lease_id bigint NOT NULL REFERENCES leases,
  unit_id bigint NOT NULL REFERENCES device_units,
  from_on date NOT NULL,
  until_on date,
  why text NOT NULL CHECK (why IN ('first', 'swap', 'found')),
  CHECK (until_on >= from_on)
);
CREATE UNIQUE INDEX device_assignments_now ON device_assignments (lease_id) WHERE until_on IS NULL;
CREATE INDEX device_assignments_unit ON device_assignments (unit_id, id);

CREATE TABLE shipments (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  ref text NOT NULL UNIQUE,
  lease_id bigint NOT NULL REFERENCES leases,
  renter_id bigint NOT NULL,
  direction text NOT NULL CHECK (direction IN ('out', 'back', 'swap_out', 'swap_back')),
  courier text NOT NULL,
  waybill text NOT NULL,
  unit_id bigint REFERENCES device_units,
  state text NOT NULL DEFAULT 'booked' CHECK (state IN ('booked', 'picked_up', 'moving', 'out_for_delivery',
    'delivered', 'signed', 'refused', 'stuck', 'lost')),
  promised_on date,
  booked_at timestamptz NOT NULL,
  last_event_at timestamptz,
  delivered_on date,
  disputed_at timestamptz, -- the renter says that nothing came
  -- what people know of it, above what the courier says: received, or found never to have come
  outcome text NOT NULL DEFAULT '' CHECK (outcome IN ('', 'came', 'not_came')),
  UNIQUE (courier, waybill)
);
CREATE INDEX shipments_lease ON shipments (lease_id, id);
-- Those that somebody may have to look into; most parcels come and leave it.
CREATE INDEX shipments_unsettled ON shipments (lease_id)
  WHERE state <> 'signed' OR (disputed_at IS NOT NULL AND outcome = '');

-- What a courier said, once each, in whatever order it came.
CREATE TABLE tracking_events (
  shipment_id bigint NOT NULL REFERENCES shipments,
  event_id text NOT NULL,
  at timestamptz NOT NULL,
  code text NOT NULL,
  place text NOT NULL DEFAULT '',
  said text NOT NULL DEFAULT '',
  received_at timestamptz NOT NULL,
  PRIMARY KEY (shipment_id, event_id)
);

CREATE TABLE swaps (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  ref text NOT NULL UNIQUE,
  lease_id bigint NOT NULL REFERENCES leases,
  renter_id bigint NOT NULL,
  case_id bigint,
  reason text NOT NULL,
  state text NOT NULL DEFAULT 'asked' CHECK (state IN ('asked', 'sent', 'received', 'done', 'withdrawn')),
  old_unit_id bigint REFERENCES device_units,
  new_unit_id bigint REFERENCES device_units,
  asked_at timestamptz NOT NULL,
  without_phone_from date NOT NULL,
  handed_over_on date,
  back_by date,
  ended_at timestamptz
);
CREATE UNIQUE INDEX swaps_open ON swaps (lease_id) WHERE state IN ('asked', 'sent', 'received');
CREATE INDEX swaps_lease ON swaps (lease_id, id);
CREATE INDEX swaps_old_phone_out ON swaps (back_by, lease_id) WHERE state = 'received';

-- Rent taken off for a span of days, both included; the lease row is locked while an overlap is looked for.
CREATE TABLE abatements (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  ref text NOT NULL UNIQUE,
  lease_id bigint NOT NULL REFERENCES leases,
  renter_id bigint NOT NULL,
  from_on date NOT NULL,
  to_on date NOT NULL,
  amount_fen bigint NOT NULL CHECK (amount_fen > 0),
  waived_fen bigint NOT NULL CHECK (waived_fen >= 0),
  credited_fen bigint NOT NULL CHECK (credited_fen >= 0),
  swap_id bigint REFERENCES swaps,
  why text NOT NULL,
  parts jsonb NOT NULL, -- of each instalment: its number, fen in all and fen given as credit
  working jsonb NOT NULL,
  booked_on date NOT NULL,
  CHECK (from_on <= to_on),
  CHECK (amount_fen = waived_fen + credited_fen)
);
CREATE INDEX abatements_lease ON abatements (lease_id, from_on);

-- What went wrong on the way and became a case, once: a late shipment, a parcel's trouble, an old phone not sent back.
CREATE TABLE parcel_cases (
  subject text PRIMARY KEY,
  lease_id bigint NOT NULL REFERENCES leases,
  case_id bigint NOT NULL,
  opened_at timestamptz NOT NULL
);

CALL guard_table('device_units');
CALL guard_table('device_assignments');
CALL guard_table('shipments');
CALL guard_table('tracking_events', true);
CALL guard_table('swaps');
CALL guard_table('abatements', true);
CALL guard_table('parcel_cases', true);
