"""The phone's X.509: authorities that issue, and certificates as they are read.

The only door of the simulation to the X.509 part of ``cryptography``; what that library raises
becomes Malformed or BadSignature here. Names are a single common name, keys are P-256, signatures
ECDSA with SHA-256.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import ExtensionOID, NameOID, SignatureAlgorithmOID

from rig.digital_key.crypto import PublicKey
from rig.digital_key.errors import BadSignature, Malformed

_CURVE = ec.SECP256R1()
_LIFE = timedelta(days=365 * 20)
_PAST = timedelta(days=1)  # clocks of two devices differ
_VEHICLE_KEY = x509.ObjectIdentifier("1.3.6.1.4.1.41577.5.1")
_VEHICLE_KEY_VERSION = bytes.fromhex("3003020101")  # SEQUENCE { INTEGER 1 }
# What the library raises for a certificate it cannot make sense of, at once or when asked; its
# warnings (a serial number below one, a country of three letters) where warnings are errors.
_UNREADABLE = (
    UserWarning,
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)


class Authority:
    """Who signs certificates: a key pair that stays inside, and the certificate of it."""

    __slots__ = ("_key", "_name", "certificate", "is_root")

    def __init__(self, name: str, now: datetime, issuer: Authority | None = None) -> None:
        """A new authority, signed by ``issuer`` or by itself."""
        self._key = ec.generate_private_key(_CURVE)
        self._name = _named(name)
        self.is_root: bool = issuer is None
        above = issuer or self
        #: DER
        self.certificate: bytes = above._sign(  # noqa: SLF001 - same type
            self._name, self._key.public_key(), now, is_authority=True
        )

    def issue(self, name: str, key: PublicKey, now: datetime) -> bytes:
        """A certificate (DER) for somebody's signature key, who may issue none."""
        public = ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, key.point)
        return self._sign(_named(name), public, now, is_authority=False)

    def _sign(
        self, name: x509.Name, key: ec.EllipticCurvePublicKey, now: datetime, *, is_authority: bool
    ) -> bytes:
        own = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        builder = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - _PAST)
            .not_valid_after(now + _LIFE)
            .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
            .add_extension(_usage(is_authority=is_authority), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
            .add_extension(own, critical=False)
        )
        return builder.sign(self._key, SHA256()).public_bytes(Encoding.DER)


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate as it was read: whose it is and which key it names."""

    subject: str
    key: PublicKey
    _parsed: x509.Certificate

    @classmethod
    def read(cls, der: bytes) -> Certificate:
        """Raises Malformed for anything but one P-256 certificate with a common name."""
        try:
            parsed = x509.load_der_x509_certificate(der)
            names = parsed.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
            public = parsed.public_key()
            _ = parsed.extensions  # parsed on demand; raises when it cannot be
        except _UNREADABLE as exc:
            raise Malformed("the certificate cannot be read") from exc
        if parsed.serial_number < 1:
            raise Malformed("the certificate's serial number is not positive")
        if len(names) != 1 or not isinstance(public, ec.EllipticCurvePublicKey):
            raise Malformed("the certificate names no single subject or no elliptic curve key")
        point = public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return cls(str(names[0].value), PublicKey(point), parsed)

    def check_vehicle_profile(self) -> None:
        """Hold it to listing 5-3: a vehicle's public key certificate. Raises Malformed."""
        parsed = self._parsed
        if parsed.signature_algorithm_oid != SignatureAlgorithmOID.ECDSA_WITH_SHA256:
            raise Malformed("the vehicle's certificate is not signed with ECDSA and SHA-256")
        expected = {
            _VEHICLE_KEY: x509.UnrecognizedExtension(_VEHICLE_KEY, _VEHICLE_KEY_VERSION),
            ExtensionOID.KEY_USAGE: _usage(is_authority=False),
            ExtensionOID.BASIC_CONSTRAINTS: x509.BasicConstraints(ca=False, path_length=None),
        }
        found = {extension.oid: extension for extension in parsed.extensions}
        for oid, value in expected.items():
            extension = found.get(oid)
            if extension is None or not extension.critical or extension.value != value:
                raise Malformed(f"extension {oid.dotted_string} is not that of listing 5-3")

    def check_authority(self) -> None:
        """It may issue certificates. Raises Malformed."""
        constraints: x509.BasicConstraints | None = None
        for extension in self._parsed.extensions:
            if isinstance(extension.value, x509.BasicConstraints):
                constraints = extension.value
        if constraints is None or not constraints.ca:
            raise Malformed("the certificate is no authority's")

    def check_issued_by(self, issuer: Certificate) -> None:
        """Its issuer's name and signature are ``issuer``'s. Raises BadSignature."""
        try:
            self._parsed.verify_directly_issued_by(issuer._parsed)
        except (InvalidSignature, *_UNREADABLE) as exc:
            raise BadSignature(f"the certificate was not issued by {issuer.subject}") from exc


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _usage(*, is_authority: bool) -> x509.KeyUsage:
    """Authorities sign certificates, all others sign messages."""
    return x509.KeyUsage(
        digital_signature=not is_authority,
        key_cert_sign=is_authority,
        crl_sign=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
