"""Characters that are no text: what would turn a line around, or what no page may hold."""

from __future__ import annotations

import re

# Marks, embeddings, overrides and isolates of the bidirectional algorithm; and the control
# characters, of which HTML allows but tab and line breaks.
_CONTROLS = bytes({*range(0x20), 0x7F} - set(b"\t\n\r"))
_WILD = re.compile(
    "[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]"
)


def tame(text: str) -> str:
    """The text with each such character written out, so that it is seen and changes nothing."""
    if text.isascii() and len(text) == len(text.encode("ascii").translate(None, _CONTROLS)):
        return text  # as most are; looking at each character in turn takes twice as long
    return _WILD.sub(lambda found: f"⟨U+{ord(found[0]):04X}⟩", text)
