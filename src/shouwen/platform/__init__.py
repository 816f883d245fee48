"""What every feature stands on: the door, the database, the relay, live pages."""
