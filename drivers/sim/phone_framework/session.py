"""One pairing on the device's side: from the shares to the data of the second transaction.

Dropping the object drops its keys and the key it has created; nothing of it is kept elsewhere.
Facts: sections 2.3, 2.4 and 2.6 of the public notes on CCC-TS-101.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

from drivers.sim.phone.channel import DeviceChannel
from drivers.sim.phone.key_schedule import SessionKeys
from drivers.sim.phone.wallet import HeldKey
from drivers.sim.phone_framework.endpoint import Endpoint
from drivers.sim.phone_framework.enrolment import FIRST_ORDER, SECOND_ORDER, Enrolment
from drivers.sim.phone_framework.prover import Prover
from drivers.sim.phone_framework.reception import Reception
from rig.digital_key.apdu import SUCCESS, Command, Response
from rig.digital_key.errors import ChannelSpent, Malformed
from rig.digital_key.pairing_messages import MOST_DATA, DataTag, Spake2Request
from rig.digital_key.settings import Settings

CERTIFICATES = (DataTag.CERTIFICATE_1, DataTag.CERTIFICATE_2, DataTag.CERTIFICATE_3)
_FIRST_COUNTER = 1  # section 4: the first command of the pairing channel
_MORE, _MOST_TOLD = 0x6100, 0xFF


class Stage(IntEnum):
    """How far the pairing has come."""

    SHARED = 1  # X was sent
    RECEIVING = 2  # the channel stands, the vehicle's data comes in
    RECEIVED = 3
    CREATED = 4  # the key exists; first transaction over
    READING = 5  # second transaction: the device's data is read
    ATTESTED = 6  # the vehicle's last data has come
    CHAIN_ACCEPTED = 7


@dataclass(slots=True)
class Session:
    """What is known, proven and received since SPAKE2+ REQUEST."""

    request: Spake2Request
    prover: Prover
    enrolment: Enrolment
    began_ns: int
    memory: int  # bytes
    stage: Stage = Stage.SHARED
    field_was_reset: bool = False  # since the first transaction ended
    endpoint: Endpoint | None = None
    _channel: DeviceChannel | None = None
    _reception: Reception | None = None
    _held: bytes = b""  # rest of a response, to be fetched
    _unread: dict[DataTag, bytes] = field(default_factory=dict)

    def verify(self, share: bytes, evidence: bytes, settings: Settings) -> bytes:
        """Check Y and M[1]; M[2]. Raises Malformed, BadMac."""
        agreement = self.prover.agree(
            share, self.request.spake2_version, self.request.applet_versions
        )
        answer = agreement.answer(evidence)
        keys = agreement.keys
        session_keys = SessionKeys(keys.enc, keys.mac, keys.rmac)
        self._channel = DeviceChannel(session_keys, settings, counter=_FIRST_COUNTER)
        self._reception = Reception(FIRST_ORDER, self.memory)
        self.stage = Stage.RECEIVING
        return answer

    def open(self, command: Command) -> bytes:
        """The plaintext of a secured command. Raises BadMac, Malformed, ChannelSpent."""
        if self._channel is None:
            raise ChannelSpent("there is no channel yet")
        return self._channel.open(command)

    def seal(self, plaintext: bytes) -> Response:
        """The secured response; 61xx announces what it cannot hold. Raises ChannelSpent."""
        if self._channel is None:
            raise ChannelSpent("there is no channel yet")
        now, self._held = plaintext[:MOST_DATA], plaintext[MOST_DATA:]
        left = len(self._held)
        status = _MORE | (left if left <= _MOST_TOLD else 0) if left else SUCCESS
        return Response(self._channel.seal(now, status), status)

    def take_held(self) -> bytes:
        """What was not fetched yet; empty when there is nothing."""
        held, self._held = self._held, b""
        return held

    def write(self, data: bytes, *, last: bool) -> None:
        """Take in a WRITE DATA. Raises Malformed, BadSignature, OutOfOrder, OutOfMemory."""
        if self._reception is None:
            raise ChannelSpent("nothing is awaited")
        for element in self._reception.take(data, last=last):
            self.enrolment.take(element)
        if last:
            first = self.stage is Stage.RECEIVING
            self.stage = Stage.RECEIVED if first else Stage.ATTESTED

    def created(self, endpoint: Endpoint) -> None:
        """The key pair stands; the first transaction is over."""
        self.endpoint = endpoint
        self.stage = Stage.CREATED

    def begin_second(self, information: bytes, *, leaf_first: bool) -> None:
        """The framework was selected again, after the field was reset.

        ``information`` is the value of D3. Nothing is what an absent certificate is read as.
        """
        chain = self.endpoint.chain if self.endpoint else (b"", b"", b"")
        values = (*(chain if leaf_first else reversed(chain)), information)
        self._unread = dict(zip(DataTag, values, strict=True))
        self._reception = Reception(SECOND_ORDER, self.memory)
        self.stage = Stage.READING

    def read(self, tag: DataTag) -> bytes | None:
        """What GET DATA asks for; None when it was read or one before it was not."""
        if tag not in self._unread:
            return None
        while (first := next(iter(self._unread))) is not tag:
            if self._unread.pop(first):
                return None
        return self._unread.pop(tag)

    @property
    def chain_was_read(self) -> bool:
        """The vehicle has fetched all there is of the chain."""
        unread = (value for tag, value in self._unread.items() if tag in CERTIFICATES)
        return not self._held and not any(unread)

    def paired_key(self) -> HeldKey:
        """The new key, for the wallet. Raises Malformed while there is none."""
        if self.endpoint is None:
            raise Malformed("no key pair was created")
        return self.enrolment.key(self.endpoint)
