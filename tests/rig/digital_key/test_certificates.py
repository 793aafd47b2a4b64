"""Certificates and chains: what is issued is accepted, and every other chain is refused."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256, SHA384
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from rig.digital_key.certificates import Authority, key_of, verify_chain
from rig.digital_key.crypto import PrivateKey
from rig.digital_key.errors import BadCertificate, DigitalKeyError, Malformed

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
DEVICE, OTHER = PrivateKey.generate(), PrivateKey.generate()
ROOT = Authority.root("Device maker", NOW)
BETWEEN = ROOT.below("Device maker, phones", NOW)
INSTANCE = BETWEEN.below("Instance", NOW)
LEAF = INSTANCE.certify("Endpoint", DEVICE.public, NOW)
CHAIN = (LEAF, INSTANCE.certificate, BETWEEN.certificate)
ROOTS = (Authority.root("Another maker", NOW).certificate, ROOT.certificate)


def test_a_chain_to_a_trusted_root_yields_the_key_of_the_device() -> None:
    assert verify_chain(CHAIN, ROOTS, NOW) == DEVICE.public
    assert verify_chain((*CHAIN, ROOT.certificate), ROOTS, NOW) == DEVICE.public
    assert verify_chain(CHAIN[:2], [BETWEEN.certificate], NOW) == DEVICE.public


def test_of_two_roots_with_one_name_the_issuer_is_found() -> None:
    renewed = Authority.root("Device maker", NOW)
    assert verify_chain(CHAIN, [renewed.certificate, *ROOTS], NOW) == DEVICE.public


TWIN = BETWEEN.below("Instance", NOW)  # the same name with another key
DEVICE_AS_ISSUER = ROOT.certify("Device maker, phones", DEVICE.public, NOW)
BAD_CHAINS: dict[str, tuple[tuple[bytes, ...], str]] = {
    "empty": ((), "empty"),
    "swapped": ((CHAIN[1], CHAIN[0], CHAIN[2]), "where the device's belongs"),
    "authorities swapped": ((CHAIN[0], CHAIN[2], CHAIN[1]), "was not issued by"),
    "backwards": (CHAIN[::-1], "where the device's belongs"),
    "a link is missing": ((CHAIN[0], CHAIN[2]), "was not issued by"),
    "its end is missing": (CHAIN[:2], "no root"),
    "the device's alone": (CHAIN[:1], "no root"),
    "an authority of the same name": ((LEAF, TWIN.certificate, CHAIN[2]), "was not issued by"),
    "the device's twice": ((LEAF, *CHAIN), "an issuer is no authority"),
    "an issuer that may not issue": ((LEAF, DEVICE_AS_ISSUER), "an issuer is no authority"),
    "nobody's": ((ROOT.certify("Endpoint", OTHER.public, NOW), *CHAIN[1:]), "was not issued by"),
}


@pytest.mark.parametrize(("chain", "complaint"), BAD_CHAINS.values(), ids=BAD_CHAINS)
def test_a_chain_that_does_not_hold_is_refused(chain: tuple[bytes, ...], complaint: str) -> None:
    with pytest.raises(BadCertificate, match=complaint):
        verify_chain(chain, ROOTS, NOW)


def test_no_root_trusts_nobody_and_a_root_is_no_device() -> None:
    with pytest.raises(BadCertificate, match="no root"):
        verify_chain(CHAIN, [], NOW)
    alone = Authority.root("Alone", NOW).certificate
    with pytest.raises(BadCertificate, match="where the device's belongs"):
        verify_chain([alone], [alone], NOW)
    with pytest.raises(BadCertificate, match="no root"):
        verify_chain([LEAF], [LEAF], NOW)


@pytest.mark.parametrize("days", [-2, 20 * 365 + 1])
def test_a_chain_is_refused_before_and_after_its_time(days: int) -> None:
    with pytest.raises(BadCertificate, match="not valid at"):
        verify_chain(CHAIN, ROOTS, NOW + timedelta(days=days))


def test_a_root_is_refused_after_its_time() -> None:
    old = Authority.root("Old maker", NOW - timedelta(days=21 * 365))
    leaf = old.certify("Endpoint", DEVICE.public, NOW)
    with pytest.raises(BadCertificate, match="not valid at"):
        verify_chain([leaf], [old.certificate], NOW)


@settings(deadline=None)
@given(st.integers(0, 2), st.integers(min_value=0), st.integers(1, 255))
def test_a_chain_with_any_byte_altered_is_refused(which: int, at: int, change: int) -> None:
    altered = bytearray(CHAIN[which])
    altered[at % len(altered)] ^= change
    chain = [bytes(altered) if i == which else der for i, der in enumerate(CHAIN)]
    with pytest.raises(DigitalKeyError):
        verify_chain(chain, ROOTS, NOW)


@pytest.mark.filterwarnings("ignore:Parsed a serial number")
@pytest.mark.parametrize("first", [0x00, 0x80])
def test_a_serial_number_that_is_not_positive_is_refused(first: int) -> None:
    """With warnings as errors and without: a rig that runs does without."""
    at = LEAF.index(b"\x02\x14") + 2
    with pytest.raises(Malformed):
        key_of(LEAF[:at] + bytes((first,)) + bytes(19) + LEAF[at + 20 :])


def test_a_signature_in_another_form_is_refused() -> None:
    """Whose last bit is 0 could also be written as one bit shorter."""
    der = LEAF
    while der[-1] & 1:
        der = INSTANCE.certify("Endpoint", DEVICE.public, NOW)
    at = -len(x509.load_der_x509_certificate(der).signature) - 1  # number of unused bits
    with pytest.raises(Malformed):
        key_of(der[:at] + b"\x01" + der[at + 1 :])


@settings(deadline=None)
@given(st.binary(max_size=64))
def test_what_is_no_certificate_is_malformed(noise: bytes) -> None:
    for der in (noise, LEAF[:-1], LEAF + noise + b"\x00", LEAF[: len(noise)]):
        with pytest.raises(Malformed):
            key_of(der)


def _certificate(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    extensions: Sequence[tuple[x509.ExtensionType, bool]],
    hashed: SHA256 | SHA384 = SHA256(),  # noqa: B008 - without state
) -> bytes:
    """A certificate that ``key`` signs for itself or for a device, shaped as a test likes it."""
    named, issuer = (
        x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, n)]) for n in (name, "Forge")
    )
    public = (
        key.public_key() if name == "Forge" else ec.generate_private_key(key.curve).public_key()
    )
    builder = (
        x509.CertificateBuilder(issuer, named, public, 1)
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + timedelta(days=1))
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    return builder.sign(key, hashed).public_bytes(Encoding.DER)


def _usage(**allowed: bool) -> x509.KeyUsage:
    names = (
        "digital_signature content_commitment key_encipherment data_encipherment key_agreement "
        "key_cert_sign crl_sign encipher_only decipher_only"
    )
    return x509.KeyUsage(**dict.fromkeys(names.split(), False) | allowed)


def _unknown(oid: str) -> x509.ExtensionType:
    return x509.UnrecognizedExtension(x509.ObjectIdentifier(oid), b"\x05\x00")


IS_CA = x509.BasicConstraints(ca=True, path_length=None)
SIGNS = _usage(digital_signature=True)
Extensions = list[tuple[x509.ExtensionType, bool]]
ODD: dict[str, tuple[Extensions, Extensions, str]] = {
    "issuer without constraints": ([], [], "an issuer is no authority"),
    "issuer whose key may not certify": ([(IS_CA, True), (SIGNS, True)], [], "is no authority"),
    "device key not for signatures": (
        [(IS_CA, True)],
        [(_usage(key_agreement=True), True)],
        "not for signatures",
    ),
    "unknown critical extension": (
        [(IS_CA, True)],
        [(_unknown("1.2.3.4"), True)],
        "critical extension 1.2.3.4",
    ),
}


@pytest.mark.parametrize(("of_issuer", "of_device", "complaint"), ODD.values(), ids=ODD)
def test_an_extension_that_forbids_it_is_heeded(
    of_issuer: Extensions, of_device: Extensions, complaint: str
) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    issuer, leaf = _certificate("Forge", key, of_issuer), _certificate("Leaf", key, of_device)
    with pytest.raises(BadCertificate, match=complaint):
        verify_chain([leaf], [issuer], NOW)


FINE: dict[str, Extensions] = {
    "none": [],
    "for signatures": [(SIGNS, True)],
    "unknown but not critical": [(_unknown("1.2.3.4"), False)],
    "critical and of the consortium": [(_unknown("1.3.6.1.4.1.41577.5.9"), True)],
}


@pytest.mark.parametrize("extensions", FINE.values(), ids=FINE)
def test_an_extension_that_forbids_nothing_is_let_be(extensions: Extensions) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    issuer = _certificate("Forge", key, [(IS_CA, True)])
    verify_chain([_certificate("Leaf", key, extensions)], [issuer], NOW)


def test_another_hash_is_refused() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    issuer = _certificate("Forge", key, [(IS_CA, True)])
    with pytest.raises(BadCertificate, match="ECDSA and SHA-256"):
        verify_chain([_certificate("Leaf", key, [], SHA384())], [issuer], NOW)


def test_another_curve_is_refused() -> None:
    key = ec.generate_private_key(ec.SECP384R1())
    with pytest.raises(Malformed, match="no uncompressed P-256 point"):
        key_of(_certificate("Forge", key, []))


def test_a_path_length_is_heeded() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    top = _certificate("Forge", key, [(x509.BasicConstraints(ca=True, path_length=0), True)])
    maker = Authority.load(_pem(key), top)
    below = maker.below("Below", NOW)
    assert verify_chain([maker.certify("Leaf", DEVICE.public, NOW)], [top], NOW) == DEVICE.public
    leaf = below.certify("Leaf", DEVICE.public, NOW)
    with pytest.raises(BadCertificate, match="path length"):
        verify_chain([leaf, below.certificate], [top], NOW)


def test_the_certificate_of_the_vehicle_is_that_of_listing_5_3() -> None:
    vehicle = PrivateKey.generate()
    der = ROOT.certify_vehicle(vehicle.public, bytes.fromhex("00112233445566AA"), NOW)
    parsed = x509.load_der_x509_certificate(der)
    assert key_of(der) == vehicle.public
    assert parsed.version is x509.Version.v3
    assert parsed.signature_algorithm_oid.dotted_string == "1.2.840.10045.4.3.2"
    assert parsed.subject.rfc4514_string() == "CN=00112233445566AA"
    assert parsed.issuer.rfc4514_string() == "CN=Device maker"
    extensions = {
        e.oid.dotted_string: (e.critical, e.value.public_bytes().hex()) for e in parsed.extensions
    }
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), vehicle.public.point)
    own = x509.SubjectKeyIdentifier.from_public_key(public).public_bytes().hex()
    assert extensions.pop("2.5.29.35")[0] is False
    assert extensions == {
        "2.5.29.14": (False, own),
        "2.5.29.19": (True, "3000"),
        "2.5.29.15": (True, "03020780"),
        "1.3.6.1.4.1.41577.5.1": (True, "3003020101"),
    }


def _pem(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def test_the_authority_of_a_customer_issues_like_one_of_the_lab() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = _certificate("Forge", key, [(IS_CA, True)])
    customer = Authority.load(_pem(key), certificate)
    assert customer.certificate == certificate
    leaf = customer.certify("Endpoint", DEVICE.public, NOW)
    assert verify_chain([leaf], [certificate], NOW) == DEVICE.public


def test_an_authority_of_parts_that_do_not_fit_is_refused() -> None:
    key, other = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    certificate = _certificate("Forge", key, [(IS_CA, True)])
    with pytest.raises(BadCertificate, match="another key"):
        Authority.load(_pem(other), certificate)
    with pytest.raises(BadCertificate, match="no authority"):
        Authority.load(_pem(key), _certificate("Forge", key, []))
    with pytest.raises(Malformed, match="cannot be read"):
        Authority.load(b"no key", certificate)
    with pytest.raises(Malformed, match="not on an elliptic curve"):
        Authority.load(_pem(rsa.generate_private_key(65537, 2048)), certificate)
