"""One folder a subject; each imports only those listed before it in house order."""
