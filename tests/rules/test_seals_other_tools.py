"""Proofs and timestamps are verified by tools that are not ours: openssl and Go's x/mod/sumdb."""

import os
import shutil
import subprocess
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from shouwen.features.evidence.seals import merkle, note, timestamp, tree
from shouwen.features.evidence.seals.checkpoint import sign_checkpoint
from shouwen.features.evidence.seals.errors import SealInvalid
from shouwen.features.evidence.seals.http_authority import HttpAuthority
from shouwen.features.evidence.seals.local_authority import LocalAuthority
from shouwen.features.evidence.seals.tlog_proof import TlogProof

KEY = note.SigningKey("shouwen.example/log", bytes(range(32)))
MESSAGE = sign_checkpoint(3, b"r" * 32, KEY)
GO_SOURCES = Path("/usr/share/gocode")

needs_openssl = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
needs_go = pytest.mark.skipif(
    shutil.which("go") is None or not (GO_SOURCES / "src/golang.org/x/mod/sumdb/note").is_dir(),
    reason="Go with golang.org/x/mod is not installed (Debian: golang-go golang-golang-x-mod-dev)",
)

GO_PROGRAM = """package main

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func must(err error) {
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

func hash(s string) (h tlog.Hash) {
	raw, err := base64.StdEncoding.DecodeString(s)
	must(err)
	copy(h[:], raw)
	return
}

func head(raw []byte, v note.Verifier) (int64, tlog.Hash) {
	n, err := note.Open(raw, note.VerifierList(v))
	must(err)
	lines := strings.Split(n.Text, "\\n")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	must(err)
	return size, hash(lines[2])
}

// verify VKEY PROOF LEAF EARLIER CONSISTENCY...
func main() {
	v, err := note.NewVerifier(os.Args[1])
	must(err)
	raw, err := os.ReadFile(os.Args[2])
	must(err)
	data, err := os.ReadFile(os.Args[3])
	must(err)
	i := bytes.Index(raw, []byte("\\n\\n"))
	lines := strings.Split(string(raw[:i]), "\\n")
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[1], "index "), 10, 64)
	must(err)
	var record tlog.RecordProof
	for _, line := range lines[2:] {
		record = append(record, hash(line))
	}
	size, root := head(raw[i+2:], v)
	must(tlog.CheckRecord(record, size, root, index, tlog.RecordHash(data)))
	earlier, err := os.ReadFile(os.Args[4])
	must(err)
	size1, root1 := head(earlier, v)
	var grown tlog.TreeProof
	for _, line := range os.Args[5:] {
		grown = append(grown, hash(line))
	}
	must(tlog.CheckTree(grown, size, root, size1, root1))
	fmt.Println("verified", index, size)
}
"""


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> LocalAuthority:
    return LocalAuthority(tmp_path_factory.mktemp("tsa") / "本地 授时")


def openssl_verify(folder: Path, tsr: bytes, message: bytes, chain: bytes) -> subprocess.CompletedProcess[str]:
    for name, data in (("m", message), ("m.tsr", tsr), ("chain.pem", chain)):
        (folder / name).write_bytes(data)
    command = ["openssl", "ts", "-verify", "-data", "m", "-in", "m.tsr", "-CAfile", "chain.pem"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@needs_openssl
def test_local_timestamp_verifies_with_openssl_and_says_it_is_a_demo(authority: LocalAuthority, tmp_path: Path) -> None:
    tsr = authority.stamp(MESSAGE)
    done = openssl_verify(tmp_path, tsr, MESSAGE, authority.chain_pem())
    assert "Verification: OK" in done.stdout + done.stderr
    assert done.returncode == 0
    stamped = timestamp.verify_timestamp(tsr, MESSAGE, authority.chain_pem())
    assert stamped.local_demo
    assert "not an independent authority" in stamped.authority


@needs_openssl
def test_local_timestamp_over_other_bytes_is_refused_by_openssl_and_by_us(
    authority: LocalAuthority, tmp_path: Path
) -> None:
    tsr, other = authority.stamp(MESSAGE), MESSAGE.replace(b"3", b"4", 1)
    assert openssl_verify(tmp_path, tsr, other, authority.chain_pem()).returncode != 0
    with pytest.raises(SealInvalid, match="timestamp_invalid"):
        timestamp.verify_timestamp(tsr, other, authority.chain_pem())


@needs_openssl
def test_local_timestamp_under_another_root_or_as_garbage_is_refused(authority: LocalAuthority, tmp_path: Path) -> None:
    stranger = LocalAuthority(tmp_path)
    with pytest.raises(SealInvalid):
        timestamp.verify_timestamp(authority.stamp(MESSAGE), MESSAGE, stranger.chain_pem())
    for garbage in (b"", b"0", b"\x30\x82\xff\xff", MESSAGE):
        with pytest.raises(SealInvalid):
            timestamp.verify_timestamp(garbage, MESSAGE, authority.chain_pem())


def test_local_authority_without_openssl_says_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(timestamp.TimestampUnavailable, match="openssl is not installed"):
        LocalAuthority(tmp_path / "tsa").stamp(MESSAGE)


class FakeAuthority(BaseHTTPRequestHandler):
    """Answers each query with what the test put into `answer(query) -> (status, type, body)`."""

    answer = None

    def do_POST(self) -> None:
        query = self.rfile.read(int(self.headers["Content-Length"]))
        assert self.headers["Content-Type"] == "application/timestamp-query"
        status, kind, body = type(self).answer(query)
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def served() -> object:
    server = HTTPServer(("127.0.0.1", 0), FakeAuthority)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/tsa"
    server.shutdown()
    thread.join()
    server.server_close()


@needs_openssl
def test_http_authority_returns_a_reply_to_its_own_query(served: str, tmp_path: Path) -> None:
    local = LocalAuthority(tmp_path)
    local.chain_pem()

    def reply(query: bytes) -> tuple[int, str, bytes]:
        (tmp_path / "q").write_bytes(query)
        command = ["openssl", "ts", "-reply", "-config", "tsa.cnf", "-section", "local", "-queryfile", "q", "-out", "r"]
        subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
        return 200, "application/timestamp-reply", (tmp_path / "r").read_bytes()

    FakeAuthority.answer = reply
    tsr = HttpAuthority(served, local.chain_pem(), timeout_s=20).stamp(MESSAGE)
    assert timestamp.verify_timestamp(tsr, MESSAGE, local.chain_pem()).local_demo


@needs_openssl
def test_http_authority_refuses_a_replayed_reply_and_errors(served: str, authority: LocalAuthority) -> None:
    old = authority.stamp(MESSAGE)
    answers = [
        (200, "application/timestamp-reply", old),
        (200, "text/html", old),
        (503, "application/timestamp-reply", old),
        (302, "application/timestamp-reply", b""),
        (200, "application/timestamp-reply", b"x" * 300_000),
    ]
    for answer in answers:
        FakeAuthority.answer = lambda _query, answer=answer: answer
        with pytest.raises(timestamp.TimestampUnavailable):
            HttpAuthority(served, authority.chain_pem(), timeout_s=20).stamp(MESSAGE)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://tsa.example/", "tsa.example", "https://u:p@tsa.example/"])
def test_http_authority_of_another_scheme_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="http or https"):
        HttpAuthority(url, b"")


@needs_go
def test_log_verifies_with_the_go_sumdb_library_and_a_changed_leaf_does_not(tmp_path: Path) -> None:
    leaves = [f"entry {n}".encode() for n in range(23)]
    hashes = [merkle.leaf_hash(data) for data in leaves]
    first = tree.append(tree.Frontier(), hashes[:9])
    second = tree.append(first.frontier, hashes[9:])
    rows = {(level, index): node for level, index, node in first.nodes + second.nodes}
    proof = TlogProof(5, tree.plan_inclusion(5, 23).assemble(rows), sign_checkpoint(23, second.root, KEY))
    grown = [note.base64s.encode(node) for node in tree.plan_consistency(9, 23).assemble(rows)]
    (tmp_path / "verify.go").write_text(GO_PROGRAM)
    (tmp_path / "p.tlog-proof").write_bytes(proof.data())
    (tmp_path / "leaf").write_bytes(leaves[5])
    (tmp_path / "other").write_bytes(leaves[6])
    (tmp_path / "earlier").write_bytes(sign_checkpoint(9, first.root, KEY))
    settings = {"GO111MODULE": "off", "GOPATH": str(GO_SOURCES), "GOFLAGS": "", "GOCACHE": str(tmp_path / "cache")}
    environment = {**os.environ, **settings}
    build = ["go", "build", "-o", "verify", "verify.go"]
    subprocess.run(build, cwd=tmp_path, env=environment, check=True, capture_output=True)

    def go(leaf: str) -> subprocess.CompletedProcess[str]:
        command = ["./verify", KEY.verifier().text(), "p.tlog-proof", leaf, "earlier", *grown]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert go("leaf").stdout == "verified 5 23\n"
    assert go("other").returncode == 1
