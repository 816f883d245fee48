"""GET /desk/leases/{ref}/arrears: how late, what it costs, what was said, and where a default stands."""

from datetime import date, datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from shouwen.features.arrears import use_cases as arrears
from shouwen.features.arrears.types import DefaultStep
from shouwen.features.arrears.use_cases.looking import Lateness
from shouwen.features.arrears.use_cases.reading import ArrearsView
from shouwen.features.leases.types import LeaseFile
from shouwen.kernel.days import beijing_at, start_of
from shouwen.kernel.fen import format_fen
from shouwen.mount.pages.form_views import FieldView, FormView
from shouwen.mount.pages.i18n import Words
from shouwen.mount.pages.views import FactView, LinkView, PillView, StepView, Tone
from shouwen.mount.web.acts import Tried, act, form_view, may
from shouwen.mount.web.desk.arrears_rows import late_rows
from shouwen.mount.web.desk.arrears_said import coming_rows, demand_rows, notice_row
from shouwen.mount.web.desk.arrears_views import LeaseArrearsView, PauseRowView
from shouwen.mount.web.desk.lease_shell import lease_file, lease_head
from shouwen.mount.web.desk.money_bits import line_label, paper_row
from shouwen.mount.web.desk.rail import desk_html
from shouwen.mount.web.page import page, run, words

_BASE = "/desk/leases/{lease_ref}/arrears"
_PAUSED = {"dispute": "争议", "appeal": "申诉", "loss": "丢失手机"}


def routes() -> list[Route]:
    """The tab, and the acts that need no page of their own."""
    return [
        page("GET", _BASE, arrears_tab),
        page("POST", f"{_BASE}/freeze", act(
            arrears.freeze_lease, arrears.FreezeLease, arrears_tab, f"{_BASE}#freeze", "已限制新下单，租客会收到说明"
        )),
        page("POST", f"{_BASE}/freeze/lifting", act(
            arrears.lift_freeze, arrears.LiftFreeze, arrears_tab, f"{_BASE}#freeze", "限制已解除，租客会收到说明"
        )),
    ]  # fmt: skip


async def arrears_tab(request: Request, tried: Tried | None = None) -> Response:
    """The whole tab; before signing there is nothing to be late with."""
    file, t = await lease_file(request), words(request)
    ref = file.lease.ref
    if file.contract is None:
        return await desk_html(request, _nothing(request, file, t))
    ages = await run(request, arrears.read_ages, arrears.ReadAges(ref))
    late = await run(request, arrears.read_lateness, arrears.ReadLateness(ref))
    view = LeaseArrearsView(
        head=lease_head(request, file, "arrears"),
        rows=late_rows(file, ages, late, relieves=may(request, arrears.grant_relief), t=t),
        owed=_owed(ages, t),
        step=_step_pill(ages, late, t),
        step_why="" if _over(late) else why_step(ages, t),
        steps=_steps(ages, late, t),
        step_links=_step_links(request, ref, late, t),
        step_by="" if may(request, arrears.demand_payment) else t("催告、解除和全部到期由主管决定。"),
        kept=_kept(late, t),
        demands=demand_rows(late, t),
        freeze=_freeze_text(ages, t),
        freeze_act=_freeze_act(request, ref, ages, tried, t),
        pauses=_pauses(late, t),
        next_reminders=coming_rows(late, t),
        notices=tuple(notice_row(one, t) for one in ages.notices if one.sent_at or one.failed_at or one.dropped_why),
        reliefs=_reliefs(ref, ages, t),
        credit_shown=late.reports_to_bureau or bool(ages.credit_notices),
        credit=tuple(
            LinkView(
                f"{t('第 {n} 期租金', n=one.no)} · {t(one.state_zh)}", f"/desk/leases/{ref}/papers/{one.paper_ref}"
            )
            for one in ages.credit_notices
        ),
        credit_link=_credit_link(request, ref, late, t),
        papers=tuple(paper_row(ref, one, t) for one in ages.papers),
    )
    return await desk_html(request, view, tried.status if tried else 200)


def _nothing(request: Request, file: LeaseFile, t: Words) -> LeaseArrearsView:
    return LeaseArrearsView(
        head=lease_head(request, file, "arrears"), rows=(), owed=(), step=PillView(t("没有可催告的事项")), step_why="",
        steps=(), step_links=(), step_by="", kept=(), demands=(), freeze="", freeze_act=None, pauses=(),
        next_reminders=(), notices=(), reliefs=(), credit_shown=False, credit=(), credit_link=None, papers=(),
    )  # fmt: skip


def _owed(ages: ArrearsView, t: Words) -> tuple[FactView, ...]:
    facts = [
        FactView(
            t("逾期未付、无争议"), format_fen(ages.overdue_fen), tone="red" if ages.overdue_fen > 0 else "plain"
        )
    ]  # fmt: skip
    if ages.contested_fen:
        facts.append(FactView(t("争议中，暂停催收"), format_fen(ages.contested_fen), tone="amber"))
    oldest = ages.lease_age
    if oldest is not None and oldest.days_past_due > 0:
        facts.append(
            FactView(t("租约账龄"), t("{n} 天（第 {k} 期起）", n=oldest.days_past_due, k=oldest.no), tone="red")
        )
    how = t("从宽限期满起算") if ages.counted_from == "grace" else t("从应付日起算")
    facts.append(FactView(t("账龄怎么算"), how))
    return tuple(facts)


def why_step(ages: ArrearsView, t: Words) -> str:
    """Why a default stands where it does; empty where there is none."""
    if ages.default is None:
        return ""
    return ages.default.why_en if t.lang == "en" else ages.default.why


def _over(late: Lateness) -> bool:
    """Whether no demand can follow any more: the contract has ended."""
    return not late.demandable and all(one.state != "open" for one in late.demands)


def _step_pill(ages: ArrearsView, late: Lateness, t: Words) -> PillView:
    if late.kept is not None:
        return PillView(t("已解除合同"), "red")
    if ages.default is None or _over(late):
        return PillView(t("没有可催告的事项"), "moss")
    tones: dict[DefaultStep, Tone] = {
        DefaultStep.NOTHING: "moss", DefaultStep.MAY_DEMAND: "amber", DefaultStep.DELIVERING: "amber",
        DefaultStep.WAITING: "amber", DefaultStep.MAY_ACT: "red",
    }  # fmt: skip
    return PillView(t(ages.default.step_zh), tones[ages.default.step])


def _steps(ages: ArrearsView, late: Lateness, t: Words) -> tuple[StepView, ...]:
    """Demand, delivery, the renter's days, the next step: which are done, which runs, which is to come."""
    if ages.default is None or _over(late):
        return ()
    open_one = next((one for one in late.demands if one.state == "open"), None)
    at = {
        DefaultStep.NOTHING: 0, DefaultStep.MAY_DEMAND: 0, DefaultStep.DELIVERING: 1, DefaultStep.WAITING: 2,
        DefaultStep.MAY_ACT: 3,
    }[ages.default.step]  # fmt: skip
    days = open_one.days if open_one else late.demand_days
    until = open_one.until_on if open_one else None
    named: tuple[tuple[str, date | None], ...] = (
        (t("书面催告（民法典 722）"), open_one.asked_on if open_one else None),
        (t("送达租客，次日起计期"), open_one.delivered_on if open_one else None),
        (t("给租客 {n} 天付款、归还或答复", n=days), until),
        (t("期满仍未办结：解除合同，分期买卖可要求全部到期"), None),
    )
    return tuple(
        StepView(text, "done" if no < at else "current" if no == at else "todo", _day(on))
        for no, (text, on) in enumerate(named)
    )


def _day(on: date | None) -> datetime | None:
    return None if on is None else start_of(on)


def _step_links(request: Request, ref: str, late: Lateness, t: Words) -> tuple[LinkView, ...]:
    """What a supervisor may do next; each opens a page that says what follows."""
    if not may(request, arrears.demand_payment):
        return ()
    base, found = f"/desk/leases/{ref}/arrears", []
    if late.step is DefaultStep.MAY_DEMAND and late.demandable:
        found.append(LinkView(t("书面催告"), f"{base}/demand"))
    if late.step is DefaultStep.MAY_ACT:
        found.append(LinkView(t("解除合同"), f"{base}/termination"))
        if late.acceleration is not None and late.acceleration.instalment_sale:
            found.append(LinkView(t("要求支付全部价款"), f"{base}/acceleration"))
    if any(one.state == "open" for one in late.demands):
        found.append(LinkView(t("撤回催告"), f"{base}/demand/withdrawal"))
    return tuple(found)


def _kept(late: Lateness, t: Words) -> tuple[FactView, ...]:
    kept = late.kept
    if kept is None:
        return ()
    daily = format_fen(kept.daily_num // kept.daily_den)
    facts = [
        FactView(
            t("占用费（DEF-1）"), t("{day} 起每天 {daily}，最多 {cap}", day=kept.from_on, daily=daily,
            cap=format_fen(kept.cap_fen)),
        ),
        FactView(t("已计占用费"), format_fen(kept.booked_fen)),
    ]  # fmt: skip
    if kept.clause:
        facts.append(FactView(t("依据"), t("合同 {no} 条", no=kept.clause)))
    if kept.ended_on is not None:
        facts.append(FactView(t("计到"), str(kept.ended_on)))
    return tuple(facts)


def _freeze_text(ages: ArrearsView, t: Words) -> str:
    freeze = ages.freeze
    if freeze is None:
        return t("没有限制。限制只暂停新的租用申请，付清即自动解除。")
    amount = format_fen(freeze.amount_fen)
    if freeze.holds:
        return t(
            "因 {amount} 逾期未付（{why}），新的租用申请暂停受理；付清即自动解除。", amount=amount, why=freeze.reason
        )
    if freeze.lifted_why:
        return t("上一次限制已解除：{why}", why=freeze.lifted_why)
    return t("欠款已付清，限制不再生效。")


def _freeze_act(
    request: Request, ref: str, ages: ArrearsView, tried: Tried | None, t: Words
) -> FormView | None:  # fmt: skip
    if not may(request, arrears.freeze_lease):
        return None
    base = f"/desk/leases/{ref}/arrears/freeze"
    why = FieldView(name="why", label=t("事由（会告诉租客）"), kind="area")
    if ages.freeze is not None and ages.freeze.holds:
        return form_view("lift_freeze", f"{base}/lifting", t("现在解除"), t("解除限制"), (why,), tried=tried)
    if ages.overdue_fen <= 0 and tried is None:
        return None
    return form_view(
        "freeze_lease", base, t("限制新下单"), t("限制新下单"), (why,), tried=tried,
        lead=t(
            "租客会收到一条说明：事由、{amount}、怎样解除。已租手机的使用不受影响（CRE-3）。",
            amount=format_fen(ages.overdue_fen),
        ),
    )  # fmt: skip


def _pauses(late: Lateness, t: Words) -> tuple[PauseRowView, ...]:
    rows = []
    for one in late.pauses:
        line = line_label(one.kind, one.no, t) if one.kind is not None and one.no is not None else t("待裁定的金额")
        why = t(_PAUSED[one.reason])
        from_on = f"{beijing_at(one.started_at):%m-%d}"
        days = (
            t("{from_on} 起，{to} 止", from_on=from_on, to=one.ends_on)
            if one.ends_on
            else t("{from_on} 起，未结束", from_on=from_on)
        )
        rows.append(PauseRowView(f"{line} {format_fen(one.amount_fen)} · {why}", days, f"/desk/cases/{one.case_ref}"))
    return tuple(rows)


def _reliefs(ref: str, ages: ArrearsView, t: Words) -> tuple[LinkView, ...]:
    return tuple(
        LinkView(
            t("第 {n} 期 · {rule} · {amount}", n=one.no, rule=one.rule, amount=format_fen(one.relieved_fen)),
            f"/desk/leases/{ref}/papers/{one.paper_ref}",
        )
        for one in ages.reliefs
    )


def _credit_link(request: Request, ref: str, late: Lateness, t: Words) -> LinkView | None:
    if not late.reports_to_bureau or not may(request, arrears.give_credit_notice):
        return None
    return LinkView(t("出具报送前告知"), f"/desk/leases/{ref}/arrears/credit-notice")
