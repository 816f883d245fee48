"""What the desk's pages of a lease's life share: deadlines, clauses, who may, why an act may not be done yet."""

from collections.abc import Iterable
from datetime import date

from shouwen.features.leases.types import LeaseAct, LeaseFile, NextAct
from shouwen.features.stock.public import courier_policy_on
from shouwen.kernel.actor import ROLE_ZH, Role
from shouwen.kernel.days import end_of
from shouwen.mount.pages.form_views import FormView, PickView
from shouwen.mount.pages.formats import plain_day
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.views import ClauseRefView, ClockView, ProblemView, Tone
from shouwen.mount.web.acts import Tried

_SOON_DAYS = 2


def day_clock(on: date, today: date, t: Words) -> ClockView:
    """The last day of something: amber when it is near, red once it is over."""
    away = (on - today).days
    if away < 0:
        return ClockView(t("{day} 已过", day=plain_day(on, today)), end_of(on), "red", fixed=True)
    tone: Tone = "amber" if away <= _SOON_DAYS else "plain"
    if away == 0:
        return ClockView(t("今天内"), end_of(on), tone, fixed=True)
    return ClockView(t("{day} 前", day=t("明天") if away == 1 else plain_day(on, today)), end_of(on), tone, fixed=True)


def clause_links(lease_ref: str, nos: Iterable[str]) -> tuple[ClauseRefView, ...]:
    """Clauses by number, each linked to its text on the desk's contract page."""
    bare = dict.fromkeys(no.removeprefix("合同 ").removesuffix(" 条") for no in nos if no)
    return tuple(ClauseRefView(no, f"/desk/leases/{lease_ref}/contract#c-{no}") for no in bare)


def roles_text(roles: Iterable[Role], t: Words) -> str:
    """Who may, in words; the system last."""
    return t("、").join(t(ROLE_ZH[role]) for role in sorted(roles, key=lambda role: role is Role.SYSTEM))


def act_of(file: LeaseFile, act: LeaseAct) -> NextAct | None:
    """The act if this state knows it."""
    return next((one for one in file.next_acts if one.act is act), None)


def act_text(act: NextAct, t: Words) -> str:
    """What is done, as a verb."""
    return act.act.replace("_", " ").capitalize() if t.lang == "en" else act.label


def blocked_text(act: NextAct, t: Words) -> str:
    """What must come first, in the reader's language."""
    return act.blocked_en if t.lang == "en" else act.blocked_zh


def not_yet(act: NextAct, t: Words) -> ProblemView:
    """Why an act of this state cannot be done yet."""
    return ProblemView(t("现在不能{act}", act=act_text(act, t)), blocked_text(act, t), act.rule, act.clause)


def courier_picks(on: date) -> tuple[PickView, ...]:
    """The couriers we follow parcels of."""
    return tuple(PickView(firm.code, firm.name) for firm in courier_policy_on(on).couriers)


def stray(tried: Tried | None, forms: Iterable[FormView | None]) -> ProblemView | None:
    """What was refused, where its form is on the page no longer: the lease has moved on meanwhile."""
    if tried is None or any(one is not None and one.problem is not None for one in forms):
        return None
    return tried.problem
