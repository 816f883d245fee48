-- A bank transfer gives credit back once, whoever records it and however its reference is written.
CREATE UNIQUE INDEX refunds_bank_ref ON refunds (upper(bank_ref)) WHERE bank_ref <> '';

-- An agreement at the provider is one renter's: asked by its number.
CREATE INDEX agreements_no ON agreements (agreement_no, renter_id);
