"""Every figure of a lease that may be said to a renter, each with its clause and working (GUARD-1)."""

from shouwen.features.contracts.public import quote_early_return, refundable_fen
from shouwen.features.contracts.types import Contract
from shouwen.features.leases.types import LeaseFigure, LeaseFigures, LeaseFile, LeaseRate, LeaseState
from shouwen.kernel.errors import Refusal
from shouwen.kernel.fen import plain_fen


def figures_of(file: LeaseFile, contract: Contract) -> LeaseFigures:
    """The figures of an opened file; the file's contract must be `contract`."""
    summary = file.contract
    if summary is None:
        raise LookupError("a file without a contract has no figures")
    figures = (
        *_buyout(file, contract), *_early_return(file, contract), *_rents(file, contract), *_terms(contract),
        *_money(file, contract),
    )  # fmt: skip
    return LeaseFigures(
        lease_id=file.lease.id,
        lease_ref=file.lease.ref,
        contract_id=summary.id,
        contract_version=contract.version,
        on=file.on,
        buyout=file.buyout,
        figures=figures,
        rates=_rates(contract),
    )


def _clause(contract: Contract, *keys: str) -> str:
    clauses = contract.clauses_for(*keys)
    return clauses[0] if clauses else ""


def _buyout(file: LeaseFile, contract: Contract) -> list[LeaseFigure]:
    if file.buyout is None:
        return []
    quote, clause = file.buyout, _clause(contract, "buyout_formula")
    found = [
        LeaseFigure("buyout", "今天的买断价", quote.lines[0].amount_fen, clause, quote.working, True, quote.valid_until)
    ]
    if len(quote.lines) > 1:
        found.append(
            LeaseFigure("buyout", "今天买断合计", quote.amount_fen, clause, quote.working, False, quote.valid_until)
        )
    for line in quote.lines[1:]:
        topic = "late_fee" if line.kind == "late_fee" else "early_buyout_fee"
        found.append(LeaseFigure(topic, line.label, line.amount_fen, line.clauses[0] if line.clauses else ""))
    for point in file.ladder:
        found.append(LeaseFigure("buyout", f"付清 {point.settled} 期后的买断价", point.price_fen, clause, (), False))
    return found


def _early_return(file: LeaseFile, contract: Contract) -> list[LeaseFigure]:
    """What returning today would cost, where the contract has a rule for it and it is early (RET-1)."""
    if file.lease.state is not LeaseState.RENTING:
        return []
    fees_fen = sum(fee.amount_fen for fee in file.late_fees)
    fees_fen += sum(charge.outstanding_fen for charge in file.open_charges if charge.kind == "late_fee")
    try:
        back_fen = refundable_fen(contract, ((i.no, i.paid_fen, i.waived_fen) for i in file.instalments), file.on)
        quote = quote_early_return(
            contract, file.settled, file.partly_paid_fen, fees_fen, file.on, file.on, refundable_fen=back_fen
        )
    except Refusal:
        return []
    clause = quote.clauses[0] if quote.clauses else ""
    label = "今天提前归还合计"
    found = [LeaseFigure("other", label, quote.amount_fen, clause, quote.working, False, quote.valid_until)]
    found += [
        LeaseFigure("other", f"今天{line.label}", line.amount_fen, line.clauses[0] if line.clauses else "", (), False)
        for line in quote.lines
        if line.kind == "early_return_fee"
    ]
    return found


def _rents(file: LeaseFile, contract: Contract) -> list[LeaseFigure]:
    clause = _clause(contract, "rents_fen", "total_rent_fen", "periods")
    next_no = next((i.no for i in file.instalments if i.outstanding_fen), 1)
    found = [
        LeaseFigure("rent", f"第 {no} 期租金", rent_fen, clause, (), no == next_no)
        for no, rent_fen in enumerate(contract.rents_fen, start=1)
    ]
    paid_fen = sum(i.paid_fen for i in file.instalments)
    unpaid_fen = sum(i.outstanding_fen for i in file.instalments)
    overdue = [i for i in file.instalments if i.state == "overdue"]
    found.append(LeaseFigure("rent_paid", "已付租金", paid_fen, clause))
    found.append(LeaseFigure("unpaid_rent", "剩余未付租金", unpaid_fen, clause))
    if overdue:
        parts = " + ".join(plain_fen(i.outstanding_fen) for i in overdue)
        overdue_fen = sum(i.outstanding_fen for i in overdue)
        working = (f"逾期各期：{parts} = {plain_fen(overdue_fen)}",)
        found.append(LeaseFigure("rent", "逾期租金", overdue_fen, clause, working, False))
        found += [LeaseFigure("rent", f"第 {i.no} 期未付", i.outstanding_fen, clause, (), False) for i in overdue]
    return found


def _terms(contract: Contract) -> list[LeaseFigure]:
    terms = contract.terms
    listed = [
        ("total_rent", "总租金", terms.total_rent_fen, "total_rent_fen"),
        ("signed_value", "签约价", terms.signed_value_fen, "signed_value_fen"),
        ("residual_price", "买断尾款", terms.residual_price_fen, "residual_price_fen"),
        ("early_buyout_fee", "提前买断手续费", terms.early_buyout_fee_fen or None, "early_buyout_fee_fen"),
        ("deposit", "押金", terms.deposit_fen, "deposit_fen"),
        ("late_fee", "每天的逾期违约金", terms.late_fee_daily_fen, "late_fee_daily_fen"),
        ("damage", "定损上限", terms.damage_cap_fen, "damage_cap_fen"),
        ("other", "提前归还费", terms.early_return_fee_fen, "early_return_fee_fen"),
        ("other", "续租每月租金", terms.renewal_rent_fen, "renewal_rent_fen"),
        ("other", "逾期不还每天的费用", terms.hold_over_daily_fen, "hold_over_daily_fen"),
        ("other", "遗失赔偿", terms.loss_price_fen, "loss_price_fen"),
        ("other", "官方售价", terms.official_price_fen, "official_price_fen"),
    ]
    found = [
        LeaseFigure(topic, label, amount_fen, _clause(contract, key), (), topic != "damage")
        for topic, label, amount_fen, key in listed
        if amount_fen is not None
    ]
    clause = _clause(contract, "damage_prices")
    return found + [
        LeaseFigure("damage", f"定损价目 {p.part} {p.kind} {p.severity}", p.price_fen, clause, (), False)
        for p in terms.damage_prices
    ]


_CHARGE_TOPICS = {"late_fee": "late_fee", "damage": "damage"}
_CHARGE_ZH = {
    "late_fee": "未付逾期违约金",
    "damage": "未付定损费",
    "addon": "未付增值服务费",
    "fee": "未付费用",
    "buyout": "未付买断价",
}


def _money(file: LeaseFile, contract: Contract) -> list[LeaseFigure]:
    found = [
        LeaseFigure(_CHARGE_TOPICS.get(c.kind, "other"), _CHARGE_ZH[c.kind], c.outstanding_fen, c.clause)
        for c in file.open_charges
    ]
    found += [
        LeaseFigure("late_fee", f"第 {fee.no} 期逾期违约金（至今）", fee.amount_fen, fee.clause, fee.working)
        for fee in file.late_fees
    ]
    hold = file.hold
    if hold is not None:
        clause = _clause(contract, "deposit_fen", "deposit_release_days")
        found.append(LeaseFigure("deposit", "押金冻结", hold.amount_fen, clause, (), False))
        if hold.captured_fen:
            found.append(LeaseFigure("deposit", "押金已转支付", hold.captured_fen, clause, (), False))
        if hold.released_fen:
            found.append(LeaseFigure("deposit", "押金已解冻", hold.released_fen, clause, (), False))
        if hold.open_fen not in (0, hold.amount_fen):
            found.append(LeaseFigure("deposit", "押金仍冻结", hold.open_fen, clause, (), False))
    return found


def _rates(contract: Contract) -> tuple[LeaseRate, ...]:
    terms = contract.terms
    found: list[LeaseRate] = []
    if terms.late_fee_daily_rate is not None:
        clause = _clause(contract, "late_fee_daily_rate")
        found.append(LeaseRate("late_fee", "逾期违约金日利率", terms.late_fee_daily_rate, "day", clause))
    if terms.late_fee_cap_share is not None:
        clause = _clause(contract, "late_fee_cap_share")
        found.append(LeaseRate("late_fee", "逾期违约金上限", terms.late_fee_cap_share, "", clause))
    if terms.early_return_share is not None:
        clause = _clause(contract, "early_return_share")
        found.append(LeaseRate("other", "提前归还费占未到期租金", terms.early_return_share, "", clause))
    return tuple(found)
