"""Beside a decision, over HTTP: the IMEI page, the courier, asking, withdrawing, the owner's approvals."""

from datetime import UTC, datetime, timedelta

import pytest
from claim_ground import NOW, open_claims
from lease_ground import in_act
from test_desk_edges import send, text_of

from shouwen.features.disputes import jobs
from shouwen.kernel.actor import SYSTEM
from shouwen.kernel.errors import Refusal
from shouwen.platform import approvals, clock

DAY_BEFORE = datetime(2026, 11, 19, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def at_the_desk(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(minutes=10))


@pytest.fixture
def claims(web):
    return open_claims(web.house)


def test_claim_page_records_the_imei_read_and_the_courier(web, claims):
    claims.sealed("return", "back", DAY_BEFORE)
    picture = claims.sealed("return", "imei_page", DAY_BEFORE)
    ref = claims.contested()
    web.log_in(claims.specialist)
    path = f"/desk/claims/{ref}"
    page = web.get(path)
    assert page.status_code == 200
    assert "没有登记揽收时间：按寄出当天（2026-11-20）零点算" in text_of(page)
    assert "还没有人读过号码" in text_of(page)

    spaced = " ".join((claims.lease.imei[:6], claims.lease.imei[6:]))
    answer = send(web, f"{path}/imei", script=False, media_ref=picture, imei=spaced, answer="read")
    assert answer.status_code == 303
    sent = {"picked_up_at": "2026-11-20T15:00", "waybill": "SF199000010417"}
    assert send(web, f"{path}/pickup", script=False, key="another-key", **sent).status_code == 303
    said = text_of(web.get(path))
    assert "林专员读出尾号 0009，与租约一致" in said
    assert "快递 2026-11-20 15:00 揽收" in said


def test_claim_page_says_where_a_digit_was_misread_and_keeps_an_unreadable_picture(web, claims):
    picture = claims.sealed("return", "imei_page", DAY_BEFORE)
    ref = claims.contested()
    web.log_in(claims.agent)
    path = f"/desk/claims/{ref}"
    wrong = send(web, f"{path}/imei", script=False, media_ref=picture, imei="490154203237519", answer="read")
    assert wrong.status_code == 422
    assert "可能有一位看错了" in text_of(wrong)
    unread = send(web, f"{path}/imei", script=False, key="another-key", media_ref=picture, answer="unreadable")
    assert unread.status_code == 303
    assert "周敏：号码看不清" in text_of(web.get(path))
    missing = send(web, f"{path}/pickup", script=False, key="third-key", picked_up_at="", waybill="SF199000010417")
    assert "请选择揽收的日期和时间" in text_of(missing)


def test_specialist_asks_the_renter_from_the_claim_page(web, claims):
    ref = claims.contested()
    web.log_in(claims.specialist)
    path = f"/desk/claims/{ref}"
    assert "请租客补充材料" in web.get(path).text
    assert send(web, f"{path}/question", script=False, text="请补一张后盖照片").status_code == 303
    after = text_of(web.get(path))
    assert "轮到租客" in after
    assert "还缺什么，租客会看到" not in after


def test_agent_sees_neither_question_nor_withdrawal(web, claims):
    ref = claims.contested()
    web.log_in(claims.agent)
    page = web.get(f"/desk/claims/{ref}")
    assert page.status_code == 200
    assert "撤回定损" not in page.text
    assert "请租客补充材料" not in page.text
    assert send(web, f"/desk/claims/{ref}/withdrawal", script=False, reason="看漏了").status_code == 404


def test_withdrawn_claim_shows_reason_and_letter_to_desk_and_renter(web, claims):
    ref = claims.contested()
    web.log_in(claims.specialist)
    path = f"/desk/claims/{ref}"
    assert "撤回定损" in web.get(path).text
    assert send(web, f"{path}/withdrawal", script=False, reason="出库影像里已有").status_code == 303
    claims.house.run(jobs.render_withdrawal(claims.house.door, {"claim_ref": ref}))
    assert "撤回：出库影像里已有" in text_of(web.get(path))
    assert web.get(f"{path}/letter").content[:5] == b"%PDF-"
    web.log_out()
    web.log_in(claims.renter)
    mine = web.get(f"/my/claims/{ref}")
    assert "我们已于 2026-11-23 撤回这份定损，您不需要支付，押金解冻。原因：出库影像里已有" in text_of(mine)
    assert "裁定前不会扣款" not in mine.text
    letter = web.get(f"/my/claims/{ref}/letter")
    assert (letter.status_code, letter.content[:5]) == (200, b"%PDF-")
    web.log_out()
    web.log_in(claims.stranger)
    assert web.get(f"/my/claims/{ref}/letter").status_code == 404


def test_approvals_tell_staff_that_nobody_else_is_there_and_the_owner_what_to_decide(web, claims):
    claims.media("handover", "front", role="agent")
    ref = claims.contested(claims.finding(price="screen.crack.severe"))

    async def leave(ctx):
        await ctx.conn.execute("UPDATE staff SET active = false WHERE login = 'gu'")

    in_act(claims.house, leave)
    with pytest.raises(Refusal) as waiting:
        claims.decide(ref)
    web.log_in(claims.specialist)
    assert "没有可复核的第二人；11-24 10:00 后转负责人或外部复核人" in text_of(web.get("/desk/approvals"))
    web.log_out()
    web.log_in(claims.desk.admin)
    before = web.get("/desk/approvals")
    assert (before.status_code, "定损裁定" in before.text) == (200, False)
    approval_ref = waiting.value.data["approval_ref"]
    command = approvals.HandOnApproval(approval_ref)
    claims.act(SYSTEM, approvals.hand_on_approval, command, at=NOW + timedelta(hours=24))
    assert "已转负责人或外部复核人" in text_of(web.get("/desk/approvals"))
    answer = send(web, f"/desk/approvals/{approval_ref}/answer", script=False, answer="approve", reason="同意")
    assert answer.status_code == 303
    assert claims.read(ref).state == "decided"
