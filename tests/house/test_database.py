"""The structure's own tests: the database refuses what the door did not let in."""

import asyncio

import asyncpg
import pytest

# tables the relay and the sequencer write without an act; this list may only shrink
WITHOUT_ACT = {
    "acts", "installation", "jobs", "log_checkpoints", "log_entries", "log_nodes", "log_pending", "log_timestamps",
    "migrations", "outbox",
}  # fmt: skip
APPEND_ONLY = {
    "backdated_payments",
    "abatements", "act_results", "acts", "business_day_parts", "claim_decisions", "claim_withdrawals",
    "contract_papers", "contract_templates", "contracts", "documents", "external_contracts", "guard_checks",
    "heard_figures", "imei_readings", "import_rows", "inspections", "journal", "lateness_undone",
    "lease_addresses", "log_checkpoints", "log_entries", "log_nodes", "log_timestamps", "messages",
    "money_entries", "money_transfers", "owner_moves", "parcel_cases", "payment_facts", "payment_notices",
    "quotes", "reliefs", "tracking_events",
}  # fmt: skip


def query(dsn, sql, *args):
    async def go():
        conn = await asyncpg.connect(dsn)
        try:
            return await conn.fetch(sql, *args)
        finally:
            await conn.close()

    return asyncio.run(go())


def execute(dsn, *statements):
    async def go():
        conn = await asyncpg.connect(dsn)
        try:
            async with conn.transaction():
                for statement in statements:
                    await conn.execute(statement)
        finally:
            await conn.close()

    asyncio.run(go())


def tables(dsn):
    return {
        row["relname"]
        for row in query(
            dsn, "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        )
    }


def guarded(dsn, trigger):
    sql = "SELECT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE t.tgname = $1"
    return {row["relname"] for row in query(dsn, sql, trigger)}


def test_every_table_needs_an_act_but_the_known_few(admin_dsn):
    assert tables(admin_dsn) - guarded(admin_dsn, "a_require_act") == WITHOUT_ACT


def test_acts_journal_money_and_log_accept_inserts_only(admin_dsn):
    assert guarded(admin_dsn, "b_append_only") == APPEND_ONLY


def test_application_role_owns_nothing_and_cannot_create(dsn):
    assert query(dsn, "SELECT count(*) FROM pg_class WHERE relowner = 'shouwen_app'::regrole")[0][0] == 0
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        execute(dsn, "CREATE TABLE sneaky (id int)")


def test_change_without_act_refused_at_the_statement(dsn):
    for name in sorted(tables(dsn) - WITHOUT_ACT - {"migrations"}):
        with pytest.raises(asyncpg.PostgresError) as refused:
            execute(dsn, f"DELETE FROM {name}")
        assert refused.value.sqlstate in ("SW001", "42501"), name


def test_changing_what_is_append_only_refused_even_to_the_owner(admin_dsn):
    for name in sorted(APPEND_ONLY):
        first = query(
            admin_dsn, f"SELECT attname FROM pg_attribute WHERE attrelid = '{name}'::regclass AND attnum > 0"
            " AND attgenerated = '' AND attidentity = '' ORDER BY attnum LIMIT 1",
        )[0][0]  # fmt: skip
        for verb in (f"DELETE FROM {name}", f"UPDATE {name} SET {first} = {first}", f"TRUNCATE {name}"):
            with pytest.raises(asyncpg.PostgresError) as refused:
                execute(admin_dsn, "SELECT set_config('shouwen.act', '1', true)", verb)
            # a table that others point at is refused before the trigger is asked
            assert refused.value.sqlstate in ("SW002", "0A000"), (name, verb)


def test_truncate_without_act_refused_to_the_owner(admin_dsn):
    for name in sorted(tables(admin_dsn) - WITHOUT_ACT - APPEND_ONLY):
        with pytest.raises(asyncpg.PostgresError) as refused:
            execute(admin_dsn, f"TRUNCATE {name} CASCADE")
        assert refused.value.sqlstate in ("SW001", "SW002"), name


def test_imbalance_cannot_be_written(admin_dsn):
    for debit, credit, amount in (("cash", "cash", 1), ("cash", "rent", 0), ("cash", "rent", -5)):
        with pytest.raises(asyncpg.CheckViolationError):
            execute(
                admin_dsn,
                "SELECT set_config('shouwen.act', '1', true)",
                "INSERT INTO money_transfers (entry_id, no, debit_account, credit_account, amount_fen)"
                f" VALUES (1, 1, '{debit}', '{credit}', {amount})",
            )


def test_read_sessions_refuse_writes(house):
    with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
        house.run(
            house.door.reads.execute("INSERT INTO jobs (kind, key, payload, run_at) VALUES ('x', 'x', '{}', now())")
        )
