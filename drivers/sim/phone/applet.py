"""The digital key applet in a secure element: command bytes in, response bytes out.

A state machine after the public notes on CCC-TS-101 clause 15.3.2 (SELECT, AUTH0, AUTH1, EXCHANGE,
CREATE RANGING KEY, CONTROL FLOW). It does no I/O and never raises: what it does not accept it
answers with a status word, and a command refused so ends the transaction. A vehicle proves itself
before it learns anything that tells one key from another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from secrets import token_bytes

from drivers.sim.phone.dialects import FAST, Dialect
from drivers.sim.phone.framing import (
    OUT_OF_SEQUENCE,
    WRONG_CLASS,
    WRONG_LENGTH,
    WRONG_P1P2,
    Framing,
)
from drivers.sim.phone.key_schedule import Transcript
from drivers.sim.phone.ranging_keys import RangingKeys, SlotsFull
from drivers.sim.phone.transaction import Sign, Transaction
from drivers.sim.phone.wallet import HeldKey
from rig.digital_key import messages as m
from rig.digital_key.apdu import SUCCESS, Command, Response
from rig.digital_key.crypto import POINT_SIZE, SIGNATURE_SIZE, PrivateKey, PublicKey
from rig.digital_key.errors import BadMac, BadSignature, ChannelSpent, Malformed
from rig.digital_key.secrets import Secret
from rig.digital_key.settings import Settings

NO_SUCH_APPLICATION, NO_MEMORY, WRONG_DATA = 0x6A82, 0x6A84, 0x6A80
NO_SUCH_INSTRUCTION, NO_SUCH_VERSION, BROKEN_CHANNEL = 0x6D00, 0x6400, 0x6988
NO_RANGING_SLOT = 0x6484
INS_CREATE_RANGING_KEY = 0x71
_AUTH0_SIZE = (2 + 2) + (2 + POINT_SIZE) + (2 + 16) + 2  # and the vehicle identifier
_AUTH1_SIZE = 2 + SIGNATURE_SIZE
_SESSION_SIZE = 4
_FAILURE, _WHAT_COMES_NEXT = 0x00, 0x40  # CONTROL FLOW P1


class _Refusal(Exception):
    """A command is answered with this status word; unless it says so, that ends all."""

    def __init__(self, status: int, *, ends: bool = True) -> None:
        super().__init__(f"{status:04X}")
        self.status, self.ends = status, ends


@dataclass(frozen=True)
class Chance:
    """Where the applet's random values come from; tests pin them to published vectors."""

    ephemeral: Callable[[], PrivateKey] = PrivateKey.generate
    random_bytes: Callable[[int], bytes] = token_bytes


class Applet:
    """The applet with the keys it holds. ``settings`` is asked at each SELECT.

    ``keys`` is looked at anew for each command, so that keys may come and go.

    ``last_outcome`` is the code of the latest CONTROL FLOW: what the owner would see.
    """

    def __init__(
        self,
        keys: Iterable[HeldKey],
        settings: Callable[[], Settings] = Settings,
        *,
        sign: Sign = PrivateKey.sign,
        chance: Chance | None = None,
        interface: Callable[[Settings], int | None] = lambda _settings: None,
        ranging: RangingKeys | None = None,
    ) -> None:
        """``interface`` is its byte in the key schedule, None the contactless one.

        Where there are no ``ranging`` keys to be kept, there is no command for them either.
        """
        self.last_outcome: m.Outcome | None = None
        self._keys = keys
        self._ask_settings = settings
        self._settings = settings()
        self._sign = sign
        self._chance = chance or Chance()
        self._framing = Framing(self._answer, lambda: self._settings.get_response_cla)
        self._dialect: Dialect | None = None
        self._transaction: Transaction | None = None
        self._interface, self._ranging = interface, ranging
        self._handlers = {
            m.INS_SELECT: (m.CLA_ISO, self._select),
            m.INS_AUTH0: (m.CLA_PLAIN, self._auth0),
            m.INS_AUTH1: (m.CLA_PLAIN, self._auth1),
            m.INS_EXCHANGE: (m.CLA_SECURED, self._exchange),
            m.INS_CONTROL_FLOW: (m.CLA_PLAIN, self._control_flow),
        }

    def reset(self) -> None:
        """The field came or went: selection, transaction and chains are gone, Kpersistent stays."""
        self._dialect = None
        self._transaction = None
        self._framing.reset()

    def forget(self, key: HeldKey) -> None:
        """The key is gone: a transaction with it ends here."""
        transaction = self._transaction
        if transaction is not None and transaction.key is key:
            self._transaction = None

    def process(self, apdu: bytes) -> bytes:
        """Answer one command APDU with one response APDU."""
        return self._framing.process(apdu)

    def _answer(self, command: Command) -> Response:
        handler = self._handlers.get(command.ins)
        if command.ins == INS_CREATE_RANGING_KEY and self._ranging is not None:
            handler = self._settings.ranging_key_class, self._create_ranging_key
        if handler is None:
            return Response(b"", NO_SUCH_INSTRUCTION)
        cla, handle = handler
        if command.cla != cla:
            return Response(b"", WRONG_CLASS)
        try:
            return Response(handle(command), SUCCESS)
        except _Refusal as refusal:
            if refusal.ends:
                self._transaction = None
            return Response(b"", refusal.status)

    def _select(self, command: Command) -> bytes:
        _require((command.p1, command.p2) == (0x04, 0x00), WRONG_P1P2)
        _require(5 <= len(command.data) <= 16, WRONG_LENGTH)  # ISO/IEC 7816-4: sizes of an AID
        dialects = {key.dialect.profile.aid: key.dialect for key in self._keys}
        dialect = dialects.get(command.data)
        if dialect is None:  # what was selected before stays so (ISO/IEC 7816-4, 11.1.1)
            raise _Refusal(NO_SUCH_APPLICATION)
        self._dialect = self._transaction = None
        self._settings = self._ask_settings()
        try:
            for key in self._keys:
                key.lay_out_mailbox(self._settings)
        except Malformed:
            raise _Refusal(NO_MEMORY) from None
        self._dialect = dialect
        return m.SelectResponse(dialect.version_list).encode()

    def _auth0(self, command: Command) -> bytes:
        dialect, flag, code = self._selected(), command.p1, command.p2
        fast = bool(flag & FAST)
        _require(flag in dialect.flags and code in dialect.codes, WRONG_P1P2)
        _require(not (fast and code in dialect.standard_codes), WRONG_P1P2)
        size = _AUTH0_SIZE + dialect.profile.identifier_size
        _require(len(command.data) == size, WRONG_LENGTH)
        try:
            request = m.Auth0Request.decode(command.data)
            vehicle_ephemeral = PublicKey(request.vehicle_ephemeral)
        except Malformed:
            raise _Refusal(WRONG_DATA) from None
        _require(request.version in dialect.versions, NO_SUCH_VERSION)
        key = self._find(dialect, request.vehicle_id)
        flags = bytes((flag, code))
        transaction = self._begin(key, vehicle_ephemeral, request, flags)
        cryptogram = None
        if fast and code in dialect.fast_codes and (secret := self._fast_secret(key)):
            cryptogram = transaction.begin_fast(secret)
        self._transaction = transaction
        return m.Auth0Response(transaction.ephemeral.public.point, cryptogram).encode()

    def _auth1(self, command: Command) -> bytes:
        transaction = self._begun()
        _require(not transaction.authenticated, OUT_OF_SEQUENCE)
        _require((command.p1, command.p2) == (0x00, 0x00), WRONG_P1P2)
        _require(len(command.data) == _AUTH1_SIZE, WRONG_LENGTH)
        try:
            request = m.Auth1Request.decode(command.data)
            transaction.verify_vehicle(request.vehicle_signature)
            return transaction.identify(self._sign)
        except Malformed:
            raise _Refusal(WRONG_DATA) from None
        except BadSignature:
            raise _Refusal(self._settings.bad_vehicle_signature_status) from None
        except ChannelSpent:
            raise _Refusal(OUT_OF_SEQUENCE) from None

    def _exchange(self, command: Command) -> bytes:
        transaction = self._begun()
        _require((command.p1, command.p2) == (0x00, 0x00), WRONG_P1P2)
        try:
            return transaction.exchange(command)
        except (BadMac, Malformed):
            raise _Refusal(BROKEN_CHANNEL) from None
        except ChannelSpent:
            raise _Refusal(OUT_OF_SEQUENCE) from None

    def _create_ranging_key(self, command: Command) -> bytes:
        """Keep the URSK for the session that the data names, in plain or secured by its class."""
        transaction = self._begun()
        _require((command.p1, command.p2) == (0x00, 0x00), WRONG_P1P2)
        if transaction.ranging is None or self._ranging is None:
            raise _Refusal(OUT_OF_SEQUENCE)
        secured = command.cla == m.CLA_SECURED
        try:
            data = transaction.open(command) if secured else command.data
            _require(len(data) == _SESSION_SIZE, WRONG_LENGTH)
            session_id = int.from_bytes(data, "big")
            self._ranging.add(transaction.key.key_id, session_id, transaction.ranging)
            transaction.ranging = None
            return transaction.seal(b"") if secured else b""
        except (BadMac, Malformed, ChannelSpent):
            raise _Refusal(BROKEN_CHANNEL) from None
        except SlotsFull:
            raise _Refusal(NO_RANGING_SLOT, ends=False) from None

    def _control_flow(self, command: Command) -> bytes:
        transaction = self._begun()
        _require(not command.data, WRONG_LENGTH)
        try:
            outcome = m.Outcome(command.p1 << 8 | command.p2)
        except ValueError:
            raise _Refusal(WRONG_P1P2) from None
        # Without a channel the vehicle has shown nothing that would earn it anything but a failure.
        _require(command.p1 == _FAILURE or transaction.channel is not None, OUT_OF_SEQUENCE)
        self.last_outcome = outcome
        if command.p1 != _WHAT_COMES_NEXT:
            self._transaction = None
            if self._ranging is not None:
                self._ranging.settle(transaction.key.key_id)
        return b""

    def _selected(self) -> Dialect:
        if self._dialect is None:
            raise _Refusal(OUT_OF_SEQUENCE)
        return self._dialect

    def _begun(self) -> Transaction:
        if self._transaction is None:
            raise _Refusal(OUT_OF_SEQUENCE)
        return self._transaction

    def _find(self, dialect: Dialect, vehicle_id: bytes) -> HeldKey:
        """The key for this vehicle, or a decoy that behaves like one and opens nothing."""
        for key in self._keys:
            if key.dialect is dialect and key.vehicle_id == vehicle_id:
                return key
        if self._settings.unknown_vehicle == "refuse":
            raise _Refusal(self._settings.unknown_vehicle_status)
        decoy = HeldKey(
            vehicle_id=vehicle_id,
            vehicle_key=PrivateKey.generate().public,
            private=PrivateKey.generate(),
            slot=b"\x00",
            dialect=dialect,
        )
        decoy.persistent = Secret(self._chance.random_bytes(32))
        return decoy

    def _fast_secret(self, key: HeldKey) -> Secret | None:
        """Kpersistent; where there is none yet, nothing or a random one, as the settings say."""
        dummy = self._settings.fast_without_secret == "dummy"  # noqa: S105 - a setting's name
        if key.persistent is None and dummy:
            return Secret(self._chance.random_bytes(32))
        return key.persistent

    def _begin(
        self, key: HeldKey, vehicle_ephemeral: PublicKey, request: m.Auth0Request, flag: bytes
    ) -> Transaction:
        ephemeral = self._chance.ephemeral()
        transcript = Transcript(
            vehicle_key_x=key.vehicle_key.x,
            vehicle_ephemeral_x=vehicle_ephemeral.x,
            device_key_x=key.private.public.x,
            device_ephemeral_x=ephemeral.public.x,
            vehicle_id=request.vehicle_id,
            transaction_id=request.transaction_id,
            flag=flag,
            version=request.version,
            device_versions=key.dialect.version_list,
            interface=self._interface(self._settings),
        )
        return Transaction(key, self._settings, ephemeral, vehicle_ephemeral, transcript)


def _require(met: bool, status: int) -> None:
    if not met:
        raise _Refusal(status)
