"""Pure decisions about phones and parcels."""
