"""A time-stamping authority on this machine by openssl, for demos: the same format, no independence, and it
says so."""

import fcntl
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from shouwen.features.evidence.seals.timestamp import (
    LOCAL_DEMO_MARK,
    TimestampUnavailable,
    check_reply,
    query_for,
)

_TIMEOUT_S = 20
_DAYS = 3650
_CONFIG = f"""[req]
distinguished_name = name
prompt = no
[name]
O = {LOCAL_DEMO_MARK}
CN = {LOCAL_DEMO_MARK} (not an independent authority)
[ca]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[signer]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[tsa]
default_tsa = local
[local]
serial = serial
crypto_device = builtin
signer_cert = signer.pem
signer_key = signer.key
signer_digest = sha256
default_policy = 1.3.6.1.4.1.55555.1.1
digests = sha256
accuracy = secs:1
ordering = no
tsa_name = yes
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""


class LocalAuthority:
    """A TimestampAuthority that keeps its own root and signing key (ECDSA P-256) in `folder`, made on first
    use."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def stamp(self, message: bytes) -> bytes:
        """See TimestampAuthority; takes a few milliseconds, one at a time (the serial number is a file)."""
        asked = query_for(message)
        with self._locked():
            self._set_up()
            with tempfile.TemporaryDirectory() as scratch:
                query, reply = Path(scratch, "q.tsq"), Path(scratch, "r.tsr")
                query.write_bytes(asked.data)
                self._openssl(
                    "ts", "-reply", "-config", "tsa.cnf", "-section", "local",
                    "-queryfile", str(query), "-out", str(reply),
                )  # fmt: skip
                answer = reply.read_bytes()
        return check_reply(answer, asked, message, self.chain_pem())

    def chain_pem(self) -> bytes:
        """The signing certificate and its root."""
        if not (self._folder / "ready").exists():
            with self._locked():
                self._set_up()
        return (self._folder / "signer.pem").read_bytes() + (self._folder / "ca.pem").read_bytes()

    def _set_up(self) -> None:
        if (self._folder / "ready").exists():
            return
        (self._folder / "tsa.cnf").write_text(_CONFIG, encoding="ascii")
        (self._folder / "serial").write_text("01\n", encoding="ascii")
        key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-config", "tsa.cnf")
        subject = f"/O={LOCAL_DEMO_MARK}/CN={LOCAL_DEMO_MARK} root (not an independent authority)"
        self._openssl(
            "req", "-x509", *key, "-subj", subject,
            "-extensions", "ca", "-days", str(_DAYS), "-keyout", "ca.key", "-out", "ca.pem",
        )  # fmt: skip
        self._openssl("req", "-new", *key, "-keyout", "signer.key", "-out", "signer.csr")
        self._openssl(
            "x509", "-req", "-in", "signer.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-set_serial", "2",
            "-extfile", "tsa.cnf", "-extensions", "signer", "-days", str(_DAYS), "-out", "signer.pem",
        )  # fmt: skip
        (self._folder / "ready").write_text("", encoding="ascii")

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self._folder / "lock").open("w", encoding="ascii") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _openssl(self, *arguments: str) -> None:
        binary = shutil.which("openssl")
        if binary is None:
            raise TimestampUnavailable("openssl is not installed; the local demo authority needs it")
        try:
            subprocess.run(  # noqa: S603 (a fixed program, arguments made here)
                [binary, *arguments],
                cwd=self._folder,
                check=True,
                capture_output=True,
                stdin=subprocess.DEVNULL,
                timeout=_TIMEOUT_S,
            )
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
            said = (error.stderr or b"").decode("utf-8", "replace").strip()
            raise TimestampUnavailable(f"openssl {arguments[0]} failed: {said}") from error
