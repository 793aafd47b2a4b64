"""A customer's authority and device roots in the place of the laboratory's own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509 import load_der_x509_certificate

from drivers.api.clock import SystemClock
from drivers.sim.phone_framework.x509 import Authority as Maker
from drivers.sim.phone_framework.x509 import Certificate
from rig.digital_key import certificates
from rig.digital_key.certificates import Authority
from rig.digital_key.crypto import PrivateKey
from rig.vehicle.errors import TrustError
from rig.vehicle.trust import trust_mistakes, trust_of

NOW = datetime.now(UTC)


@dataclass
class Files:
    """What a bench file names."""

    authority_key: Path | None = None
    authority_certificate: Path | None = None
    device_roots: tuple[Path, ...] = ()


@pytest.fixture
def customer(tmp_path: Path) -> Files:
    """A customer's files: an authority below a root that phones know, and a phone maker's root."""
    key = ec.generate_private_key(ec.SECP256R1())
    root = Authority(
        key,
        certificates._authority("Customer", key.public_key(), NOW)  # noqa: SLF001
        .issuer_name(certificates._named("Customer"))  # noqa: SLF001
        .sign(key, SHA256()),
    )
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "key.pem").write_bytes(pem)
    (tmp_path / "authority.pem").write_bytes(_pem(root.certificate))
    (tmp_path / "phones.pem").write_bytes(_pem(Maker("Phones", NOW).certificate))
    return Files(tmp_path / "key.pem", tmp_path / "authority.pem", (tmp_path / "phones.pem",))


def _pem(der: bytes) -> bytes:
    return load_der_x509_certificate(der).public_bytes(Encoding.PEM)


def test_the_customers_authority_signs_for_the_vehicle(customer: Files) -> None:
    trust = trust_of(customer, {}, SystemClock())
    signed = trust.authority.certify_vehicle(PrivateKey.generate().public, bytes(8), NOW)
    assert trust.intermediate is not None
    Certificate.read(signed).check_issued_by(Certificate.read(trust.intermediate))
    assert len(trust.device_roots) == 1
    assert not list(trust_mistakes(customer))


def test_without_files_the_laboratory_vouches(customer: Files) -> None:
    one, other = (trust_of(Files(), {}, SystemClock()) for _ in range(2))
    assert one.authority.certificate != other.authority.certificate
    assert one.device_roots == ()
    assert one.intermediate is None
    del customer


@pytest.mark.parametrize("broken", ["key.pem", "authority.pem", "phones.pem"])
def test_a_file_that_cannot_be_used_is_named(customer: Files, broken: str) -> None:
    assert customer.authority_key is not None
    path = customer.authority_key.parent / broken
    path.write_text("not PEM")
    with pytest.raises(TrustError, match=broken.partition(".")[0]):
        trust_of(customer, {}, SystemClock())
    [(key, text)] = trust_mistakes(customer)
    assert key == ("device_roots" if broken == "phones.pem" else "authority_certificate")
    assert "not PEM" not in text


def test_a_key_of_another_authority_is_refused(customer: Files) -> None:
    assert customer.authority_key is not None
    other = ec.generate_private_key(ec.SECP256R1())
    customer.authority_key.write_bytes(
        other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    with pytest.raises(TrustError, match="another key"):
        trust_of(customer, {}, SystemClock())
