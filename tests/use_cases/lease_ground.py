"""A small rental company for tests: renters, leases with contract and charges, holds, and acts on them."""

from datetime import UTC, date, datetime

from shouwen.features.contracts.policy import contract_policy_on, sample_templates
from shouwen.features.contracts.public import insert_contract, sign
from shouwen.features.leases.public import insert_lease, lease_by_id
from shouwen.features.leases.types import LeaseState, NewLease
from shouwen.features.money.public import NewHold, charge_rents, hold_deposit, receive_payment
from shouwen.kernel.actor import SYSTEM, Actor, Role
from shouwen.platform.door import Ctx, open_act

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)
SIGNED_ON = date(2026, 5, 10)
FIRST_DUE_ON = date(2026, 5, 15)
RENT_FEN = 50_000  # of the sample: 6,000.00 in 12
AGENT = Actor(Role.AGENT, 1, "周敏")
INSPECTOR = Actor(Role.INSPECTOR, 2, "何检")


def in_act(house, work, *, key="", at=NOW):
    """Run `work(ctx)` as the application inside one committed act."""

    async def go():
        async with house.door.writes.acquire() as conn, conn.transaction():
            act_key = key or f"test-{await conn.fetchval('SELECT count(*) FROM acts'):08d}"
            act_id = await open_act(conn, "test", SYSTEM, "test", act_key, b"", at)
            return await work(Ctx(conn, SYSTEM, at, house.door.services, act_id=act_id))

    return house.run(go())


def run(house, use_case, actor, command, **more):
    return house.run(house.door.run(use_case, actor, command, at=more.pop("at", NOW), **more))


def add_renter(house, no=1, name="陈*宇"):
    """A renter row; returns the actor."""

    async def work(ctx):
        return await ctx.conn.fetchval(
            "INSERT INTO renters (ref, name, name_masked, phone_cipher, phone_hash, phone_masked, verified, created_at)"
            " VALUES ($1, $2, $2, 'c', $3, '199****2210', true, $4) RETURNING id",
            f"ZK-{no}", name, f"hash-{no}".encode(), NOW,
        )  # fmt: skip

    return Actor(Role.RENTER, in_act(house, work), name)


def sample_contract(name="early_buyout_12", version=1):
    return sign(sample_templates()[name], SIGNED_ON, FIRST_DUE_ON, contract_policy_on(SIGNED_ON), version=version)


def add_lease(house, renter, *, no=1, state=LeaseState.RENTING, paid=6, deposit_fen=300_000, contract=None, **more):
    """A signed lease with rent charges, the first `paid` of them paid, and a deposit hold; returns its row."""
    contract = contract or sample_contract()

    async def work(ctx):
        new = NewLease(
            ref=f"ZL-20260510-{no:04d}",
            renter_id=renter.id,
            state=state,
            model="iPhone 15 Pro Max",
            imei=f"99000000000{no:04d}",
            applied_on=date(2026, 5, 8),
            signed_on=SIGNED_ON,
            created_at=NOW,
            **more,
        )
        lease = await lease_by_id(ctx.conn, await insert_lease(ctx.conn, new))
        await insert_contract(ctx.conn, lease.id, contract)
        charges = await charge_rents(ctx.conn, ctx.act_id, lease, contract)
        for k in range(paid):
            await receive_payment(
                ctx.conn, ctx.act_id, lease, contract.rents_fen[k], f"{lease.ref}-{k}", contract.due_on[k],
                named=[charges[k]],
            )  # fmt: skip
        if deposit_fen:
            await hold_deposit(
                ctx.conn,
                ctx.act_id,
                NewHold(lease_id=lease.id, renter_id=renter.id, amount_fen=deposit_fen, held_on=SIGNED_ON),
            )
        return lease

    return in_act(house, work)
