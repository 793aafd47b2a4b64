"""PC/SC return codes become driver errors here, and nowhere else.

Codes and their meaning: PC/SC part 5 and pcsc-lite's ``pcsclite.h``. Three groups matter to a
bench: the card left (CardLost, mostly a hand), reader or service broke (LinkLost), and nobody
answered (LinkTimeout). What the reader understood and would not do is DeviceRefused.
"""

from __future__ import annotations

from drivers.api.errors import (
    CardLost,
    DeviceRefused,
    DriverError,
    FrameError,
    LinkLost,
    LinkTimeout,
)
from drivers.nfc.pcsc_library import load_scard

SUCCESS = 0
TIMED_OUT = 0x8010000A

# A phone that leaves in the middle of an APDU is reported by most contactless readers as
# NOT_TRANSACTED: the reader heard noise or nothing. UNPOWERED and UNRESPONSIVE are what
# activation gives at the rim of the field.
_CARD_LOST = {
    0x8010000C: "E_NO_SMARTCARD",
    0x80100016: "E_NOT_TRANSACTED",
    0x80100066: "W_UNRESPONSIVE_CARD",
    0x80100067: "W_UNPOWERED_CARD",
    0x80100069: "W_REMOVED_CARD",
}
_LINK_LOST = {
    0x80100002: "E_CANCELLED",
    0x80100003: "E_INVALID_HANDLE",  # the handle of a context whose pcscd has died
    0x80100009: "E_UNKNOWN_READER",
    0x80100012: "E_SYSTEM_CANCELLED",
    0x80100013: "F_COMM_ERROR",
    0x80100017: "E_READER_UNAVAILABLE",
    0x80100018: "P_SHUTDOWN",
    0x8010001D: "E_NO_SERVICE",
    0x8010001E: "E_SERVICE_STOPPED",
    0x8010002E: "E_NO_READERS_AVAILABLE",
    0x8010002F: "E_COMM_DATA_LOST",
    0x8010006A: "W_SECURITY_VIOLATION",  # pcsc-lite's name for a connection that was reset
    0x80100068: "W_RESET_CARD",  # another program reset it: what was agreed with it is gone
}
_LINK_TIMEOUT = {
    0x80100007: "F_WAITED_TOO_LONG",
    TIMED_OUT: "E_TIMEOUT",
}
_FRAME_ERROR = {
    0x80100008: "E_INSUFFICIENT_BUFFER",
    0x80100015: "E_INVALID_ATR",
    0x80100019: "E_PCI_TOO_SMALL",
}
_REFUSED = {
    0x8010000B: "E_SHARING_VIOLATION",
    0x8010000D: "E_UNKNOWN_CARD",
    0x8010000E: "E_CANT_DISPOSE",
    0x8010000F: "E_PROTO_MISMATCH",
    0x80100010: "E_NOT_READY",
    0x8010001A: "E_READER_UNSUPPORTED",
    0x8010001B: "E_DUPLICATE_READER",
    0x8010001C: "E_CARD_UNSUPPORTED",
    0x8010001F: "E_UNSUPPORTED_FEATURE",
    0x80100027: "E_NO_ACCESS",
    0x8010002A: "E_INVALID_CHV",
    0x80100031: "E_SERVER_TOO_BUSY",
    0x80100065: "W_UNSUPPORTED_CARD",
    0x8010006B: "W_WRONG_CHV",
    0x8010006C: "W_CHV_BLOCKED",
    0x8010006E: "W_CANCELLED_BY_USER",
    0x8010006F: "W_CARD_NOT_AUTHENTICATED",
}
_KINDS: dict[int, type[DriverError]] = {
    **dict.fromkeys(_CARD_LOST, CardLost),
    **dict.fromkeys(_LINK_LOST, LinkLost),
    **dict.fromkeys(_LINK_TIMEOUT, LinkTimeout),
    **dict.fromkeys(_FRAME_ERROR, FrameError),
}
_ADVICE = {
    0x80100009: "is it plugged in and listed by `opensc-tool -l`?",
    0x8010000B: "another program holds the card; stop it",
    0x8010001D: "is pcscd running? `systemctl start pcscd.socket`",
    0x8010001E: "is pcscd running? `systemctl start pcscd.socket`",
    0x8010002E: "no reader is plugged in",
    0x80100068: "another program reset the card; stop it",
    0x8010006A: "pcscd broke off: it ended, or polkit does not let this user use PC/SC",
}


def translate_code(code: int, doing: str, *, device: str) -> DriverError:
    """Return the error for a PC/SC return code other than success."""
    code &= 0xFFFFFFFF  # signed on some systems
    text = str(load_scard().SCardGetErrorMessage(code)).rstrip(".")
    if advice := _ADVICE.get(code):
        text = f"{text}; {advice}"
    if code in _REFUSED:
        return DeviceRefused(code, f"{doing}: {text}", device=device)
    kind = _KINDS.get(code, DriverError)
    return kind(f"{doing}: {text} (0x{code:08X})", device=device)


def translate_exception(exc: Exception, doing: str, *, device: str) -> DriverError:
    """Return the error for what pyscard raised instead of returning a code.

    SystemError ("returned NULL without setting an exception") is how pyscard 2.3 reports a
    handle that the library no longer knows; ``smartcard.scard.error`` is a wrong argument.
    """
    if isinstance(exc, SystemError):
        return LinkLost(f"{doing}: the PC/SC handle is no longer valid", device=device)
    return DriverError(f"{doing}: {exc}", device=device)


def silent_loss(doing: str, *, device: str) -> CardLost:
    """Return the error for success with an empty answer: a card pulled in mid-APDU."""
    return CardLost(f"{doing}: the card left before it answered", device=device)
