"""The tree as a table of rows: complete subtrees are stored once as `(level, index)` and never change.

A complete subtree at level L covers 2^L leaves. Appending needs only the frontier (the complete subtrees at
the right edge, at most one a level); a proof needs at most two rows a level, listed before any is read, so
that the store fetches them in one query: `plan = plan_inclusion(index, size)`, read `plan.coords`,
`plan.assemble(rows)`.
"""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256

import msgspec

from shouwen.features.evidence.seals import merkle

Coord = tuple[int, int]
"""(level, index): level 0 is the leaf hashes, index counts complete subtrees of that level from the left."""


class Frontier(msgspec.Struct, frozen=True):
    """The right edge of a tree: its size and its complete subtrees, left to right, largest first."""

    size: int = 0
    peaks: tuple[bytes, ...] = ()

    def root(self) -> bytes:
        """The Merkle tree hash at this size."""
        return merkle.fold_right(self.peaks) if self.peaks else merkle.EMPTY_ROOT


class Appended(msgspec.Struct, frozen=True):
    """What one batch adds: the rows to insert, the frontier to keep for the next one, and the new root."""

    nodes: tuple[tuple[int, int, bytes], ...]
    frontier: Frontier
    root: bytes


class ProofPlan(msgspec.Struct, frozen=True):
    """Which rows a proof needs. `groups` says how many consecutive coords fold into each hash of the
    proof."""

    coords: tuple[Coord, ...]
    groups: tuple[int, ...]

    def assemble(self, rows: Mapping[Coord, bytes]) -> tuple[bytes, ...]:
        """The proof's hashes in RFC 6962 order; KeyError names the first row that is missing."""
        hashes = [rows[coord] for coord in self.coords]
        proof, at = [], 0
        for count in self.groups:
            proof.append(merkle.fold_right(hashes[at : at + count]))
            at += count
        return tuple(proof)


def frontier_coords(size: int) -> tuple[Coord, ...]:
    """The rows that make up the frontier of a tree of `size` leaves: what to read after a restart."""
    return _cover(0, size)


def frontier_of(size: int, rows: Mapping[Coord, bytes]) -> Frontier:
    """The frontier from stored rows; KeyError names the first that is missing."""
    return Frontier(size, tuple(rows[coord] for coord in frontier_coords(size)))


def append(frontier: Frontier, leaf_hashes: Sequence[bytes]) -> Appended:
    """Add a batch of leaf hashes after `frontier`: O(batch) hashes, every new complete subtree listed
    once."""
    open_left = {level: peak for (level, _), peak in zip(_cover(0, frontier.size), frontier.peaks, strict=True)}
    nodes: list[tuple[int, int, bytes]] = []
    row, index, level = list(leaf_hashes), frontier.size, 0
    while row:
        nodes.extend([(level, index + i, node) for i, node in enumerate(row)])
        if index & 1:  # the left sibling stands in the frontier
            row.insert(0, open_left.pop(level))
            index -= 1
        if len(row) & 1:
            open_left[level] = row.pop()
        row = [
            sha256(b"\x01" + row[i] + row[i + 1]).digest()  # node_hash without the call: half the time of a batch
            for i in range(0, len(row), 2)
        ]
        index, level = index >> 1, level + 1
    size = frontier.size + len(leaf_hashes)
    grown = Frontier(size, tuple(open_left[level] for level, _ in _cover(0, size)))
    return Appended(tuple(nodes), grown, grown.root())


def plan_inclusion(index: int, size: int) -> ProofPlan:
    """The rows that prove that leaf `index` stands in the tree of `size`; ValueError outside 0 ≤ index <
    size."""
    if not 0 <= index < size:
        raise ValueError(f"leaf {index} is not in a tree of {size}")
    return _plan(_inclusion_ranges(index, size))


def plan_consistency(size1: int, size2: int) -> ProofPlan:
    """The rows that prove that the tree of `size2` extends that of `size1`; ValueError unless 0 < size1 ≤
    size2."""
    if not 0 < size1 <= size2:
        raise ValueError(f"no consistency proof from {size1} to {size2}")
    return _plan(_consistency_ranges(size1, size2))


def _inclusion_ranges(index: int, size: int) -> list[tuple[int, int]]:
    ranges, start, end = [], 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            start = middle
    return ranges[::-1]


def _consistency_ranges(size1: int, size2: int) -> list[tuple[int, int]]:
    ranges, start, end, whole = [], 0, size2, True
    while end != size1:
        middle = start + _split(end - start)
        if size1 <= middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            start, whole = middle, False
    if not whole:  # otherwise the verifier starts from the earlier root itself
        ranges.append((start, end))
    return ranges[::-1]


def _plan(ranges: Iterable[tuple[int, int]]) -> ProofPlan:
    covers = [_cover(start, end) for start, end in ranges]
    return ProofPlan(tuple(coord for cover in covers for coord in cover), tuple(len(cover) for cover in covers))


def _cover(start: int, end: int) -> tuple[Coord, ...]:
    """The complete subtrees of `[start, end)`, largest first; `start` is aligned, so it is the binary form
    of the length."""
    coords, length = [], end - start
    for level in range(length.bit_length() - 1, -1, -1):
        if length >> level & 1:
            coords.append((level, start >> level))
            start += 1 << level
    return tuple(coords)


def _split(length: int) -> int:
    """The largest power of two below `length` (RFC 6962's k)."""
    return 1 << (length - 1).bit_length() - 1
