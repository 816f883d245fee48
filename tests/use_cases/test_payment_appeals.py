"""What an appeal takes off a damage charge that was paid through the provider goes back the same way."""

from claim_ground import open_claims
from lease_ground import in_act
from payment_desk import NOW, Desk

from shouwen.features.leases.use_cases.payments import PayBills, pay_bills
from shouwen.features.payments.store import insert_agreement
from shouwen.mount.simulate.payments.commands import SetAgreement


def test_paid_damage_lowered_on_appeal_is_refunded_to_where_it_came_from(house, monkeypatch):
    desk, claims = Desk(house, monkeypatch), open_claims(house)
    lease = claims.lease
    desk.money(lease, 100_000)
    desk.tell(SetAgreement(agreement_no="A1", buyer_id=desk.buyer(lease)))
    in_act(house, lambda ctx: insert_agreement(ctx.conn, lease.id, lease.renter_id, "A1", desk.buyer(lease), NOW))
    ref = claims.contested()
    claims.decide(ref)
    claims.act(claims.renter, pay_bills, PayBills(lease.ref, 15_000, ("damage-1",)))
    desk.work()
    assert claims.damage() == [(15_000, 15_000, 0, 0)]
    claims.appeal(ref)
    verdict = claims.verdict(1, "charge", amount_fen=5_000, reason="按部分责任核减")
    claims.decide(ref, verdict, actor=claims.supervisor)
    assert claims.damage() == [(15_000, 5_000, 10_000, 0)]
    desk.work()
    assert desk.provider_fen(lease) == 5_000
    assert desk.balance_fen(lease) == 95_000
    assert desk.credit_fen(lease) == 0
    assert house.sql("SELECT amount_fen, done_on IS NOT NULL AS done FROM refunds")[0]["done"]
