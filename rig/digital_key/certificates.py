"""X.509 of the digital key: the vehicle's certificate [K], the lab's authorities, device chains.

The second door to ``cryptography``, for its X.509 alone. The profile of [K] is listing 5-3 of the
public notes; that of the device's certificates is not public, so a chain is held to RFC 5280:
names, signatures, validity, and who may issue.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.utils import CryptographyDeprecationWarning
from cryptography.x509.oid import ExtensionOID, NameOID, SignatureAlgorithmOID

from rig.digital_key.crypto import PublicKey
from rig.digital_key.errors import BadCertificate, Malformed

Kind = TypeVar("Kind", bound=x509.ExtensionType)
_CURVE = ec.SECP256R1()
_CCC = "1.3.6.1.4.1.41577."  # arc of the Car Connectivity Consortium
_VEHICLE_KEY = x509.ObjectIdentifier(_CCC + "5.1")
_VEHICLE_KEY_VERSION = bytes.fromhex("3003020101")  # SEQUENCE { INTEGER 1 }
_LIFETIME, _CLOCKS_DIFFER = timedelta(days=20 * 365), timedelta(days=1)


class Authority:
    """Who signs certificates; the key stays inside. The lab makes its own, a customer brings one.

    Authorities and certificates carry one common name; keys are P-256.
    """

    __slots__ = ("_key", "_parsed")

    def __init__(self, key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> None:
        self._key = key
        self._parsed = certificate

    @classmethod
    def root(cls, name: str, now: datetime) -> Authority:
        """A new one that answers for itself, valid for 20 years."""
        key = ec.generate_private_key(_CURVE)
        builder = _authority(name, key.public_key(), now).issuer_name(_named(name))
        return cls(key, builder.sign(key, SHA256()))

    def below(self, name: str, now: datetime) -> Authority:
        """A new one that this one answers for."""
        key = ec.generate_private_key(_CURVE)
        return Authority(key, self._sign(_authority(name, key.public_key(), now)))

    @classmethod
    def load(cls, key_pem: bytes, certificate: bytes) -> Authority:
        """A customer's: private key as PEM without password, certificate as DER.

        Raises Malformed when they cannot be read, BadCertificate when they do not belong together.
        """
        try:
            key = load_pem_private_key(key_pem, password=None)
        except (ValueError, TypeError, UnsupportedAlgorithm) as exc:
            raise Malformed("the authority's private key cannot be read") from exc
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise Malformed("the authority's private key is not on an elliptic curve")
        parsed = _parse(certificate)
        if _public_key(parsed).point != _point(key.public_key()):
            raise BadCertificate("the authority's certificate is of another key")
        _check_authority(parsed, below=0)
        return cls(key, parsed)

    @property
    def certificate(self) -> bytes:
        """Its own certificate, DER."""
        return self._parsed.public_bytes(Encoding.DER)

    def certify_vehicle(self, key: PublicKey, vehicle_id: bytes, now: datetime) -> bytes:
        """[K], the vehicle's public key certificate (listing 5-3), DER.

        The common name is the vehicle identifier in hex: setting ``vehicle_certificate_subject``.
        """
        version = x509.UnrecognizedExtension(_VEHICLE_KEY, _VEHICLE_KEY_VERSION)
        builder = _leaf(vehicle_id.hex().upper(), key, now).add_extension(version, critical=True)
        return self._sign(builder).public_bytes(Encoding.DER)

    def certify(self, name: str, key: PublicKey, now: datetime) -> bytes:
        """A certificate (DER) for anybody's signature key, who may issue none."""
        return self._sign(_leaf(name, key, now)).public_bytes(Encoding.DER)

    def _sign(self, builder: x509.CertificateBuilder) -> x509.Certificate:
        own = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        named = builder.issuer_name(self._parsed.subject).add_extension(own, critical=False)
        return named.sign(self._key, SHA256())


def from_pem(text: bytes) -> bytes:
    """A certificate in DER from one in PEM. Raises Malformed."""
    try:
        parsed = x509.load_pem_x509_certificate(text)
    except ValueError as exc:
        raise Malformed("no certificate in PEM") from exc
    return parsed.public_bytes(Encoding.DER)


def key_of(certificate: bytes) -> PublicKey:
    """The key a certificate (DER) is for. Raises Malformed; nothing else is checked."""
    return _public_key(_parse(certificate))


def verify_chain(chain: Sequence[bytes], roots: Sequence[bytes], at: datetime) -> PublicKey:
    """The device's key, if its chain (DER, the device first) leads to a root.

    A root may be the last of the chain itself. ``at`` is the time it must be valid. Raises
    Malformed for what is no certificate, and BadCertificate.
    """
    if not chain:
        raise BadCertificate("the chain is empty")
    parsed = [_parse(der) for der in chain]
    for certificate in parsed:
        _check_profile(certificate, at)
    _check_leaf(parsed[0])
    for below, authority in enumerate(parsed[1:]):
        _check_authority(authority, below)
    for certificate, issuer in pairwise(parsed):
        if not _is_issued(certificate, issuer):
            raise BadCertificate("a certificate was not issued by the one that follows")
    _check_anchor(parsed[-1], roots, at, below=len(parsed) - 1)
    return _public_key(parsed[0])


def _check_anchor(last: x509.Certificate, roots: Sequence[bytes], at: datetime, below: int) -> None:
    if below and last.public_bytes(Encoding.DER) in roots:
        return
    issuers = [root for root in map(_parse, roots) if _is_issued(last, root)]
    if not issuers:
        raise BadCertificate("no root that is trusted stands behind the chain")
    _check_profile(issuers[0], at)
    _check_authority(issuers[0], below)


def _check_profile(certificate: x509.Certificate, at: datetime) -> None:
    if certificate.signature_algorithm_oid != SignatureAlgorithmOID.ECDSA_WITH_SHA256:
        raise BadCertificate("a certificate is not signed with ECDSA and SHA-256")
    if not certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc:
        raise BadCertificate(f"a certificate is not valid at {at:%Y-%m-%d %H:%M}")
    known = (ExtensionOID.BASIC_CONSTRAINTS, ExtensionOID.KEY_USAGE)
    for extension in certificate.extensions:
        oid = extension.oid
        if extension.critical and oid not in known and not oid.dotted_string.startswith(_CCC):
            raise BadCertificate(f"critical extension {oid.dotted_string} is not known")


def _check_leaf(certificate: x509.Certificate) -> None:
    constraints = _extension(certificate, x509.BasicConstraints)
    usage = _extension(certificate, x509.KeyUsage)
    if constraints is not None and constraints.ca:
        raise BadCertificate("an authority's certificate stands where the device's belongs")
    if usage is not None and not usage.digital_signature:
        raise BadCertificate("the device's key is not for signatures")


def _check_authority(certificate: x509.Certificate, below: int) -> None:
    """``below`` counts the authorities between this one and the device."""
    constraints = _extension(certificate, x509.BasicConstraints)
    usage = _extension(certificate, x509.KeyUsage)
    if constraints is None or not constraints.ca or (usage and not usage.key_cert_sign):
        raise BadCertificate("an issuer is no authority")
    if constraints.path_length is not None and below > constraints.path_length:
        raise BadCertificate("an authority stands higher than its path length allows")


def _is_issued(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Whether name and signature are the issuer's."""
    try:
        certificate.verify_directly_issued_by(issuer)
    except (InvalidSignature, ValueError, TypeError, UnsupportedAlgorithm):
        return False
    return True


def _parse(der: bytes) -> x509.Certificate:
    try:
        parsed = x509.load_der_x509_certificate(der)
        _ = parsed.extensions  # read on demand, and refused only then
    except (
        ValueError,
        x509.InvalidVersion,
        x509.DuplicateExtension,
        x509.UnsupportedGeneralNameType,
        UnsupportedAlgorithm,
        CryptographyDeprecationWarning,  # raised where warnings are errors
    ) as exc:
        raise Malformed(f"{len(der)} bytes are no certificate") from exc
    if parsed.serial_number <= 0:  # the library still warns only
        raise Malformed("a certificate's serial number is not positive")
    if not der.endswith(b"\x00" + parsed.signature):  # unused bits: a second form of one signature
        raise Malformed("a certificate's signature is not made of whole bytes")
    _public_key(parsed)
    return parsed


def _public_key(certificate: x509.Certificate) -> PublicKey:
    try:
        key = certificate.public_key()
    except (ValueError, UnsupportedAlgorithm) as exc:
        raise Malformed("a certificate's key cannot be read") from exc
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise Malformed("a certificate's key is not on an elliptic curve")
    return PublicKey(_point(key))


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _extension(certificate: x509.Certificate, kind: type[Kind]) -> Kind | None:
    found = (e.value for e in certificate.extensions if isinstance(e.value, kind))
    return next(found, None)


def _leaf(name: str, key: PublicKey, now: datetime) -> x509.CertificateBuilder:
    public = ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, key.point)
    nothing_below = x509.BasicConstraints(ca=False, path_length=None)
    return (
        _builder(_named(name), public, now)
        .add_extension(nothing_below, critical=True)
        .add_extension(_usage(authority=False), critical=True)
    )


def _authority(name: str, key: ec.EllipticCurvePublicKey, now: datetime) -> x509.CertificateBuilder:
    anything_below = x509.BasicConstraints(ca=True, path_length=None)
    return (
        _builder(_named(name), key, now)
        .add_extension(anything_below, critical=True)
        .add_extension(_usage(authority=True), critical=True)
    )


def _builder(
    subject: x509.Name, key: ec.EllipticCurvePublicKey, now: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _CLOCKS_DIFFER)
        .not_valid_after(now + _LIFETIME)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
