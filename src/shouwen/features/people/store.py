"""SQL of people: sessions, codes, limits, renters, staff."""

from datetime import datetime, timedelta

from shouwen.features.people.types import RenterCard, Session, SessionRow, StaffRow
from shouwen.kernel.actor import Role
from shouwen.platform.db import Conn, Row, one, row_to, rows_to

WINDOWS_KEPT = timedelta(days=2)  # longer than any window that is counted in

FIND_SESSION = """
SELECT id, csrf, role, actor_id, actor_name, expires_at, must_change FROM sessions
WHERE token_hash = $1 AND revoked_at IS NULL AND expires_at > $2
"""


async def find_session(conn: Conn, token_hash: bytes, now: datetime) -> Session | None:
    """The live session behind a token."""
    row = await conn.fetchrow(FIND_SESSION, token_hash, now)
    return None if row is None else row_to(Session, row)


async def is_live(conn: Conn, session_id: int, now: datetime) -> bool:
    """Whether a session found earlier still stands."""
    return bool(
        await conn.fetchval(
            "SELECT EXISTS (SELECT FROM sessions WHERE id = $1 AND revoked_at IS NULL AND expires_at > $2)",
            session_id, now,
        )
    )  # fmt: skip


INSERT_SESSION = """
INSERT INTO sessions (token_hash, csrf, role, actor_id, actor_name, method, user_agent, created_at, expires_at,
                      must_change)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING id
"""


async def insert_session(
    conn: Conn, token_hash: bytes, csrf: str, role: Role, actor_id: int, name: str, method: str, agent: str,
    now: datetime, expires_at: datetime, *, must_change: bool,
) -> int:  # fmt: skip
    """A new session; the caller keeps the token."""
    row = one(
        await conn.fetchrow(
            INSERT_SESSION, token_hash, csrf, role, actor_id, name, method, agent, now, expires_at, must_change
        )
    )  # fmt: skip
    return int(row["id"])


async def list_sessions(conn: Conn, role: Role, actor_id: int, now: datetime) -> list[SessionRow]:
    """The actor's live sessions, newest first."""
    return rows_to(
        SessionRow,
        await conn.fetch(
            """
            SELECT id, method, user_agent, created_at, expires_at FROM sessions
            WHERE role = $1 AND actor_id = $2 AND revoked_at IS NULL AND expires_at > $3 ORDER BY id DESC LIMIT 100
            """,
            role, actor_id, now,
        ),
    )  # fmt: skip


async def revoke_session(conn: Conn, session_id: int, role: Role, actor_id: int, now: datetime) -> bool:
    """Revoke one of the actor's own sessions; false where it is not theirs or already gone."""
    done = await conn.execute(
        "UPDATE sessions SET revoked_at = $4 WHERE id = $1 AND role = $2 AND actor_id = $3 AND revoked_at IS NULL",
        session_id, role, actor_id, now,
    )  # fmt: skip
    return done == "UPDATE 1"


async def find_staff_login(conn: Conn, login: str) -> Row | None:
    """id, name, role, password_hash, password_reset_at of an active member of staff."""
    return await conn.fetchrow(
        "SELECT id, name, role, password_hash, password_reset_at FROM staff WHERE login = $1 AND active", login
    )


async def insert_staff(
    conn: Conn, login: str, name: str, role: Role, password_hash: str, by: str, now: datetime
) -> int | None:
    """The new account's id; None where the login name is taken. Its password is `by`'s choice until it is changed."""
    row = await conn.fetchrow(
        """
        INSERT INTO staff (login, name, role, password_hash, password_reset_by, password_reset_at, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $6)
        ON CONFLICT (login) DO NOTHING RETURNING id
        """,
        login, name, role, password_hash, by, now,
    )  # fmt: skip
    return None if row is None else int(row["id"])


async def retire_staff(conn: Conn, login: str, now: datetime) -> int | None:
    """The account no longer logs in and every session of it ends; its id, None where it is not active."""
    row = await conn.fetchrow(
        """
        WITH left_us AS (UPDATE staff SET active = false WHERE login = $1 AND active RETURNING id, role),
        ended AS (UPDATE sessions s SET revoked_at = $2 FROM left_us l
                  WHERE s.actor_id = l.id AND s.role = l.role AND s.revoked_at IS NULL)
        SELECT id FROM left_us
        """,
        login, now,
    )  # fmt: skip
    return None if row is None else int(row["id"])


KEPT_PASSWORDS = 5  # how many earlier ones nobody may choose again

_PUT_AWAY = """
put_away AS (INSERT INTO used_passwords (staff_id, password_hash, replaced_at)
             SELECT id, password_hash, $3 FROM before)
"""

RESET_PASSWORD = f"""
WITH before AS (SELECT id, role, name, password_hash FROM staff WHERE login = $1 AND active FOR UPDATE),
{_PUT_AWAY},
changed AS (UPDATE staff s SET password_hash = $2, password_reset_at = $3, password_reset_by = $4 FROM before b
            WHERE s.id = b.id),
ended AS (UPDATE sessions s SET revoked_at = $3 FROM before b
          WHERE s.actor_id = b.id AND s.role = b.role AND s.revoked_at IS NULL)
SELECT id, name FROM before
"""  # noqa: S608 -- our own statement


async def reset_password(conn: Conn, login: str, password_hash: str, by: str, now: datetime) -> Row | None:
    """A new password and the end of every session: id and name; None where the account is not active."""
    return await conn.fetchrow(RESET_PASSWORD, login, password_hash, now, by)


async def lock_staff(conn: Conn, staff_id: int) -> Row | None:
    """id, login, name, role, password_hash of an active account, locked."""
    return await conn.fetchrow(
        "SELECT id, login, name, role, password_hash FROM staff WHERE id = $1 AND active FOR UPDATE", staff_id
    )


async def read_account(conn: Conn, staff_id: int) -> Row | None:
    """login; password_reset_at and password_reset_by while the password is one that somebody else set."""
    return await conn.fetchrow("SELECT login, password_reset_at, password_reset_by FROM staff WHERE id = $1", staff_id)


async def list_used_passwords(conn: Conn, staff_id: int) -> list[str]:
    """Hashes of the last few earlier passwords, newest first."""
    rows = await conn.fetch(
        "SELECT password_hash FROM used_passwords WHERE staff_id = $1 ORDER BY id DESC LIMIT $2",
        staff_id, KEPT_PASSWORDS,
    )  # fmt: skip
    return [row["password_hash"] for row in rows]


CHANGE_PASSWORD = f"""
WITH before AS (SELECT id, role, password_hash FROM staff WHERE id = $1),
{_PUT_AWAY},
changed AS (UPDATE staff SET password_hash = $2, password_reset_at = NULL, password_reset_by = '' WHERE id = $1),
freed AS (UPDATE sessions SET must_change = false WHERE id = $4 AND must_change),
ended AS (UPDATE sessions s SET revoked_at = $3 FROM before b
          WHERE s.actor_id = b.id AND s.role = b.role AND s.id <> $4 AND s.revoked_at IS NULL AND s.expires_at > $3
          RETURNING s.id)
SELECT count(*)::int FROM ended
"""  # noqa: S608 -- our own statement


async def change_password(conn: Conn, staff_id: int, password_hash: str, kept_session: int, now: datetime) -> int:
    """The new password; every session but `kept_session` ends: how many were live."""
    return int(await conn.fetchval(CHANGE_PASSWORD, staff_id, password_hash, now, kept_session))


async def list_staff(conn: Conn) -> list[StaffRow]:
    """Everyone, by name."""
    return rows_to(
        StaffRow,
        await conn.fetch("SELECT id, login, name, role, capacity, active FROM staff ORDER BY role, login LIMIT 1000"),
    )


async def find_renter_by_phone(conn: Conn, phone_hash: bytes) -> Row | None:
    """id, name of the renter with this number."""
    return await conn.fetchrow("SELECT id, name, name_masked FROM renters WHERE phone_hash = $1", phone_hash)


async def read_renter_card(conn: Conn, renter_ref: str) -> RenterCard | None:
    """The masked card."""
    row = await conn.fetchrow(
        "SELECT id, ref, name_masked, phone_masked, verified FROM renters WHERE ref = $1", renter_ref
    )
    return None if row is None else row_to(RenterCard, row)


async def read_renter_secret(conn: Conn, renter_id: int) -> Row:
    """Name and encrypted phone, for a reveal on record and for the SMS job."""
    return one(await conn.fetchrow("SELECT name, phone_cipher FROM renters WHERE id = $1", renter_id))


async def count_try(conn: Conn, key: str, window: timedelta, now: datetime) -> int:
    """Count one try of `key` in the current fixed window; returns the tries so far, this one included."""
    seconds = int(window.total_seconds())
    row = one(
        await conn.fetchrow(
            """
            INSERT INTO rate_windows (key, window_at, count)
            VALUES ($1, to_timestamp(floor(extract(epoch FROM $2::timestamptz) / $3::int) * $3::int), 1)
            ON CONFLICT (key, window_at) DO UPDATE SET count = rate_windows.count + 1
            RETURNING count
            """,
            key, now, seconds,
        )
    )  # fmt: skip
    return int(row["count"])


async def insert_code(conn: Conn, phone_hash: bytes, code_hash: bytes, now: datetime, expires_at: datetime) -> None:
    """A one-time code; earlier unused ones of the number stop working."""
    await conn.execute(
        "UPDATE login_codes SET expires_at = $2 WHERE phone_hash = $1 AND used_at IS NULL AND expires_at > $2",
        phone_hash,
        now,
    )
    await conn.execute(
        "INSERT INTO login_codes (phone_hash, code_hash, sent_at, expires_at) VALUES ($1, $2, $3, $4)",
        phone_hash, code_hash, now, expires_at,
    )  # fmt: skip


async def lock_code(conn: Conn, phone_hash: bytes, now: datetime) -> Row | None:
    """The live code of a number, locked: id, code_hash, wrong_tries."""
    return await conn.fetchrow(
        """
        SELECT id, code_hash, wrong_tries FROM login_codes
        WHERE phone_hash = $1 AND used_at IS NULL AND expires_at > $2 ORDER BY sent_at DESC LIMIT 1 FOR UPDATE
        """,
        phone_hash,
        now,
    )


async def mark_code(conn: Conn, code_id: int, *, used_at: datetime | None) -> None:
    """Spend the code, or count a wrong try (`used_at` None)."""
    await conn.execute(
        "UPDATE login_codes SET used_at = $2, wrong_tries = wrong_tries + ($2::timestamptz IS NULL)::int WHERE id = $1",
        code_id,
        used_at,
    )


async def is_link_spent(conn: Conn, nonce_hash: bytes) -> bool:
    """Whether a link's nonce was seen already."""
    return bool(await conn.fetchval("SELECT EXISTS (SELECT FROM spent_links WHERE nonce_hash = $1)", nonce_hash))


async def spend_link(conn: Conn, nonce_hash: bytes, expires_at: datetime) -> bool:
    """True the first time a link's nonce is seen."""
    done = await conn.execute(
        "INSERT INTO spent_links (nonce_hash, expires_at) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        nonce_hash, expires_at,
    )  # fmt: skip
    return done == "INSERT 0 1"


async def purge_expired(conn: Conn, now: datetime) -> tuple[int, int]:
    """Remove spent links that no longer open anyway and windows over for `WINDOWS_KEPT`: (links, windows)."""
    row = one(
        await conn.fetchrow(
            """
            WITH links AS (DELETE FROM spent_links WHERE expires_at < $1 RETURNING 1),
            windows AS (DELETE FROM rate_windows WHERE window_at < $2 RETURNING 1)
            SELECT (SELECT count(*) FROM links)::int AS links, (SELECT count(*) FROM windows)::int AS windows
            """,
            now, now - WINDOWS_KEPT,
        )
    )  # fmt: skip
    return row["links"], row["windows"]
