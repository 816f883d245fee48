"""docs/rules/arrears.md, relief.md and default.md say what the rules do: every block in them is run."""

import re
import tomllib
from pathlib import Path

import pytest

from shouwen.features.arrears.policy import arrears_policy_on
from shouwen.features.arrears.rules.credit_notice import decide_report, earliest_report
from shouwen.features.arrears.rules.default import decide_default, last_day
from shouwen.features.arrears.rules.hold_over import decide_hold_over
from shouwen.features.arrears.rules.relief import decide_late5
from shouwen.features.arrears.rules.reminders import decide_reminder, reminder_text
from shouwen.features.arrears.types import CreditNoticeFacts, DefaultFacts, FailureFacts, HoldOverFacts, ReminderFacts
from shouwen.features.money.rules.ages import ages_of, lease_age
from shouwen.features.money.rules.late_fee import decide_first_lateness
from shouwen.features.money.types import ChargeKind, DebtOn, LatenessFacts

DOCS = Path(__file__).parents[2] / "docs" / "rules"
BLOCKS = [
    (name, tomllib.loads(block))
    for name in ("arrears", "relief", "default")
    for block in re.findall(r"```toml\n(.*?)```", (DOCS / f"{name}.md").read_text("utf-8"), re.S)
]


def run_ages(facts, expect):
    debts = [DebtOn(no, ChargeKind.RENT, no, due_on, 50_000) for no, due_on in enumerate(facts["due_on"], start=1)]
    ages = ages_of(debts, facts["on"], grace_days=facts.get("grace_days", 0))
    assert [age.days_past_due for age in ages] == expect["days"]
    assert [age.bucket for age in ages] == expect["bands"]
    assert lease_age(ages).days_past_due == expect["lease_days"]


def run_reminder(facts, expect):
    on = facts.pop("on")
    one = ReminderFacts(no=7, model="iPhone 15", **facts)
    step = decide_reminder(one, arrears_policy_on(on).plan(""), on).outcome
    assert ("" if step is None else step.step) == expect["step"]
    if step is not None:
        assert expect.get("says", "") in reminder_text(step, one, on)


def run_report(facts, expect):
    on, notified_on = facts.pop("on"), facts.pop("notified_on", None)
    wait_days = arrears_policy_on(on).report_wait_days
    earliest = None if notified_on is None else earliest_report(notified_on, wait_days)
    assert decide_report(CreditNoticeFacts(earliest_report_on=earliest, **facts), on).outcome == expect["state"]


def run_late4(facts, expect):
    facts = LatenessFacts(**{"notice_on": None, **facts})
    decided = decide_first_lateness(facts)
    assert decided.outcome is expect["waived"]
    assert expect.get("why", "") in decided.reasons[0].zh


def run_late5(facts, expect):
    assert (decide_late5(FailureFacts(**facts)).outcome or "") == expect["shown_by"]


def run_default(facts, expect):
    on, delivered_on = facts.pop("on"), facts.get("delivered_on")
    days = arrears_policy_on(on).demand_days
    until_on = None if delivered_on is None else last_day(delivered_on, days)
    now = decide_default(DefaultFacts(until_on=until_on, **facts), on).outcome
    assert (now.step, now.until_on) == (expect["step"], expect.get("until_on"))
    assert now.may_accelerate is expect.get("may_accelerate", False)


def run_kept(facts, expect):
    on = facts.pop("on")
    found = decide_hold_over(HoldOverFacts(**facts), on).outcome
    assert (found.days, found.amount_fen) == (expect["days"], expect["amount_fen"])


RUN = {
    "ages": run_ages, "reminder": run_reminder, "report": run_report, "late4": run_late4, "late5": run_late5,
    "default": run_default, "kept": run_kept,
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "block"), BLOCKS, ids=lambda part: part if isinstance(part, str) else next(iter(part))
)
def test_each_worked_example_gives_what_the_page_says(name, block):
    [kind] = set(block) - {"expect"}
    RUN[kind](dict(block[kind]), block["expect"])


def test_every_page_has_examples_of_every_rule_it_tells():
    assert {next(iter(block)) for _, block in BLOCKS} == set(RUN)
