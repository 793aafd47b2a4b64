"""A reader of pcapng of its own, from draft-ietf-opsawg-pcapng: it knows nothing of our writer."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Seen:
    """A packet with the link type, name and resolution of its interface."""

    link_type: int
    interface: str
    t: int  # in units of 10 ** -resolution seconds
    resolution: int
    data: bytes
    options: dict[int, bytes]


@dataclass
class Capture:
    """A section's options and its packets."""

    options: dict[int, bytes] = field(default_factory=dict)
    interfaces: list[tuple[int, dict[int, bytes]]] = field(default_factory=list)
    packets: list[Seen] = field(default_factory=list)


def number(octets: bytes) -> int:
    return int.from_bytes(octets, "little")


def read_capture(file: bytes) -> Capture:
    """Read a file of one little-endian section; AssertionError for anything malformed."""
    capture = Capture()
    at = 0
    while at < len(file):
        kind, size = number(file[at : at + 4]), number(file[at + 4 : at + 8])
        assert size % 4 == 0
        assert size >= 12
        assert number(file[at + size - 4 : at + size]) == size
        _read_block(capture, kind, file[at + 8 : at + size - 4], first=at == 0)
        at += size
    assert at == len(file)
    return capture


def _read_block(capture: Capture, kind: int, body: bytes, *, first: bool) -> None:
    assert first == (kind == 0x0A0D0D0A)
    if first:
        assert body[:4] == bytes.fromhex("4D3C2B1A")
        assert (number(body[4:6]), number(body[6:8])) == (1, 0)
        assert body[8:16] == b"\xff" * 8
        capture.options = _options(body[16:])
    elif kind == 1:
        capture.interfaces.append((number(body[:2]), _options(body[8:])))
    else:
        assert kind == 6
        link_type, told = capture.interfaces[number(body[:4])]
        t = number(body[4:8]) << 32 | number(body[8:12])
        caught, original = number(body[12:16]), number(body[16:20])
        assert caught == original
        end = 20 + caught + -caught % 4
        capture.packets.append(
            Seen(
                link_type,
                told[2].decode(),
                t,
                told[9][0],
                body[20 : 20 + caught],
                _options(body[end:]),
            )
        )


def _options(octets: bytes) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    at = 0
    while True:
        code, size = number(octets[at : at + 2]), number(octets[at + 2 : at + 4])
        if code == 0:
            assert (size, at + 4) == (0, len(octets))
            return found
        assert code not in found
        found[code] = octets[at + 4 : at + 4 + size]
        assert len(found[code]) == size
        at += 4 + size + -size % 4
