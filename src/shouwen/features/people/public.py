"""What other features may use of people."""

from shouwen.features.people.store import find_session, list_staff, read_renter_card, read_renter_secret

__all__ = ["find_session", "list_staff", "read_renter_card", "read_renter_secret"]
