"""The place of a message in the sealed log."""

from shouwen.platform.db import Conn, Row

# $3: notes are found. The first line of the log about a message is the one that says it.
MESSAGE_ENTRY = """
SELECT e.index, e.journal_id, e.kind, e.at, e.leaf, e.content, e.salt, e.sealed_at, m.author_name, m.author_role,
       m.body
FROM messages m LEFT JOIN journal j ON j.case_id = m.case_id AND j.seq = m.seq
  LEFT JOIN log_entries e ON e.journal_id = j.id
WHERE m.case_id = $1 AND m.seq = $2 AND ($3 OR m.kind <> 'note') ORDER BY e.index NULLS LAST LIMIT 1
"""


async def message_entry(conn: Conn, case_id: int, seq: int, *, notes: bool) -> Row | None:
    """The log entry of one message and the message; `index` is None while it waits to be sealed."""
    return await conn.fetchrow(MESSAGE_ENTRY, case_id, seq, notes)
