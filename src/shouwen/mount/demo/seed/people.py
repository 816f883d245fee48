"""Staff and renters, written in bulk inside one act."""

from datetime import datetime

from msgspec import Struct

from shouwen.features.people.passwords import new_hash
from shouwen.kernel.actor import Actor, Role
from shouwen.kernel.masking import mask_name, mask_phone
from shouwen.mount.demo.structs import Company
from shouwen.platform.clock import random_token
from shouwen.platform.db import Conn
from shouwen.platform.secrets import FieldCipher

# nobody types these passwords: the demo logs in with one click
_STAFF = """
INSERT INTO staff (login, name, role, password_hash, capacity, created_at)
SELECT *, $5, $6 FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) RETURNING id, login
"""
_RENTERS = """
INSERT INTO renters (ref, name, name_masked, phone_cipher, phone_hash, phone_masked, identity_cipher, verified,
                     created_at)
SELECT ref, name, masked, phone, hash, phone_masked, identity, true, $8
FROM unnest($1::text[], $2::text[], $3::text[], $4::bytea[], $5::bytea[], $6::text[], $7::bytea[]) WITH ORDINALITY
  AS n(ref, name, masked, phone, hash, phone_masked, identity, no)
ORDER BY no RETURNING id
"""
CAPACITY = 12


class People(Struct, frozen=True):
    """Who acts in the demo: staff by login, renters by key (as use cases see them)."""

    staff: dict[str, Actor]
    renters: dict[int, Actor]


async def insert_people(conn: Conn, cipher: FieldCipher, company: Company, at: datetime) -> People:
    """Everybody who works or rents here; the caller has opened the act."""
    password = await new_hash(random_token())
    staff = company.staff
    rows = await conn.fetch(
        _STAFF,
        [each.login for each in staff],
        [each.name for each in staff],
        [str(each.role) for each in staff],
        [password for _ in staff],
        CAPACITY,
        at,
    )
    ids = {row["login"]: int(row["id"]) for row in rows}
    renters = company.renters
    rows = await conn.fetch(
        _RENTERS,
        [f"ZK-{each.key:06d}" for each in renters],
        [each.name for each in renters],
        [mask_name(each.name) for each in renters],
        [cipher.encrypt(each.phone, "phone") for each in renters],
        [cipher.lookup(each.phone, "phone") for each in renters],
        [mask_phone(each.phone) for each in renters],
        [cipher.encrypt(each.id_number, "identity") for each in renters],
        at,
    )
    return People(
        {each.login: Actor(each.role, ids[each.login], each.name) for each in staff},
        {
            each.key: Actor(Role.RENTER, int(row["id"]), mask_name(each.name))
            for each, row in zip(renters, rows, strict=True)
        },
    )
