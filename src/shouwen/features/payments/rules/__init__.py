"""Pure decisions about attempts to move money."""
