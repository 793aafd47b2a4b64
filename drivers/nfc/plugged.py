"""The PC/SC readers that are plugged in."""

from __future__ import annotations

from drivers.api.plugged import Plugged
from drivers.nfc.pcsc_context import PcscContext

_NOT_CONTACTLESS = ("SAM", "ICC")  # words of a reader's name; "PICC" is one word, and contactless


def readers() -> tuple[Plugged, ...]:
    """Each by its name, slots for other than contactless cards left out.

    Raises DriverUnavailable without pyscard, LinkLost without pcscd.
    """
    context = PcscContext(lambda: "PC/SC")
    try:
        names = context.readers()
    finally:
        context.release()
    return tuple(
        Plugged("nfc.pcsc", {"reader": name}, f"PC/SC reader {name}")
        for name in names
        if not set(name.upper().split()) & set(_NOT_CONTACTLESS)
    )
