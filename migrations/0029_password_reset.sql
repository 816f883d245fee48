-- A password that somebody else set: whose account it is reads when and by whom, until they choose their own.
ALTER TABLE staff
  ADD COLUMN password_reset_at timestamptz,
  ADD COLUMN password_reset_by text NOT NULL DEFAULT '';
