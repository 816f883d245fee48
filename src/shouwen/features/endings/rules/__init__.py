"""Pure rules of endings."""
