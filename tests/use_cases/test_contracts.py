"""Publishing templates, and the contract in force."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from msgspec import structs

from shouwen.features.contracts import use_cases as contracts
from shouwen.features.contracts.policy import contract_policy_on, sample_templates
from shouwen.features.contracts.public import contract_in_force, insert_contract, quote_buyout_now, sign
from shouwen.kernel.actor import Actor, Role
from shouwen.kernel.errors import Absent, BadInput, Refusal

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
ON = date(2026, 11, 23)
SUPERVISOR = Actor(Role.SUPERVISOR, 1, "林主管")
SAMPLES = Path(__file__).resolve().parents[2] / "policies" / "templates"
GOOD = (SAMPLES / "early_buyout_12.toml").read_text(encoding="utf-8")


def act(house, use_case, command, actor=SUPERVISOR, **more):
    return house.run(house.door.run(use_case, actor, command, at=NOW, **more))


def publish(house, source=GOOD, actor=SUPERVISOR, **more):
    return act(house, contracts.publish_template, contracts.PublishTemplate("MB-12", source), actor, **more)


def signed(version=1):
    template = sample_templates()["early_buyout_12"]
    return sign(template, date(2025, 11, 30), date(2025, 12, 15), contract_policy_on(date(2025, 11, 30)),
                version=version)  # fmt: skip


def in_act_of(house, work):
    """Run `work(conn)` as the application, committed."""

    async def go():
        async with house.door.writes.acquire() as conn, conn.transaction():
            await conn.execute("SELECT set_config('shouwen.act', '1', true)")
            return await work(conn)

    return house.run(go())


def a_lease(house):
    async def work(conn):
        renter_id = await conn.fetchval(
            "INSERT INTO renters (ref, name, name_masked, phone_cipher, phone_hash, phone_masked, created_at)"
            " VALUES ('ZK-1', '陈思宇', '陈*宇', 'c', 'h', '199****2210', $1) RETURNING id", NOW,
        )  # fmt: skip
        return await conn.fetchval(
            "INSERT INTO leases (ref, renter_id, state, model, storage, colour, condition_grade, imei, applied_on,"
            " created_at) VALUES ('ZL-20251130-0417', $1, 'renting', 'P', '', '', '', '', $2, $3) RETURNING id",
            renter_id, ON, NOW,
        )  # fmt: skip

    return in_act_of(house, work)


def test_publish_template_good_file_stored_with_ladder_and_journal(house):
    published = publish(house)
    assert (published.ref, published.version) == ("MB-12", 1)
    assert (published.ladder_fen[0], published.ladder_fen[-1]) == (804_600, 204_600)
    row = house.sql("SELECT source_toml, template FROM contract_templates")[0]
    assert row["source_toml"] == GOOD
    assert row["template"]["terms"]["total_rent_fen"] == 600_000
    assert [r["kind"] for r in house.sql("SELECT kind FROM journal")] == ["template.published"]


def test_publish_template_changed_text_makes_next_version(house):
    publish(house)
    assert publish(house, GOOD + "\n# changed\n").version == 2
    listed = act(house, contracts.list_templates, contracts.ListTemplates(), Actor(Role.AGENT, 3, "周敏"))
    assert [(t.ref, t.version) for t in listed] == [("MB-12", 2), ("MB-12", 1)]


def test_publish_template_same_text_again_refused(house):
    publish(house)
    with pytest.raises(Refusal) as refused:
        publish(house)
    assert refused.value.code == "template_unchanged"


def test_publish_template_double_click_publishes_once(house):
    assert publish(house, key="one-click") == publish(house, key="one-click")
    assert house.sql("SELECT count(*) FROM contract_templates")[0][0] == 1


def test_publish_template_several_faults_refused_with_every_finding_and_nothing_stored(house):
    bad = GOOD.replace('["signed_value_minus_paid", "unpaid_plus_residual"]', '"popular"')
    bad = bad.replace('late_fee_daily_rate = "0.0003"', 'late_fee_daily_rate = "0.01"')
    with pytest.raises(Refusal) as refused:
        publish(house, bad)
    rules = {finding["rule"] for finding in refused.value.data["findings"]}
    assert (refused.value.status, refused.value.code) == (422, "template_refused")
    assert {"BUY-3", "LATE-3"} <= rules
    assert house.sql("SELECT count(*) FROM contract_templates")[0][0] == 0


def test_publish_template_unreadable_file_says_line(house):
    with pytest.raises(BadInput) as refused:
        publish(house, GOOD.replace("periods = 12", "periods = 12.5"))
    assert refused.value.line > 1


@pytest.mark.parametrize("role", [Role.RENTER, Role.AGENT, Role.SPECIALIST, Role.INSPECTOR, Role.ANONYMOUS])
def test_publish_template_by_others_refused(house, role):
    with pytest.raises(Refusal) as refused:
        publish(house, actor=Actor(role, 1))
    assert refused.value.status in {401, 404}
    assert house.sql("SELECT count(*) FROM acts")[0][0] == 0


def test_contract_in_force_newest_version_with_every_term(house):
    lease_id = a_lease(house)
    first, second = signed(), structs.replace(signed(version=2), title="补充协议")
    in_act_of(house, lambda conn: insert_contract(conn, lease_id, first))

    async def read(conn):
        return await contract_in_force(conn, lease_id)

    assert in_act_of(house, read)[1] == first
    again = in_act_of(house, read)[1]
    assert again is in_act_of(house, read)[1]  # decoded once: immutable
    contract_id = in_act_of(house, lambda conn: insert_contract(conn, lease_id, second))
    assert in_act_of(house, read) == (contract_id, second)


def test_contract_in_force_unsigned_lease_absent(house):
    with pytest.raises(Absent):
        in_act_of(house, lambda conn: contract_in_force(conn, 424_242))


def test_quote_buyout_now_names_contract_clauses_and_day(house):
    lease_id = a_lease(house)
    in_act_of(house, lambda conn: insert_contract(conn, lease_id, signed()))
    contract_id, quote = in_act_of(house, lambda conn: quote_buyout_now(conn, lease_id, 6, 0, 0, ON))
    assert quote.amount_fen == 804_600 - 300_000
    assert contract_id > 0
    assert quote.clauses
    assert quote.valid_until == ON
