"""SQL of arrears, one file a subject."""
