"""Pure decisions about arrears."""
