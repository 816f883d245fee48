"""A case through the derived API: what refusals look like to a client, and what reaches the other side."""

import pytest
from case_ground import open_desk

from shouwen.mount.api import PREFIX


@pytest.fixture
def desk(web):
    return open_desk(web.house)


def test_case_from_opening_to_answer_through_the_api(web, desk):
    web.log_in(desk.renter)
    opened = web.post(
        f"{PREFIX}/cases",
        {
            "type": "damage_dispute",
            "lease_ref": desk.lease.ref,
            "choices": [{"ask": "since", "options": ["at_handover"]}, {"ask": "request", "options": ["compare"]}],
        },
    ).json()
    ref = opened["case_ref"]

    web.log_in(desk.agent)
    assert [row["ref"] for row in web.get(f"{PREFIX}/queue?tab=unowned").json()["rows"]] == [ref]
    assert web.post(f"{PREFIX}/cases/{ref}/ownership").json()["owner_name"] == "周敏"
    page = web.get(f"{PREFIX}/cases/{ref}").json()
    seen = page["messages"][-1]["seq"]

    text = "如果现在买断，需要支付 ¥2,400。"
    wrong = web.post(f"{PREFIX}/cases/{ref}/replies", {"text": text, "seen_seq": seen})
    problem = wrong.json()
    assert (wrong.status_code, problem["code"], problem["rule"], problem["text"]) == (409, "guard", "GUARD-1", text)
    assert text[problem["findings"][0]["start"] : problem["findings"][0]["end"]] == "¥2,400"

    quoted = web.post(f"{PREFIX}/cases/{ref}/quotes", {"kind": "buyout"}).json()
    sent = web.post(f"{PREFIX}/cases/{ref}/replies", {"text": quoted["sentence"], "seen_seq": seen})
    assert sent.json() == {"case_ref": ref, "seq": quoted["seq"] + 1}

    web.log_in(desk.other)
    taken = web.post(f"{PREFIX}/cases/{ref}/replies", {"text": "我来回答您", "seen_seq": 99})
    assert (taken.status_code, taken.json()["owner_name"]) == (409, "周敏")

    web.log_in(desk.renter)
    thread = web.get(f"{PREFIX}/cases/{ref}/thread?after={seen}").json()
    assert [message["kind"] for message in thread["messages"]] == ["quote", "text"]
    assert web.get(f"{PREFIX}/queue").status_code == 404

    web.log_in(desk.stranger)
    assert web.get(f"{PREFIX}/cases/{ref}").status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"text": "好"},
        {"text": "好", "seen_seq": -1},
        {"text": "好", "seen_seq": 2**63},
        {"text": "好", "seen_seq": "1"},
        {"text": "长" * 5_001, "seen_seq": 1},
        {"text": 7, "seen_seq": 1},
        {"text": "好", "seen_seq": 1, "owner_id": 3},
        {"text": "空\u0000字", "seen_seq": 1},
        {"text": " \n", "seen_seq": 1},
    ],
)
def test_reply_with_a_bad_field_is_named_and_changes_nothing(web, desk, body):
    ref = desk.open()
    web.log_in(desk.agent)
    answer = web.post(f"{PREFIX}/cases/{ref}/replies", body)
    assert answer.status_code in (400, 422)
    assert answer.json()["title"]
    assert desk.case(ref)["seq"] == 1


@pytest.mark.parametrize(
    "query", ["tab=closed", "after=1", "after=1.x", "after=99999999999999999999.1", "tab=mine&tab=all"]
)
def test_read_queue_with_a_bad_query_is_refused(web, desk, query):
    web.log_in(desk.agent)
    assert web.get(f"{PREFIX}/queue?{query}").status_code in (400, 422)


def test_emoji_and_markup_in_a_message_come_back_as_they_were_written(web, desk):
    ref = desk.open()
    text = "<script>alert(1)</script> 👩‍👩‍👧 =1+1 '; DROP TABLE cases; --"
    web.log_in(desk.renter)
    web.post(f"{PREFIX}/cases/{ref}/messages", {"text": text})
    thread = web.get(f"{PREFIX}/cases/{ref}/thread?after=1").json()
    assert thread["messages"][0]["body"] == text
