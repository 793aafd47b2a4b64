"""The vehicle's half of a transaction, in both profiles, against the virtual phone's applet.

The applet was written apart from the vehicle, from the same facts; each is pinned by published
vectors of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

import pytest

from drivers.sim.phone.applet import Applet
from drivers.sim.phone.dialects import DIALECTS
from drivers.sim.phone.wallet import HeldKey
from rig.digital_key import messages as m
from rig.digital_key.apdu import Send, with_chaining, with_get_response
from rig.digital_key.crypto import PrivateKey, PublicKey
from rig.digital_key.errors import (
    BadMac,
    BadSignature,
    DigitalKeyError,
    KeyUnknown,
    Malformed,
    NoCommonVersion,
    StatusRefused,
)
from rig.digital_key.mailbox import Mailbox
from rig.digital_key.profiles import PROFILES, Profile, Purpose
from rig.digital_key.secrets import Secret
from rig.digital_key.settings import Settings
from rig.digital_key.transaction import Authenticated, EnrolledKey, Transaction, Vehicle
from rig.digital_key.wire import wire

VEHICLE_KEY, DEVICE_KEY = PrivateKey.generate(), PrivateKey.generate()
SLOT = b"\x07"
Alter = Callable[[bytes, bytes], bytes]


@dataclass
class Enrolled:
    """A device key as the vehicle knows it."""

    public: PublicKey
    persistent: Secret | None = None


@dataclass
class Enrolment:
    """A keyring of one key."""

    key: Enrolled = field(default_factory=lambda: Enrolled(DEVICE_KEY.public))
    slot: bytes = SLOT

    def by_slot(self, slot: bytes) -> EnrolledKey | None:
        return self.key if slot == self.slot else None

    def fast_candidates(self) -> Iterable[EnrolledKey]:
        return [self.key]


class Scene:
    """A vehicle and a phone that knows it, with a wire between them that a test may alter."""

    def __init__(self, profile: Profile, settings: Settings = Settings()) -> None:  # noqa: B008
        identifier = bytes(range(profile.identifier_size))
        self.vehicle = Vehicle(identifier, VEHICLE_KEY, profile, settings)
        self.enrolment = Enrolment()
        dialect = DIALECTS[profile.name]
        held = HeldKey(identifier, VEHICLE_KEY.public, DEVICE_KEY, SLOT, dialect)
        self.applet = Applet([held], lambda: settings)
        self.alter: Alter = lambda _command, answer: answer
        self.commands: list[bytes] = []

    def transaction(self, **changed: object) -> Transaction:
        self.applet.reset()
        send: Send = wire(self._carry, lambda *_: None, lambda: 0)
        vehicle = replace(self.vehicle, **changed)  # type: ignore[arg-type]
        return Transaction(with_get_response(with_chaining(send)), vehicle, self.enrolment)

    def _carry(self, command: bytes) -> bytes:
        self.commands.append(command)
        return self.alter(command, self.applet.process(command))

    def meet(self, *, fast: bool) -> tuple[Transaction, Authenticated]:
        transaction = self.transaction()
        found = transaction.authenticate(Purpose.UNLOCK, fast=fast, exchange=not fast)
        if found.persistent is not None:
            self.enrolment.key.persistent = found.persistent
        return transaction, found


@pytest.fixture(params=sorted(PROFILES))
def scene(request: pytest.FixtureRequest) -> Scene:
    return Scene(PROFILES[request.param])


def test_a_standard_transaction_goes_through(scene: Scene) -> None:
    transaction, found = scene.meet(fast=False)
    assert found.key is scene.enrolment.key
    assert not found.fast
    transaction.control_flow(m.Outcome.SUCCESS)
    assert scene.applet.last_outcome is m.Outcome.SUCCESS


def test_a_fast_transaction_needs_a_standard_one_before_it(scene: Scene) -> None:
    assert [scene.meet(fast=True)[1].fast for _ in range(3)] == [False, True, True]
    assert [c[1] for c in scene.commands] == [0xA4, 0x80, 0x81, 0xA4, 0x80, 0xA4, 0x80]


@pytest.mark.parametrize("forgets", ["vehicle", "phone"])
def test_a_fast_transaction_falls_back_when_one_side_forgot(scene: Scene, forgets: str) -> None:
    scene.meet(fast=False)
    if forgets == "vehicle":
        scene.enrolment.key.persistent = Secret(bytes(32))
    else:
        scene = Scene(scene.vehicle.profile)
        scene.enrolment.key.persistent = Secret(bytes(32))
    assert not scene.meet(fast=True)[1].fast
    assert scene.meet(fast=True)[1].fast


@pytest.mark.parametrize("fast", [False, True], ids=["standard", "fast"])
@pytest.mark.parametrize("coverage", ["data", "header_and_status"])
def test_the_mailbox_is_read_and_written_through_the_channel(coverage: str, fast: bool) -> None:
    settings = Settings(mac_covers=coverage)  # type: ignore[arg-type]
    scene = Scene(PROFILES["ccc"], settings)
    scene.meet(fast=False)
    transaction, found = scene.meet(fast=fast)
    assert found.fast is fast
    mailbox = Mailbox(transaction.exchange, settings)
    mailbox.write(16, bytes(range(200)))
    assert mailbox.read(16, 200) == bytes(range(200))
    assert mailbox.signals() == 0
    with pytest.raises(StatusRefused, match="out of bounds"):
        mailbox.read(settings.mailbox_size - 6, 20)


def test_a_vehicle_the_phone_does_not_know_is_refused(scene: Scene) -> None:
    unknown = bytes(scene.vehicle.profile.identifier_size)
    transaction = scene.transaction(identifier=unknown)
    with pytest.raises(StatusRefused, match="AUTH0 refused with 6A88"):
        transaction.authenticate(Purpose.UNLOCK, fast=False)


def test_a_phone_may_answer_an_unknown_vehicle_with_a_dummy(scene: Scene) -> None:
    hiding = Scene(scene.vehicle.profile, Settings(unknown_vehicle="dummy"))
    transaction = hiding.transaction(identifier=bytes(scene.vehicle.profile.identifier_size))
    with pytest.raises(DigitalKeyError):
        transaction.authenticate(Purpose.UNLOCK, fast=True)


def test_a_vehicle_with_another_key_is_refused_before_anything_is_revealed(scene: Scene) -> None:
    transaction = scene.transaction(key=PrivateKey.generate())
    with pytest.raises(StatusRefused, match="AUTH1 refused with 6982"):
        transaction.authenticate(Purpose.UNLOCK, fast=False)


def test_a_phone_with_another_key_is_refused(scene: Scene) -> None:
    scene.enrolment.key = Enrolled(PrivateKey.generate().public)
    with pytest.raises(BadSignature):
        scene.meet(fast=False)


def test_a_slot_that_is_not_enrolled_is_refused(scene: Scene) -> None:
    scene.enrolment.slot = b"\x08"
    with pytest.raises(KeyUnknown, match="slot 07"):
        scene.meet(fast=False)


def test_a_phone_of_another_version_is_refused(scene: Scene) -> None:
    scene.alter = lambda command, answer: (
        bytes.fromhex("5C0203009000") if command[1] == m.INS_SELECT else answer
    )
    with pytest.raises(NoCommonVersion, match="0300"):
        scene.meet(fast=False)


def test_a_phone_without_the_applet_is_refused(scene: Scene) -> None:
    scene.alter = lambda _command, _answer: b"\x6a\x82"
    with pytest.raises(StatusRefused, match="SELECT refused with 6A82"):
        scene.meet(fast=False)


@pytest.mark.parametrize("position", [0, 20, -3, -12])
def test_an_altered_auth1_answer_is_refused(scene: Scene, position: int) -> None:
    def alter(command: bytes, answer: bytes) -> bytes:
        if command[1] != m.INS_AUTH1:
            return answer
        altered = bytearray(answer)
        altered[position] ^= 1
        return bytes(altered)

    scene.alter = alter
    with pytest.raises(BadMac):
        scene.meet(fast=False)


def test_an_ephemeral_key_off_the_curve_is_refused(scene: Scene) -> None:
    broken = bytes.fromhex("864104" + "00" * 64 + "9000")
    scene.alter = lambda command, answer: broken if command[1] == m.INS_AUTH0 else answer
    with pytest.raises(Malformed, match="not on P-256"):
        scene.meet(fast=False)


def test_no_exchange_before_authentication(scene: Scene) -> None:
    with pytest.raises(RuntimeError, match="before authentication"):
        scene.transaction().exchange(b"x")


def test_every_transaction_has_fresh_values(scene: Scene) -> None:
    scene.meet(fast=False)
    scene.meet(fast=False)
    first, second = (c for c in scene.commands if c[1] == m.INS_AUTH0)
    assert first[:9] == second[:9]
    assert first[12:77] != second[12:77], "the ephemeral key was used twice"
    assert first[-30:] != second[-30:], "the transaction identifier was used twice"
