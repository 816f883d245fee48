"""Views of the renter's own steps in a claim: what is given up or agreed to is said before it is."""

from typing import ClassVar

from msgspec import Struct

from shouwen.mount.pages.form_views import FormView
from shouwen.mount.pages.views import FactView, HumanView


class PortalSureView(Struct, frozen=True, kw_only=True):
    """One question back before a weighty act: figure, what follows, then the button."""

    template: ClassVar[str] = "disputes/portal_sure.html"
    human: HumanView
    title: str
    lead: str
    back_href: str
    back: str
    facts: tuple[FactView, ...]
    after: tuple[str, ...]
    form: FormView
