"""Bringing in contracts signed elsewhere, a few thousand rows at a time: renters, leases, contracts, what was paid."""

import os
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import cache, lru_cache
from hashlib import sha256
from pathlib import Path

from msgspec import Struct, structs

from shouwen.features.contracts.public import (
    KNOWN,
    REQUIRED,
    Blocks,
    Encoding,
    FileRow,
    Header,
    ImportedContract,
    ImportFormat,
    RowProblem,
    columns_of,
    contract_policy_on,
    contract_sha256,
    csv_rows,
    insert_contracts,
    json_rows,
    printed,
    read_header,
    read_row,
)
from shouwen.features.leases.public import insert_leases
from shouwen.features.leases.store import imports as import_rows
from shouwen.features.leases.store.imports import External, NewRenter, Outcome
from shouwen.features.leases.types import LeaseState, NewLease
from shouwen.features.money.public import BroughtIn, NewHold, book_day, bring_in, hold_deposits
from shouwen.kernel.days import beijing_on
from shouwen.kernel.errors import BadInput
from shouwen.kernel.masking import mask_name, mask_phone
from shouwen.platform.clock import random_ref
from shouwen.platform.db import Conn
from shouwen.platform.door import Ctx
from shouwen.platform.storage import CHUNK_BYTES, Storage

CHUNK_ROWS = 2_000


class Place(Struct, frozen=True):
    """Where to read on: the byte, and the line (CSV) or item (JSON) that begins there."""

    offset: int
    line: int


class Tally(Struct, frozen=True):
    """How many rows went in, were known, were refused; `digest` is over the hashes of the new contracts (hex)."""

    accepted: int = 0
    known: int = 0
    refused: int = 0
    digest: str = ""


def file_of(storage: Storage, file_sha256: bytes) -> Path:
    """Where the bytes of a file lie until its last row is in; a daily sweep takes what nobody reads any more.

    Not among the originals: a file of names and phones is no evidence, and is not kept.
    """
    return storage.incoming(f"import-{file_sha256.hex()}")


async def drop_file(conn: Conn, storage: Storage, import_ref: str) -> None:
    """Take away the bytes of an import nobody reads any more; nothing where one still does."""
    file_sha256 = await import_rows.unread_file(conn, import_ref)
    if file_sha256 is not None:
        file_of(storage, file_sha256).unlink(missing_ok=True)


def take_file(storage: Storage, pieces: Iterable[bytes]) -> bytes:
    """Put a file there, whole or not at all; its hash."""
    part, digest = storage.incoming(random_ref("part")), sha256()
    with part.open("wb") as target:
        for piece in pieces:
            digest.update(piece)
            target.write(piece)
    os.replace(part, file_of(storage, digest.digest()))
    return digest.digest()


def blocks_of(path: Path, offset: int = 0) -> Blocks:
    """The bytes of a file from `offset` on, a megabyte at a time, as often as asked."""

    def read() -> Iterator[bytes]:
        with path.open("rb") as file:
            file.seek(offset)
            while piece := file.read(CHUNK_BYTES):
                yield piece

    return read


def open_rows(path: Path, file_format: ImportFormat, encoding: Encoding, place: Place | None) -> Iterator[FileRow]:
    """The rows of a file from a place on (None: the first); BadInput where the file as a whole cannot be read."""
    if file_format == "json":
        at = place or Place(0, 1)
        return json_rows(blocks_of(path, at.offset)(), encoding, at.offset, at.line)
    header = _header(path, encoding)
    at = place or Place(header.offset, header.line)
    return csv_rows(blocks_of(path, at.offset)(), encoding, header, at.offset, at.line)


@lru_cache(16)
def _header(path: Path, encoding: Encoding) -> Header:
    # the file lies under its hash: it never changes; a few are read at a time
    return read_header(blocks_of(path), encoding, KNOWN, REQUIRED)


async def take_rows(ctx: Ctx, import_id: int, source: str, rows: Sequence[FileRow]) -> Tally:
    """Put the good ones of these rows on the book, and every one on the report; a row sent before is only known."""
    on = beijing_on(ctx.now)
    policy_on = cache(contract_policy_on)
    read = [(row, _read(row, source, on, policy_on)) for row in rows]
    good = [(row.line, found) for row, found in read if isinstance(found, ImportedContract)]
    outcomes = {
        row.line: Outcome(row.line, _number_of(row), "refused", None, found)
        for row, found in read
        if not isinstance(found, ImportedContract)
    }
    numbers = list(dict.fromkeys(found.external_no for _, found in good))
    earlier = await import_rows.externals_of(ctx.conn, source, numbers)
    fresh: dict[str, tuple[int, ImportedContract]] = {}
    for line, found in good:
        before = earlier.get(found.external_no)
        inside = fresh.get(found.external_no)
        if before is None and inside is None:
            fresh[found.external_no] = (line, found)
        elif before is not None and before.import_id != import_id and before.row_sha256 == found.row_sha256:
            outcomes[line] = Outcome(line, found.external_no, "known", before.lease_id, ())
        else:
            first_line = inside[0] if inside else before.line if before and before.import_id == import_id else 0
            outcomes[line] = Outcome(
                line, found.external_no, "refused", None, (_doubled(found.external_no, first_line),)
            )
    accepted, owned_otherwise = await _with_renters(ctx, list(fresh.values()))
    for line, found in owned_otherwise:
        problem = RowProblem(
            "renter_name", "", "这个手机号已登记在另一个姓名下", "请核对手机号和姓名；换了号码的请先更正档案"
        )
        outcomes[line] = Outcome(line, found.external_no, "refused", None, (problem,))
    lease_ids = await _put(ctx, import_id, source, accepted)
    for (line, found, _), lease_id in zip(accepted, lease_ids, strict=True):
        outcomes[line] = Outcome(line, found.external_no, "accepted", lease_id, ())
    await import_rows.insert_outcomes(ctx.conn, import_id, [outcomes[line] for line in sorted(outcomes)])
    counts = [outcome.outcome for outcome in outcomes.values()]
    hashes = b"".join(sorted(contract_sha256(found.contract) for _, found, _ in accepted))
    digest = sha256(hashes).hexdigest() if accepted else ""
    return Tally(counts.count("accepted"), counts.count("known"), counts.count("refused"), digest)


def _read(
    row: FileRow, source: str, on: date, policy_on: "import_rows.PolicyOn"
) -> ImportedContract | tuple[RowProblem, ...]:
    if row.cells is None:
        return (RowProblem("", "", row.fault, "请对照表头改好这一行"),)
    cells = columns_of(row.cells)
    return cells if isinstance(cells, tuple) else read_row(cells, source, on, policy_on)


def _number_of(row: FileRow) -> str:
    """What stands as the contract's number in a row that was refused, cut short."""
    cells = row.cells or {}
    return printed(cells.get("external_no", cells.get("合同编号")) or "")


def _doubled(external_no: str, first_line: int) -> RowProblem:
    if first_line:
        return RowProblem(
            "external_no",
            external_no,
            f"编号与第 {first_line} 行重复，已按第 {first_line} 行导入",
            "请核对这两行；确是两份合同的，请给不同的编号",
        )
    return RowProblem(
        "external_no", external_no, "这个编号已按另一内容导入", "请核对；要更改已导入的合同，请在订单里办理变更"
    )


Accepted = tuple[int, ImportedContract, int]


async def _with_renters(
    ctx: Ctx, fresh: Sequence[tuple[int, ImportedContract]]
) -> tuple[list[Accepted], list[tuple[int, ImportedContract]]]:
    """Rows with their renter's id, found by phone or written now; and rows whose phone belongs to another name."""
    cipher = ctx.services.cipher
    by_hash = {cipher.lookup(found.renter_phone, "phone"): found for _, found in reversed(fresh)}
    new = [
        NewRenter(
            random_ref("ZK"), found.renter_name, mask_name(found.renter_name),
            cipher.encrypt(found.renter_phone, "phone"), phone_hash, mask_phone(found.renter_phone),
        )
        for phone_hash, found in by_hash.items()
    ]  # fmt: skip
    renters = await import_rows.renters_by_phone(ctx.conn, new, ctx.now)
    accepted: list[Accepted] = []
    otherwise: list[tuple[int, ImportedContract]] = []
    for line, found in fresh:
        renter_id, name = renters[cipher.lookup(found.renter_phone, "phone")]
        if name == found.renter_name:
            accepted.append((line, found, renter_id))
        else:
            otherwise.append((line, found))
    return accepted, otherwise


async def _put(ctx: Ctx, import_id: int, source: str, accepted: Sequence[Accepted]) -> list[int]:
    """Leases, contracts, rents, payments and holds of the accepted rows; the lease ids in their order."""
    if not accepted:
        return []
    lease_ids = await insert_leases(ctx.conn, [_lease(ctx, import_id, *row) for row in accepted])
    await insert_contracts(
        ctx.conn, [(lease_id, row[1].contract) for lease_id, row in zip(lease_ids, accepted, strict=True)]
    )
    on = await book_day(ctx.conn, ctx.now)
    brought, holds = [], []
    for lease_id, (_, found, renter_id) in zip(lease_ids, accepted, strict=True):
        ref = f"import:{source}:{found.external_no}"
        brought.append(BroughtIn(lease_id, renter_id, found.contract, found.paid_periods, ref))
        deposit_fen = found.contract.terms.deposit_fen or 0
        if deposit_fen:
            holds.append(NewHold(lease_id=lease_id, renter_id=renter_id, amount_fen=deposit_fen, held_on=on))
    await bring_in(ctx.conn, ctx.act_id, brought, on)
    await hold_deposits(ctx.conn, ctx.act_id, holds)
    externals = [
        External(found.external_no, lease_id, found.row_sha256, import_id, line)
        for lease_id, (line, found, _) in zip(lease_ids, accepted, strict=True)
    ]
    await import_rows.insert_externals(ctx.conn, source, externals)
    return lease_ids


def _lease(ctx: Ctx, import_id: int, line: int, found: ImportedContract, renter_id: int) -> NewLease:
    contract = found.contract
    terms = contract.terms
    return NewLease(
        ref=f"ZL-{contract.signed_on:%Y%m%d}-{import_id:02d}{line:07d}", renter_id=renter_id, state=LeaseState.RENTING,
        model=terms.sku, storage=terms.storage, colour=terms.colour, condition_grade=terms.condition_grade,
        imei=found.imei, applied_on=contract.signed_on, signed_on=contract.signed_on,
        handed_over_on=contract.signed_on, created_at=ctx.now,
    )  # fmt: skip


def refuse_empty(rows: int) -> None:
    """BadInput where a file has its header and nothing else."""
    if rows == 0:
        raise BadInput("content", "文件里没有合同", "the file holds no contracts", remedy_zh="表头下面每行写一份合同",
                       remedy_en="one contract a line below the header")  # fmt: skip


def added(tally: Tally, more: Tally) -> Tally:
    """Two tallies as one; the digest is the later one's."""
    return structs.replace(
        more, accepted=tally.accepted + more.accepted, known=tally.known + more.known,
        refused=tally.refused + more.refused,
    )  # fmt: skip
