"""Group arithmetic on P-256, which SPAKE2+ needs and ``cryptography`` does not offer.

The only door to pycryptodome. It is opened with the first point, not with the import of this
module: whoever never pairs does not pay for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rig.digital_key.errors import Malformed

if TYPE_CHECKING:
    from Crypto.PublicKey._point import EccPoint  # where its types say it is; for types only

PRIME = 0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF  # of the field
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of the group, prime
_CURVE = "P-256"
_UNCOMPRESSED, _SIZE = 0x04, 65
_COMPRESSED, _SHORT_SIZE = (0x02, 0x03), 33


class Point:
    """An element of the group, infinity included. Immutable.

    ``left + right``, ``left - right`` and ``point * scalar``; scalars are taken modulo the order.
    """

    __slots__ = ("_point",)

    def __init__(self, point: EccPoint) -> None:
        self._point = point

    @classmethod
    def decode(cls, encoded: bytes) -> Point:
        """The point of an uncompressed encoding, 65 bytes.

        Raises Malformed for another form, a coordinate outside the field, infinity (which some
        write as zeros) and a point off the curve.
        """
        if len(encoded) != _SIZE or encoded[0] != _UNCOMPRESSED:
            raise Malformed(f"{len(encoded)} bytes are no uncompressed P-256 point")
        x, y = int.from_bytes(encoded[1:33], "big"), int.from_bytes(encoded[33:], "big")
        if x >= PRIME or y >= PRIME:  # the library would reduce them: two encodings of one point
            raise Malformed("a coordinate is not in the field")
        if not x and not y:
            raise Malformed("the point is infinity")
        return cls(_affine(x, y))

    @classmethod
    def decompress(cls, encoded: bytes) -> Point:
        """The point of a compressed encoding, 33 bytes: for constants. Raises Malformed."""
        from Crypto.PublicKey import ECC  # noqa: PLC0415 - see the module

        if len(encoded) != _SHORT_SIZE or encoded[0] not in _COMPRESSED:
            raise Malformed(f"{len(encoded)} bytes are no compressed P-256 point")
        try:
            return cls(ECC.import_key(encoded, curve_name=_CURVE).pointQ)
        except ValueError as exc:
            raise Malformed("the point is not on P-256") from exc

    def encode(self) -> bytes:
        """Uncompressed, 65 bytes. Raises Malformed: infinity has no such encoding."""
        if self.is_infinity:
            raise Malformed("the point is infinity")
        x, y = (int(coordinate).to_bytes(32, "big") for coordinate in self._point.xy)
        return bytes((_UNCOMPRESSED,)) + x + y

    @property
    def is_infinity(self) -> bool:
        """Whether this is the neutral element."""
        return bool(self._point.is_point_at_infinity())

    def __add__(self, other: Point) -> Point:
        return Point(self._point + other._point)

    def __neg__(self) -> Point:
        return Point(-self._point)

    def __sub__(self, other: Point) -> Point:
        return self + -other

    def __mul__(self, scalar: int) -> Point:
        return Point(self._point * (scalar % ORDER))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Point) and bool(self._point == other._point)

    def __hash__(self) -> int:
        return hash(tuple(map(int, self._point.xy)))

    def __repr__(self) -> str:
        return "Point(infinity)" if self.is_infinity else f"Point({self.encode().hex()})"


def generator() -> Point:
    """The base point G."""
    return Point(
        _affine(
            0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
            0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
        )
    )


def _affine(x: int, y: int) -> EccPoint:
    from Crypto.PublicKey import ECC  # noqa: PLC0415 - see the module

    try:
        return ECC.construct(curve=_CURVE, point_x=x, point_y=y).pointQ
    except ValueError as exc:
        raise Malformed("the point is not on P-256") from exc
