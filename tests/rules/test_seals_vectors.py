"""The published vectors: the good ones pass, the failing ones fail. They lie beside the repository."""

import base64
import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from shouwen.features.evidence.seals import merkle, note, timestamp, tree
from shouwen.features.evidence.seals.checkpoint import open_checkpoint
from shouwen.features.evidence.seals.errors import SealInvalid

SHARED = Path(os.environ.get("SHOUWEN_SHARED") or Path(__file__).parents[3] / "shared")
VECTORS = SHARED / "vectors"

pytestmark = pytest.mark.skipif(
    not VECTORS.is_dir(),
    reason=f"no test vectors at {VECTORS}; set SHOUWEN_SHARED to the folder that has them",
)


def merkle_cases(family: str) -> list[object]:
    root = VECTORS / "transparency-dev-merkle" / "testdata" / family
    return [pytest.param(path, id=str(path.relative_to(root))) for path in sorted(root.rglob("*.json"))]


def b64(text: str | None) -> bytes:
    return base64.b64decode(text or "")


@pytest.mark.parametrize("path", merkle_cases("inclusion"))
def test_inclusion_published_case_verifies_as_it_should(path: Path) -> None:
    case = json.loads(path.read_text())
    proof = [b64(h) for h in case["proof"] or []]
    held = merkle.verify_inclusion(case["leafIdx"], case["treeSize"], b64(case["leafHash"]), proof, b64(case["root"]))
    assert held is not case["wantErr"]


@pytest.mark.parametrize("path", merkle_cases("consistency"))
def test_consistency_published_case_verifies_as_it_should(path: Path) -> None:
    case = json.loads(path.read_text())
    proof = [b64(h) for h in case["proof"] or []]
    held = merkle.verify_consistency(case["size1"], case["size2"], proof, b64(case["root1"]), b64(case["root2"]))
    assert held is not case["wantErr"]


@pytest.mark.parametrize("path", merkle_cases("subtreeinclusion"))
def test_subtree_inclusion_published_case_verifies_as_it_should(path: Path) -> None:
    case = json.loads(path.read_text())
    proof = [b64(h) for h in case["proof"] or []]
    held = merkle.verify_subtree_inclusion(
        case["leafIdx"], case["start"], case["end"], b64(case["leafHash"]), proof, b64(case["root"])
    )
    assert held is not case["wantErr"]


@pytest.mark.parametrize("path", merkle_cases("subtreeconsistency"))
def test_subtree_consistency_published_case_verifies_as_it_should(path: Path) -> None:
    case = json.loads(path.read_text())
    proof = [b64(h) for h in case["proof"] or []]
    held = merkle.verify_subtree_consistency(
        case["start"], case["end"], case["size"], proof, b64(case["root1"]), b64(case["root2"])
    )
    assert held is not case["wantErr"]


def test_merkle_vectors_are_all_there() -> None:
    counts = [len(merkle_cases(f)) for f in ("inclusion", "consistency", "subtreeinclusion", "subtreeconsistency")]
    assert counts == [98, 98, 204, 118]


def test_reference_tree_of_rfc_6962_gives_its_roots_and_proofs() -> None:
    case = json.loads((VECTORS / "rfc6962" / "ct-reference-tree.json").read_text())
    leaves = [merkle.leaf_hash(bytes.fromhex(leaf)) for leaf in case["leaf_inputs_hex"]]
    assert [leaf.hex() for leaf in leaves] == case["leaf_hashes_hex"]
    assert [merkle.root_of(leaves[:n]).hex() for n in range(9)] == case["roots_hex_by_size"]
    rows = {(level, index): node for level, index, node in tree.append(tree.Frontier(), leaves).nodes}
    for proof in case["inclusion"]:
        made = tree.plan_inclusion(proof["index"], proof["size"]).assemble(rows)
        assert [node.hex() for node in made] == proof["proof_hex"]
    for proof in case["consistency"]:
        made = tree.plan_consistency(proof["from"], proof["to"]).assemble(rows)
        assert [node.hex() for node in made] == proof["proof_hex"]


def test_tessera_log_every_checkpoint_opens_and_its_entries_give_its_root() -> None:
    folder = VECTORS / "tessera-testdata-log"
    key = note.parse_vkey((folder / "VKEY.txt").read_text().strip().splitlines()[-1].split(" ")[-1])
    log = folder / "testdata" / "log"
    sizes = set()
    for path in sorted(log.glob("checkpoint*")):
        head = open_checkpoint(path.read_bytes(), key, only_log=True)
        sizes.add(head.size)
        entries = tile_entries(log, head.size)
        assert merkle.root_of(merkle.leaf_hash(entry) for entry in entries) == head.root
    assert sizes == set(range(16))


def tile_entries(log: Path, size: int) -> list[bytes]:
    """Entry bundles of C2SP tlog-tiles: each entry with its length in two bytes before it."""
    if size == 0:
        return []
    raw, entries = (log / "tile" / "entries" / "000.p" / str(size)).read_bytes(), []
    while raw:
        length = int.from_bytes(raw[:2], "big")
        entries.append(raw[2 : 2 + length])
        raw = raw[2 + length :]
    return entries


def test_signed_note_example_of_the_specification_opens() -> None:
    case = json.loads((VECTORS / "c2sp-spec-examples" / "signed-note.json").read_text())["signed-note"]
    opened = note.open_note(case["note"].encode(), [note.parse_vkey(case["vkey"])])
    assert opened.text == "This is an example message.\n"


def test_wycheproof_ed25519_every_signature_judged_as_published() -> None:
    groups = json.loads((VECTORS / "wycheproof" / "ed25519_test.json").read_text())["testGroups"]
    seen = {"valid": 0, "invalid": 0}
    for group in groups:
        key = note.VerifierKey("wycheproof", bytes.fromhex(group["publicKey"]["pk"]))
        for case in group["tests"]:
            held = key.verify(bytes.fromhex(case["msg"]), bytes.fromhex(case["sig"]))
            assert held is (case["result"] == "valid"), case["tcId"]
            seen[case["result"]] += 1
    assert min(seen.values()) > 50


# sigstore-conformance: Rekor 2 signs checkpoints with Ed25519 as C2SP notes: cases for us.
SIGSTORE_CHECKPOINTS = {
    "rekor2-checkpoint-cosigned": True,
    "rekor2-checkpoint-multiple-cosigs": True,
    "rekor2-checkpoint-origin-not-first": True,
    "rekor2-checkpoint-two-sigs-cosigned": True,
    "rekor2-checkpoint-two-sigs-from-origin": True,
    "rekor2-checkpoint-missing-log-signature_fail": False,
    "rekor2-checkpoint-missing-origin_fail": False,
    "rekor2-checkpoint-missing-root-hash_fail": False,
    "rekor2-checkpoint-missing-size_fail": False,
    "rekor2-checkpoint-no-matching-signature_fail": False,
}


def sigstore(case: str, file: str) -> dict[str, object]:
    return json.loads((VECTORS / "sigstore-conformance/test/assets/bundle-verify" / case / file).read_text())


@pytest.mark.parametrize(("case", "good"), SIGSTORE_CHECKPOINTS.items())
def test_sigstore_checkpoint_opens_and_includes_its_entry_or_is_refused(case: str, good: bool) -> None:
    entry = sigstore(case, "bundle.sigstore.json")["verificationMaterial"]["tlogEntries"][0]
    logs = sigstore(case, "trusted_root.json")["tlogs"]
    (log,) = [log for log in logs if log["publicKey"]["keyDetails"] == "PKIX_ED25519"]
    spki = b64(log["publicKey"]["rawBytes"])
    key = note.new_key(log["baseUrl"].removeprefix("https://"), spki[-32:])
    proof = entry["inclusionProof"]
    try:
        head = open_checkpoint(proof["checkpoint"]["envelope"].encode(), key)
        leaf = merkle.leaf_hash(b64(entry["canonicalizedBody"]))
        hashes = [b64(h) for h in proof["hashes"]]
        held = merkle.verify_inclusion(int(proof["logIndex"]), head.size, leaf, hashes, head.root)
    except SealInvalid:
        held = False
    assert held is good


@pytest.mark.parametrize(
    "case",
    ["inclusion-proof-corrupted-hash_fail", "invalid-inclusion-proof_fail", "checkpoint-wrong-roothash_fail"],
)
def test_sigstore_bundle_with_a_wrong_inclusion_proof_is_refused(case: str) -> None:
    entry = sigstore(case, "bundle.sigstore.json")["verificationMaterial"]["tlogEntries"][0]
    proof = entry["inclusionProof"]
    # Rekor 1 signs with ECDSA, which our logs do not: only its Merkle part is judged here
    size, root = proof["treeSize"], b64(proof["rootHash"])
    if "checkpoint" in proof:
        _, size, root_line = proof["checkpoint"]["envelope"].split("\n")[:3]
        root = b64(root_line)
    leaf = merkle.leaf_hash(b64(entry["canonicalizedBody"]))
    hashes = [b64(h) for h in proof["hashes"]]
    assert not merkle.verify_inclusion(int(proof["logIndex"]), int(size), leaf, hashes, root)


SIGSTORE_TIMESTAMPS = {
    "rekor2-timestamp-with-embedded-cert": True,
    "rekor2-timestamp-without-embedded-cert": True,
    "rekor2-timestamp-with-expired-cert-chain": True,
    "rekor2-timestamp-outside-tsa-cert-validity_fail": False,
    "rekor2-timestamp-payload-mismatch_fail": False,
    "rekor2-timestamp-untrusted-tsa-with-embedded-cert_fail": False,
    "rekor2-timestamp-untrusted-tsa-without-embedded-cert_fail": False,
}


@pytest.mark.parametrize(("case", "good"), SIGSTORE_TIMESTAMPS.items())
def test_sigstore_timestamp_verifies_against_some_trusted_chain_or_is_refused(case: str, good: bool) -> None:
    bundle = sigstore(case, "bundle.sigstore.json")
    message = b64(bundle["messageSignature"]["signature"])
    material = bundle["verificationMaterial"]["timestampVerificationData"]["rfc3161Timestamps"]
    chains = [a["certChain"]["certificates"] for a in sigstore(case, "trusted_root.json")["timestampAuthorities"]]
    held = [
        stamps(b64(one["signedTimestamp"]), message, pem([b64(c["rawBytes"]) for c in chain]))
        for one in material
        for chain in chains
    ]
    assert any(held) is good


def pem(ders: list[bytes]) -> bytes:
    bodies = [base64.encodebytes(der).decode() for der in ders]
    return "".join(f"-----BEGIN CERTIFICATE-----\n{b}-----END CERTIFICATE-----\n" for b in bodies).encode()


def stamps(tsr: bytes, message: bytes, chain: bytes) -> bool:
    try:
        timestamp.verify_timestamp(tsr, message, chain)
    except SealInvalid:
        return False
    return True


FIXTURES = VECTORS / "rfc3161-client" / "test" / "fixtures"


@pytest.mark.parametrize(
    ("reply", "message", "good"),
    [
        ("sigstage/response-sha256.tsr", b"hello", True),
        ("sigstage/response-sha384.tsr", b"hello", True),
        ("sigstage/response-sha512.tsr", b"hello", True),
        ("sigstage/response-no-embedded-cert.tsr", b"hello", True),
        ("sigstage/response-sha256.tsr", b"hellO", False),
        ("sigstage/response-invalid-signature.tsr", b"hello", False),
        ("test_tsa/response.tsr", b"hello", True),
        ("test_tsa/other_response.tsr", b"hello", False),
    ],
)
def test_published_timestamp_verifies_or_is_refused(reply: str, message: bytes, good: bool) -> None:
    path = FIXTURES / reply
    assert stamps(path.read_bytes(), message, (path.parent / "ts_chain.pem").read_bytes()) is good


def test_published_timestamp_says_when_and_is_not_taken_for_a_demo() -> None:
    path = FIXTURES / "sigstage" / "response-sha256.tsr"
    stamped = timestamp.verify_timestamp(path.read_bytes(), b"hello", (path.parent / "ts_chain.pem").read_bytes())
    assert stamped.at.tzinfo is not None
    assert datetime(2024, 1, 1, tzinfo=UTC) < stamped.at < datetime(2027, 1, 1, tzinfo=UTC)
    assert not stamped.local_demo


def test_published_timestamp_under_another_root_is_refused() -> None:
    path = FIXTURES / "sigstage" / "response-sha256.tsr"
    assert not stamps(path.read_bytes(), b"hello", (FIXTURES / "test_tsa" / "ts_chain.pem").read_bytes())


def test_published_timestamp_of_a_chain_that_has_expired_since_still_verifies() -> None:
    folder = FIXTURES / "sigstore.mock"
    payload, chain = (folder / "payload").read_bytes(), (folder / "ts_chain.pem").read_bytes()
    assert stamps((folder / "response-expired.tsr").read_bytes(), payload, chain)


def test_published_timestamp_with_injected_certificates_names_the_one_that_signed() -> None:
    folder = FIXTURES / "test_tsa"
    chain = (folder / "ts_chain.pem").read_bytes()
    injected = (folder / "response-injected-certs.tsr").read_bytes()
    honest = timestamp.verify_timestamp((folder / "response.tsr").read_bytes(), b"hello", chain)
    assert timestamp.verify_timestamp(injected, b"hello", chain).authority == honest.authority
