"""What happens on the story leases, act by act through the door, as people and the system would do it."""
