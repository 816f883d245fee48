"""Pure decisions about damage claims."""
