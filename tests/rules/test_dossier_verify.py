"""A dossier is whole, or the verification names the file that is not."""

import io
import json
import shutil
import struct
import subprocess
import zipfile
from argparse import ArgumentParser
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from shouwen.features.evidence.dossier import build, cli, container
from shouwen.features.evidence.dossier import format as shape
from shouwen.features.evidence.dossier.verify import Report, verify_dossier
from shouwen.features.evidence.seals import leaf, note, tree
from shouwen.features.evidence.seals.checkpoint import sign_checkpoint
from shouwen.features.evidence.seals.local_authority import LocalAuthority
from shouwen.features.evidence.seals.tlog_proof import TlogProof

AT = datetime(2026, 11, 18, 6, 2, 11, tzinfo=UTC)
KEY = note.SigningKey("shouwen.example/log", bytes(range(32)))
PHOTO, CLIP = b"\xff\xd8 a small photo", b"\x00\x00\x00\x18ftyp a small clip"

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl stamps the test dossier")


class Log:
    """A log in memory: append sealed content, get proofs."""

    def __init__(self) -> None:
        self.frontier, self.rows = tree.Frontier(), {}

    def append(self, *leaves: leaf.Leaf) -> bytes:
        added = tree.append(self.frontier, [one.hash() for one in leaves])
        self.frontier = added.frontier
        self.rows |= {(level, index): node for level, index, node in added.nodes}
        return sign_checkpoint(self.frontier.size, added.root, KEY)

    def proof(self, index: int, checkpoint: bytes) -> TlogProof:
        size = self.frontier.size
        return TlogProof(index, tree.plan_inclusion(index, size).assemble(self.rows), checkpoint)


def parts_and_seal(
    folder: Path, *, page: bytes = b"<!doctype html>"
) -> tuple[build.DossierParts, Callable[[bytes], build.ManifestSeal]]:
    log, salt = Log(), [bytes([n]) * 32 for n in range(5)]
    contents = [
        ("E-0", "message.sent", {"text": "您好，左上边框的痕迹签收时就有"}),
        ("ZJ-PHOTO", "media.received", {"sha256": sha256(PHOTO).hexdigest(), "size": len(PHOTO)}),
        ("ZJ-CLIP", "media.received", {"sha256": sha256(CLIP).hexdigest(), "size": len(CLIP)}),
    ]
    leaves = [leaf.make_leaf(i, k, AT, salt[n], c) for n, (i, k, c) in enumerate(contents)]
    checkpoint = log.append(*leaves)
    entries = tuple(
        build.SealedEntry(i, k, leaf.instant(AT), salt[n], c, log.proof(n, checkpoint))
        for n, (i, k, c) in enumerate(contents)
    )
    authority = LocalAuthority(folder)
    parts = build.DossierParts(
        case_ref="SW-7Q2KM4XPAB",
        title_zh="定损异议 · 证据包",
        made_at=AT,
        key=KEY.verifier(),
        files=(
            build.DossierFile("originals/ZJ-PHOTO.jpg", "归还照片 1", PHOTO, "ZJ-PHOTO"),
            build.DossierFile("originals/ZJ-CLIP.mp4", "开箱视频", CLIP, "ZJ-CLIP"),
            build.DossierFile("thread.json", "对话", b"[]"),
        ),
        entries=entries,
        stamps=(build.Stamp(checkpoint, authority.stamp(checkpoint), authority.chain_pem()),),
        verify_page=page,
    )

    def seal(manifest: bytes) -> build.ManifestSeal:
        content = shape.manifest_content(manifest)
        sealed = leaf.make_leaf("DS-1", shape.MANIFEST_KIND, AT, salt[4], content)
        head = log.append(leaf.make_leaf("E-9", "message.sent", AT, salt[3], {"other": "renter"}), sealed)
        entry = build.SealedEntry("DS-1", sealed.kind, sealed.at, salt[4], content, log.proof(4, head))
        grown = {size: tree.plan_consistency(size, 5).assemble(log.rows) for size in build.earlier_sizes(parts)}
        return build.ManifestSeal(entry, grown)

    return parts, seal


@pytest.fixture(scope="module")
def dossier(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return build.build_dossier(*parts_and_seal(tmp_path_factory.mktemp("tsa")))


def files_of(raw: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    container.write_container(files.items(), out)
    return out.getvalue()


def named(report: Report) -> set[str]:
    assert report.ok is (not report.problems)
    return {problem.path for problem in report.problems}


def codes(report: Report) -> set[tuple[str, str]]:
    return {(problem.path, problem.code) for problem in report.problems}


def test_dossier_as_made_is_whole_and_says_what_it_checked(dossier: bytes) -> None:
    report = verify_dossier(dossier)
    assert report.problems == ()
    assert (report.entries, report.checkpoint_size, report.case) == (3, 5, "SW-7Q2KM4XPAB")
    assert report.key_fingerprint == KEY.verifier().fingerprint()
    assert not report.key_given
    (stamp,) = report.timestamps
    assert stamp.local_demo
    assert stamp.size == 3
    assert [len(one) for one in stamp.roots_sha256] == [64]
    assert verify_dossier(dossier, KEY.verifier().text()).key_given


def test_dossier_from_the_same_parts_is_the_same_to_the_byte(tmp_path: Path) -> None:
    parts, _ = parts_and_seal(tmp_path)
    assert build.plan_manifest(parts) == build.plan_manifest(parts)
    files = [(file.path, file.data) for file in parts.files]
    one, other = io.BytesIO(), io.BytesIO()
    container.write_container(files, one)
    container.write_container(reversed(files), other)
    assert one.getvalue() == other.getvalue()


def test_dossier_opens_with_ordinary_zip_tools(dossier: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(dossier)) as archive:
        assert archive.testzip() is None
        assert {info.compress_type for info in archive.infolist()} == {zipfile.ZIP_STORED}
        assert archive.read("originals/ZJ-PHOTO.jpg") == PHOTO


def test_dossier_with_a_file_on_disk_is_the_same_as_from_memory(tmp_path: Path) -> None:
    (tmp_path / "photo").write_bytes(PHOTO)
    one, other = io.BytesIO(), io.BytesIO()
    container.write_container([("a.jpg", PHOTO)], one)
    container.write_container([("a.jpg", tmp_path / "photo")], other)
    assert one.getvalue() == other.getvalue()


def test_verify_any_byte_of_any_file_changed_names_that_file(dossier: bytes) -> None:
    files = files_of(dossier)
    for path, content in files.items():
        for at in range(len(content)):
            changed = content[:at] + bytes([content[at] ^ 1 << at % 8]) + content[at + 1 :]
            assert path in named(verify_dossier(zipped({**files, path: changed}))), (path, at)


def test_verify_any_byte_of_the_zip_frame_changed_fails_and_names_something(dossier: bytes) -> None:
    changed = bytearray(dossier)
    inside = {
        at for slot in container.open_container(memoryview(dossier)).slots for at in range(slot.at, slot.at + slot.size)
    }
    sample = set(range(0, len(dossier), 13))
    for at in sorted(sample | set(range(len(dossier))) - inside):
        changed[at] ^= 1 << at % 8
        assert named(verify_dossier(bytes(changed))), at
        changed[at] ^= 1 << at % 8


def test_verify_a_changed_record_of_a_file_in_the_zip_names_the_file(dossier: bytes) -> None:
    path = "originals/ZJ-PHOTO.jpg"
    (slot,) = [s for s in container.open_container(memoryview(dossier)).slots if s.name == path]
    local, central = slot.at - len(path) - 30, dossier.rfind(path.encode()) - 46
    for at in (local + 4, local + 6, local + 14, local + 18, local + 26, central + 5, central + 12, central + 38):
        changed = dossier[:at] + bytes([dossier[at] ^ 1]) + dossier[at + 1 :]
        assert path in named(verify_dossier(changed)), at


def test_verify_any_file_removed_names_it(dossier: bytes) -> None:
    files = files_of(dossier)
    for path in files:
        rest = {name: content for name, content in files.items() if name != path}
        assert (path, "missing") in codes(verify_dossier(zipped(rest)))


def test_verify_a_file_added_names_it(dossier: bytes) -> None:
    report = verify_dossier(zipped({**files_of(dossier), "originals/extra.jpg": b"x"}))
    assert codes(report) == {("originals/extra.jpg", "unlisted")}


def test_verify_two_files_swapped_names_both_and_whose_content_they_have(dossier: bytes) -> None:
    files, photo, clip = files_of(dossier), "originals/ZJ-PHOTO.jpg", "originals/ZJ-CLIP.mp4"
    report = verify_dossier(zipped({**files, photo: files[clip], clip: files[photo]}))
    assert codes(report) == {(photo, "swapped"), (clip, "swapped")}
    assert clip in next(p.zh for p in report.problems if p.path == photo)


def test_verify_a_file_renamed_names_the_old_and_the_new(dossier: bytes) -> None:
    files = files_of(dossier)
    files["originals/other.jpg"] = files.pop("originals/ZJ-PHOTO.jpg")
    assert codes(verify_dossier(zipped(files))) == {
        ("originals/ZJ-PHOTO.jpg", "missing"),
        ("originals/other.jpg", "unlisted"),
    }


def test_verify_bytes_before_or_after_the_zip_are_noticed(dossier: bytes) -> None:
    assert named(verify_dossier(dossier + b"\n"))
    assert named(verify_dossier(b"\n" + dossier))
    assert named(verify_dossier(dossier[:-1]))
    assert named(verify_dossier(dossier[: len(dossier) // 2]))


def test_verify_with_another_key_names_the_key_and_every_seal(dossier: bytes) -> None:
    stranger = note.SigningKey("shouwen.example/log", b"x" * 32).verifier().text()
    report = verify_dossier(dossier, stranger)
    assert ("log.vkey", "key_differs") in codes(report)
    assert (shape.MANIFEST_PROOF, "signature_missing") in codes(report)
    assert report.entries == 0


def test_verify_a_dossier_rebuilt_by_somebody_without_the_log_key_fails(tmp_path: Path) -> None:
    parts, seal = parts_and_seal(tmp_path)
    honest = build.build_dossier(parts, seal)
    files = files_of(honest)
    manifest = json.loads(files[shape.MANIFEST])
    forged = PHOTO + b"!"
    for listed in manifest["files"]:
        if listed["path"] == "originals/ZJ-PHOTO.jpg":
            listed["sha256"], listed["size"] = sha256(forged).hexdigest(), len(forged)
    files |= {"originals/ZJ-PHOTO.jpg": forged, shape.MANIFEST: shape.canonical(manifest)}
    assert codes(verify_dossier(zipped(files))) == {
        (shape.MANIFEST, "changed"),
        ("originals/ZJ-PHOTO.jpg", "not_as_sealed"),
    }


def test_build_a_file_that_is_not_what_its_entry_sealed_is_refused(tmp_path: Path) -> None:
    parts, _ = parts_and_seal(tmp_path)
    wrong = build.DossierFile("originals/ZJ-PHOTO.jpg", "归还照片 1", b"another", "ZJ-PHOTO")
    with pytest.raises(ValueError, match="is not what entry"):
        build.plan_manifest(build.DossierParts(**{**_fields(parts), "files": (wrong,)}))


def _fields(parts: build.DossierParts) -> dict[str, object]:
    return {name: getattr(parts, name) for name in parts.__struct_fields__}


@pytest.mark.parametrize(
    "name", ["../up.txt", "/etc/passwd", "a/../b", "a\\b", ".hidden", "中文.txt", "a//b", "", "a/"]
)
def test_build_a_name_that_could_lead_elsewhere_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="name"):
        container.write_container([(name, b"x")], io.BytesIO())


def foreign_zip(*entries: tuple[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in entries:
            archive.writestr(zipfile.ZipInfo(name), content, compress_type=method)
    return out.getvalue()


@pytest.mark.parametrize("name", ["../up.txt", "/etc/passwd", "originals/../../x", "a\\b", "x\x1b[2J"])
def test_verify_a_name_that_leads_elsewhere_is_named(name: str) -> None:
    assert (name, "name_not_allowed") in codes(verify_dossier(foreign_zip((name, b"x"))))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_verify_a_doubled_name_is_named(dossier: bytes) -> None:
    twice = foreign_zip(*files_of(dossier).items(), ("thread.json", b"[1]"))
    assert ("thread.json", "doubled") in codes(verify_dossier(twice))


def test_verify_a_compressed_zip_is_refused_without_unpacking_it() -> None:
    bomb = foreign_zip(("manifest.json", bytes(50_000_000)), method=zipfile.ZIP_DEFLATED)
    assert codes(verify_dossier(bomb)) == {(container.ZIP, "repacked")}


def test_verify_a_zip_that_claims_more_than_it_holds_is_refused(dossier: bytes) -> None:
    huge = bytearray(dossier)
    struct.pack_into("<II", huge, 18, 0xFFFFFFF0, 0xFFFFFFF0)
    assert named(verify_dossier(bytes(huge)))


@pytest.mark.parametrize("raw", [b"", b"%PDF-1.7", b"PK", b"PK\x05\x06" + bytes(18), bytes(100)])
def test_verify_what_is_not_a_dossier_says_so(raw: bytes) -> None:
    report = verify_dossier(raw)
    assert named(report) == {container.ZIP}
    assert {p.code for p in report.problems} <= {"not_a_zip", "repacked"}


@pytest.mark.parametrize("manifest", [b"{}", b"[" * 3000, b"\xff", b'{"format":"x"}'])
def test_verify_a_manifest_out_of_form_is_named(dossier: bytes, manifest: bytes) -> None:
    assert shape.MANIFEST in named(verify_dossier(zipped({**files_of(dossier), shape.MANIFEST: manifest})))


def test_timestamp_in_the_dossier_verifies_with_openssl(dossier: bytes, tmp_path: Path) -> None:
    files = files_of(dossier)
    for name in ("3.checkpoint", "3.tsr", "3.chain.pem"):
        (tmp_path / name).write_bytes(files[f"timestamps/{name}"])
    command = ["openssl", "ts", "-verify", "-data", "3.checkpoint", "-in", "3.tsr", "-CAfile", "3.chain.pem"]
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode == 0


def run(*arguments: str) -> int:
    parser = ArgumentParser()
    cli.register(parser.add_subparsers())
    args = parser.parse_args(["dossier", "verify", *arguments])
    return args.func(args)


def test_command_exits_0_on_a_whole_dossier_and_says_so_in_both_languages(
    dossier: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "证据包.zip"
    path.write_bytes(dossier)
    assert run(str(path)) == 0
    said = capsys.readouterr().out
    assert "完整无改动" in said
    assert "whole and unchanged" in said
    assert "local demo, not independent" in said
    assert run(str(path), "--json", "--vkey", KEY.verifier().text()) == 0
    assert json.loads(capsys.readouterr().out)["ok"] is True


def test_command_exits_1_and_names_the_changed_file(
    dossier: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "d.zip"
    path.write_bytes(dossier.replace(PHOTO, PHOTO[:-1] + b"!"))
    assert run(str(path)) == 1
    assert "originals/ZJ-PHOTO.jpg: 内容被改动过" in capsys.readouterr().out
    assert run(str(path), "--json") == 1
    problems = json.loads(capsys.readouterr().out)["problems"]
    assert {p["path"] for p in problems} == {"originals/ZJ-PHOTO.jpg"}


def test_command_exits_2_on_what_cannot_be_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(str(tmp_path / "absent.zip")) == 2
    said = capsys.readouterr().err.splitlines()
    assert said == [f"无法读取 {tmp_path / 'absent.zip'}：没有这个文件 · cannot read it: there is no such file"]
    (tmp_path / "d.zip").write_bytes(b"")
    assert run(str(tmp_path), "--json") == 2
    assert json.loads(capsys.readouterr().out)["ok"] is False
    assert run(str(tmp_path / "d.zip"), "--vkey", "nonsense") == 2


def test_command_does_not_print_a_hostile_name_raw(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "d.zip"
    path.write_bytes(foreign_zip(("x\x1b[2J", b"x")))
    assert run(str(path)) == 1
    assert "\x1b" not in capsys.readouterr().out


def test_timestamp_over_another_checkpoint_is_refused_even_when_listed(tmp_path: Path) -> None:
    parts, seal = parts_and_seal(tmp_path)
    (stamp,) = parts.stamps
    wrong = build.Stamp(stamp.checkpoint, LocalAuthority(tmp_path).stamp(b"something else"), stamp.chain_pem)
    raw = build.build_dossier(build.DossierParts(**{**_fields(parts), "stamps": (wrong,)}), seal)
    assert codes(verify_dossier(raw)) == {("timestamps/3.tsr", "timestamp_invalid")}
