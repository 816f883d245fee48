"""Quotes from the contract and promises to the renter."""

from datetime import timedelta
from typing import Annotated, Literal

from msgspec import Meta, Struct

from shouwen.features.cases.changes import Changing
from shouwen.features.cases.figures import clause_zh
from shouwen.features.cases.ground import access_case, event, refuse_not_owner
from shouwen.features.cases.guarding import load_guarded, pass_guard
from shouwen.features.cases.rows import ItemSent, QuoteInserted
from shouwen.features.cases.store import deadlines, load
from shouwen.features.cases.use_cases.replying import answered, asked_until, may_answer, noticed
from shouwen.features.contracts.types import Quote
from shouwen.features.leases.public import figures_for
from shouwen.kernel.days import beijing_at, beijing_on
from shouwen.kernel.errors import Absent, BadInput, Refusal
from shouwen.kernel.fen import format_fen
from shouwen.platform.clock import random_ref
from shouwen.platform.door import Ctx
from shouwen.platform.events import Done
from shouwen.platform.fields import MAX_ID, Instant, Line, Ref
from shouwen.platform.permissions import Permission
from shouwen.platform.registry import use_case

_LONGEST_PROMISE = timedelta(days=60)


class InsertQuote(Struct, frozen=True, forbid_unknown_fields=True):
    """Which figure to draw from the contract; today there is one kind."""

    case_ref: Ref
    kind: Literal["buyout"] = "buyout"


@use_case(InsertQuote, QuoteInserted, permission=Permission.CASE_ANSWER, method="POST", path="/cases/{case_ref}/quotes")
async def insert_quote(ctx: Ctx, command: InsertQuote) -> Done[QuoteInserted]:
    """按合同生成报价，写进会话
    Draw a quote from the contract and put it into the thread."""
    guarded = await load_guarded(ctx, command.case_ref, "报价")
    changing = Changing(guarded.ground.case, ctx.actor, ctx.now)
    within, taken = may_answer(ctx, changing, guarded)
    case = changing.case
    if case.lease_id is None:
        raise BadInput("case_ref", "这件事没有关联租约，不能报价", "a case without a lease has no contract")
    figures = await figures_for(ctx.conn, case.lease_id, beijing_on(ctx.now))
    quote = figures.buyout
    if quote is None:
        raise Refusal(
            "buyout_not_offered",
            "这笔租约现在不能买断",
            "this lease offers no buyout now",
            rule="BUY-1",
            remedy_zh="请看租约里的原因，并向租客说明",
            remedy_en="see the lease for the reason",
        )
    ref, sentence = random_ref("BJ"), quote_sentence(quote)
    await load.insert_quote(
        ctx.conn, ref=ref, case_id=case.id, lease_id=case.lease_id, contract_id=figures.contract_id, quote=quote,
        by=ctx.actor.id, now=ctx.now,
    )  # fmt: skip
    extra: dict[str, object] = {"quote_ref": ref, "quote": quote, **({"within": within} if within else {})}
    seq = changing.add("quote", sentence, extra=extra)
    answered(ctx, changing, substantive=True, asked_for=await asked_until(ctx, case))
    after = await changing.write(ctx.conn)
    given = event(
        after, "quote.given", f"{ctx.actor.name}按合同报价：买断 {format_fen(quote.amount_fen)}", rule=quote.rules[0],
        seq=seq, sealed=True,
        data={
            "quote_ref": ref, "amount_fen": quote.amount_fen, "clauses": list(quote.clauses),
            "contract_version": quote.contract_version, "valid_until": quote.valid_until.isoformat(),
        },
    )  # fmt: skip
    inserted = QuoteInserted(
        case.ref, seq, ref, quote.amount_fen, sentence, quote.clauses, quote.working, quote.valid_until
    )
    return Done(inserted, *([taken] if taken else []), given)


def quote_sentence(quote: Quote) -> str:
    """The sentence a quote says; every figure in it is the contract's."""
    basis = f"按{clause_zh('、'.join(quote.clauses))}，" if quote.clauses else ""
    return f"{basis}今天买断需要支付 {format_fen(quote.amount_fen)}，{quote.valid_until:%m-%d} 当天有效。"


class MakePromise(Struct, frozen=True, forbid_unknown_fields=True):
    """What is promised, and until when; `guard_reason` says why a figure that differs from the contract is right."""

    case_ref: Ref
    text: Annotated[str, Meta(min_length=1, max_length=200)]
    due_at: Instant
    guard_reason: Line = ""


@use_case(MakePromise, ItemSent, permission=Permission.CASE_ANSWER, method="POST", path="/cases/{case_ref}/promises")
async def make_promise(ctx: Ctx, command: MakePromise) -> Done[ItemSent]:
    """向租客承诺一件事和时间，到期提醒
    Promise something by a time; it is recorded and reminded of."""
    if not ctx.now < command.due_at <= ctx.now + _LONGEST_PROMISE:
        raise BadInput(
            "due_at",
            "承诺的时间要在以后 60 天之内",
            "the time must lie within the next 60 days",
            remedy_zh="请选一个做得到的时间",
        )
    guarded = await load_guarded(ctx, command.case_ref, command.text)
    check = pass_guard(ctx, guarded, command.guard_reason)
    case = guarded.ground.case
    refuse_not_owner(case, ctx.actor)
    changing = Changing(case, ctx.actor, ctx.now)
    _, taken = may_answer(ctx, changing, guarded)
    changing.guarded(check)
    until = f"{beijing_at(command.due_at):%m-%d %H:%M}"
    seq = changing.system_line(f"{ctx.actor.name}承诺：{until} 前{command.text}", promise=True)
    after = await changing.write(ctx.conn)
    promise_id = await deadlines.insert_promise(ctx.conn, case.id, ctx.actor.id, command.text, command.due_at)
    promised = event(
        after, "promise.made", f"{ctx.actor.name}承诺：{until} 前{command.text}", rule="PROM-1", seq=seq, sealed=True,
        data={"promise_id": promise_id, "due_at": command.due_at.isoformat()},
    )  # fmt: skip
    told = noticed(after, guarded, check, (), seq)
    return Done(changing.sent(), *([taken] if taken else []), promised, *told)


class KeepPromise(Struct, frozen=True, forbid_unknown_fields=True):
    """Which promise has been kept."""

    case_ref: Ref
    promise_id: Annotated[int, Meta(ge=1, le=MAX_ID)]
    words: Line = ""


@use_case(
    KeepPromise, ItemSent, permission=Permission.CASE_ANSWER, method="POST",
    path="/cases/{case_ref}/promises/{promise_id}/kept",
)  # fmt: skip
async def keep_promise(ctx: Ctx, command: KeepPromise) -> Done[ItemSent]:
    """记下一项承诺已兑现
    Record that a promise was kept."""
    case = await access_case(ctx.conn, ctx.actor, command.case_ref, lock=True)
    text = await deadlines.keep_promise(ctx.conn, case.id, command.promise_id, ctx.now)
    if text is None:
        raise Absent("承诺", "promise")
    kept = event(
        case, "promise.kept", f"已兑现：{text}", rule="PROM-1", sealed=True,
        data={"promise_id": command.promise_id, "words": command.words},
    )  # fmt: skip
    return Done(ItemSent(case.ref, case.seq), kept)
