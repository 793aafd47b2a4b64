"""The applet's transaction over Bluetooth: who holds the phone, and a fresh ranging key.

The protocol's code is synchronous, so it runs aside; each APDU is carried by the agenda's thread
as a DK message and waited for on a bell.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from drivers.api.clock import Clock
from drivers.api.errors import DriverError
from rig.digital_key.apdu import (
    Command,
    Response,
    Send,
    decode_response,
    with_chaining,
    with_get_response,
)
from rig.digital_key.ble_messages import ApduKind, ApduRequest, ApduResponse
from rig.digital_key.errors import DigitalKeyError
from rig.digital_key.messages import Outcome
from rig.digital_key.profiles import Bearer, Purpose
from rig.digital_key.secrets import Secret
from rig.digital_key.transaction import Transaction
from rig.vehicle.keyring import Key
from rig.vehicle.passive.agenda import Agenda
from rig.vehicle.passive.approach import PhoneGone
from rig.vehicle.passive.dialogue import Dialogue, Silence, aside, ask
from rig.vehicle.passive.phone_link import PhoneLink
from rig.vehicle.passive.station import Station
from rig.vehicle.ranging_keys import RangingKey
from rig.vehicle.service import told

if TYPE_CHECKING:
    from rig.vehicle.passive.caller import Caller

_APDU_MOST = 240  # octets of data a command carries: a DK message of 255 has to hold it


@dataclass(frozen=True, slots=True)
class ApduLine:
    """Carries APDUs from another thread. One at a time."""

    phone: PhoneLink
    agenda: Agenda
    clock: Clock
    answer_s: float

    def send(self, command: Command) -> Response:
        """One command and its answer. Raises Silence, PhoneGone, Malformed."""
        bell, found = self.clock.bell(), _Box()

        def answered(answer: Any, error: Exception | None) -> None:
            found.answer, found.error = answer, error
            bell.ring()

        def carry() -> None:
            request = ApduRequest(ApduKind.SECURE_ELEMENT, command.encode())
            asking = ask(request, ApduResponse, self.answer_s)
            self.phone.run("DK_APDU", asking, answered)

        if not self.agenda.post(carry):
            raise PhoneGone("passive entry has stopped")
        bell.wait()
        if found.error is not None:
            raise found.error
        return decode_response(found.answer.apdu)


@dataclass(slots=True)
class _Box:
    answer: Any = None
    error: Exception | None = None


@dataclass(frozen=True, slots=True)
class _Proved:
    """The key a phone holds, and the ranging key that both sides have now."""

    key: Key
    persistent: Secret | None
    ranging: RangingKey


class NotAllowed(DigitalKeyError):
    """The key proved itself, and may not be here."""


class AnotherKey(DigitalKeyError):
    """The phone holds another key than the one it is bonded for."""


def prove(caller: Caller, *, first: bool) -> Dialogue[Key]:
    """Have the phone prove its key and derive a ranging key; returns the key.

    ``first``: whoever it is. Otherwise it has to be the key that the phone is bonded for. Raises
    DigitalKeyError, Silence or PhoneGone.
    """
    station = caller.station
    line = ApduLine(caller.phone, station.agenda, station.clock, station.settings.answer_s)
    expected = None if first else caller.owner
    proved = yield from aside(lambda: _prove(station, line.send, expected), "proving")
    station.keyring.used(proved.key, proved.persistent)
    proved.key.ranging = proved.ranging
    return proved.key


def _prove(station: Station, line: Send, expected: Key | None) -> _Proved:
    """In a thread of its own."""
    vehicle = station.service.vehicle
    send = with_get_response(with_chaining(line, _APDU_MOST), vehicle.settings.get_response_cla)
    transaction = Transaction(send, vehicle, station.keyring, bearer=Bearer.BLUETOOTH)
    purpose = Purpose.RANGING_KEY if expected is not None else Purpose.FIRST_APPROACH
    try:
        found = transaction.authenticate(purpose, fast=False)
        key = _admitted(station, found.key, expected)
        transaction.create_ranging_key(found.session_id)
    except DigitalKeyError as exc:
        _tell(transaction, exc)
        raise
    transaction.control_flow(Outcome.SUCCESS if expected is not None else Outcome.FIRST_APPROACH)
    assert found.ranging_key is not None  # noqa: S101 - both purposes derive one
    life = timedelta(minutes=station.settings.ursk_life_min)
    ranging = RangingKey(found.session_id, found.ranging_key, station.clock.utc(), life)
    return _Proved(key, found.persistent, ranging)


def _admitted(station: Station, found: object, expected: Key | None) -> Key:
    assert isinstance(found, Key)  # noqa: S101 - the keyring holds nothing else
    if expected is not None and found is not expected:
        raise AnotherKey(f"the phone bonded for {expected.name} holds {found.name}")
    decision = station.service.judge(found, Purpose.UNLOCK)
    if not decision.allowed:
        raise NotAllowed(decision.explanation)
    return found


def _tell(transaction: Transaction, why: DigitalKeyError) -> None:
    """Tell the phone, where there is a word for it and it still listens."""
    outcome = told(why) or Outcome.FAILURE
    with suppress(DigitalKeyError, Silence, DriverError):
        transaction.control_flow(outcome)
