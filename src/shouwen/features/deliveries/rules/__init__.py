"""Pure decisions about what goes wrong on the way."""
