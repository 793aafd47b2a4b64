"""The device's end of the secure channel: opens commands, seals responses.

AES-CBC with a counter-derived IV and CMAC cut to 8 bytes, as GlobalPlatform SCP03 does it
(GPC_SPE_014 clauses 6.2.6 and 6.2.7; public notes on CCC-TS-101, section 4). Commands are chained
by their full MAC; a response is bound to the command it answers.
"""

from __future__ import annotations

from drivers.sim.phone.key_schedule import SessionKeys
from rig.digital_key.apdu import SHORT_DATA, SUCCESS, Command
from rig.digital_key.crypto import aes_block, cbc_decipher, cbc_encipher, cmac, same
from rig.digital_key.errors import BadMac, ChannelSpent, Malformed
from rig.digital_key.settings import Settings

_BLOCK, _TAG = 16, 8
_LAST_COUNTER = 0xFF
_END = b"\x80"  # first byte of the padding


class DeviceChannel:
    """One secure channel. Any error it raises means that the channel must be dropped."""

    def __init__(self, keys: SessionKeys, settings: Settings, *, counter: int) -> None:
        """``counter`` is that of the first message, whichever direction it has."""
        self._keys = keys
        self._whole_apdu = settings.mac_covers == "header_and_status"
        self._counter = counter
        self._chain = bytes(_BLOCK)

    def open(self, command: Command) -> bytes:
        """Check and decipher the data of a secured command.

        Raises BadMac, Malformed when the padding is wrong under a good MAC, ChannelSpent.
        """
        self._check_counter()
        if len(command.data) < _TAG:
            raise BadMac(f"{len(command.data)} bytes hold no MAC")
        sealed, tag = command.data[:-_TAG], command.data[-_TAG:]
        covered = _header(command) + sealed if self._whole_apdu else sealed
        full = cmac(self._keys.mac, self._chain + covered)
        if not same(full[:_TAG], tag):
            raise BadMac("the command's MAC is not this channel's")
        self._chain = full
        if not sealed:
            return b""
        return _unpad(cbc_decipher(self._keys.enc, self._iv(bytes(1)), sealed))

    def seal(self, plaintext: bytes, status: int = SUCCESS) -> bytes:
        """The data field of a secured response; the counter moves on. Raises ChannelSpent."""
        self._check_counter()
        sealed = b""
        if plaintext:
            sealed = cbc_encipher(self._keys.enc, self._iv(_END), _pad(plaintext))
        covered = sealed + status.to_bytes(2, "big") if self._whole_apdu else sealed
        tag = cmac(self._keys.rmac, self._chain + covered)[:_TAG]
        self._counter += 1
        return sealed + tag

    def _iv(self, first: bytes) -> bytes:
        block = first + bytes(_BLOCK - 2) + bytes((self._counter,))
        return aes_block(self._keys.enc, block)

    def _check_counter(self) -> None:
        if not 0 <= self._counter <= _LAST_COUNTER:
            raise ChannelSpent(f"counter {self._counter} has no byte to stand in")


def _header(command: Command) -> bytes:
    """CLA to Lc; Lc counts the MAC and has three bytes where one does not hold it."""
    size = len(command.data)
    lc = bytes((size,)) if size <= SHORT_DATA else b"\x00" + size.to_bytes(2, "big")
    return bytes((command.cla, command.ins, command.p1, command.p2)) + lc


def _pad(plaintext: bytes) -> bytes:
    padded = plaintext + _END
    return padded + bytes(-len(padded) % _BLOCK)


def _unpad(padded: bytes) -> bytes:
    plaintext = padded.rstrip(b"\x00")
    if plaintext[-1:] != _END or len(padded) - len(plaintext) >= _BLOCK:
        raise Malformed("the padding is not 80 00 ...")
    return plaintext[:-1]
