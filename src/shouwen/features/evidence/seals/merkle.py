"""RFC 6962 §2.1: hashing, roots, and the verification of inclusion and consistency proofs, for trees and
subtrees.

Hashes are 32 raw bytes (SHA-256). Verification recomputes the root from the proof and compares; it never
trusts a length. A subtree is the half-open range of leaves `[start, end)` with `start` a multiple of the
next power of two of its length.
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256

HASH_BYTES = 32
EMPTY_ROOT = sha256(b"").digest()


def leaf_hash(data: bytes) -> bytes:
    """SHA-256(0x00 ‖ leaf data)."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 ‖ left ‖ right)."""
    return sha256(b"\x01" + left + right).digest()


def fold_right(peaks: Sequence[bytes]) -> bytes:
    """The hash over complete subtrees listed left to right, largest first: the shape of a tree's ragged
    right edge."""
    folded = peaks[-1]
    for peak in reversed(peaks[:-1]):
        folded = node_hash(peak, folded)
    return folded


def root_of(leaf_hashes: Iterable[bytes]) -> bytes:
    """The Merkle tree hash of leaf hashes in order; of none, SHA-256 of the empty string."""
    row = list(leaf_hashes)
    if not row:
        return EMPTY_ROOT
    while len(row) > 1:
        paired = [node_hash(row[i], row[i + 1]) for i in range(0, len(row) - 1, 2)]
        # an odd last node has no sibling yet and moves up as it is: the same split as the largest power of
        # two
        row = paired + row[len(paired) * 2 :]
    return row[0]


def is_subtree(start: int, end: int) -> bool:
    """Whether the leaves `[start, end)` form a node of some tree; an empty range does not."""
    return 0 <= start < end and start % (1 << (end - start - 1).bit_length()) == 0


def verify_inclusion(index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether `proof` shows that the leaf hash stands at `index` in the tree of `size` leaves with that
    root."""
    if not 0 <= index < size or not _all_hashes(leaf, *proof):
        return False
    first, last, computed = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if first & 1 or first == last:
            computed = node_hash(sibling, computed)
            while not first & 1 and first:
                first, last = first >> 1, last >> 1
        else:
            computed = node_hash(computed, sibling)
        first, last = first >> 1, last >> 1
    return last == 0 and computed == root


def verify_consistency(size1: int, size2: int, proof: Sequence[bytes], root1: bytes, root2: bytes) -> bool:
    """Whether the tree of `size2` only appended to the tree of `size1`.

    An empty earlier tree is refused: everything is consistent with it, so the check would say nothing.
    """
    return size1 > 0 and verify_subtree_consistency(0, size1, size2, proof, root1, root2)


def verify_subtree_inclusion(
    index: int, start: int, end: int, leaf: bytes, proof: Sequence[bytes], root: bytes
) -> bool:
    """Whether the leaf hash stands at `index` of the log, within the subtree `[start, end)` with that
    root."""
    return (
        is_subtree(start, end)
        and start <= index < end
        and verify_inclusion(index - start, end - start, leaf, proof, root)
    )


def verify_subtree_consistency(
    start: int, end: int, size: int, proof: Sequence[bytes], subtree_root: bytes, root: bytes
) -> bool:
    """Whether the leaves `[start, end)` with `subtree_root` are the same leaves in the tree of `size` with
    `root`."""
    if not 0 <= start <= end <= size or not _all_hashes(*proof):
        return False
    if start == end:
        return not proof and subtree_root == EMPTY_ROOT
    if not is_subtree(start, end):
        return False
    first, second, last = start, end - 1, size - 1
    while first != second and (second == last or second & 1):
        first, second, last = first >> 1, second >> 1, last >> 1
    rest = list(proof)
    if first == second:
        of_subtree = of_tree = subtree_root
    elif rest:
        of_subtree = of_tree = rest.pop(0)
    else:
        return False
    for sibling in rest:
        if last == 0:
            return False
        if second & 1 or second == last:
            if first < second:
                of_subtree = node_hash(sibling, of_subtree)
            of_tree = node_hash(sibling, of_tree)
            while not second & 1:
                first, second, last = first >> 1, second >> 1, last >> 1
        else:
            of_tree = node_hash(of_tree, sibling)
        first, second, last = first >> 1, second >> 1, last >> 1
    return last == 0 and of_subtree == subtree_root and of_tree == root


def _all_hashes(*values: bytes) -> bool:
    return all(len(value) == HASH_BYTES for value in values)
