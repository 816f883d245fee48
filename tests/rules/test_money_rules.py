"""The money book: entries, charges, allocation."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shouwen.features.money.rules.allocation import allocate
from shouwen.features.money.rules.entries import (
    balance_fen,
    entry_for_amount_change,
    entry_for_capture,
    entry_for_charge,
    entry_for_closing,
    entry_for_credit_use,
    entry_for_damage_charge,
    entry_for_hold,
    entry_for_late_fee,
    entry_for_payment,
    entry_for_recovery,
    entry_for_refund,
    entry_for_release,
    entry_for_rent_due,
    entry_for_reversal,
    entry_for_waiver,
    entry_for_write_off,
)
from shouwen.features.money.types import (
    CHARGE_ZH,
    INCOME,
    RECEIVABLE,
    Account,
    AllocatedPart,
    Allocation,
    AmountChange,
    ChargeKind,
    Entry,
    EntryKind,
    OpenDebt,
    Transfer,
)
from shouwen.kernel.errors import BadInput

TODAY = date(2026, 3, 20)


def debt(charge_id, kind, due, fen, contested=False):
    return OpenDebt(charge_id, kind, date(2026, *due), fen, contested)


DEBTS = [
    debt(1, ChargeKind.RENT, (2, 1), 50_000),
    debt(2, ChargeKind.RENT, (3, 1), 50_000),
    debt(3, ChargeKind.LATE_FEE, (2, 20), 1_000),
    debt(4, ChargeKind.DAMAGE, (1, 5), 20_000, contested=True),
    debt(5, ChargeKind.FEE, (1, 1), 3_000),
    debt(6, ChargeKind.RENT, (4, 1), 50_000),
]


def split(amount_fen, **more):
    outcome = allocate(amount_fen, DEBTS, TODAY, **more).outcome
    return [(part.charge_id, part.amount_fen) for part in outcome.parts], outcome.surplus_fen


def test_story_of_a_damage_charge_leaves_every_account_right():
    book = [
        entry_for_hold("YS-1", 300_000),
        entry_for_damage_charge(9, "DS-1", 26_000),
        entry_for_capture("YS-1:1", ChargeKind.DAMAGE, 9, 26_000),
        entry_for_release("YS-1", 274_000),
    ]
    assert balance_fen(book, Account.CASH) == 26_000
    assert balance_fen(book, Account.DAMAGE_RECEIVABLE) == 0
    assert balance_fen(book, Account.DAMAGE_INCOME) == -26_000
    assert balance_fen(book, Account.HOLD_CONTROL) == 0
    assert balance_fen(book, Account.HOLD_LIABILITY) == 0


def test_hold_is_not_revenue():
    book = [entry_for_hold("YS-1", 300_000)]
    assert all(balance_fen(book, account) == 0 for account in (Account.CASH, *INCOME.values()))


def test_payment_by_default_settles_oldest_rent_then_late_fees_then_others():
    assert split(60_000) == ([(1, 50_000), (2, 10_000)], 0)
    assert split(101_500) == ([(1, 50_000), (2, 50_000), (3, 1_000), (5, 500)], 0)


def test_payment_of_more_than_is_due_is_kept_as_credit_and_leaves_contested_and_future_alone():
    assert split(110_000) == ([(1, 50_000), (2, 50_000), (3, 1_000), (5, 3_000)], 6_000)


def test_named_debts_come_first_even_contested_or_not_due():
    parts, surplus_fen = split(70_000, named=[4, 6])
    assert (parts, surplus_fen) == ([(4, 20_000), (6, 50_000)], 0)


def test_contract_order_replaces_the_default():
    order = (ChargeKind.FEE, ChargeKind.LATE_FEE, ChargeKind.RENT)
    parts, _ = split(10_000, order=order)
    assert parts == [(5, 3_000), (3, 1_000), (1, 6_000)]


@pytest.mark.parametrize(("amount_fen", "named"), [(0, []), (-1, []), (100, [99])])
def test_payment_of_nothing_or_for_an_unknown_charge_is_refused(amount_fen, named):
    with pytest.raises(BadInput):
        allocate(amount_fen, DEBTS, TODAY, named=named)


kinds = st.sampled_from(list(ChargeKind))
debts = st.lists(st.tuples(kinds, st.integers(1, 28), st.integers(1, 10**7), st.booleans()), max_size=12).map(
    lambda rows: [debt(no, kind, (3, day), fen, c) for no, (kind, day, fen, c) in enumerate(rows)]
)


@given(st.integers(1, 10**8), debts, st.data())
def test_allocation_sums_to_the_payment_and_never_overpays(amount_fen, open_debts, data):
    ids = [one.charge_id for one in open_debts]
    named = data.draw(st.lists(st.sampled_from(ids), max_size=5) if ids else st.just([]))
    outcome = allocate(amount_fen, open_debts, TODAY, named=named).outcome
    by_id = {one.charge_id: one.outstanding_fen for one in open_debts}
    assert sum(part.amount_fen for part in outcome.parts) + outcome.surplus_fen == amount_fen
    assert len({part.charge_id for part in outcome.parts}) == len(outcome.parts)
    assert all(0 < part.amount_fen <= by_id[part.charge_id] for part in outcome.parts)
    if outcome.parts or outcome.surplus_fen:
        entry = entry_for_payment("FK-1", outcome)
        assert balance_fen([entry], Account.CASH) == amount_fen


ENTRIES = [
    entry_for_rent_due(1, 1, 50_000),
    entry_for_late_fee(3, 1, 115),
    entry_for_charge(ChargeKind.ADDON, 7, 990),
    entry_for_payment("FK-1", Allocation((), 10_000)),
    entry_for_waiver("act-1", ChargeKind.LATE_FEE, 3, 115, "LATE-4"),
    entry_for_write_off("act-2", ChargeKind.RENT, 1, 50_000),
    entry_for_hold("YS-1", 300_000),
    entry_for_capture("YS-1:1", ChargeKind.DAMAGE, 9, 100),
    entry_for_release("YS-1", 100),
    entry_for_amount_change(
        "late:1:2026-03-06", ChargeKind.LATE_FEE, 3, AmountChange(accrue_fen=10), "违约金", "LATE-1"
    ),
    entry_for_amount_change(
        "late:1:2026-03-16:9", ChargeKind.LATE_FEE, 3, AmountChange(0, 90, 18, 5, 7), "违约金重算", "LATE-1"
    ),
    entry_for_credit_use("credit:1:2026-04-01", (AllocatedPart(1, ChargeKind.RENT, 700),)),
    entry_for_recovery("FK-9", ChargeKind.RENT, 1, 400),
    entry_for_refund("TK-1", 300),
    entry_for_closing("closed:1:MD-1", ChargeKind.RENT, 1, 50_000, "并入买断款", "BUY-5"),
]


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.kind)
def test_reversal_undoes_an_entry_on_every_account(entry):
    back = entry_for_reversal(entry, "扣款失败", "LATE-5")
    assert back.reverses == entry.key
    assert back.key != entry.key
    assert all(balance_fen([entry, back], account) == 0 for account in Account)
    with pytest.raises(ValueError, match="not reversed"):
        entry_for_reversal(back, "", "")


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.kind)
def test_every_entry_balances_over_all_accounts(entry):
    assert sum(balance_fen([entry], account) for account in Account) == 0
    assert entry.rule
    assert entry.memo


def test_every_kind_of_entry_is_built_here():
    built = {entry.kind for entry in ENTRIES} | {EntryKind.REVERSAL}
    assert built == set(EntryKind)
    assert len({entry.key for entry in ENTRIES}) == len(ENTRIES)


@pytest.mark.parametrize("amount_fen", [0, -1])
def test_transfer_of_nothing_is_refused(amount_fen):
    with pytest.raises(ValueError, match="more than nothing"):
        Transfer(Account.CASH, Account.RENT_INCOME, amount_fen)


def test_transfer_within_one_account_and_empty_entry_are_refused():
    with pytest.raises(ValueError, match="two accounts"):
        Transfer(Account.CASH, Account.CASH, 1)
    with pytest.raises(ValueError, match="at least one transfer"):
        Entry("k", EntryKind.CHARGE, (), "", "")


def test_every_kind_of_charge_has_its_word():
    assert set(CHARGE_ZH) == set(ChargeKind)


@pytest.mark.parametrize("kind", ChargeKind)
def test_every_kind_of_charge_has_its_two_accounts(kind):
    entry = entry_for_charge(kind, 1, 100)
    assert balance_fen([entry], RECEIVABLE[kind]) == 100
    assert balance_fen([entry], INCOME[kind]) == -100
