"""The workbench over HTTP: what each role sees, what a post does, where a refusal is said."""

import html as entities
import re
from datetime import timedelta

import pytest
from case_ground import NOW, open_desk
from claim_ground import open_claims
from lease_ground import add_lease, in_act

from shouwen.features.cases.types import CaseType
from shouwen.features.leases.types import LeaseState
from shouwen.platform import clock

WRONG = "如果现在买断，需要支付 ¥2,400，付款后手机归您所有。"


@pytest.fixture(autouse=True)
def at_the_desk(monkeypatch):
    """Everything happens on one morning of the small company."""
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(minutes=10))


@pytest.fixture
def desk(web):
    return open_desk(web.house)


@pytest.fixture
def claims(web):
    return open_claims(web.house)


def send(web, path, *, script=True, key="key-of-the-form", **fields):
    """A form as a browser posts it; with `script` as ours do."""
    headers = {"x-csrf-token": web.csrf} | ({"hx-request": "true"} if script else {})
    data = {"csrf": web.csrf, "idempotency_key": key, **fields}
    return web.send("POST", path, data=data, headers=headers)


def seen(desk, ref):
    return str(desk.case(ref)["seq"])


def said(desk, ref):
    return [row["body"] for row in desk.house.sql(
        "SELECT body FROM messages WHERE case_id = (SELECT id FROM cases WHERE ref = $1) AND kind = 'text'"
        " AND author_role <> 'renter' ORDER BY seq", ref,
    )]  # fmt: skip


def text_of(answer):
    return entities.unescape(re.sub(r"<[^>]+>", " ", answer.text))


def test_desk_of_an_agent_shows_the_waiting_case_and_its_counts(web, desk):
    ref = desk.open(CaseType.FAULT)
    web.log_in(desk.agent)
    page = web.get("/desk?tab=unowned")
    assert page.status_code == 200
    assert ref in page.text
    assert "陈*宇" in page.text
    assert "故障" in page.text


def test_case_page_shows_queue_thread_file_and_composer(web, desk):
    ref = desk.open(CaseType.BUYOUT_QUESTION, "现在买断要多少钱")
    web.log_in(desk.agent)
    page = web.get(f"/desk/cases/{ref}?tab=unowned")
    assert page.status_code == 200
    for part in ("data-queue", "data-composer", "data-thread", 'id="file"', desk.lease.ref, "现在买断要多少钱"):
        assert part in page.text


@pytest.mark.parametrize("piece", ["header", "file", "thread?after=0", "timeline"])
def test_fragment_of_a_foreign_looking_reference_is_not_there(web, desk, piece):
    web.log_in(desk.agent)
    assert web.get(f"/desk/cases/SW-nowhere/{piece}").status_code == 404
    assert web.get(f"/desk/cases/{desk.open()}/{piece}").status_code == 200


@pytest.mark.parametrize("path", ["/desk", "/desk/approvals", "/desk/search?q=x", "/desk/inspections"])
def test_desk_is_not_there_for_a_renter_and_asks_strangers_to_log_in(web, desk, path):
    web.log_in(desk.renter)
    assert web.get(path).status_code == 404
    web.log_out()
    answer = web.get(path)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/login?next=/desk")


def test_inspector_sees_inspections_and_nothing_of_cases(web, desk):
    ref = desk.open()
    web.log_in(desk.inspector)
    assert web.get("/desk/inspections").status_code == 200
    for path in (
        "/desk",
        f"/desk/cases/{ref}",
        f"/desk/leases/{desk.lease.ref}",
        "/desk/approvals",
        "/desk/search?q=x",
    ):
        assert web.get(path).status_code == 404, path


def test_reply_of_the_first_agent_is_sent_and_owns_the_case(web, desk):
    ref = desk.open()
    web.log_in(desk.agent)
    answer = send(web, f"/desk/cases/{ref}/messages", text="您好，我看一下防尘网。", seen_seq=seen(desk, ref))
    assert answer.status_code == 200
    assert "我看一下防尘网" in answer.text
    assert desk.case(ref)["owner_name"] == "周敏"


def test_reply_sent_twice_with_one_key_is_one_message(web, desk):
    ref = desk.open()
    web.log_in(desk.agent)
    at = seen(desk, ref)
    for _ in range(2):
        assert send(web, f"/desk/cases/{ref}/messages", text="我在看。", seen_seq=at).status_code == 200
    assert said(desk, ref) == ["我在看。"]


def test_reply_with_a_wrong_figure_is_stopped_by_the_guard_with_the_right_one(web, desk):
    ref = desk.open(CaseType.BUYOUT_QUESTION)
    web.log_in(desk.agent)
    answer = send(web, f"/desk/cases/{ref}/messages", text=WRONG, seen_seq=seen(desk, ref))
    assert answer.status_code == 409
    assert "data-guard-fix" in answer.text
    assert 'data-said="¥2,400"' in answer.text
    assert "看算式" in answer.text
    assert said(desk, ref) == []


def test_reply_with_a_reason_goes_out_in_spite_of_the_guard(web, desk):
    ref = desk.open(CaseType.BUYOUT_QUESTION)
    web.log_in(desk.agent)
    answer = send(
        web, f"/desk/cases/{ref}/messages", text=WRONG, seen_seq=seen(desk, ref), guard_reason="主管批准的活动价"
    )
    assert answer.status_code == 200
    assert said(desk, ref) == [WRONG]


def test_reply_refused_without_script_keeps_the_text_on_the_page(web, desk):
    ref = desk.open(CaseType.BUYOUT_QUESTION)
    web.log_in(desk.agent)
    answer = send(web, f"/desk/cases/{ref}/messages", script=False, text=WRONG, seen_seq=seen(desk, ref))
    assert answer.status_code == 409
    assert f"{WRONG}</textarea>" in answer.text
    assert "data-guard" in answer.text


def test_reply_without_having_seen_the_newest_is_refused_where_it_was_written(web, desk):
    ref = desk.open()
    web.log_in(desk.agent)
    at = seen(desk, ref)
    desk.say(ref, "还有一个问题")
    answer = send(web, f"/desk/cases/{ref}/messages", text="您好", seen_seq=at)
    assert answer.status_code == 409
    assert "有新的消息" in answer.text
    assert said(desk, ref) == []


def test_reply_of_5001_characters_is_refused_with_the_reason(web, desk):
    ref = desk.open()
    web.log_in(desk.agent)
    answer = send(web, f"/desk/cases/{ref}/messages", text="长" * 5001, seen_seq=seen(desk, ref))
    assert answer.status_code == 422
    assert "5000" in answer.text


def test_note_is_seen_by_colleagues_and_never_by_the_renter(web, desk):
    ref = desk.open()
    desk.take(ref)
    web.log_in(desk.agent)
    assert "疑似同一处" in send(web, f"/desk/cases/{ref}/notes", text="疑似同一处").text
    web.log_in(desk.renter)
    assert "疑似同一处" not in web.get(f"/my/cases/{ref}").text


def test_quote_is_a_draft_until_the_message_is_sent_with_it(web, desk):
    ref = desk.open(CaseType.BUYOUT_QUESTION)
    web.log_in(desk.agent)
    card = send(web, f"/desk/cases/{ref}/quotes", kind="buyout")
    assert card.status_code == 200
    assert "23:59" in card.text  # a quote holds through its day
    sentence = re.search(r'data-sentence="([^"]+)"', card.text)[1]
    quote_ref = re.search(r'name="quote_ref" value="([^"]+)"', card.text)[1]
    assert desk.one("SELECT count(*) FROM quotes") == 0
    words = f"您好，算好了。{sentence}"
    fields = {"text": words, "quote_ref": quote_ref, "seen_seq": seen(desk, ref)}
    for _ in range(2):
        assert send(web, f"/desk/cases/{ref}/messages", **fields).status_code == 200
    assert said(desk, ref) == [words]
    assert desk.one("SELECT count(*) FROM quotes") == 1


def test_quote_sent_without_other_words_is_said_once(web, desk):
    ref = desk.open(CaseType.BUYOUT_QUESTION)
    web.log_in(desk.agent)
    card = send(web, f"/desk/cases/{ref}/quotes", kind="buyout")
    fields = {"text": re.search(r'data-sentence="([^"]+)"', card.text)[1], "quote_ref": "待发送"}
    assert send(web, f"/desk/cases/{ref}/messages", seen_seq=seen(desk, ref), **fields).status_code == 200
    assert said(desk, ref) == []
    assert desk.one("SELECT count(*) FROM messages WHERE kind = 'quote'") == 1


def test_draft_is_kept_and_comes_back_with_the_page(web, desk):
    ref = desk.open()
    desk.take(ref)
    web.log_in(desk.agent)
    assert send(web, f"/desk/cases/{ref}/draft", text="写到一半").status_code == 204
    assert "写到一半</textarea>" in web.get(f"/desk/cases/{ref}").text


def test_take_by_a_second_agent_is_refused_naming_the_first(web, desk):
    ref = desk.open()
    web.log_in(desk.agent)
    assert send(web, f"/desk/cases/{ref}/ownership").status_code == 204
    web.log_in(desk.other)
    answer = send(web, f"/desk/cases/{ref}/ownership")
    assert answer.status_code == 409
    assert "周敏" in answer.text


def test_specialist_is_asked_in_without_a_name_and_the_owner_stays(web, desk):
    ref = desk.open()
    desk.take(ref)
    web.log_in(desk.agent)
    assert send(web, f"/desk/cases/{ref}/specialist", reason="请看比对").status_code == 204
    case = desk.case(ref)
    assert (case["specialist_name"], case["owner_name"]) == ("林专员", "周敏")


def test_reveal_without_a_reason_is_refused_and_with_one_is_on_record(web, desk):
    ref = desk.open()

    async def with_phone():
        cipher = web.house.door.services.cipher
        async with web.house.door.writes.acquire() as conn, conn.transaction():
            await conn.execute("SELECT set_config('shouwen.act', '1', true)")
            sealed = cipher.encrypt("19900002210", "phone")
            await conn.execute("UPDATE renters SET phone_cipher = $1 WHERE id = $2", sealed, desk.renter.id)

    web.house.run(with_phone())
    web.log_in(desk.agent)
    assert "19900002210" not in web.get(f"/desk/cases/{ref}").text
    assert send(web, f"/desk/cases/{ref}/reveal", reason="").status_code == 422
    answer = send(web, f"/desk/cases/{ref}/reveal", key="another-form", reason="核对身份")
    assert "19900002210" in answer.text
    assert desk.one("SELECT data->>'reason' FROM journal WHERE kind = 'renter.revealed'") == "核对身份"


def test_transfer_moves_the_case_for_a_reason_and_a_wrong_reason_keeps_the_form(web, desk):
    ref = desk.open()
    desk.take(ref)
    web.log_in(desk.agent)
    wrong = send(web, f"/desk/cases/{ref}/transfer", script=False, to="limei", reason="boredom", words="请接着看")
    assert wrong.status_code == 422
    assert "请接着看</textarea>" in wrong.text
    moved = send(web, f"/desk/cases/{ref}/transfer", script=False, key="another-form", to="limei", reason="shift_end")
    assert moved.status_code == 303
    assert desk.case(ref)["owner_name"] == "李梅"


def test_promise_is_on_record_with_its_time_and_a_past_time_is_refused(web, desk):
    ref = desk.open()
    desk.take(ref)
    web.log_in(desk.agent)
    path = f"/desk/cases/{ref}/promise"
    past = send(web, path, script=False, text="给您答复", due_at="2026-11-01T18:00")
    assert past.status_code == 422
    assert 'value="给您答复"' in past.text
    assert (
        send(web, path, script=False, key="another-form", text="给您答复", due_at="2026-11-23T18:00").status_code == 303
    )
    due_at = desk.one("SELECT due_at FROM promises")
    assert due_at.isoformat() == "2026-11-23T10:00:00+00:00"


def test_promise_stands_in_head_file_and_acts_until_it_is_kept_also_for_the_next_owner(web, desk):
    ref = desk.open()
    desk.take(ref)
    web.log_in(desk.agent)
    send(web, f"/desk/cases/{ref}/promise", script=False, text="给您答复", due_at="2026-11-23T18:00")
    send(web, f"/desk/cases/{ref}/transfer", script=False, key="another-form", to="limei", reason="shift_end")
    web.log_in(desk.other)
    page = web.get(f"/desk/cases/{ref}").text
    assert "承诺 11-23 18:00 前" in page
    assert 'id="promises"' in page
    acts = web.get(f"/desk/cases/{ref}/acts").text
    assert "还没兑现的承诺" in acts
    kept = re.search(r'action="(/desk/cases/[^"]+/promises/\d+/kept)"', acts)[1]
    assert send(web, kept, script=False, key="third-form-").status_code == 303
    assert "还没兑现的承诺" not in web.get(f"/desk/cases/{ref}/acts").text
    assert "承诺 11-23" not in web.get(f"/desk/cases/{ref}/header").text


def test_promise_of_an_amount_the_contract_does_not_know_says_why_and_takes_a_reason(web, desk):
    ref = desk.open()
    desk.take(ref)
    web.log_in(desk.agent)
    path, fields = f"/desk/cases/{ref}/promise", {"text": "给您退 5000 元", "due_at": "2026-11-25T18:00"}
    refused = send(web, path, script=False, **fields)
    assert refused.status_code == 409
    assert "5000 元" in refused.text
    assert "都没有对应的数" in refused.text
    assert 'name="guard_reason"' in refused.text
    sent = send(web, path, script=False, key="another-form", guard_reason="主管批准的补偿", **fields)
    assert sent.status_code == 303
    assert desk.one("SELECT count(*) FROM journal WHERE kind = 'reply.overridden'") == 1


def test_resolution_and_closure_end_the_case(web, desk):
    ref = desk.open()
    desk.reply(ref)
    web.log_in(desk.agent)
    seen = str(desk.case(ref)["seq"])
    desk.say(ref, "等一下，又有声音了")
    blind = send(web, f"/desk/cases/{ref}/resolution", script=False, text="已安排换机，今天寄出。", seen_seq=seen)
    assert blind.status_code == 409
    assert "已安排换机，今天寄出。" in blind.text
    seen = str(desk.case(ref)["seq"])
    assert f'name="seen_seq" value="{seen}"' in blind.text
    answer = send(
        web, f"/desk/cases/{ref}/resolution", script=False, key="seen-now", text="不用换机了。", seen_seq=seen
    )
    assert answer.status_code == 303
    assert desk.case(ref)["state"] == "resolved"
    assert send(web, f"/desk/cases/{ref}/closure", key="another-form").status_code == 204
    assert desk.case(ref)["state"] == "closed"


def rail(page):
    """The counts beside 验机 and 审批, empty where none stands."""
    found = [re.search(rf'>{name}(?:<span class="n">(\d+)</span>)?</a>', page.text) for name in ("验机", "审批")]
    return [one[1] or "" if one else "absent" for one in found]


def test_rail_counts_stand_alike_beside_every_page_of_the_desk(web, claims):
    claims.returned(claims.house, 4, claims.stranger)

    async def ask(ctx):
        for ref, by in (("SP-1", claims.supervisor.id), ("SP-2", claims.specialist.id)):
            await ctx.conn.execute(
                "INSERT INTO approvals (ref, use_case, command, requested_by, requested_role, requested_name,"
                " requested_at, approver_role, people, amount_fen, rule, summary)"
                " VALUES ($1, 'decide_claim', '{}', $2, 'specialist', '林专员', $3, 'specialist', 1, 0, '', '减免')",
                ref, by, NOW,
            )  # fmt: skip

    in_act(claims.house, ask)
    ref = claims.contested()
    case = claims.desk.one("SELECT ref FROM cases")
    claims.returned(claims.house, 5, claims.stranger)
    pages = [
        "/desk", f"/desk/cases/{case}", f"/desk/cases/{case}/timeline", f"/desk/cases/{case}/dossier",
        f"/desk/claims/{ref}", "/desk/inspections", "/desk/leases", f"/desk/leases/{claims.lease.ref}",
        "/desk/approvals", "/desk/search?q=x",
    ]  # fmt: skip
    for actor, approvals in ((claims.specialist, "1"), (claims.supervisor, "1"), (claims.agent, "")):
        web.log_in(actor)
        assert {path: rail(web.get(path)) for path in pages} == {path: ["2", approvals] for path in pages}
    web.log_in(claims.inspector)
    assert rail(web.get("/desk/inspections"))[0] == "2"


def test_leases_listed_by_state_and_number_fifty_a_page(web, desk):
    for no in range(100, 152):
        add_lease(desk.house, desk.stranger, no=no, paid=0, deposit_fen=0, state=LeaseState.SHIPPED)
    web.log_in(desk.agent)
    first = web.get("/desk/leases")
    assert first.text.count('class="t" href="/desk/leases/') == 50
    assert "ZL-20260510-0151" in first.text
    older = entities.unescape(re.search(r'href="([^"]+)">更早的租约', first.text)[1])
    last = web.get(older)
    assert last.text.count('class="t" href="/desk/leases/') == 3
    assert desk.lease.ref in last.text
    assert "更早的租约" not in last.text
    renting = web.get("/desk/leases?state=renting")
    assert renting.text.count('class="t" href="/desk/leases/') == 1
    assert '<option value="renting" selected>' in renting.text
    assert web.get("/desk/leases?q=0120").text.count('class="t" href="/desk/leases/') == 1
    refused = web.get("/desk/leases?q=%E9%99%88")
    assert (refused.status_code, "请用“查找”" in refused.text) == (422, True)
    assert web.get("/desk/leases?after=nonsense").status_code == 422


def test_search_finds_by_lease_and_gives_the_palette_rows(web, desk):
    ref = desk.open()
    web.log_in(desk.agent)
    page = web.get(f"/desk/search?q={desk.lease.ref}")
    assert ref in page.text
    assert f"/desk/leases/{desk.lease.ref}" in page.text
    rows = web.get(f"/desk/search?q={desk.lease.ref}", headers={"hx-request": "true"})
    assert rows.text.count('role="option"') == 2
    assert "<html" not in rows.text


def test_lease_page_shows_bills_ladder_and_cases(web, desk):
    ref = desk.open()
    web.log_in(desk.agent)
    page = web.get(f"/desk/leases/{desk.lease.ref}")
    assert page.status_code == 200
    assert ref in page.text
    assert "第 1 期租金" in page.text
    assert "已付 6 期（现在）" in page.text
    assert web.get("/desk/leases/ZL-20990101-0001").status_code == 404


def test_inspection_form_files_a_report_and_keeps_what_was_typed_when_refused(web, claims):
    photo = claims.media("inspection", "back")
    video = claims.media("inspection", "unboxing", "video/mp4")
    web.log_in(claims.inspector)
    page = web.get(f"/desk/inspections/new?lease={claims.lease.ref}")
    assert page.status_code == 200
    assert photo in page.text
    fields = {
        "lease_ref": claims.lease.ref, "imei_last4": claims.lease.imei[-4:], "video_ref": video,
        "checks": ["unboxing_continuous"], "finding.0.part": "back", "finding.0.kind": "scratch",
        "finding.0.severity": "medium", "finding.0.cause": "renter_use", "finding.0.price": "back.scratch.medium",
        "finding.0.words": "左上角划痕约 15 mm", "finding.0.photo_ref": photo, "finding.0.region": "",
        "finding.0.length_mm": "12", "finding.0.visible": "no", "finding.0.trace_drop": "1", "found": "marks",
    }  # fmt: skip
    refused = send(web, "/desk/inspections", script=False, **fields)
    assert refused.status_code == 422
    assert "左上角划痕约 15 mm</textarea>" in refused.text
    assert 'name="finding.0.trace_drop" value="1" checked' in refused.text
    fields["finding.0.region"] = "0.2,0.3,0.4,0.2"
    filed = send(web, "/desk/inspections", script=False, key="another-form", **fields)
    assert filed.status_code == 303
    [finding] = claims.house.sql("SELECT length_mm, visible_at_30cm, traces FROM findings")
    assert tuple(finding) == (12, False, ["drop"])  # what its fields say, not its words
    assert "租客已收到通知" in web.get(filed.headers["location"]).text
    assert claims.desk.one("SELECT imei_matches FROM inspections")
    web.log_in(claims.agent)
    assert web.get(f"/desk/inspections/new?lease={claims.lease.ref}").status_code == 404


def test_inspection_form_files_a_phone_without_marks_only_where_that_is_chosen(web, claims):
    web.log_in(claims.inspector)
    assert "没有发现痕迹" in web.get(f"/desk/inspections/new?lease={claims.lease.ref}").text
    fields = {"lease_ref": claims.lease.ref, "imei_last4": claims.lease.imei[-4:]}
    refused = send(web, "/desk/inspections", script=False, **fields, found="marks")
    assert (refused.status_code, "还没有写任何痕迹" in refused.text) == (422, True)
    assert claims.desk.one("SELECT count(*) FROM inspections") == 0
    filed = send(web, "/desk/inspections", script=False, key="another-form", **fields, found="none")
    assert filed.status_code == 303
    assert "押金已解冻，没有产生索赔" in web.get(filed.headers["location"]).text
    assert claims.desk.one("SELECT count(*) FROM findings") == 0
    assert claims.desk.one("SELECT released_fen FROM holds WHERE lease_id = $1", claims.lease.id) == 300_000


def test_inspections_list_offers_to_inspect_only_what_has_arrived(web, claims):
    web.log_in(claims.inspector)
    button = f'<a class="btn small main" href="/desk/inspections/new?lease={claims.lease.ref}">'
    assert button in web.get("/desk/inspections").text

    async def set_off(ctx):
        await ctx.conn.execute(
            "UPDATE leases SET state = 'returning', returned_on = NULL WHERE id = $1", claims.lease.id
        )

    in_act(claims.house, set_off)
    page = web.get("/desk/inspections").text
    assert button not in page
    assert page.index("在途") < page.index(claims.lease.ref)


@pytest.mark.parametrize("length", ["12.5", "-1", "1001", "十二", "9" * 400])
def test_inspection_form_refuses_a_length_that_is_none(web, claims, length):
    photo = claims.media("inspection", "back")
    web.log_in(claims.inspector)
    fields = {"lease_ref": claims.lease.ref, "imei_last4": "0009", "finding.0.length_mm": length,
              "finding.0.photo_ref": photo, "finding.0.region": "0.2,0.3,0.4,0.2"}  # fmt: skip
    refused = send(web, "/desk/inspections", script=False, **fields)
    assert (refused.status_code, "整数毫米" in refused.text) == (422, True)


def test_claim_of_a_specialist_is_marked_and_decided(web, claims):
    ref = claims.contested()
    web.log_in(claims.specialist)
    page = web.get(f"/desk/claims/{ref}")
    assert page.status_code == 200
    assert "待比对" in page.text
    assert "出库影像 " in page.text
    assert ">ZJ-" not in page.text  # what a rule read is named by a word and a day
    marked = send(web, f"/desk/claims/{ref}/facts", script=False, **{"seen.1": "yes"})
    assert marked.status_code == 303
    assert "DMG-2" in web.get(f"/desk/claims/{ref}").text
    fields = {"outcome.1": "charge", "amount.1": "12.345", "reason.1": "按影像", "words": "您好"}
    wrong = send(web, f"/desk/claims/{ref}/decision", script=False, key="second-form", **fields)
    assert wrong.status_code == 422
    assert "按影像</textarea>" in wrong.text
    done = send(web, f"/desk/claims/{ref}/decision", script=False, key="third-form-", **{"outcome.1": "proposed"})
    assert done.status_code == 303
    assert claims.desk.one("SELECT decided_fen FROM claims") == 0


def test_claim_is_shown_to_an_agent_without_a_decision_and_not_to_an_inspector_or_renter(web, claims):
    ref = claims.contested()
    web.log_in(claims.agent)
    page = web.get(f"/desk/claims/{ref}")
    assert page.status_code == 200
    assert "作出裁定并通知租客" not in page.text
    assert send(web, f"/desk/claims/{ref}/decision", **{"outcome.1": "proposed"}).status_code == 404
    for actor in (claims.inspector, claims.renter):
        web.log_in(actor)
        assert web.get(f"/desk/claims/{ref}").status_code == 404


def case_of(claims, ref):
    return claims.desk.one("SELECT k.ref FROM claims c JOIN cases k ON k.id = c.case_id WHERE c.ref = $1", ref)


def test_claim_of_a_specialist_not_asked_in_shows_who_decides_and_no_form(web, claims):
    ref = claims.file().claim_ref
    claims.answer(ref, "contest")
    claims.desk.take(case_of(claims, ref))
    web.log_in(claims.specialist)
    page = web.get(f"/desk/claims/{ref}")
    assert "还没有请专员裁定；由周敏在会话里请" in page.text
    assert "作出裁定并通知租客" not in page.text
    claims.ask_in(case_of(claims, ref), "gu")
    page = web.get(f"/desk/claims/{ref}")
    assert "由顾主管裁定" in page.text
    assert 'name="outcome.1"' not in page.text
    assert f"/desk/claims/{ref}" not in web.get(f"/desk/cases/{case_of(claims, ref)}/header").text
    web.log_in(claims.supervisor)
    assert "作出裁定并通知租客" in web.get(f"/desk/claims/{ref}").text


def test_appeal_waits_with_the_owner_until_another_is_chosen(web, claims):
    ref = claims.contested()
    claims.decide(ref)
    claims.appeal(ref)
    case = case_of(claims, ref)
    web.log_in(claims.renter)
    assert "正在安排另一位专员复核" in web.get(f"/my/cases/{case}").text
    assert "申诉期间不催收，不计违约金" in web.get(f"/my/cases/{case}/decision").text
    web.log_in(claims.specialist)
    first = web.get(f"/desk/claims/{ref}")
    assert "申诉期间不催收" in first.text
    assert "作出裁定并通知租客" not in first.text
    web.log_in(claims.agent)
    assert case in web.get("/desk?tab=mine").text
    head = web.get(f"/desk/cases/{case}/header").text
    assert '<option value="gu">顾主管</option>' in head
    assert 'value="lin"' not in head
    assert send(web, f"/desk/cases/{case}/specialist", reason="请复核", login="gu").status_code == 204
    assert claims.desk.case(case)["specialist_name"] == "顾主管"
    web.log_in(claims.renter)
    told = web.get(f"/my/cases/{case}").text
    assert "已请高级专员看材料" in told
    assert "正在安排" not in told


def test_case_of_a_claim_shows_the_proposal_with_its_rules_beside_the_thread(web, claims):
    ref = claims.contested()
    case_ref = claims.desk.one("SELECT k.ref FROM claims c JOIN cases k ON k.id = c.case_id WHERE c.ref = $1", ref)
    web.log_in(claims.specialist)
    page = web.get(f"/desk/cases/{case_ref}")
    assert f"/desk/claims/{ref}" in page.text
    assert "平台主张" in page.text
    assert "DMG-" in page.text


def test_approval_is_granted_by_another_and_a_refusal_needs_a_reason(web, claims):
    crack = claims.finding(price="screen.crack.severe", market_repair_price_fen=150_000)
    ref = claims.contested(crack)
    web.log_in(claims.specialist)
    asked = send(web, f"/desk/claims/{ref}/decision", script=False, **{"outcome.1": "proposed"})
    assert asked.status_code == 202
    assert "审批" in asked.text
    approval_ref = claims.desk.one("SELECT ref FROM approvals")
    path = f"/desk/approvals/{approval_ref}/answer"
    assert "自己提出的" in web.get("/desk/approvals").text or approval_ref not in web.get("/desk/approvals").text
    web.log_in(claims.supervisor)
    listed = web.get("/desk/approvals").text
    assert f'href="/desk/approvals/{approval_ref}"' in listed
    assert "还需 1 位主管同意" in listed or "还需 1 位高级专员或主管同意" in listed
    assert "/answer" not in listed  # nothing is granted without having been looked at
    shown = web.get(f"/desk/approvals/{approval_ref}").text
    case_ref = claims.desk.one("SELECT ref FROM cases")
    for part in (f"/desk/claims/{ref}", f"/desk/cases/{case_ref}", f"/desk/leases/{claims.lease.ref}", "屏幕 裂纹",
                 "[DMG-", "租客有异议", "不能撤回"):  # fmt: skip
        assert part in shown, part
    refused = send(web, path, script=False, answer="refuse", reason="")
    assert (refused.status_code, "拒绝时要写理由" in refused.text, "屏幕 裂纹" in refused.text) == (422, True, True)
    done = send(web, path, script=False, key="another-form", answer="approve", reason="同意")
    assert (done.status_code, done.headers["location"]) == (303, "/desk/approvals?done=granted")
    assert "已批准并执行" in web.get("/desk/approvals?done=granted").text
    assert web.get(f"/desk/approvals/{approval_ref}").status_code == 404
    assert claims.desk.one("SELECT state FROM claims") == "decided"


def test_dossier_of_a_case_is_asked_for_and_listed(web, desk):
    ref = desk.open()
    web.log_in(desk.agent)
    path = f"/desk/cases/{ref}/dossier"
    assert "还没有证据包" in web.get(path).text
    assert send(web, path, script=False).status_code == 303
    assert "准备中" in web.get(path).text
    web.log_in(desk.stranger)
    assert web.get(path).status_code == 404


def test_desk_in_english_says_it_in_english(web, desk):
    ref = desk.open()
    web.log_in(desk.agent)
    web.client.cookies.set("lang", "en")
    page = web.get(f"/desk/cases/{ref}?tab=unowned")
    assert "Send" in text_of(page)
    assert "待我回复" not in page.text


def test_api_page_lists_what_the_reader_may_call(web, desk):
    assert "reply" not in re.findall(r'<details class="card op" id="(\w+)"', web.get("/api").text)
    web.log_in(desk.agent)
    names = re.findall(r'<details class="card op" id="(\w+)"', web.get("/api").text)
    assert {"reply", "read_queue", "search"} <= set(names)
    assert "decide_claim" not in names


def test_desk_pieces_of_their_own_case_are_not_there_for_a_renter(web, desk):
    ref = desk.open()
    web.log_in(desk.renter)
    for piece in ("", "/thread?after=0", "/timeline", "/dossier"):
        assert web.get(f"/desk/cases/{ref}{piece}").status_code == 404, piece
    assert web.get(f"/desk/leases/{desk.lease.ref}").status_code == 404
    assert send(web, f"/desk/cases/{ref}/closure").status_code == 404
    assert desk.case(ref)["state"] == "open"


def test_case_opened_by_its_owner_is_read_and_by_a_colleague_is_not(web, desk):
    ref = desk.open()
    desk.take(ref)
    desk.say(ref, "还是没有声音")
    web.log_in(desk.other)
    web.get(f"/desk/cases/{ref}")
    assert desk.case(ref)["staff_unread"] > 0
    web.log_in(desk.agent)
    web.get(f"/desk/cases/{ref}")
    assert desk.case(ref)["staff_unread"] == 0


def test_older_messages_come_as_a_piece_for_scripts_and_as_a_page_without(web, desk):
    ref = desk.open()
    desk.take(ref)
    for n in range(60):
        desk.reply(ref, f"第{n}条")
    web.log_in(desk.agent)
    page = web.get(f"/desk/cases/{ref}")
    older = entities.unescape(re.search(r'href="([^"]+)" data-earlier', page.text)[1])
    assert "第0条" not in page.text
    piece = web.get(older, headers={"hx-request": "true"})
    assert "第0条" in piece.text
    assert "<html" not in piece.text
    whole = web.get(older)
    assert "第0条" in whole.text
    assert "data-composer" in whole.text


def test_timeline_shows_every_step_beyond_the_file_and_hides_bookkeeping(web, desk):
    ref = desk.open()
    desk.take(ref)
    for n in range(40):
        desk.reply(ref, f"第{n}条")
    web.log_in(desk.agent)
    send(web, f"/desk/cases/{ref}/draft", text="写到一半")
    steps = text_of(web.get(f"/desk/cases/{ref}/timeline"))
    assert steps.count("周敏答复租客") == 40
    assert "租客提出" in steps
    assert "保存草稿" not in steps


def test_timeline_of_a_renter_holds_no_step_between_colleagues(web, desk):
    ref = desk.open()
    desk.take(ref)
    web.log_in(desk.agent)
    send(web, f"/desk/cases/{ref}/notes", text="请看比对")
    assert "内部备注" in text_of(web.get(f"/desk/cases/{ref}/timeline"))
    web.log_in(desk.renter)
    kinds = {row["kind"] for row in web.get(f"/api/v1/cases/{ref}/timeline").json()}
    assert "case.opened" in kinds
    assert "note.added" not in kinds
