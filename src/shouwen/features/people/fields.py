"""Bounded fields of people's commands. `Address` and `Agent` are filled in by the edge."""

from typing import Annotated

from msgspec import Meta

from shouwen.features.people.passwords import MAX_CHARS

Agent = Annotated[str, Meta(max_length=300)]
Address = Annotated[str, Meta(max_length=64)]
Phone = Annotated[str, Meta(pattern=r"^1[0-9]{10}\Z")]
Password = Annotated[str, Meta(min_length=1, max_length=MAX_CHARS)]
StaffLogin = Annotated[str, Meta(min_length=2, max_length=40, pattern=r"^[a-z][a-z0-9._-]*\Z")]
