"""GUARD-1 in a case whose claim is undecided: stopped, with a reason sent, after the decision no longer asked."""

import pytest
from claim_ground import open_claims

from shouwen.kernel.errors import Refusal

SAID = "您要赔一百八十元"


@pytest.fixture
def claims(house):
    return open_claims(house)


def test_reply_that_the_renter_must_pay_waits_for_the_decision_or_a_reason(claims):
    ref = claims.contested()
    case = claims.read(ref).case_ref
    with pytest.raises(Refusal, match=r"^guard:") as refused:
        claims.desk.reply(case, SAID)
    assert "定损还没有裁定" in refused.value.zh
    claims.desk.reply(case, SAID, guard_reason="租客电话里已认可，在办改签")
    claims.decide(ref, claims.verdict(seen_at_handover=False))
    claims.desk.reply(case, "按裁定，您要赔一百五十元")
    assert claims.desk.one("SELECT count(*) FROM journal WHERE kind = 'reply.overridden'") == 1
