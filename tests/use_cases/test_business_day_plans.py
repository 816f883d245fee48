"""The statements of the business day go to their leases by index, however many others there are."""

import asyncio

import asyncpg
import pytest

from bench import day_fill
from bench.day_fill import DAY
from shouwen.features.business_day.running import run_days
from shouwen.features.money.store import days
from shouwen.kernel.days import start_of

LEASES = 4_000
LARGE = ("charges", "fee_terms", "leases", "money_entries", "money_transfers")


@pytest.fixture
def company(admin_dsn):
    asyncio.run(day_fill.company(LEASES)(admin_dsn))
    return admin_dsn


def test_day_of_a_company_books_what_is_due_and_overdue(company, house):
    [report] = house.run(run_days(house.door, DAY, at=start_of(DAY)))
    made = {step.step: step.made for step in report.steps}
    assert (made["charges"], made["fees_fast"], report.spared) == (LEASES * 8 // 100, LEASES * 5 // 100, 0)


PARTS = {
    "BOOK_DUE_RENTS": ("bigint, date, bigint, bigint", f"1, '{DAY}', 1, 2001"),
    "ACCRUE_FEES": ("bigint, date, bigint, bigint", f"1, '{DAY}', 1, 2001"),
    "OPEN_ACCRUALS": ("date, bigint, bigint", f"'{DAY}', 1, 2001"),
    "LEASES_WITHOUT_TERMS": ("date, bigint, bigint", f"'{DAY}', 1, 2001"),
}


def test_part_of_a_day_reads_no_large_table_through(company):
    async def plans():
        conn = await asyncpg.connect(company)
        try:
            await conn.execute("SET plan_cache_mode = force_generic_plan")  # as the pool has it
            found = {}
            for name, (types, values) in PARTS.items():
                await conn.execute(f"PREPARE {name} ({types}) AS {getattr(days, name)}")
                found[name] = "\n".join(row[0] for row in await conn.fetch(f"EXPLAIN EXECUTE {name}({values})"))
            return found
        finally:
            await conn.close()

    texts = asyncio.run(plans())
    scanned = [(name, table) for name, text in texts.items() for table in LARGE if f"Seq Scan on {table}" in text]
    assert scanned == []
