"""Pure decisions about cases."""
