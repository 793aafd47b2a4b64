"""Keys: made with the rights they need, refused in any other form, and never shown."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from reports.errors import ReportError
from reports.sealing.keys import (
    SigningKey,
    TrustedKey,
    load_signing_key,
    load_trusted,
    load_trusted_key,
    make_key,
)
from reports.sealing.manifest import canonical
from tests.reports.sealing.conftest import BEGIN, END


def test_a_signature_is_that_of_rfc_8032() -> None:
    """Test 2 of its section 7.1: one byte, 72."""
    public = bytes.fromhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
    signature = bytes.fromhex(
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )
    key = TrustedKey(public, "", BEGIN, END)
    assert key.has_signed(b"\x72", signature)
    assert not key.has_signed(b"\x73", signature)
    assert not key.has_signed(b"\x72", signature[:-1])


def test_only_the_owner_may_read_the_private_key(tmp_path: Path) -> None:
    umask = os.umask(0)
    try:
        make_key(tmp_path / "open.key", "B", BEGIN, END)
    finally:
        os.umask(umask)
    assert stat.S_IMODE((tmp_path / "open.key").stat().st_mode) == 0o600


def test_neither_key_nor_public_file_shows_the_private_key(key: SigningKey, tmp_path: Path) -> None:
    pem = (tmp_path / "lab.key").read_text()
    secret = pem.splitlines()[1]
    assert secret not in f"{key!r} {key} {key.public!r}"
    assert secret not in (tmp_path / "lab.key.pub").read_text()


@pytest.mark.usefixtures("key")
def test_a_key_is_never_overwritten(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match="never overwritten"):
        make_key(tmp_path / "lab.key", "B", BEGIN, END)
    (tmp_path / "lab.key").unlink()
    with pytest.raises(ReportError, match=r"lab\.key\.pub exists"):
        make_key(tmp_path / "lab.key", "B", BEGIN, END)
    assert not (tmp_path / "lab.key").exists()


@pytest.mark.usefixtures("key")
def test_a_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "lab.key").chmod(0o640)
    with pytest.raises(ReportError, match="read by others"):
        load_signing_key(tmp_path / "lab.key")


@pytest.mark.usefixtures("key")
def test_a_pair_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    make_key(tmp_path / "other.key", "B", BEGIN, END)
    (tmp_path / "other.key.pub").replace(tmp_path / "lab.key.pub")
    with pytest.raises(ReportError, match="of another key"):
        load_signing_key(tmp_path / "lab.key")


@pytest.mark.usefixtures("key")
@pytest.mark.parametrize("kind", ["text", "P-256", "none"])
def test_what_is_no_ed25519_key_is_refused_without_showing_it(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "lab.key"
    if kind == "none":
        path.unlink()
    elif kind == "text":
        path.write_text("-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n")
    else:
        other = ec.generate_private_key(ec.SECP256R1())
        path.write_bytes(other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    with pytest.raises(ReportError, match=r"lab\.key") as refused:
        load_signing_key(path)
    assert "c2VjcmV0" not in str(refused.value)


def test_trusted_keys_are_read_from_files_and_folders(key: SigningKey, tmp_path: Path) -> None:
    assert load_trusted((tmp_path,)) == (key.public,)
    assert load_trusted((tmp_path / "lab.key.pub",)) == (key.public,)
    with pytest.raises(ReportError, match=r"none\.pub cannot be read"):
        load_trusted((tmp_path / "none.pub",))


@pytest.mark.usefixtures("key")
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("version", 2),
        ("algorithm", "none"),
        ("owner", 7),
        ("key", "AAAA"),
        ("key", 7),
        ("key", "not base64!"),
        ("key_id", "00" * 16),
        ("not_after", "2026-01-01T00:00:00"),
        ("not_after", "soon"),
        ("not_before", 7),
        ("colour", "red"),
    ],
)
def test_a_public_file_of_another_form_is_refused(
    tmp_path: Path, field: str, value: object
) -> None:
    path = tmp_path / "lab.key.pub"
    path.write_bytes(canonical({**json.loads(path.read_bytes()), field: value}))
    with pytest.raises(ReportError, match=r"lab\.key\.pub is"):
        load_trusted_key(path)
