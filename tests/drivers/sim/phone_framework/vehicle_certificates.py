"""Vehicle certificates of listing 5-3, good and bad, made with the library alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256, SHA384
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from drivers.sim.phone_framework.x509 import Certificate

NOW = datetime(2026, 1, 1, tzinfo=UTC)
VEHICLE_ID = bytes.fromhex("1122334455667788")
VEHICLE_KEY = ec.derive_private_key(int("33" * 32, 16), ec.SECP256R1())
MAKER_KEY = ec.derive_private_key(int("55" * 32, 16), ec.SECP256R1())
STRANGER_KEY = ec.derive_private_key(int("66" * 32, 16), ec.SECP256R1())
OID = x509.ObjectIdentifier("1.3.6.1.4.1.41577.5.1")


@dataclass(frozen=True)
class Flaws:
    """How a certificate departs from listing 5-3."""

    subject: str = VEHICLE_ID.hex().upper()
    issuer: str = "Vehicle Maker CA"
    marked: bool = True  # the vehicle key extension is there
    value: str = "3003020101"
    critical: bool = True
    authority: bool = False
    signs_certificates: bool = False
    digest: SHA256 | SHA384 = field(default_factory=SHA256)
    signer: ec.EllipticCurvePrivateKey = MAKER_KEY
    curve: ec.EllipticCurve | None = None  # another curve for the vehicle's key


GOOD = Flaws()


def vehicle_certificate(flaws: Flaws = GOOD) -> bytes:
    """DER."""
    key = ec.generate_private_key(flaws.curve) if flaws.curve else VEHICLE_KEY
    builder = _builder(flaws.subject, flaws.issuer, key)
    if flaws.marked:
        marked = x509.UnrecognizedExtension(OID, bytes.fromhex(flaws.value))
        builder = builder.add_extension(marked, critical=flaws.critical)
    constraints = x509.BasicConstraints(ca=flaws.authority, path_length=None)
    builder = builder.add_extension(constraints, critical=True)
    builder = builder.add_extension(_usage(certificates=flaws.signs_certificates), critical=True)
    return builder.sign(flaws.signer, flaws.digest).public_bytes(Encoding.DER)


@cache
def authority(
    name: str = "Vehicle Maker CA",
    key: ec.EllipticCurvePrivateKey = MAKER_KEY,
    *,
    is_authority: bool = True,
) -> bytes:
    """A maker's certificate (DER), signed by itself."""
    constraints = x509.BasicConstraints(ca=is_authority, path_length=None)
    builder = _builder(name, name, key).add_extension(constraints, critical=True)
    return builder.sign(key, SHA256()).public_bytes(Encoding.DER)


def known(*certificates: bytes) -> tuple[Certificate, ...]:
    """As the roots of a phone."""
    return tuple(Certificate.read(der) for der in certificates)


def _builder(subject: str, issuer: str, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(NOW)
        .not_valid_after(NOW + timedelta(days=9000))
    )


def _usage(*, certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=certificates,
        crl_sign=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
