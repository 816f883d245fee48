"""The workbench's promise: queue, case with 50 messages and file in at most four statements, the session's included;
the case alone, as it is asked for beside a queue that is there, in three.
"""

from datetime import timedelta

import pytest
from case_ground import NOW
from claim_ground import open_claims
from lease_ground import in_act

from shouwen.platform import clock, db

MOST = 4
BESIDE_THE_QUEUE = 3


@pytest.fixture(autouse=True)
def at_the_desk(monkeypatch):
    """Everything happens on one morning of the small company."""
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(minutes=10))


@pytest.fixture
def asked(monkeypatch):
    """Every statement that any pooled connection sends, transactions among them."""
    heard = []
    prepare = db._init

    async def listen(conn):
        await prepare(conn)
        conn.add_query_logger(lambda query: heard.append(query.query))

    monkeypatch.setattr(db, "_init", listen)
    return heard


def statements(asked, web, path, headers=None):
    """What one GET asks once the process is warm: colleagues known, contract decoded."""
    assert web.get(path, headers=headers).status_code == 200
    asked.clear()
    page = web.get(path, headers=headers)
    assert page.status_code == 200
    return list(asked), page.text


@pytest.fixture
def busy(asked, web):
    """Sixty open cases of other matters, and a contested claim whose case has fifty messages."""
    claims = open_claims(web.house)
    ref = claims.contested()
    case = web.house.sql("SELECT k.* FROM claims c JOIN cases k ON k.id = c.case_id WHERE c.ref = $1", ref)[0]

    async def fill(ctx):
        await ctx.conn.execute(
            "INSERT INTO messages (case_id, seq, at, kind, author_role, author_id, author_name, body, renter_id)"
            " SELECT $1, $2 + n, $3, 'text', 'renter', $4, '陈*宇', '还有一句话 ' || n, $4"
            " FROM generate_series(1, 60) n",
            case["id"], case["seq"], NOW, case["renter_id"],
        )  # fmt: skip
        await ctx.conn.execute("UPDATE cases SET seq = seq + 60 WHERE id = $1", case["id"])
        await ctx.conn.execute(
            "INSERT INTO cases (ref, type, title, renter_id, renter_name_masked, channel, urgent, state, opened_at,"
            " last_at, rank, preview, claim_id)"
            " SELECT 'SW-busy' || n, 'fault', '故障', $1, '陈*宇', 'portal', false, 'open',"
            " $2, $2, 10000000 + n, '听筒没有声音', 1000000 + n FROM generate_series(1, 60) n",
            claims.stranger.id, NOW,
        )  # fmt: skip

    in_act(web.house, fill)
    return claims, case["ref"]


def test_case_page_with_claim_and_fifty_messages_keeps_the_budget(asked, web, busy):
    claims, case_ref = busy
    web.log_in(claims.specialist)
    sent, text = statements(asked, web, f"/desk/cases/{case_ref}?tab=all")
    assert 0 < len(sent) <= MOST, sent
    assert text.count("还有一句话") == 50
    assert text.count('class="row"') == 50
    assert "平台主张" in text


def test_case_beside_a_queue_that_is_there_asks_for_no_queue(asked, web, busy):
    claims, case_ref = busy
    web.log_in(claims.specialist)
    sent, text = statements(asked, web, f"/desk/cases/{case_ref}/pane", {"HX-Request": "true"})
    assert 0 < len(sent) <= BESIDE_THE_QUEUE, sent
    assert text.count("还有一句话") == 50
    assert 'class="row"' not in text
    assert "平台主张" in text
    assert 'id="composer"' in text


def test_queue_page_asks_for_session_and_queue_only(asked, web, busy):
    claims, _ = busy
    web.log_in(claims.agent)
    sent, _ = statements(asked, web, "/desk?tab=all")
    assert len(sent) == 2, sent
