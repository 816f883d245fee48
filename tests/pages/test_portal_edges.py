"""The renter's pages through the whole application: forms, refusals where the act was, who sees what."""

import html
import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from visitor import Site

# isort: split
from claim_ground import NOW, open_claims
from evidence_story import LEASE, leased, photo, seal_everything, upload  # noqa: F401 -- fixtures
from lease_ground import add_lease, in_act, sample_contract

from shouwen.features.cases import use_cases as cases
from shouwen.features.cases.jobs import tick
from shouwen.features.evidence.types import Purpose
from shouwen.features.leases.public import insert_lease
from shouwen.features.leases.types import LeaseState, NewLease
from shouwen.kernel.days import beijing_on, last_on
from shouwen.mount.web import sign_in
from shouwen.mount.web.media import byte_range
from shouwen.platform import clock

KEY = "a-key-of-one-form"


@pytest.fixture(autouse=True)
def at_ten(monkeypatch):
    """Ten in the morning of a working Monday, wherever and whenever the tests run."""
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def site(house):
    opened = Site(house)
    yield opened
    opened.close()


@pytest.fixture
def claims(house):
    return open_claims(house)


@pytest.fixture
def renter(claims, site):
    return site.visitor("ZK-1")


@pytest.fixture
def stranger(claims, site):
    return site.visitor("ZK-2")


def contest(renter, claim_ref, **more):
    """The statement with a few chips; `more` replaces fields."""
    fields = {
        "q.since": "at_handover", "q.use": "cased", "q.request": "compare", "extra": "", "contest": "1",
        "idempotency_key": KEY,
    }  # fmt: skip
    return renter.post(f"/my/claims/{claim_ref}/statement", fields | more)


def case_of(answer):
    assert answer.status == 303, answer.said
    return answer.headers["location"].removeprefix("/my/cases/")


def test_pages_of_a_renter_show_what_the_use_cases_say(claims, renter):
    ref, lease = claims.file().claim_ref, claims.lease.ref
    home = renter.get("/my")
    assert (home.status, "验机结果等您确认" in home.said) == (200, True)
    assert f"/my/claims/{ref}" in home.text
    page = renter.get(f"/my/leases/{lease}")
    assert "看验机结果" in page.said
    assert "已付 12 / 12 期" in page.said
    contract = renter.get(f"/my/leases/{lease}/contract").said
    assert "总租金 ¥6,000.00" in contract
    assert "每天违约金 0.03%" in contract
    claim = renter.get(f"/my/claims/{ref}").said
    assert "划痕 · ¥180.00" in claim
    assert "我有异议" in claim
    bills = renter.get("/my/bills").said
    # the other lease is eight days late, with the late fee of today in it
    assert "现在待付 ¥500.60 看算式 第 7 期租金 500.00 第 7 期逾期违约金 0.60 ＝ 500.60" in bills
    assert "逾期 8 天" in bills
    assert "押金预授权 ¥3,000.00" in bills
    assert renter.get("/my/cases").status == renter.get("/my/evidence").status == 200


def test_buyout_page_names_price_clause_and_ladder(claims, renter):
    page = renter.get(f"/my/leases/{claims.desk.lease.ref}/buyout").said
    assert "签约价 8,046.00 − 已付租金（6 期）3,000.00 = 5,046.00" in page
    assert "合同 9.1 条" in page
    assert "按此价买断" in page


def test_figure_heard_on_the_phone_that_differs_opens_one_case_with_both_figures(claims, renter, stranger):
    path = f"/my/leases/{claims.desk.lease.ref}/heard"
    assert "电话里听到的不是这个数？" in renter.get(f"/my/leases/{claims.desk.lease.ref}/buyout").said
    wrong = renter.post(path, {"about": "buyout", "told": "两千四", "words": "昨天下午", "idempotency_key": KEY})
    assert (wrong.status, "金额请写成数字" in wrong.said) == (422, True)
    assert 'value="昨天下午"' in wrong.text
    fields = {"about": "buyout", "told": "2,400", "words": "昨天下午客服说的", "idempotency_key": KEY + "2"}
    for _ in range(2):
        page = renter.post(path, fields)
        assert page.status == 200
        assert "合同的买断价是 ¥5,046.00（合同 9.1 条），您听到的少了 ¥2,646.00" in page.said
        assert "签约价 8,046.00 − 已付租金（6 期）3,000.00 = 5,046.00" in page.said
    case = claims.desk.house.sql("SELECT * FROM cases")
    assert [(one["type"], one["lease_id"]) for one in case] == [("buyout_question", claims.desk.lease.id)]
    assert f'href="/my/cases/{case[0]["ref"]}"' in page.text
    rows = claims.desk.house.sql("SELECT topic, told_fen, right_fen, matches, case_id FROM heard_figures")
    assert [tuple(row) for row in rows] == [("buyout", 240_000, 504_600, False, case[0]["id"])]
    assert claims.desk.one("SELECT count(*) FROM journal WHERE kind = 'figure.heard'") == 1
    assert stranger.post(path, fields | {"idempotency_key": KEY + "3"}).status == 404


def test_figure_heard_on_the_phone_that_agrees_is_on_record_without_a_case(claims, renter):
    path = f"/my/leases/{claims.desk.lease.ref}/heard"
    page = renter.post(path, {"about": "deposit", "told": "3000", "words": "", "idempotency_key": KEY})
    assert "您听到的与合同一致" in page.said
    assert claims.desk.one("SELECT count(*) FROM cases") == 0
    assert claims.desk.one("SELECT matches FROM heard_figures") is True


def test_buyout_page_without_a_price_says_why_by_which_clause_and_what_next(claims, renter):
    contract = sample_contract("return_only_6")
    lease = add_lease(claims.desk.house, claims.renter, no=7, contract=contract, paid=2)
    path = f"/my/leases/{lease.ref}/buyout"
    page = renter.get(path)
    assert page.status == 200
    assert "这份合同没有买断选项" in page.said
    assert "到期可以归还或续租" in page.said
    (clause,) = contract.clauses_for("end_of_term")
    assert f'href="/my/leases/{lease.ref}/contract#c-{clause}"' in page.text
    assert "转人工" in page.said
    assert "按此价买断" not in page.said
    refused = renter.post(path, {"amount_fen": "1", "valid_until": "2026-11-23", "idempotency_key": KEY})
    assert (refused.status, "这份合同没有买断选项" in refused.said) == (409, True)


def test_lease_before_signing_has_a_buyout_page_and_no_instalment_count(claims, renter):
    async def apply(ctx):
        new = NewLease(
            ref="ZL-20261122-0001", renter_id=claims.renter.id, state=LeaseState.APPROVED, model="iPhone 14", imei="",
            applied_on=NOW.date(), created_at=NOW,
        )  # fmt: skip
        await insert_lease(ctx.conn, new)

    in_act(claims.desk.house, apply)
    page = renter.get("/my/leases/ZL-20261122-0001/buyout")
    assert (page.status, "合同签署后才有买断价" in page.said) == (200, True)
    for path in ("/my", "/my/leases/ZL-20261122-0001"):
        assert "0 / 0" not in renter.get(path).said, path


def test_foreign_references_are_a_404_page_for_every_page_and_act(claims, renter, stranger):
    ref = claims.contested()
    case = claims.desk.one("SELECT ref FROM cases")
    media = claims.desk.one("SELECT ref FROM media LIMIT 1")
    lease = claims.lease.ref
    reads = [
        f"/my/leases/{lease}", f"/my/leases/{lease}/contract", f"/my/leases/{lease}/buyout", f"/my/claims/{ref}",
        f"/my/claims/{ref}/statement", f"/my/cases/{case}", f"/my/cases/{case}/status", f"/my/cases/{case}/thread",
        f"/my/cases/{case}/decision", f"/my/cases/{case}/letter", f"/my/cases/{case}/dossier", f"/my/evidence/{media}",
        f"/my/evidence/{media}/receipt.json", f"/media/{media}", f"/media/{media}/preview", "/my/dossiers/ZB-none",
        "/my/leases/a%20b", "/my/cases/x",
    ]  # fmt: skip
    for path in reads[:5] + reads[5:8]:
        assert renter.get(path).status in (200, 303), path
    for path in reads:
        answer = stranger.get(path)
        assert answer.status in (404, 422), path
        assert answer.headers["content-type"].startswith("text/html"), path
        assert "陈" not in answer.text
    before = claims.desk.one("SELECT count(*) FROM journal")
    for path in (
        f"/my/claims/{ref}/answer", f"/my/claims/{ref}/statement", f"/my/claims/{ref}/statement/draft",
        f"/my/cases/{case}/messages", f"/my/cases/{case}/human", f"/my/cases/{case}/closure",
        f"/my/cases/{case}/rating", f"/my/cases/{case}/appeal", f"/my/leases/{lease}/buyout",
        f"/my/human?lease={lease}",
    ):  # fmt: skip
        fields = {"text": "我", "reason": "我", "stars": "5", "answer.1": "accept", "idempotency_key": KEY + path[-5:]}
        assert stranger.post(path, fields).status == 404, path
    assert claims.desk.one("SELECT count(*) FROM journal") == before


def test_pages_send_whoever_is_not_logged_in_to_the_log_in(claims, site):
    answer = site.visitor().get("/my/bills")
    assert (answer.status, answer.headers["location"]) == (303, "/login?next=/my/bills")


def test_staff_have_no_renter_pages(claims, site):
    agent = site.visitor("zhoumin")
    assert agent.get("/my/claims/DS-any").status == 404


@pytest.mark.parametrize("path", ["/my/cases/XX", "/my/claims/x", "/my/leases/%20"])
def test_address_with_a_reference_that_cannot_be_is_not_found(claims, renter, path):
    page = renter.get(path)
    assert (page.status, "没有找到" in page.said, "_ref" in page.said) == (404, True, False)


@pytest.mark.parametrize("typed", ["+86 199 0000 3362", "86-199-0000-3362", " 199 0000 3362 ", "008619900003362"])
def test_phone_number_is_taken_as_it_is_written_down(typed):
    assert sign_in._plain(typed) == "19900003362"


def test_post_without_the_sessions_token_refused(claims, renter):
    ref = claims.file().claim_ref
    renter.csrf = "wrong"
    assert contest(renter, ref).status == 403
    assert claims.desk.one("SELECT count(*) FROM cases") == 0


def test_answer_contested_leads_to_the_statement_and_records_nothing_yet(claims, renter):
    ref = claims.file(claims.finding(), claims.finding(price="screen.crack.severe")).claim_ref
    answer = renter.post(f"/my/claims/{ref}/answer", {"answer.1": "accept", "answer.2": "contest"})
    assert answer.headers["location"] == f"/my/claims/{ref}/statement?contest=2"
    page = renter.get(answer.headers["location"])
    assert page.fields("contest") == ["2"]
    assert "屏幕 裂纹" in page.said
    assert claims.desk.one("SELECT count(*) FROM findings WHERE answer <> ''") == 0


def test_answer_with_an_open_finding_refused_where_it_was(claims, renter):
    ref = claims.file(claims.finding(), claims.finding(price="screen.crack.severe")).claim_ref
    answer = renter.post(f"/my/claims/{ref}/answer", {"answer.1": "accept"})
    assert answer.status == 422
    assert "第 2 处还没有选择 每一处都选“认可”或“我有异议”" in answer.said


def test_answer_all_accepted_recorded_once(claims, renter):
    ref = claims.file().claim_ref
    sure = f"/my/claims/{ref}/acceptance"
    answer = renter.post(f"/my/claims/{ref}/answer", {"answer.1": "accept", "idempotency_key": KEY})
    assert answer.headers["location"] == sure
    page = renter.get(sure).said
    assert "认可这 1 处痕迹？ 最多支付 ¥180.00" in page
    assert claims.desk.one("SELECT count(*) FROM findings WHERE answer <> ''") == 0  # asked, not recorded
    for _ in range(2):
        answer = renter.post(sure, {"idempotency_key": KEY})
        assert answer.headers["location"] == f"/my/claims/{ref}"
    assert "您已认可" in renter.get(f"/my/claims/{ref}").said
    assert claims.desk.one("SELECT count(*) FROM journal WHERE kind = 'claim.accepted'") == 1


def test_statement_sentence_on_the_page_is_the_one_that_is_sent(claims, renter):
    ref = claims.file().claim_ref
    fields = {"q.since": "at_handover", "q.use": "no_drop", "q.request": "compare", "extra": "", "contest": "1"}
    renter.post(f"/my/claims/{ref}/statement/draft", fields)
    page = renter.get(f"/my/claims/{ref}/statement")
    shown = re.search(r'class="said"[^>]*>(.*?)</div>', page.text, re.S)[1]
    shown = "".join(re.sub(r"<[^>]+>", "", part) for part in re.findall(r"<p>(.*?)</p>", shown, re.S))
    contest(renter, ref, **{"q.use": "no_drop"})
    assert claims.desk.one("SELECT body FROM messages WHERE kind = 'statement'") == shown


def test_statement_contested_opens_one_case_however_often_it_is_sent(claims, renter):
    ref = claims.file().claim_ref
    case = case_of(contest(renter, ref))
    assert case_of(contest(renter, ref)) == case
    page = renter.get(f"/my/cases/{case}").said
    assert "签收时就有" in page
    assert "争议金额 ¥180.00 暂停催收，也不计违约金" in page
    assert claims.desk.one("SELECT count(*) FROM cases") == 1
    assert renter.get(f"/my/claims/{ref}/statement").headers["location"] == f"/my/claims/{ref}"


def test_statement_vague_words_asked_back_with_everything_kept_then_sent_as_they_are(claims, renter):
    ref = claims.file().claim_ref
    asked = contest(renter, ref, extra="有点问题")
    assert asked.status == 422
    assert "您写的“有点问题”不够具体" in asked.said
    assert ">有点问题</textarea>" in asked.text
    assert len(re.findall(r"checked", asked.text)) == 3
    fragment = renter.post(
        f"/my/claims/{ref}/statement",
        {"q.since": "unsure", "q.request": "compare", "extra": "有点问题"},
        hx_request="true",
    )
    assert (fragment.status, "<html" in fragment.text) == (422, False)
    assert claims.desk.one("SELECT count(*) FROM cases") == 0
    case_of(contest(renter, ref, extra="有点问题", as_is="1"))


def test_deposit_with_an_open_claim_names_what_it_waits_for_and_no_day(claims, renter, site):
    ref, lease = claims.file().claim_ref, claims.lease.ref
    pages = ("/my/bills", f"/my/leases/{lease}")
    for path in pages:
        assert "验机主张 ¥180.00，等您确认" in renter.get(path).said, path
    case = case_of(contest(renter, ref))
    for path in pages:
        page = renter.get(path).said
        assert "¥180.00 有争议，裁定并过申诉期后解冻其余" in page, path
        assert "最晚" not in page, path
    agent = site.visitor("zhoumin")
    desk = agent.get(f"/desk/cases/{case}").said
    assert "预授权，¥180.00 定损未结，结清后解冻其余" in desk
    assert "应于" not in desk + agent.get(f"/desk/leases/{lease}").said


def test_deadline_of_an_answer_is_a_day_in_words_beside_the_time_left(claims, renter):
    ref = claims.file().claim_ref
    until = claims.desk.one("SELECT turn_until FROM claims")
    day = f"{last_on(until):%m-%d}"
    for path in ("/my", f"/my/leases/{claims.lease.ref}"):
        assert re.search(rf"{day} 前 · 剩 \d+ 天", renter.get(path).said), path
    assert (
        f"请在 {day} 前回应。不回应不等于认可；到期会提醒您，之后由专员按现有证据裁定。"
        in renter.get(f"/my/claims/{ref}").said
    )


def test_days_of_a_return_carry_the_same_names_on_lease_and_finding_page(claims, renter):
    ref = claims.file().claim_ref
    [row] = claims.desk.house.sql("SELECT received_on, inspected_at FROM inspections")
    received, inspected = f"{row['received_on']:%m-%d}", f"{beijing_on(row['inspected_at']):%m-%d}"
    lease = renter.get(f"/my/leases/{claims.lease.ref}").said
    assert re.search(rf"寄回( [\d-]+)? 我们签收 {received} 验机 {inspected}", lease)
    assert re.search(rf"{received} 签收 · .+ 于 20\d\d-{inspected} [\d:]+ 验机", renter.get(f"/my/claims/{ref}").said)


def test_rules_and_law_stand_after_the_words_or_behind_the_working(claims, renter):
    ref = claims.contested()
    claims.decide(ref, claims.verdict(seen_at_handover=False))
    case = claims.desk.one("SELECT ref FROM cases")
    page = renter.get(f"/my/cases/{case}/decision")
    assert "依据《民法典》第 710 条" in page.said
    assert "law:" not in page.text
    for path in (f"/my/cases/{case}", f"/my/cases/{case}/decision", "/my/bills"):
        shown = re.sub(r"<details.*?</details>|<code.*?</code>", "", renter.get(path).text, flags=re.S)
        assert not re.search(r"\b(DMG|PAUSE|EVI|SIL|BILL|HOLD)-?\d", shown), path


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        (("q.since", "q.request"), "还没有选：“这处痕迹是什么时候有的？”、“您希望”"),
        (("q.request",), "还没有选：“您希望”"),
    ],
)
def test_statement_with_a_needed_question_open_is_refused_at_it_with_everything_kept(claims, renter, missing, said):
    ref = claims.file().claim_ref
    fields = dict.fromkeys(missing, "") | {"extra": "左下角约 3 毫米", "as_is": "1"}
    answer = contest(renter, ref, **fields)
    assert (answer.status, said in answer.said) == (422, True)
    question = re.search(rf'data-question="{missing[0][2:]}"[^>]*>(.*?)</fieldset>', answer.text, re.S)[1]
    assert 'role="alert"' in question
    assert answer.text.count('role="alert"') == 1
    assert ">左下角约 3 毫米</textarea>" in answer.text
    assert len(re.findall(r" checked", answer.text)) == 3 - len(missing)
    given = {"q.since": "unsure", "q.request": "compare", "contest": "1"} | fields
    fragment = renter.post(f"/my/claims/{ref}/statement", given, hx_request="true")
    assert (fragment.status, said in fragment.said, "<html" in fragment.text) == (422, True, False)
    assert claims.desk.one("SELECT count(*) FROM cases") == 0
    case_of(contest(renter, ref, extra="左下角约 3 毫米"))


def test_statement_too_long_refused_on_the_page_with_both_numbers(claims, renter):
    ref = claims.file().claim_ref
    answer = contest(renter, ref, extra="痕" * 2_001)
    assert answer.status == 422
    assert "最多 2,000 字，现在 2,001 字" in answer.said
    assert "痕" * 2_001 in answer.text


def test_statement_draft_kept_for_its_renter_and_gone_once_sent(claims, renter):
    ref = claims.file().claim_ref
    saved = renter.post(f"/my/claims/{ref}/statement/draft", {"q.since": "unsure", "extra": "左下角", "contest": "1"})
    assert (saved.status, saved.body) == (204, b"")
    page = renter.get(f"/my/claims/{ref}/statement")
    assert "已自动保存" in page.said
    assert ">左下角</textarea>" in page.text
    assert re.search(r'value="unsure"[^>]* checked', page.text)
    contest(renter, ref)
    assert claims.desk.one("SELECT count(*) FROM statement_drafts") == 0


def test_say_shows_the_message_once_however_often_it_is_sent(claims, renter):
    case = claims.desk.open()
    fields = {"text": "现在外放也没有声音", "idempotency_key": KEY}
    sent = renter.post(f"/my/cases/{case}/messages", fields, hx_request="true")
    assert (sent.status, "现在外放也没有声音" in sent.text, "<html" in sent.text) == (200, True, False)
    assert renter.post(f"/my/cases/{case}/messages", fields).headers["location"] == f"/my/cases/{case}"
    assert claims.desk.one("SELECT count(*) FROM messages WHERE body = '现在外放也没有声音'") == 1


@pytest.mark.parametrize(("text", "why"), [("", "还没有写内容"), ("字" * 5_001, "最多 5,000 字，现在 5,001 字")])
def test_say_refused_stands_above_the_box_with_the_words_kept(claims, renter, text, why):
    case = claims.desk.open()
    answer = renter.post(f"/my/cases/{case}/messages", {"text": text})
    assert answer.status == 422
    assert why in answer.said
    assert f">{text}</textarea>" in answer.text
    fragment = renter.post(f"/my/cases/{case}/messages", {"text": text}, hx_request="true")
    assert (fragment.status, why in fragment.said, "<html" in fragment.text) == (422, True, False)


def test_case_page_marks_seen_and_never_shows_notes_between_colleagues(claims, renter):
    case = claims.desk.open()
    claims.desk.reply(case)
    claims.desk.act(claims.agent, cases.add_note, cases.AddNote(case, "像是防尘网堵了，先别承诺"))
    assert "1" in re.search(r"data-unread>(\d+)<", renter.get("/my").text)[1]
    page = renter.get(f"/my/cases/{case}")
    thread = renter.get(f"/my/cases/{case}/thread?after=0", hx_request="true")
    assert "防尘网有没有被贴膜盖住" in page.said
    assert "防尘网有没有被贴膜盖住" in thread.said
    assert "先别承诺" not in page.text + thread.text
    assert "data-unread" not in renter.get("/my").text
    assert "<html" not in thread.text
    last = max(int(seq) for seq in re.findall(r'data-seq="(\d+)"', page.text))
    assert "data-seq" not in renter.get(f"/my/cases/{case}/thread?after={last}").text


def test_thread_fragment_holds_all_that_is_new_however_much(claims, renter):
    case = claims.desk.open()
    for number in range(60):
        claims.desk.say(case, f"第 {number} 条")
    fragment = renter.get(f"/my/cases/{case}/thread?after=0")
    assert len(re.findall(r'data-seq="', fragment.text)) == 61
    page = renter.get(f"/my/cases/{case}")
    earlier = re.search(r'href="(/my/cases/[^"]*before=\d+)"', page.text)[1]
    assert "第 0 条" not in page.said
    assert "第 0 条" in renter.get(earlier).said


def test_human_from_a_page_opens_the_case_asks_once_and_says_how_long(claims, renter):
    lease = claims.desk.lease.ref
    page = renter.get(f"/my/leases/{lease}")
    assert "转人工 · 约 5 分钟" in page.said
    action = re.search(r'action="(/my/human[^"]*)"', page.text)[1]
    first, again = (renter.post(action, {"idempotency_key": KEY}) for _ in range(2))
    assert first.headers["location"] == again.headers["location"]
    assert claims.desk.one("SELECT count(*) FROM cases") == 1
    assert claims.desk.one("SELECT count(*) FROM journal WHERE kind = 'case.human_asked'") == 1
    page = renter.get(first.headers["location"])
    assert "已转人工，正在为您接通" in page.said
    assert f"已为您转人工（iPhone 15 Pro Max，租约 {lease}）" in page.said
    assert claims.desk.one("SELECT count(*) FROM messages WHERE author_role = 'renter'") == 0  # nobody speaks for them
    assert claims.desk.one("SELECT renter_seq FROM cases") == 0


def test_human_joins_the_open_case_of_the_lease_and_names_who_is_on_it(claims, renter):
    case, lease = claims.desk.open(), claims.desk.lease.ref
    claims.desk.take(case)
    assert "周敏 在负责" in renter.get(f"/my/leases/{lease}/contract").said
    answer = renter.post(f"/my/human?lease={lease}&about=billing_question", {"idempotency_key": KEY})
    assert answer.headers["location"] == f"/my/cases/{case}"
    assert claims.desk.one("SELECT count(*) FROM cases") == 1


def test_human_where_several_phones_could_be_meant_asks_which_and_about_what_in_one_tap(claims, renter):
    claims.file()  # the second lease
    assert claims.desk.one("SELECT count(*) FROM leases WHERE renter_id = $1", claims.renter.id) > 1
    answer = renter.post("/my/human?about=billing_question", {"idempotency_key": KEY})
    assert answer.headers["location"] == "/my/human"
    page = renter.get("/my/human")
    assert "想问哪一台、什么事？" in page.said
    action = f"/my/human?lease={claims.lease.ref}&about=deposit_refund"
    assert action in html.unescape(page.text)
    opened = renter.post(action, {"idempotency_key": KEY}).headers["location"]
    assert claims.desk.one("SELECT type FROM cases WHERE ref = $1", opened.rpartition("/")[2]) == "deposit_refund"


def test_human_names_no_time_while_the_queue_is_late_and_says_what_happens_inside_a_late_case(claims, renter):
    ref = claims.desk.open(at=NOW - timedelta(days=1))
    claims.desk.house.run(tick(claims.desk.house.door, NOW))
    bills = renter.get("/my/bills").said
    assert ("约 5 分钟" in bills, "转人工 · 排队 1" in bills) == (False, True)
    page = renter.get(f"/my/cases/{ref}").said
    assert "约 5 分钟" not in page
    assert "已经超过我们承诺的时间，主管已在优先安排" in page


def test_human_outside_working_hours_says_from_when(claims, renter, monkeypatch):
    night = datetime(2026, 11, 23, 14, 30, tzinfo=UTC)  # 22:30 in Beijing
    monkeypatch.setattr(clock, "now", lambda: night)
    assert "转人工 · 明天 09:00 起回复" in renter.get("/my/bills").said
    monkeypatch.setattr(clock, "now", lambda: night - timedelta(days=1))  # Sunday evening
    assert "转人工 · 明天 09:00 起回复" in renter.get("/my/bills").said


def test_human_in_an_owned_case_names_the_owner(claims, renter):
    case = claims.desk.open()
    claims.desk.take(case)
    assert "周敏 在负责" in renter.get(f"/my/cases/{case}").said
    renter.post(f"/my/cases/{case}/human", {"idempotency_key": KEY})
    assert "已通知周敏" in renter.get(f"/my/cases/{case}").said


def test_closure_of_a_case_with_an_open_claim_refused_on_its_page(claims, renter):
    claims.contested()
    case = claims.desk.one("SELECT ref FROM cases")
    answer = renter.post(f"/my/cases/{case}/closure", {"idempotency_key": KEY})
    assert answer.status == 409
    assert 'role="alert"' in answer.text
    assert claims.desk.case(case)["state"] == "open"


def test_state_of_a_claim_is_said_to_the_renter_and_not_about_them(claims, renter):
    said = renter.get(f"/my/claims/{claims.contested()}").said
    assert ("您有异议" in said, "租客" in said) == (True, False)


def test_decision_page_names_and_links_the_picture_a_reason_rests_on(claims, renter):
    ref = claims.contested()
    claims.decide(ref, claims.verdict(seen_at_handover=True))
    page = renter.get(f"/my/cases/{claims.desk.one('SELECT ref FROM cases')}/decision")
    shot = claims.desk.one("SELECT ref FROM media WHERE purpose = 'handover'")
    day = beijing_on(NOW - timedelta(days=190))
    assert f"交机时拍的背面照（{day}）里，同一位置已有这处痕迹" in page.said
    assert f'href="/my/evidence/{shot}"' in page.text
    assert page.said.count(shot) == page.text.count(f"<small>{shot}</small>") == 1


def test_decision_page_tells_outcome_money_rules_and_takes_the_one_appeal(claims, renter):
    ref = claims.contested()
    claims.decide(ref, claims.verdict(seen_at_handover=False))
    case = claims.desk.one("SELECT ref FROM cases")
    page = renter.get(f"/my/cases/{case}/decision")
    assert "收取 ¥150.00，少于主张的 ¥180.00" in page.said
    assert "DMG-8" in page.said
    assert "退回押金 ¥2,850.00" in page.said
    assert "途径 5 向人民法院提起诉讼" in page.said
    empty = renter.post(f"/my/cases/{case}/appeal", {"reason": " "})
    assert (empty.status, "请写哪里不对" in empty.said) == (422, True)
    assert 'data-form="appeal"' in page.text
    proof = claims.media("statement", "back", role="renter")
    fields = {"reason": "出库影像同一处有光斑，请再看", "media": proof, "idempotency_key": KEY}
    for _ in range(2):
        assert renter.post(f"/my/cases/{case}/appeal", fields).headers["location"].endswith("/decision")
    assert "申诉已提交" in renter.get(f"/my/cases/{case}/decision").said
    assert claims.desk.one("SELECT claim_id IS NOT NULL FROM media WHERE ref = $1", proof)  # it goes with the appeal
    second = renter.post(f"/my/cases/{case}/appeal", fields | {"idempotency_key": KEY + "2"})
    assert second.status == 409
    assert claims.desk.one("SELECT count(*) FROM journal WHERE kind = 'claim.appealed'") == 1


def test_bills_of_a_decided_claim_rest_until_it_is_settled(claims, renter):
    claims.decide(claims.contested(), claims.verdict(seen_at_handover=False))
    page = renter.get("/my/bills").said
    assert "现在待付 ¥500.60" in page  # the other lease's late rent and its fee alone
    assert "定损赔偿 暂停催收 ¥150.00" in page
    assert "裁定已出，申诉期过后结清：按裁定扣除的不超过这一笔" in page


def test_decision_accepted_settles_closes_and_may_be_rated_once(claims, renter):
    ref = claims.contested()
    claims.decide(ref, claims.verdict(seen_at_handover=False))
    case = claims.desk.one("SELECT ref FROM cases")
    here = f"/my/cases/{case}/decision"
    page = renter.get(here)
    assert f'href="{here}/acceptance"' in page.text
    assert "/closure" not in page.text  # one tap gives nothing up
    early = renter.post(f"/my/cases/{case}/closure", {"idempotency_key": KEY}, referer=f"http://desk.test{here}")
    assert early.headers["location"] == f"{here}/acceptance"
    sure = renter.get(f"{here}/acceptance").said
    assert "接受裁定，放弃申诉？" in sure
    assert "您需要付 ¥150.00" in sure
    assert claims.desk.one("SELECT state FROM claims") == "decided"
    for _ in range(2):
        closed = renter.post(f"{here}/acceptance", {"idempotency_key": KEY})
        assert closed.headers["location"] == here
    assert renter.get(f"{here}/acceptance").headers["location"] == here
    assert claims.desk.one("SELECT state FROM claims") == "settled"
    assert claims.desk.case(case)["state"] == "closed"
    assert renter.post(f"/my/cases/{case}/rating", {"stars": "6"}).status == 422
    rated = renter.post(
        f"/my/cases/{case}/rating", {"stars": "5", "words": "讲得清楚"}, referer=f"http://desk.test{here}"
    )
    assert rated.headers["location"] == here
    assert "谢谢，您给了 5 分" in renter.get(here).said
    assert renter.post(f"/my/cases/{case}/rating", {"stars": "1"}).status == 409


def test_closed_case_about_anything_is_rated_once_on_its_own_page(claims, renter):
    ref = claims.desk.open()
    assert "这次处理得怎么样" not in renter.get(f"/my/cases/{ref}").said
    claims.desk.act(claims.renter, cases.close_case, cases.CloseCase(ref))
    page = renter.get(f"/my/cases/{ref}")
    assert "这次处理得怎么样" in page.said
    assert f'action="/my/cases/{ref}/rating"' in page.text
    rated = renter.post(f"/my/cases/{ref}/rating", {"stars": "4", "words": "很快", "idempotency_key": KEY})
    assert rated.headers["location"] == f"/my/cases/{ref}"
    page = renter.get(f"/my/cases/{ref}")
    assert "谢谢，您给了 4 分。很快" in page.said
    assert f'action="/my/cases/{ref}/rating"' not in page.text


def test_message_longer_than_the_case_takes_is_refused_with_both_numbers_and_kept(claims, renter):
    ref = claims.desk.open()
    page = renter.get(f"/my/cases/{ref}").text
    assert 'maxlength="5000"' in page
    long = "屏幕右下角有一道划痕" * 501
    refused = renter.post(f"/my/cases/{ref}/messages", {"text": long, "idempotency_key": KEY})
    assert (refused.status, "最多 5,000 字，现在 5,010 字" in refused.said) == (422, True)
    assert long in refused.text
    sent = renter.post(f"/my/cases/{ref}/messages", {"text": long[:5000], "idempotency_key": KEY + "2"})
    assert sent.status == 303


def test_statement_shows_number_and_time_of_its_seal_to_both_sides_and_plain_words_do_not(claims, renter, site):
    ref = claims.desk.open()
    assert "存证回执" not in renter.get(f"/my/cases/{ref}").said  # not sealed yet
    claims.desk.say(ref, "补充一句")
    seal_everything(claims.desk.house)
    [entry] = claims.desk.house.sql(
        "SELECT e.index FROM log_entries e JOIN journal j ON j.id = e.journal_id WHERE j.kind = 'case.opened'"
    )
    agent = site.visitor("zhoumin")
    for page in (renter.get(f"/my/cases/{ref}"), agent.get(f"/desk/cases/{ref}")):
        assert re.findall(r"存证回执 #([0-9,]+) · [0-9:]{8} 已封存 ✓", page.said) == [f"{entry['index']:,}"]


def test_message_carries_its_mark_and_receipt_once_it_is_sealed(claims, renter, stranger, site):
    ref = claims.desk.open()
    seq = claims.desk.say(ref, "补充一句：听筒也没声").seq
    receipt = f"/my/cases/{ref}/messages/{seq}/receipt"
    page = renter.get(f"/my/cases/{ref}")
    assert "… 存证中" in page.said
    assert f'href="{receipt}" data-seal-wait' in page.text
    waiting = renter.get(receipt)
    assert (waiting.status, "正在封存" in waiting.said) == (409, True)
    seal_everything(claims.desk.house)
    page = renter.get(f"/my/cases/{ref}")
    assert ("… 存证中" in page.said, f'href="{receipt}" title="存证回执 #' in page.text) == (False, True)
    [entry] = claims.desk.house.sql(
        "SELECT e.index, e.leaf FROM log_entries e JOIN journal j ON j.id = e.journal_id WHERE j.kind = 'renter.said'"
    )
    shown = renter.get(receipt)
    assert (shown.status, f"#{entry['index']:,}" in shown.said, "听筒也没声" in shown.said) == (200, True, True)
    file = json.loads(renter.get(f"{receipt}.json").body)
    assert (file["receipt_no"], file["leaf"].encode()) == (entry["index"], bytes(entry["leaf"]))
    agent = site.visitor("zhoumin")
    assert "✓ 已存证" not in agent.get(f"/desk/cases/{ref}").said
    assert stranger.get(receipt).status == 404
    assert renter.get(f"/my/cases/{ref}/messages/99/receipt").status == 404


def test_receipt_of_a_note_between_colleagues_is_absent_for_the_renter(claims, renter):
    ref = claims.desk.open()
    claims.desk.reply(ref, "已收到，正在核对")
    seq = claims.desk.act(claims.desk.agent, cases.add_note, cases.AddNote(ref, "内部一句")).seq
    seal_everything(claims.desk.house)
    assert renter.get(f"/my/cases/{ref}/messages/{seq}/receipt").status == 404
    assert renter.get(f"/my/cases/{ref}/messages/{seq - 1}/receipt").status == 200


def test_decision_of_an_undecided_or_other_case_absent(claims, renter):
    claims.contested()
    assert renter.get(f"/my/cases/{claims.desk.one('SELECT ref FROM cases')}/decision").status == 404
    assert renter.get(f"/my/cases/{claims.desk.open()}/decision").status == 404


def test_english_pages_say_their_own_words_in_english(claims, renter):
    renter.cookies["lang"] = "en"
    assert 'lang="en"' in renter.get("/my").text


@pytest.mark.parametrize(
    ("header", "span"),
    [
        ("", (0, 100)), ("bytes=0-9", (0, 10)), ("bytes=90-", (90, 100)), ("bytes=-7", (93, 100)),
        ("bytes=95-400", (95, 100)), ("bytes=-400", (0, 100)), ("bytes=100-", None), ("bytes=-0", None),
        ("bytes=9-3", None), ("bytes=a-b", (0, 100)), ("lines=1-2", (0, 100)), ("bytes=1-2,4-5", (0, 100)),
    ],
)  # fmt: skip
def test_byte_range_one_range_or_everything(header, span):
    assert byte_range(header, 100) == span


@pytest.fixture
def kept(leased, photo):  # noqa: F811
    """A sealed piece of evidence of ZK-1."""
    row = upload(leased, photo)
    seal_everything(leased)
    return row.media_ref


def views(house):
    return house.sql("SELECT count(*) FROM journal WHERE kind = 'evidence.viewed'")[0][0]


def test_original_is_a_sandboxed_download_and_every_range_is_on_record(leased, kept, photo, site):  # noqa: F811
    renter = site.visitor("ZK-1")
    whole = renter.get(f"/media/{kept}")
    assert (whole.status, whole.body) == (200, photo)
    assert whole.headers["content-disposition"] == "attachment; filename*=UTF-8''IMG_0001.jpg"
    assert whole.headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert whole.headers["cache-control"] == "no-store"
    part = renter.get(f"/media/{kept}", range="bytes=10-19")
    assert (part.status, part.body) == (206, photo[10:20])
    assert part.headers["content-range"] == f"bytes 10-19/{len(photo)}"
    beyond = renter.get(f"/media/{kept}", range=f"bytes={len(photo)}-")
    assert (beyond.status, beyond.headers["content-range"]) == (416, f"bytes */{len(photo)}")
    assert views(leased) == 3
    assert site.visitor("ZK-2").get(f"/media/{kept}", range="bytes=0-1").status == 404
    assert site.visitor().get(f"/media/{kept}").status == 303
    assert views(leased) == 3


def test_preview_is_a_jpeg_kept_briefly_by_this_browser_only(leased, kept, site):  # noqa: F811
    renter = site.visitor("ZK-1")
    for width in ("?w=240", "?w=99999", "?w=x", ""):
        shown = renter.get(f"/media/{kept}/preview{width}")
        assert (shown.status, shown.headers["content-type"], shown.body[:2]) == (200, "image/jpeg", b"\xff\xd8")
        assert shown.headers["cache-control"] == "private, max-age=300"
    assert site.visitor("ZK-2").get(f"/media/{kept}/preview").status == 404
    assert views(leased) == 0


def test_receipt_page_and_file_name_number_and_fingerprint(leased, kept, site):  # noqa: F811
    renter = site.visitor("ZK-1")
    page = renter.get(f"/my/evidence/{kept}").said
    assert "租客举证" in page
    row = leased.sql("SELECT sha256 FROM media WHERE ref = $1", kept)[0]
    assert row["sha256"].hex() in page
    file = renter.get(f"/my/evidence/{kept}/receipt.json")
    assert "attachment" in file.headers["content-disposition"]
    assert json.loads(file.body)["content"]["sha256"] == row["sha256"].hex()
    assert f"/my/evidence/{kept}" in renter.get("/my/evidence").text


def start(renter, size):
    body = json.dumps({"subject": LEASE, "purpose": Purpose.STATEMENT, "file_name": "a.jpg", "size": size}).encode()
    return json.loads(renter.send("POST", "/api/v1/uploads", body, x_csrf_token=renter.csrf).body)["upload_ref"]


def put(renter, ref, offset, data, **more):
    headers = {"upload_offset": str(offset), "x_csrf_token": renter.csrf} | more
    return renter.send("PATCH", f"/api/v1/uploads/{ref}", data, **headers)


def test_upload_in_chunks_is_written_where_it_belongs_and_counted(leased, photo, site):  # noqa: F811
    renter = site.visitor("ZK-1")
    ref, half = start(renter, len(photo)), len(photo) // 2
    first = put(renter, ref, 0, photo[:half])
    assert (first.status, first.headers["upload-offset"]) == (200, str(half))
    asked = renter.send("HEAD", f"/api/v1/uploads/{ref}")
    assert (asked.headers["upload-offset"], asked.headers["upload-length"]) == (str(half), str(len(photo)))
    repeated = put(renter, ref, 0, b"X" * half)
    assert (repeated.status, json.loads(repeated.body)["received_bytes"]) == (409, half)
    done = put(renter, ref, half, photo[half:])
    assert json.loads(done.body) == {"received": len(photo), "state": "checking"}
    assert leased.door.services.storage.incoming(ref).read_bytes() == photo
    assert put(renter, ref, len(photo), b"more").status == 409


def test_upload_chunk_that_does_not_fit_refused_and_nothing_counted(leased, site):  # noqa: F811
    renter = site.visitor("ZK-1")
    ref = start(renter, 10)
    assert put(renter, ref, 0, b"x" * 11).status == 413
    assert put(renter, ref, 0, b"").status == 400
    assert put(renter, ref, "-1", b"x").status == 400
    assert renter.send("PATCH", f"/api/v1/uploads/{ref}", b"x", x_csrf_token=renter.csrf).status == 400
    assert put(renter, ref, 0, b"x", x_csrf_token="no").status == 403
    assert put(renter, "SC-unknown", 0, b"x").status == 404
    assert put(site.visitor("ZK-2"), ref, 0, b"x").status == 404
    assert put(site.visitor(), ref, 0, b"x").status == 401
    assert renter.send("HEAD", f"/api/v1/uploads/{ref}").headers["upload-offset"] == "0"


def test_upload_chunk_as_json_is_taken_as_bytes_not_as_a_claim_of_having_written(leased, site):  # noqa: F811
    renter = site.visitor("ZK-1")
    ref = start(renter, 1_000)
    lie = renter.send("PATCH", f"/api/v1/uploads/{ref}", b'{"offset":0,"length":1000}', x_csrf_token=renter.csrf)
    assert lie.status == 400
    assert leased.sql("SELECT received_bytes FROM uploads")[0][0] == 0


def test_dossier_page_prepares_it_and_the_download_is_on_record(claims, renter, stranger, monkeypatch):
    from shouwen.features.dossiers import jobs as dossier_jobs
    from shouwen.mount.web.portal import dossier

    monkeypatch.setattr(dossier, "_LOOKS", 1)
    monkeypatch.setattr(dossier, "_PAUSE_S", 0)
    case = claims.desk.open()
    waiting = renter.get(f"/my/cases/{case}/dossier")
    assert "证据包正在准备" in waiting.said
    assert "download" not in waiting.text.split("<main")[1].split("</main")[0]
    assert claims.desk.one("SELECT count(*) FROM dossiers") == 1
    renter.get(f"/my/cases/{case}/dossier")
    assert claims.desk.one("SELECT count(*) FROM dossiers") == 1  # the one under way is joined
    assert dossier_jobs.build is not None
    ref = claims.desk.one("SELECT ref FROM dossiers")
    assert renter.get(f"/my/dossiers/{ref}").status == 404
    assert stranger.get(f"/my/dossiers/{ref}").status == 404
