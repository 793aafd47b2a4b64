"""The secure channel as the vehicle speaks it: SCP03 with the counter rules of the digital key.

AES-128-CBC with an enciphered counter block as initial vector, ISO padding, CMAC truncated to
eight bytes and chained over the commands (public notes, section 4; GPC_SPE_014 6.2.6 and 6.2.7).
"""

from __future__ import annotations

from rig.digital_key.apdu import Command, Response, Send
from rig.digital_key.crypto import BLOCK, aes_block, cbc_decipher, cbc_encipher, cmac, same
from rig.digital_key.errors import BadMac, ChannelSpent, Malformed
from rig.digital_key.key_schedule import SessionKeys
from rig.digital_key.settings import Settings

MAC_SIZE = 8
MOST_DATA = 239
_LAST_COUNTER = 0xFF
_PAD = 0x80


class SecureChannel:
    """State of one channel. Any failure closes it: later use raises ChannelSpent."""

    def __init__(self, keys: SessionKeys, settings: Settings, *, counter: int) -> None:
        """``counter`` is that of the first message; the settings say which one it is."""
        self._keys = keys
        self._covers_all = settings.mac_covers == "header_and_status"
        self._counter = counter
        self._chaining = bytes(BLOCK)
        self._open = True

    def wrap(self, command: Command) -> Command:
        """Encipher and MAC a command; its answer is to be unwrapped before the next.

        Raises Malformed for more than 239 bytes: 15 blocks and a MAC are what one APDU holds.
        """
        self._use()
        if len(command.data) > MOST_DATA:
            raise Malformed(f"{len(command.data)} bytes do not fit one secured command")
        body = self._encipher(command.data) if command.data else b""
        header = bytes((command.cla, command.ins, command.p1, command.p2, len(body) + MAC_SIZE))
        covered = header + body if self._covers_all else body
        self._chaining = cmac(self._keys.mac, self._chaining + covered)
        data = body + self._chaining[:MAC_SIZE]
        return Command(command.cla, command.ins, command.p1, command.p2, data, command.le)

    def unwrap(self, response: Response) -> bytes:
        """Check and decipher an answer, and step the counter. Raises BadMac or Malformed."""
        self._use()
        try:
            plaintext = self._open_answer(response)
        except (BadMac, Malformed):
            self._open = False
            raise
        self._counter += 1
        return plaintext

    def _open_answer(self, response: Response) -> bytes:
        if len(response.data) < MAC_SIZE:
            raise BadMac(f"an answer of {len(response.data)} bytes carries no MAC")
        body, mac = response.data[:-MAC_SIZE], response.data[-MAC_SIZE:]
        covered = body + response.status.to_bytes(2, "big") if self._covers_all else body
        if not same(cmac(self._keys.rmac, self._chaining + covered)[:MAC_SIZE], mac):
            raise BadMac("the answer's MAC is wrong")
        if not body:
            return b""
        return _unpad(cbc_decipher(self._keys.enc, self._iv(_PAD), body))

    def _encipher(self, plaintext: bytes) -> bytes:
        padded = plaintext + bytes((_PAD,)) + bytes(-(len(plaintext) + 1) % BLOCK)
        return cbc_encipher(self._keys.enc, self._iv(0), padded)

    def _iv(self, direction: int) -> bytes:
        block = bytes((direction,)) + bytes(BLOCK - 2) + bytes((self._counter,))
        return aes_block(self._keys.enc, block)

    def _use(self) -> None:
        if not self._open:
            raise ChannelSpent("the channel was closed by an earlier failure")
        if self._counter > _LAST_COUNTER:
            raise ChannelSpent("the channel's counter is spent")


def secured(send: Send, channel: SecureChannel) -> Send:
    """A layer that carries commands through the channel; refusals come back as they are."""

    def through(command: Command) -> Response:
        response = send(channel.wrap(command))
        if response.status != 0x9000:  # a refusal carries no MAC
            return response
        return Response(channel.unwrap(response), response.status)

    return through


def _unpad(padded: bytes) -> bytes:
    plaintext = padded.rstrip(b"\x00")
    if plaintext[-1:] != bytes((_PAD,)) or len(padded) - len(plaintext) >= BLOCK:
        raise Malformed("the padding is broken")
    return plaintext[:-1]
