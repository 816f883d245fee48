"""The parts of the embedded PostgreSQL launcher; others import `shouwen.platform.embedded_postgres`."""
