"""Pure rules of the business day."""
