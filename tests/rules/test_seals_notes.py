"""Leaves, notes, checkpoints and proofs mean every one of their bytes."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from shouwen.features.evidence.seals import base64s, canonical, leaf, merkle, note, tree
from shouwen.features.evidence.seals.checkpoint import Checkpoint, open_checkpoint, parse_checkpoint, sign_checkpoint
from shouwen.features.evidence.seals.errors import SealInvalid
from shouwen.features.evidence.seals.tlog_proof import TlogProof, parse_tlog_proof, verify_tlog_proof

KEY = note.SigningKey("shouwen.example/log", bytes(range(32)))
SALT = b"s" * 32
AT = datetime(2026, 11, 18, 14, 2, 11, tzinfo=timezone(timedelta(hours=8)))
CONTENT = {"media": "ZJ-7Q2K", "size": 3_145_728, "note": "左上边框，约 12 mm", "sha256": "ab" * 32}


def flips(raw: bytes) -> list[bytes]:
    """The same bytes with each byte changed in turn, in its lowest and in its case bit."""
    return [raw[:i] + bytes([raw[i] ^ bit]) + raw[i + 1 :] for i in range(len(raw)) for bit in (0x01, 0x20)]


def test_leaf_is_the_canonical_json_of_its_five_fields() -> None:
    made = leaf.make_leaf("ZJ-7Q2K", "media.received", AT, SALT, CONTENT)
    assert made.at == "2026-11-18T06:02:11.000000Z"
    fields = {"v": 1, "id": made.id, "kind": made.kind, "at": made.at, "content_hash": made.content_hash}
    assert made.data() == canonical.canonical(fields)
    assert leaf.parse_leaf(made.data()) == made


def test_leaf_commits_to_exactly_its_content_and_salt() -> None:
    made = leaf.make_leaf("ZJ-7Q2K", "media.received", AT, SALT, CONTENT)
    assert made.commits_to(SALT, dict(reversed(CONTENT.items())))
    assert not made.commits_to(b"t" * 32, CONTENT)
    assert not made.commits_to(SALT, {**CONTENT, "size": 1})
    assert not made.commits_to(b"", CONTENT)


def test_leaf_after_erasing_content_and_salt_still_stands_in_the_log() -> None:
    kept = [leaf.make_leaf(f"ZJ-{n}", "media.received", AT, bytes([n]) * 32, {"n": n}).data() for n in range(3)]
    added = tree.append(tree.Frontier(), [merkle.leaf_hash(data) for data in kept])
    rows = {(level, index): node for level, index, node in added.nodes}
    proof = tree.plan_inclusion(1, 3).assemble(rows)
    assert merkle.verify_inclusion(1, 3, leaf.parse_leaf(kept[1]).hash(), proof, added.root)
    assert b"ZJ-1" in kept[1]
    assert SALT not in kept[1]


@pytest.mark.parametrize(
    "data",
    [
        b"{}",
        b'{"at":"2026-11-18T06:02:11.000000Z"}',
        b'{ "v":1}',
        b'{"v":1,"v":1}',
        b"[" * 5000,
        b"\xff",
        b"NaN",
        b"12345678901234567890",
        b'"\\ud800"',
    ],
)
def test_leaf_of_other_bytes_is_refused(data: bytes) -> None:
    with pytest.raises(SealInvalid):
        leaf.parse_leaf(data)


@pytest.mark.parametrize(("entry_id", "kind"), [("a b", "x"), ("", "x"), ("A", "X Y"), ("A" * 65, "x"), ('"', "x")])
def test_leaf_with_an_id_or_kind_out_of_form_is_refused(entry_id: str, kind: str) -> None:
    with pytest.raises(SealInvalid, match="leaf_malformed"):
        leaf.make_leaf(entry_id, kind, AT, SALT, CONTENT).data()


def test_leaf_without_a_full_salt_or_with_a_naive_time_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        leaf.content_hash(b"short", CONTENT)
    with pytest.raises(ValueError, match="naive"):
        leaf.instant(datetime(2026, 11, 18))  # noqa: DTZ001 (the point of the test)


def test_canonical_json_sorts_by_utf16_and_writes_numbers_as_the_standard_does() -> None:
    value = {"\ufb33": 0.000001, "€": 1.0, "\r": 1e21, "😀": [None, True], "1": "\u0080\n"}
    written = '{"\\r":1e+21,"1":"\u0080\\n","€":1,"😀":[null,true],"\ufb33":0.000001}'
    assert canonical.canonical(value) == written.encode()


def test_canonical_json_refuses_what_other_readers_would_read_differently() -> None:
    for value in (2**53, float("nan"), "\ud800", {1: 2}, datetime(2026, 1, 1, tzinfo=UTC)):
        with pytest.raises(SealInvalid, match="not_canonical"):
            canonical.canonical(value)


def test_checkpoint_signed_and_opened_gives_its_head_back() -> None:
    raw = sign_checkpoint(7, b"r" * 32, KEY)
    assert open_checkpoint(raw, KEY.verifier(), only_log=True) == Checkpoint(KEY.name, 7, b"r" * 32)
    assert parse_checkpoint(raw).size == 7


def test_checkpoint_with_any_byte_changed_is_refused() -> None:
    raw = sign_checkpoint(1_204_331, b"r" * 32, KEY)
    for changed in [*flips(raw), raw + b"\n", raw[:-1], b"\n" + raw]:
        with pytest.raises(SealInvalid):
            open_checkpoint(changed, KEY.verifier(), only_log=True)


def test_checkpoint_with_a_witness_line_opens_unless_only_the_log_may_sign() -> None:
    witness = note.SigningKey("witness.example", b"w" * 32)
    raw = sign_checkpoint(7, b"r" * 32, KEY)
    both = raw + witness.sign(note.parse_note(raw).text).split(b"\n\n")[1]
    assert open_checkpoint(both, KEY.verifier()).size == 7
    with pytest.raises(SealInvalid, match="more signatures"):
        open_checkpoint(both, KEY.verifier(), only_log=True)
    with pytest.raises(SealInvalid, match="signature_missing"):
        open_checkpoint(raw, witness.verifier())


def test_checkpoint_of_another_origin_under_the_same_key_is_refused() -> None:
    raw = KEY.sign(Checkpoint("other.example/log", 7, b"r" * 32).text())
    with pytest.raises(SealInvalid, match="origin_mismatch"):
        open_checkpoint(raw, KEY.verifier())


@pytest.mark.parametrize(
    "lines", ["a\n", "a\n07\n{root}\n", "a\n-1\n{root}\n", "a\n1\n{root}\n\n", "\n1\n{root}\n", "a\n1\nAAAA\n"]
)
def test_checkpoint_text_out_of_form_is_refused(lines: str) -> None:
    signed = KEY.sign if not lines.endswith("\n\n") else None
    text = lines.format(root=base64s.encode(b"r" * 32))
    with pytest.raises(SealInvalid, match="malformed"):
        open_checkpoint(signed(text) if signed else text.encode(), KEY.verifier())


def test_vkey_reads_back_and_any_changed_byte_is_refused() -> None:
    text = KEY.verifier().text()
    assert note.parse_vkey(text) == KEY.verifier()
    for changed in flips(text.encode()):
        with pytest.raises(SealInvalid):
            note.parse_vkey(changed.decode("latin-1"))


def test_signing_key_never_shows_its_seed() -> None:
    assert repr(KEY) == "SigningKey('shouwen.example/log')"


def proof_of(index: int, size: int, extra: bytes) -> tuple[bytes, list[bytes]]:
    leaves = [merkle.leaf_hash(bytes([n])) for n in range(size)]
    added = tree.append(tree.Frontier(), leaves)
    rows = {(level, at): node for level, at, node in added.nodes}
    hashes = tree.plan_inclusion(index, size).assemble(rows)
    return TlogProof(index, hashes, sign_checkpoint(size, added.root, KEY), extra).data(), leaves


@pytest.mark.parametrize("extra", [b"", b"anything"])
def test_tlog_proof_verifies_and_any_changed_byte_outside_extra_fails(extra: bytes) -> None:
    raw, leaves = proof_of(5, 11, extra)
    assert raw.startswith(b"c2sp.org/tlog-proof@v1\n")
    assert verify_tlog_proof(parse_tlog_proof(raw), leaves[5], KEY.verifier(), only_log=True).size == 11
    for changed in flips(raw):
        assert not still_verifies(changed, extra, leaves[5])


def still_verifies(raw: bytes, extra: bytes, leaf_hash: bytes) -> bool:
    """The format leaves extra data to the application, so a change in it counts as found here."""
    try:
        proof = parse_tlog_proof(raw)
        verify_tlog_proof(proof, leaf_hash, KEY.verifier(), only_log=True)
    except SealInvalid:
        return False
    return proof.extra == extra


def test_tlog_proof_of_another_leaf_is_refused() -> None:
    raw, leaves = proof_of(5, 11, b"")
    with pytest.raises(SealInvalid, match="inclusion_invalid"):
        verify_tlog_proof(parse_tlog_proof(raw), leaves[4], KEY.verifier())


@pytest.mark.parametrize(
    "raw",
    [b"", b"c2sp.org/tlog-proof@v1\n", b"c2sp.org/tlog-proof@v1\n\n", b"c2sp.org/tlog-proof@v1\nindex 1\nAAAA\n\nx"],
)
def test_tlog_proof_out_of_form_is_refused(raw: bytes) -> None:
    with pytest.raises(SealInvalid, match="proof_malformed"):
        parse_tlog_proof(raw)
