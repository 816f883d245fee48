"""Every use case, by every role that may not, on somebody else's real objects: absent, and nothing changes."""

import re

import pytest
from claim_ground import open_claims
from stock_ground import add_parcel, add_swap

from shouwen.kernel.actor import Actor, Role
from shouwen.mount.api import PREFIX
from shouwen.platform.permissions import Permission, may
from shouwen.platform.registry import REGISTRY

# a correct body for each use case that needs one, so that what refuses is the object and not a field
BODIES = {
    "freeze_lease": {"why": "第 7 期逾期"},
    "dispute_line": {"why": "paid"},
    "lift_freeze": {"why": "已协商"},
    "give_credit_notice": {"line": "rent-7"},
    "grant_relief": {"line": "rent-7", "rule": "LATE-4"},
    "demand_payment": {},
    "withdraw_demand": {"why": "已协商"},
    "terminate_lease": {"why": "催告期满未付"},
    "accelerate_lease": {"why": "催告期满未付"},
    "decide_approval": {"grant": True, "reason": "同意"},
    "transfer_case": {"reason": "shift_end", "to": "limei"},
    "ask_specialist": {"login": "lin"},
    "reply": {"seen_seq": 0, "text": "您好"},
    "check_reply": {"text": "您好"},
    "resolve_case": {"text": "已解决", "seen_seq": 10_000},
    "rate_case": {"stars": 5},
    "report_heard": {"about": "buyout", "told_fen": 240_000},
    "mark_seen": {"seq": 1},
    "make_promise": {"due_at": "2026-12-01T02:00:00Z", "text": "今天 18:00 前答复"},
    "add_note": {"text": "内部"},
    "say": {"text": "你好"},
    "merge_case": {"into": "SW-bbbbbbbbbb", "confirmed": True},
    "complain": {"text": "11 月 22 日说话不客气", "as_is": True},
    "save_draft": {"text": "草稿"},
    "insert_quote": {},
    "answer_claim": {"findings": [{"no": 1, "answer": "contest"}]},
    "appeal_claim": {"text": "请再看出库影像，划痕签收时就有"},
    "ask_renter": {"text": "请补一张后盖照片"},
    "confirm_imei": {"media_ref": "ZJ-0001", "imei": "490154203237518"},
    "record_pickup": {"picked_up_at": "2026-11-20T07:00:00Z", "waybill": "SF199000010417"},
    "withdraw_claim": {"reason": "出库影像里已有这处痕迹"},
    "mark_facts": {"findings": [{"no": 1, "seen_at_handover": True}]},
    "decide_claim": {"findings": [{"no": 1, "outcome": "proposed"}]},
    "save_statement_draft": {},
    "file_inspection": {"imei_seen": "990000000000009", "received_on": "2026-11-22"},
    "start_upload": {"file_name": "a.jpg", "purpose": "statement", "size": 10},
    "reveal_renter": {"reason": "电话回访"},
    "record_chunk": {},
    "agree_amendment": {"agreed_sha256": "0" * 64},
    "propose_amendment": {"kind": "plan", "periods": 3, "reason": "想短租"},
    "decide_application": {"approve": True, "why": "资料齐全"},
    "sign_lease": {
        "template_ref": "MB-12",
        "template_version": 1,
        "first_due_on": "2026-11-30",
        "agreed_sha256": "0" * 64,
    },
    "assign_unit": {"imei": "490154203237518"},
    "ship_lease": {"courier": "sf", "waybill": "SF199000010418"},
    "send_back": {"courier": "sf", "waybill": "SF199000010419"},
    "cancel_lease": {"why": "不想租了"},
    "settle_delivery": {"came": True, "why": "家人代收"},
    "move_unit": {"act": "retire"},
    "accept_buyout": {"amount_fen": 1, "valid_until": "2026-11-23"},
    "accept_early_return": {"back_on": "2026-12-01", "amount_fen": 1, "valid_until": "2026-11-23"},
    "quote_renewal": {"periods": 3},
    "accept_renewal": {"periods": 3, "amount_fen": 1, "valid_until": "2026-11-23", "contract_version": 1},
    "quote_early_return": {"back_on": "2026-12-01"},
    "report_lost": {"lost_on": "2026-11-22"},
    "record_police": {"police_ref": "A20261123001"},
    "settle_loss": {"amount_fen": 1, "valid_until": "2026-11-23"},
    "answer_device": {"kind": "unlock", "outcome": "done"},
    "ask_swap": {"reason": "屏幕不显示", "without_phone_from": "2026-11-20"},
    "send_swap": {"imei": "490154203237518", "courier": "sf", "waybill": "SF199000010420"},
    "return_swapped": {"courier": "sf", "waybill": "SF199000010421"},
    "withdraw_swap": {"why": "修好了"},
    "record_agreement": {"agreement_no": "A1", "payer_id": "2088000000000417"},
    "settle_order": {"books": False, "why": "已核对"},
    "pay_bills": {"amount_fen": 50_000, "lines": ["rent-7"]},
    "refund_credit": {"amount_fen": 100, "why": "多付"},
    "book_charge": {"kind": "fee", "amount_fen": 100, "clause": "4.2", "due_on": "2026-11-23", "why": "配件"},
    "record_payment": {"amount_fen": 100, "payment_ref": "FK-1001", "paid_on": "2026-11-20"},
    "waive": {"line": "rent-1", "amount_fen": 100, "why": "首次逾期"},
    "undo_entry": {"entry_key": "payment:FK-1001", "why": "登记有误"},
    "write_off": {"line": "rent-1", "amount_fen": 100, "why": "失联"},
    "recover": {"line": "rent-1", "amount_fen": 100, "payment_ref": "FK-1002"},
    "abate_rent": {"why": "等换机", "from_on": "2026-11-01", "to_on": "2026-11-02"},
    "quote_abatement": {"from_on": "2026-11-01", "to_on": "2026-11-02"},
}
# whose path names no object: lists of the asker's own, and acts on the asker's own session
OWN = {
    "list_approvals", "list_cases", "open_case", "list_claims", "list_my_claims", "read_queue", "search", "list_staff",
    "list_leases", "list_inspections", "list_templates", "publish_template", "preview_statement", "list_sessions",
    "apply_lease", "import_contracts", "log_out", "revoke_session", "hire_staff", "change_password",
    "read_own_account", "list_arrears", "register_units", "list_units", "list_payment_trouble", "list_imports",
    "list_business_days", "list_given_up",
    "list_offers", "read_help", "read_todo",
}  # fmt: skip
CASES = [
    case
    for case in REGISTRY.values()
    if case.permission not in (Permission.PUBLIC, Permission.SYSTEM) and case.name not in OWN
]


@pytest.fixture
def ground(web):
    """A contested claim of renter 1 with case, media, dossier request, upload and an approval, all real."""
    claims = open_claims(web.house)
    claim_ref = claims.contested()
    sql = web.house.sql
    web.log_in(claims.renter)
    case_ref = sql("SELECT ref FROM cases WHERE claim_id IS NOT NULL")[0]["ref"]
    dossier = web.post(f"{PREFIX}/cases/{case_ref}/dossier").json()["ref"]
    upload = web.post(
        f"{PREFIX}/uploads", {"file_name": "a.jpg", "purpose": "statement", "size": 10, "subject": claims.lease.ref}
    ).json()["upload_ref"]
    web.log_out()
    refs = {
        "lease_ref": claims.lease.ref, "subject": claims.lease.ref, "claim_ref": claim_ref, "case_ref": case_ref,
        "merged_ref": case_ref,
        "media_ref": sql("SELECT ref FROM media ORDER BY id LIMIT 1")[0]["ref"], "dossier_ref": dossier,
        "upload_ref": upload, "renter_ref": sql("SELECT ref FROM renters WHERE id = $1", claims.renter.id)[0]["ref"],
        "shipment_ref": add_parcel(web.house, claims.lease), "unit_ref": "SB-aaaaaaaaaa",
        "swap_ref": add_swap(web.house, claims.lease),
        "paper_ref": "WS-aaaaaaaaaa",
        "approval_ref": "SP-aaaaaaaaaa", "promise_id": "1", "login": "limei", "seq": "1",
        "import_ref": "DR-aaaaaaaaaa", "amendment_ref": "HT-aaaaaaaaaa", "on_day": "2026-03-01",
        "order_ref": "ZF-aaaaaaaaaa", "line": "rent-1", "job_id": "1",
        "inspection_ref": sql("SELECT ref FROM inspections LIMIT 1")[0]["ref"],
    }  # fmt: skip
    return web, claims, refs


def ask(web, case, refs):
    """The use case on these objects, with everything else correct."""
    path = PREFIX + re.sub(r"{(\w+)}", lambda found: refs[found[1]], case.path)
    body = dict(BODIES.get(case.name, {}))
    for name in ("subject", "lease_ref"):
        if name in case.command.__struct_fields__ and f"{{{name}}}" not in case.path and case.method != "GET":
            body[name] = refs[name]
    if case.method == "GET":
        return web.get(path, params=BODIES.get(case.name, {}))
    if case.method == "PATCH":
        headers = {"x-csrf-token": web.csrf, "upload-offset": "0"}
        return web.send("PATCH", path, content=b"0123456789", headers=headers)
    return web.send(case.method, path, json=body, headers={"x-csrf-token": web.csrf})


def counts(house):
    names = ("journal", "messages", "media", "claims", "claim_decisions", "cases", "uploads", "dossiers", "inspections")
    return {name: house.sql(f"SELECT count(*) FROM {name}")[0][0] for name in names}


def test_another_renter_finds_nothing_of_mine(ground):
    web, claims, refs = ground
    web.log_in(claims.stranger)
    before = counts(web.house)
    for case in CASES:
        answer = ask(web, case, refs)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), (case.name, answer.text)
    assert counts(web.house) == before


def test_every_role_without_the_permission_finds_nothing(ground):
    web, claims, refs = ground
    before = counts(web.house)
    for actor in (
        claims.renter,
        claims.agent,
        claims.specialist,
        claims.supervisor,
        claims.inspector,
        claims.desk.admin,
    ):
        web.log_in(actor)
        for case in CASES:
            if not may(actor.role, case.permission):
                answer = ask(web, case, refs)
                assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), (case.name, actor.role)
    assert counts(web.house) == before


def test_inspector_and_admin_see_no_case_content(ground):
    web, claims, refs = ground
    for actor in (claims.inspector, claims.desk.admin):
        web.log_in(actor)
        for path in (
            f"/cases/{refs['case_ref']}",
            f"/cases/{refs['case_ref']}/thread",
            "/queue?tab=all",
            "/search?q=SW",
        ):
            assert web.get(PREFIX + path).status_code == 404, (actor.role, path)


def test_lists_and_search_of_another_renter_hold_nothing_of_mine(ground):
    web, claims, refs = ground
    web.log_in(claims.stranger)
    for path in ("/cases", "/leases", "/my/claims", f"/search?q={refs['case_ref']}", f"/search?q={refs['lease_ref']}"):
        answer = web.get(PREFIX + path)
        for ref in ("lease_ref", "case_ref", "claim_ref"):
            assert refs[ref] not in answer.text, path


def test_live_streams_of_others_absent(ground):
    web, claims, refs = ground
    for actor in (claims.stranger, claims.inspector, claims.desk.admin):
        web.log_in(actor)
        assert web.get(f"/live/case/{refs['case_ref']}").status_code == 404
    web.log_in(claims.stranger)
    assert web.get("/live/desk").status_code == 404
    web.log_in(claims.agent)
    assert web.get("/live/my").status_code == 404


MINE = (
    "/my/leases/{lease_ref}", "/my/leases/{lease_ref}/contract", "/my/leases/{lease_ref}/buyout",
    "/my/claims/{claim_ref}", "/my/claims/{claim_ref}/statement", "/my/cases/{case_ref}",
    "/my/cases/{case_ref}/thread", "/my/cases/{case_ref}/status", "/my/cases/{case_ref}/decision",
    "/my/cases/{case_ref}/dossier", "/my/evidence/{media_ref}", "/media/{media_ref}", "/media/{media_ref}/preview",
)  # fmt: skip
DESK = (
    "/desk", "/desk/queue", "/desk/inspections", "/desk/approvals", "/desk/search", "/desk/cases/{case_ref}",
    "/desk/cases/{case_ref}/thread", "/desk/cases/{case_ref}/file", "/desk/cases/{case_ref}/timeline",
    "/desk/claims/{claim_ref}", "/desk/leases/{lease_ref}",
)  # fmt: skip
PAGES = (*MINE, *DESK)


def test_pages_of_others_are_absent_to_another_renter(ground):
    web, claims, refs = ground
    web.log_in(claims.stranger)
    for pattern in PAGES:
        path = pattern.format(**refs)
        answer = web.get(path)
        assert answer.status_code in (303, 404), path
        for ref in refs.values():
            assert len(ref) < 5 or ref in path or ref not in answer.text, (path, ref)
        if answer.status_code == 303:
            assert answer.headers["location"] in ("/my", "/login"), path


def test_notes_never_reach_the_renter(ground):
    web, claims, refs = ground
    web.log_in(claims.agent)
    secret = "只有同事能看的备注"
    assert web.post(f"{PREFIX}/cases/{refs['case_ref']}/notes", {"text": secret}).status_code == 200
    web.log_in(claims.renter)
    pages = [path.format(**refs) for path in PAGES if path.startswith("/my/cases")] + ["/my", "/my/cases"]
    for path in [
        *pages,
        f"{PREFIX}/cases",
        f"{PREFIX}/cases/{refs['case_ref']}",
        f"{PREFIX}/cases/{refs['case_ref']}/thread",
    ]:
        answer = web.get(path)
        assert answer.status_code in (200, 303, 404, 409), path
        assert secret not in answer.text, path


def test_assistant_and_appraiser_have_no_way_in_yet():
    for case in REGISTRY.values():
        if case.permission is not Permission.PUBLIC and case.permission is not Permission.SELF:
            assert not may(Role.ASSISTANT, case.permission), case.name
            assert not may(Role.APPRAISER, case.permission), case.name


def test_system_use_cases_have_no_route(ground):
    web, _claims, _refs = ground
    web.log_in(Actor(Role.SYSTEM, 0, "system"))
    for case in REGISTRY.values():
        if case.permission is Permission.SYSTEM:
            path = PREFIX + re.sub(r"{\w+}", "1", case.path)
            answer = web.send(case.method, path, json={}, headers={"x-csrf-token": web.csrf})
            assert answer.status_code == 404, case.name
