"""Another agent, a complaint, a specialist: the renter's pages and the supervisors' list through the application."""

import re

import pytest
from visitor import Site

# isort: split
from case_ground import NOW, open_desk
from lease_ground import in_act

from shouwen.features.cases.types import CaseType
from shouwen.platform import clock

KEY = "a-key-of-one-form"


@pytest.fixture(autouse=True)
def at_ten(monkeypatch):
    """Ten in the morning of a working Monday."""
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def desk(house):
    return open_desk(house)


@pytest.fixture
def site(house):
    opened = Site(house)
    yield opened
    opened.close()


@pytest.fixture
def ref(desk):
    ref = desk.open()
    desk.reply(ref)
    return ref


@pytest.fixture
def renter(desk, site):
    return site.visitor("ZK-1")


def test_conversation_offers_a_specialist_beside_the_person_and_another_agent(renter, ref):
    page = renter.get(f"/my/cases/{ref}")
    assert f'action="/my/cases/{ref}/specialist"' in page.text
    assert f'href="/my/cases/{ref}/owner"' in page.text
    asked = renter.post(f"/my/cases/{ref}/specialist", {"idempotency_key": KEY})
    assert asked.headers["location"] == f"/my/cases/{ref}"
    page = renter.get(f"/my/cases/{ref}")
    assert "已请高级专员林专员来看" in page.said
    assert "已请高级专员来看" in page.said
    assert f'action="/my/cases/{ref}/specialist"' not in page.text
    again = renter.post(f"/my/cases/{ref}/specialist", {"idempotency_key": "another-key-1"})
    assert (again.status, "高级专员林专员已经在看这件事" in again.said) == (409, True)


def test_another_agent_asked_for_on_the_page_says_who_is_next(renter, ref):
    page = renter.get(f"/my/cases/{ref}/owner")
    assert "周敏 在负责" in page.said
    assert page.fields("reason")[0] == "slow"
    moved = renter.post(f"/my/cases/{ref}/owner", {"reason": "slow", "words": "两天了", "idempotency_key": KEY})
    assert moved.headers["location"] == f"/my/cases/{ref}"
    assert "接下来由李梅负责" in renter.get(f"/my/cases/{ref}").said


@pytest.mark.parametrize(
    ("fields", "said"), [({"reason": "nonsense"}, "reason"), ({"words": "长" * 201}, "最多 200 字")]
)
def test_wish_that_is_wrong_says_so_and_keeps_the_words(desk, renter, ref, fields, said):
    answer = renter.post(f"/my/cases/{ref}/owner", {"words": "两天没有回音"} | fields)
    assert answer.status == 422
    assert said in answer.said
    assert fields.get("words", "两天没有回音") in answer.said
    assert desk.case(ref)["owner_name"] == "周敏"


def test_vague_complaint_is_asked_back_once_and_goes_as_it_is(desk, renter, ref):
    fields = {"against": str(desk.agent.id), "text": "态度有问题"}
    asked = renter.post(f"/my/cases/{ref}/complaint", fields)
    assert (asked.status, asked.fields("as_is")) == (422, ["1"])
    assert "态度有问题" in asked.said
    sent = renter.post(f"/my/cases/{ref}/complaint", fields | {"as_is": "1"})
    complaint = re.fullmatch(r"/my/cases/(SW-\w+)", sent.headers["location"])[1]
    assert "周敏看不到这里的内容" in renter.get(f"/my/cases/{complaint}").said
    assert desk.case(ref)["owner_name"] == "李梅"


def test_complaint_without_a_choice_or_words_is_refused_at_its_form(desk, renter, ref):
    for fields in ({"text": "11 月 22 日说话不客气"}, {"against": str(desk.agent.id), "text": " "}):
        assert renter.post(f"/my/cases/{ref}/complaint", fields).status == 422
    assert desk.one("SELECT count(*) FROM cases") == 1


def test_two_colleagues_of_one_name_are_told_apart_on_the_complaint_form(desk, renter, ref):
    renter.post(f"/my/cases/{ref}/specialist", {"idempotency_key": KEY})
    in_act(desk.house, lambda ctx: ctx.conn.execute("UPDATE staff SET name = '周敏' WHERE login = 'lin'"))
    page = renter.get(f"/my/cases/{ref}/owner")
    assert page.fields("against") == [str(desk.agent.id), str(desk.specialist.id)]
    assert "周敏（一线客服）" in page.said
    assert "周敏（高级专员）" in page.said
    fields = {"against": str(desk.specialist.id), "text": "11 月 22 日下午说话很不客气"}
    sent = renter.post(f"/my/cases/{ref}/complaint", fields)
    complaint = sent.headers["location"].rsplit("/", 1)[1]
    assert desk.case(complaint)["complaint_against_id"] == desk.specialist.id


def test_owner_page_and_its_acts_of_a_stranger_are_not_there(site, desk, ref):
    stranger = site.visitor("ZK-2")
    assert stranger.get(f"/my/cases/{ref}/owner").status == 404
    assert stranger.get(f"/my/cases/{ref}/person").status == 404
    for path, fields in (
        ("owner", {"reason": "slow"}),
        ("specialist", {}),
        ("complaint", {"against": str(desk.agent.id), "text": "x"}),
    ):
        assert stranger.post(f"/my/cases/{ref}/{path}", fields).status == 404
    assert desk.case(ref)["owner_name"] == "周敏"


def test_complaint_on_the_desk_is_there_for_the_supervisor_and_not_for_whom_it_is_about(desk, site, renter, ref):
    fields = {"against": str(desk.agent.id), "text": "11 月 22 日下午说话很不客气"}
    sent = renter.post(f"/my/cases/{ref}/complaint", fields)
    complaint = sent.headers["location"].rsplit("/", 1)[1]
    supervisor, about = site.visitor("gu"), site.visitor("zhoumin")
    assert "升级 1" in supervisor.get("/desk?tab=escalated").said
    page = supervisor.get(f"/desk/cases/{complaint}?tab=escalated")
    assert "已升级给主管" in page.said
    assert "被投诉人：周敏" in page.said
    for path in ("", "/thread?after=0", "/header", "/file", "/timeline", "/acts", "/dossier"):
        assert about.get(f"/desk/cases/{complaint}{path}").status == 404, path
    for path, fields in (("ownership", {}), ("replies", {"text": "您好", "seen_seq": "9"}), ("notes", {"text": "x"})):
        assert about.post(f"/desk/cases/{complaint}/{path}", fields).status == 404, path
    assert about.get(f"/live/case/{complaint}").status == 404
    for tab in ("mine", "unowned", "escalated", "all"):
        assert complaint not in about.get(f"/desk?tab={tab}").text
    assert complaint not in about.get("/desk/search?q=陈*宇").text


def test_supervisor_settles_an_escalation_on_the_page_of_acts(site, desk, renter, ref):
    for key in ("first-wish-1", "second-wish-1"):
        renter.post(f"/my/cases/{ref}/owner", {"reason": "slow", "idempotency_key": key})
    supervisor, agent = site.visitor("gu"), site.visitor("limei")
    assert "处理升级" in supervisor.get(f"/desk/cases/{ref}/acts").said
    assert "处理升级" not in agent.get(f"/desk/cases/{ref}/acts").said
    assert agent.post(f"/desk/cases/{ref}/escalation", {"words": "看过"}).status in (403, 404)
    settled = supervisor.post(f"/desk/cases/{ref}/escalation", {"words": "已致电说明，由李梅继续"})
    assert settled.headers["location"] == f"/desk/cases/{ref}"
    assert desk.case(ref)["escalated_at"] is None


def test_person_asked_for_is_said_at_once_and_by_name_once_somebody_answers(desk, renter):
    ref = desk.open()
    assert "转人工 · 约 5 分钟" in renter.get(f"/my/cases/{ref}/person").said
    renter.post(f"/my/cases/{ref}/human", {"idempotency_key": KEY})
    assert "已转人工，正在为您接通" in renter.get(f"/my/cases/{ref}").said
    desk.take(ref)
    assert "周敏 在负责" in renter.get(f"/my/cases/{ref}/person").said


@pytest.fixture
def other_ref(desk):
    """A second case about the same phone, with 周敏 too."""
    ref = desk.open(CaseType.BILLING_QUESTION, "第 8 期租金为什么多 0.04 元")
    desk.reply(ref, "我核对一下第 8 期的账单。")
    return ref


def test_merging_asks_for_confirmation_and_the_old_link_lands_on_the_kept_case(site, desk, renter, ref, other_ref):
    agent = site.visitor("zhoumin")
    page = agent.get(f"/desk/cases/{other_ref}/merge")
    assert page.fields("into") == [ref]
    unsure = agent.post(f"/desk/cases/{other_ref}/merge", {"into": ref})
    assert (unsure.status, "合并后不能撤销，请先确认" in unsure.said) == (422, True)
    done = agent.post(f"/desk/cases/{other_ref}/merge", {"into": ref, "confirmed": "1"})
    assert done.headers["location"] == f"/desk/cases/{ref}"
    assert renter.get(f"/my/cases/{other_ref}").headers["location"] == f"/my/cases/{ref}"
    kept = renter.get(f"/my/cases/{ref}")
    assert f'href="/my/cases/{ref}/merged/{other_ref}"' in kept.text
    merged = renter.get(f"/my/cases/{ref}/merged/{other_ref}")
    assert "我核对一下第 8 期的账单。" in merged.said
    assert f"/my/cases/{ref}/messages/" not in merged.text  # a receipt is the merged case's own
    assert f'href="/desk/cases/{ref}/merged/{other_ref}"' in agent.get(f"/desk/cases/{ref}").text
    assert "我核对一下第 8 期的账单。" in agent.get(f"/desk/cases/{ref}/merged/{other_ref}").said
    assert f'href="/desk/cases/{ref}"' in agent.get(f"/desk/cases/{other_ref}").text


def test_merged_conversation_of_a_stranger_or_from_another_case_is_not_there(site, desk, ref, other_ref):
    agent = site.visitor("zhoumin")
    agent.post(f"/desk/cases/{other_ref}/merge", {"into": ref, "confirmed": "1"})
    assert site.visitor("ZK-2").get(f"/my/cases/{ref}/merged/{other_ref}").status == 404
    assert agent.get(f"/desk/cases/{other_ref}/merged/{ref}").status == 404


def test_merging_what_is_not_mine_says_so_on_the_page(site, desk, ref, other_ref):
    refused = site.visitor("limei").post(f"/desk/cases/{other_ref}/merge", {"into": ref, "confirmed": "1"})
    assert (refused.status, "只能合并自己负责或没有人受理的案件" in refused.said) == (409, True)
    assert desk.case(other_ref)["state"] == "open"
