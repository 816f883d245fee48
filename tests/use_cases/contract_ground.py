"""Renters with an application under a published plan, for tests of signing and amending."""

from pathlib import Path

from lease_ground import NOW, add_renter, run

from shouwen.features.contracts import use_cases as contracts
from shouwen.features.leases.use_cases import contracts as signing
from shouwen.kernel.actor import Actor, Role
from shouwen.kernel.days import beijing_on

SUPERVISOR = Actor(Role.SUPERVISOR, 1, "林主管")
SPECIALIST = Actor(Role.SPECIALIST, 3, "专员")
SAMPLES = Path(__file__).resolve().parents[2] / "policies" / "templates"
YEAR = (SAMPLES / "early_buyout_12.toml").read_text("utf-8")
ADDRESS = "上海市浦东新区世纪大道 100 号 3 室"


def publish(house, source=YEAR, ref="MB-12", **more):
    return run(house, contracts.publish_template, SUPERVISOR, contracts.PublishTemplate(ref, source), **more)


def apply(house, renter, **more):
    given = {"template_ref": "MB-12", "address": ADDRESS, "colour": "原色钛"} | more
    return run(house, signing.apply_lease, renter, signing.ApplyLease(**given)).lease_ref


def approved(house, no=1):
    """A renter and the reference of their approved application."""
    renter = add_renter(house, no)
    ref = apply(house, renter)
    run(house, signing.decide_application, SPECIALIST, signing.DecideApplication(ref, True, "资料齐全"))
    return renter, ref


def draft(house, renter, ref, first_due_on=None, **more):
    first_due_on = first_due_on or beijing_on(more.get("at", NOW))
    return run(house, signing.read_draft, renter, signing.ReadDraft(ref, first_due_on), **more)


def sign(house, renter, ref, shown=None, first_due_on=None, **more):
    """Agree to the draft shown, today's by default."""
    shown = shown or draft(house, renter, ref, first_due_on)
    command = signing.SignLease(ref, shown.template_ref, shown.template_version, shown.contract.due_on[0], shown.sha256)
    return run(house, signing.sign_lease, renter, command, **more)


def signed(house, no=1):
    renter, ref = approved(house, no)
    sign(house, renter, ref)
    return renter, ref
