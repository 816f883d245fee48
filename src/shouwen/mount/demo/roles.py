"""Who a visitor of the demo may be; declared only for the demo's log-in page."""

from msgspec import Struct

from shouwen.features.people.public import list_staff
from shouwen.features.people.types import StaffRow
from shouwen.kernel.actor import ROLE_ZH, Role
from shouwen.mount.demo.told import told_by_renter
from shouwen.platform.door import Ctx
from shouwen.platform.permissions import Permission
from shouwen.platform.registry import use_case

# first the renter of the story that is played live, who stays there to its end; then one renter for each other story
_RENTERS = """
SELECT ref, name_masked, model FROM (
  SELECT ref, name_masked, model, story, row_number() OVER (PARTITION BY story ORDER BY id) AS nth
  FROM (SELECT r.ref, r.name_masked, l.model, l.id,
          CASE WHEN l.ref LIKE 'ZL-%-0417' THEN 0 WHEN c.state = 'awaiting_renter' THEN 1
               WHEN c.state = 'decided' THEN 2 WHEN l.state = 'renting' THEN 3 END AS story
        FROM leases l JOIN renters r ON r.id = l.renter_id LEFT JOIN claims c ON c.lease_id = l.id) told
  WHERE story IS NOT NULL) first
WHERE nth = 1 ORDER BY story
"""


_TOLD = "SELECT ref, name_masked FROM renters WHERE ref = ANY($1::text[]) ORDER BY ref"


class ListDemoRoles(Struct, frozen=True, forbid_unknown_fields=True):
    """Who a visitor of the demo may be."""


class DemoRole(Struct, frozen=True):
    """`who` goes into log_in_demo. Renters of a story have no `role_zh`; `detail` says what their lease shows."""

    who: str
    name: str
    role_zh: str
    detail: str = ""


@use_case(ListDemoRoles, list[DemoRole], permission=Permission.PUBLIC, method="GET", path="/login/demo-roles")
async def list_demo_roles(ctx: Ctx, command: ListDemoRoles) -> list[DemoRole]:
    """演示环境里可以扮演的角色
    The roles a visitor of the demo may play; empty elsewhere."""
    if not ctx.services.settings.demo:
        return []
    renters = await ctx.conn.fetch(_RENTERS)
    told = told_by_renter()
    found = await ctx.conn.fetch(_TOLD, list(told))
    staff = sorted((m for m in await list_staff(ctx.conn) if m.active), key=lambda m: m.id)
    return [
        *(DemoRole(row["ref"], row["name_masked"], ROLE_ZH[Role.RENTER], row["model"]) for row in renters),
        *(DemoRole(member.login, member.name, ROLE_ZH[member.role]) for member in _first_of_each_role(staff)),
        *(DemoRole(row["ref"], row["name_masked"], "", told[row["ref"]]) for row in found),
    ]


def _first_of_each_role(staff: list[StaffRow]) -> list[StaffRow]:
    chosen: dict[Role, list[StaffRow]] = {}
    for member in staff:
        chosen.setdefault(member.role, []).append(member)
    order = (Role.AGENT, Role.SPECIALIST, Role.INSPECTOR, Role.SUPERVISOR, Role.ADMIN)
    pairs = (Role.AGENT, Role.SPECIALIST)  # to hand over; to be asked in, and to hear an appeal against the other
    return [member for role in order for member in chosen.get(role, [])[: 2 if role in pairs else 1]]
