"""Time stamps, by an authority that OpenSSL plays."""

from __future__ import annotations

import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from reports.errors import ReportError
from reports.sealing.keys import SigningKey, load_signing_key, make_key
from reports.sealing.manifest import SIGNATURE, TIME_STAMP
from reports.sealing.seal import seal
from reports.sealing.time_stamp import keep, request, stamped_at
from reports.sealing.verify import verify
from rig.cli import main

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is missing")
CONFIGURATION = """
[tsa]
serial = {here}/serial
crypto_device = builtin
signer_cert = {here}/tsa.pem
signer_key = {here}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4
digests = sha256
"""


class Authority:
    """A time-stamping authority with a root of its own."""

    def __init__(self, here: Path) -> None:
        here.mkdir()
        self.here, self.root = here, here / "tsa.pem"
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, here.name)])
        now = datetime.now(UTC)
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        made = made.not_valid_before(now - timedelta(days=1)).not_valid_after(
            now + timedelta(days=9)
        )
        certificate = made.add_extension(usage, critical=True).sign(key, SHA256())
        self.root.write_bytes(certificate.public_bytes(Encoding.PEM))
        (here / "tsa.key").write_bytes(
            key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        )
        (here / "serial").write_text("01\n")
        (here / "tsa.cnf").write_text(CONFIGURATION.format(here=here))

    def reply(self, query: bytes) -> Path:
        (self.here / "query").write_bytes(query)
        command = ["openssl", "ts", "-reply", "-config", "tsa.cnf", "-section", "tsa"]
        command += ["-queryfile", "query", "-out", "reply"]
        subprocess.run(command, cwd=self.here, check=True, capture_output=True, timeout=30)
        return self.here / "reply"


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path / "authority")


@pytest.fixture
def short_lived(folder: Path, tmp_path: Path) -> SigningKey:
    """A key that is valid for some minutes around now, and has signed the run."""
    now = datetime.now(UTC)
    minutes = timedelta(minutes=9)
    make_key(tmp_path / "short.key", "A. Beck", now - minutes, now + minutes)
    key = load_signing_key(tmp_path / "short.key")
    seal(folder, key, now=now)
    return key


def test_the_request_is_the_one_that_openssl_writes(folder: Path, key: SigningKey) -> None:
    seal(folder, key, now=key.public.not_before)
    command = ["openssl", "ts", "-query", "-data", str(folder / SIGNATURE), "-sha256", "-cert"]
    done = subprocess.run([*command, "-no_nonce"], check=True, capture_output=True, timeout=30)
    assert request(folder) == done.stdout


def test_a_stamped_signature_counts_after_its_key_has_expired(
    folder: Path, short_lived: SigningKey, authority: Authority
) -> None:
    moment = keep(folder, authority.reply(request(folder)), authority.root)
    public = short_lived.public
    assert public.is_valid_at(moment)
    later = public.not_after + timedelta(days=1)
    assert verify(folder, [public], later).status == 14
    assert verify(folder, [public], later, authority.root).status == 0


def test_a_run_without_the_stamp_that_is_asked_for_is_not_accepted(
    folder: Path, short_lived: SigningKey, authority: Authority
) -> None:
    check = verify(folder, [short_lived.public], datetime.now(UTC), authority.root)
    assert (check.status, check.findings[0].file) == (11, TIME_STAMP)


@pytest.mark.parametrize("fault", ["another authority", "another signature", "flipped", "none"])
def test_a_stamp_of_another_kind_is_refused(
    folder: Path, short_lived: SigningKey, authority: Authority, tmp_path: Path, fault: str
) -> None:
    reply = authority.reply(request(folder)).read_bytes()
    signature, root = (folder / SIGNATURE).read_bytes(), authority.root
    stamped_at(reply, signature, root)
    if fault == "another authority":
        root = Authority(tmp_path / "other").root
    elif fault == "another signature":
        signature += b" "
    else:
        reply = b"" if fault == "none" else reply[:-9] + bytes([reply[-9] ^ 1]) + reply[-8:]
    with pytest.raises(ReportError, match="not that of this signature by this authority"):
        stamped_at(reply, signature, root)
    (folder / TIME_STAMP).write_bytes(reply)
    if fault != "another signature":
        check = verify(folder, [short_lived.public], datetime.now(UTC), root)
        assert (check.status, check.findings[0].file) == (10, TIME_STAMP)


@pytest.mark.usefixtures("short_lived")
def test_a_run_is_stamped_by_command(
    folder: Path, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder.parent)
    call = CliRunner().invoke
    assert call(main, ["stamp", "run", "--request", "run.tsq"]).exit_code == 0
    reply = str(authority.reply(Path("run.tsq").read_bytes()))
    assert call(main, ["stamp", "run", "--reply", reply]).exit_code == 2
    root = str(authority.root)
    done = call(main, ["stamp", "run", "--reply", reply, "--tsa", root])
    assert done.exit_code == 0, done.output
    assert done.output.startswith("stamped at 20")
    verified = call(main, ["verify", "run", "--trust", "short.key.pub", "--tsa", root])
    assert verified.exit_code == 0
    assert "not checked" not in verified.output
    unasked = call(main, ["verify", "run", "--trust", "short.key.pub"])
    assert unasked.exit_code == 0
    assert unasked.output.endswith("; its time stamp was not checked\n")


def test_what_is_not_signed_is_not_stamped(folder: Path) -> None:
    with pytest.raises(ReportError, match="not signed"):
        request(folder)
