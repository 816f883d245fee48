-- Two renters may each say that a waybill carries their phone back: neither is turned away, nothing the courier says
-- counts for either, and a person finds out.
ALTER TABLE shipments DROP CONSTRAINT shipments_courier_waybill_key;
ALTER TABLE shipments ADD UNIQUE (courier, waybill, lease_id);
