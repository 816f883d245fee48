"""The stored tree says the same as the recomputed one, and its proofs hold exactly for what they prove."""

import hypothesis.strategies as st
import pytest
from hypothesis import given

from shouwen.features.evidence.seals import merkle, tree

HASHES = [merkle.leaf_hash(bytes([n % 256, n // 256])) for n in range(300)]


def grow(batches: list[int]) -> tuple[tree.Frontier, dict[tree.Coord, bytes]]:
    frontier, rows = tree.Frontier(), {}
    for batch in batches:
        added = tree.append(frontier, HASHES[frontier.size : frontier.size + batch])
        for level, index, node in added.nodes:
            assert (level, index) not in rows, "a stored row never changes"
            rows[level, index] = node
        frontier = added.frontier
        assert added.root == frontier.root()
    return frontier, rows


@given(st.lists(st.integers(0, 40), max_size=7))
def test_append_in_any_batches_gives_the_root_of_all_leaves(batches: list[int]) -> None:
    frontier, rows = grow(batches)
    assert frontier.size == sum(batches)
    assert frontier.root() == merkle.root_of(HASHES[: frontier.size])
    assert tree.frontier_of(frontier.size, rows) == frontier


@given(st.integers(1, 130))
def test_inclusion_proof_of_every_index_verifies_and_of_no_other_leaf(size: int) -> None:
    frontier, rows = grow([size])
    for index in range(size):
        plan = tree.plan_inclusion(index, size)
        proof = plan.assemble({coord: rows[coord] for coord in plan.coords})
        assert merkle.verify_inclusion(index, size, HASHES[index], proof, frontier.root())
        assert not merkle.verify_inclusion(index, size, HASHES[index + 1], proof, frontier.root())
        assert not merkle.verify_inclusion(index + 1, size, HASHES[index], proof, frontier.root()) or size == 1


@given(st.data())
def test_inclusion_proof_with_any_bit_flipped_fails(data: st.DataObject) -> None:
    size = data.draw(st.integers(2, 130))
    index = data.draw(st.integers(0, size - 1))
    frontier, rows = grow([size])
    proof = list(tree.plan_inclusion(index, size).assemble(rows))
    at, bit = data.draw(st.integers(0, len(proof) - 1)), data.draw(st.integers(0, 255))
    proof[at] = (int.from_bytes(proof[at], "big") ^ 1 << bit).to_bytes(32, "big")
    assert not merkle.verify_inclusion(index, size, HASHES[index], proof, frontier.root())


@given(st.integers(1, 130), st.integers(0, 130))
def test_consistency_proof_between_any_sizes_verifies_and_a_rewritten_past_does_not(size1: int, more: int) -> None:
    size2 = size1 + more
    before, _ = grow([size1])
    after, rows = grow([size1, more])
    proof = tree.plan_consistency(size1, size2).assemble(rows)
    assert merkle.verify_consistency(size1, size2, proof, before.root(), after.root())
    rewritten = merkle.root_of([HASHES[299], *HASHES[1:size1]])
    assert not merkle.verify_consistency(size1, size2, proof, rewritten, after.root())


def test_proof_coordinates_stay_few_in_a_large_log() -> None:
    for index, size in ((0, 10_000_000), (9_999_999, 10_000_000), (5_123_456, 9_999_999)):
        assert len(tree.plan_inclusion(index, size).coords) <= 2 * size.bit_length()


@pytest.mark.parametrize(("index", "size"), [(0, 0), (5, 5), (-1, 3)])
def test_inclusion_proof_outside_the_tree_is_refused(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="not in a tree"):
        tree.plan_inclusion(index, size)


@pytest.mark.parametrize(("size1", "size2"), [(0, 3), (4, 3)])
def test_consistency_proof_between_impossible_sizes_is_refused(size1: int, size2: int) -> None:
    with pytest.raises(ValueError, match="no consistency proof"):
        tree.plan_consistency(size1, size2)


def test_proof_from_rows_with_a_gap_names_the_missing_row() -> None:
    _, rows = grow([8])
    del rows[1, 1]
    with pytest.raises(KeyError, match=r"\(1, 1\)"):
        tree.plan_inclusion(0, 8).assemble(rows)
