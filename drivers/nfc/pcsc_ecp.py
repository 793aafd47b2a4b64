"""Calling frames out of an ACR122-style PC/SC reader: a PN532 behind vendor pseudo-APDUs.

``FF 00 00 00 Lc D4 42 <frame>`` hands a frame to the chip (InCommunicateThru). Inferred from the
vendor's wrapping of PN532 commands, and not yet seen on a real phone: the firmware goes on with
its own polling, our frame goes out between two of its polls, and it is the firmware that finds the
phone. Which is why a card that answers is reported by PC/SC as ever.
"""

from __future__ import annotations

from collections.abc import Callable

from drivers.api.errors import DeviceRefused, FrameError
from drivers.api.trace import Exchange
from drivers.nfc.ecp import crc_a

Control = Callable[[bytes], bytes]
"""Hand a pseudo-APDU to the reader itself (SCardControl), and return its answer."""

# SCARD_CTL_CODE(1) of libccid, which has to be allowed to take it.
ESCAPE = 0x42000001
ADVICE = "allow escapes: set ifdDriverOptions to 0x0001 in libccid's Info.plist, restart pcscd"
_TO_CHIP, _FROM_CHIP, _DONE = 0xD4, 0xD5, b"\x90\x00"
_WRITE_REGISTER, _RF_CONFIGURATION, _COMMUNICATE = 0x08, 0x32, 0x42
# No checksum by the chip, whole octets: CIU_TxMode, CIU_RxMode, CIU_BitFraming.
_RAW = bytes.fromhex("630200 630300 633D00")
_SHORT_TIMES = bytes.fromhex("02 0A0B08")  # 12.8 ms for an answer that is not to come
_FINE, _RF_TIMEOUT = 0x00, 0x01


def call(control: Control, frame: bytes, now_ns: Callable[[], int], device: str) -> Exchange:
    """Broadcast a frame, given without its CRC_A; what was on the air is in what is returned.

    Raises FrameError and DeviceRefused when the reader does not hand it to its chip.
    """
    octets = frame + crc_a(frame)
    _ask(control, _RF_CONFIGURATION, _SHORT_TIMES, device)
    _ask(control, _WRITE_REGISTER, _RAW, device)
    sent_ns = now_ns()
    answer = _ask(control, _COMMUNICATE, octets, device)
    received_ns = now_ns()
    if not answer or answer[0] & 0x3F not in (_FINE, _RF_TIMEOUT):
        raise DeviceRefused(answer[0] if answer else 0, "send a calling frame", device=device)
    return Exchange(device, sent_ns, received_ns, octets, b"")


def _ask(control: Control, code: int, data: bytes, device: str) -> bytes:
    """One command of the chip's, and the data of its answer."""
    command = bytes((_TO_CHIP, code)) + data
    answer = control(bytes((0xFF, 0x00, 0x00, 0x00, len(command))) + command)
    body, status = answer[:-2], answer[-2:]
    if len(answer) < 2 or status != _DONE:
        refused = int.from_bytes(status, "big")
        raise DeviceRefused(refused, f"PN532 command {code:02X}", device=device)
    if body[:2] != bytes((_FROM_CHIP, code + 1)):
        raise FrameError(f"not the chip's answer to {code:02X}: {answer.hex()}", device=device)
    return body[2:]
