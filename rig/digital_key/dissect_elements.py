"""TLV elements in words: what a tag means, how its value reads, what is inside of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from rig.digital_key import tlv


@dataclass(frozen=True, slots=True)
class Element:
    """One line of a dissection, indented by ``level``."""

    level: int
    label: str
    value: str
    note: str = ""


def size(value: bytes) -> str:
    """The note of a value that has nothing to say in words."""
    return f"{len(value)} bytes"


def versions(value: bytes) -> str:
    """Versions of two bytes each, such as "1.1, 1.0"; a stray byte is not hidden."""
    pairs = [value[at : at + 2] for at in range(0, len(value), 2)]
    return ", ".join(".".join(map(str, pair)) for pair in pairs)


def number(value: bytes) -> str:
    """A big-endian number."""
    return str(int.from_bytes(value, "big"))


@dataclass(frozen=True, slots=True)
class Known:
    """A tag that the sources name; ``inside`` are the tags of a constructed one."""

    label: str
    note: Callable[[bytes], str] = size
    inside: Mapping[int, Known] | None = None


def elements(data: bytes, known: Mapping[int, Known], level: int = 1) -> Iterator[Element]:
    """The elements of ``data``, constructed ones with theirs below. Raises Malformed."""
    for element in tlv.decode(data):
        entry = known.get(element.tag, Known("unknown element"))
        label = f"{element.tag:02X} {entry.label}"
        yield Element(level, label, element.value.hex().upper(), entry.note(element.value))
        if entry.inside is not None:
            yield from elements(element.value, entry.inside, level + 1)
