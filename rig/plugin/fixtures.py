"""What a test plan's tests ask for, named as the field names things."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Protocol, TypeVar

import pytest

from drivers.api.phone import KeyCard, KeyHolder, Phone, PhoneRack, SetupCard, Watch
from drivers.api.restorable import restored
from drivers.api.sharing import Platform
from rig.bench.build import Bench
from rig.measure.limits import Count, Limits
from rig.measure.observations import Observe
from rig.measure.outcomes import Inconclusive
from rig.measure.recorder import Measure
from rig.plans.plan import Plan
from rig.plugin.recording import Recorder

if TYPE_CHECKING:  # the vehicle is imported only for tests that drive it
    from rig.key_server.contract import KeyServer
    from rig.key_server.readings import Readings
    from rig.plans.catalogue import Catalogue
    from rig.plugin.progress import Progress
    from rig.vehicle.car import Car

H = TypeVar("H", bound=KeyHolder)

_PEOPLE = ("owner_phone", "friend_phone", "third_phone", "fourth_phone")
_PHONES_OF_PEOPLE = (*_PEOPLE, "plain_phone", "friend_iphone")


class UnderWay(Protocol):
    """The run that is under way, as far as its tests may see it."""

    @property
    def bench(self) -> Bench: ...
    @property
    def plan(self) -> Plan: ...
    @property
    def catalogue(self) -> Catalogue: ...
    @property
    def recorder(self) -> Recorder: ...
    @property
    def progress(self) -> Progress: ...
    @property
    def readings(self) -> Readings: ...
    def car(self) -> Car:
        """The vehicle, where a selected test wants it."""
        ...


class Fixtures:
    """The fixtures of one run; pytest finds them because this object is a plugin."""

    def __init__(self, run: UnderWay) -> None:
        self._run = run

    @pytest.fixture(scope="session")
    def bench(self) -> Bench:
        """The opened bench."""
        return self._run.bench

    @pytest.fixture(scope="session")
    def plan(self) -> Plan:
        """The plan that is run: ``plan.count("samples")``."""
        return self._run.plan

    @pytest.fixture(scope="session")
    def limits(self) -> Limits:
        """The plan's limits: ``measure("tap_to_unlock", unit="ms", **limits("tap_to_unlock"))``."""
        entries = self._run.plan.limits.items()
        return Limits({n: {s: b.bound() for s, b in bounds.items()} for n, bounds in entries})

    @pytest.fixture(scope="session")
    def count(self) -> Count:
        """How many samples, by the plan: ``count("tap_to_unlock", 59)``; 59 if it says nothing."""
        return self._run.plan.count

    @pytest.fixture
    def measure(self) -> Measure:
        """Declares measurements; what is declared and not taken fails."""
        attempt = self._run.recorder.attempt
        attempt.measure = Measure(progress=self._run.progress.measured)
        return attempt.measure

    @pytest.fixture
    def observe(self) -> Observe:
        """Writes down what the sources leave open."""
        keep = self._run.recorder.attempt.observations.append
        return Observe(keep, self._run.catalogue.ambiguities)

    @pytest.fixture
    def car(self) -> Iterator[Car]:
        """The vehicle: shut, locked, off, nothing in any field, before the test and after it."""
        car = self._run.car()
        if (description := self._run.recorder.attempt.description) is not None:
            car.play(description)
        car.reset()
        yield car
        car.reset()

    @pytest.fixture
    def readings(self) -> Readings:
        """How the plan reads what the sources leave open; a test of both readings gives its own.

        ``@pytest.mark.parametrize("readings", [Readings(...), Readings(...)], ids=...)``, and
        ``@pytest.mark.usefixtures("readings")`` for who collects without a bench.
        """
        return self._run.readings

    @pytest.fixture
    def key_server(self, car: Car, readings: Readings) -> Iterator[KeyServer]:
        """The vehicle maker's key server, which knows the vehicle and nobody else yet.

        Virtual phones are empty and connected to it; the vehicle is as it was delivered.
        Inconclusive on a bench with a real phone or watch, which talks to another key server.
        """
        from rig.plugin.back_end import BackEnd  # noqa: PLC0415 - for tests that ask for it

        car.as_delivered()
        with BackEnd(self._run.bench.devices, readings).opened(car) as server:
            yield server
            car.reset()

    @pytest.fixture
    def account(self, car: Car, key_server: KeyServer) -> str:
        """The owner's account at the vehicle maker, with the vehicle in it."""
        account = key_server.accounts.open("owner@example.invalid")
        key_server.accounts.add_vehicle(account, car.keyring.identifier)
        return account

    @pytest.fixture
    def owner_phone(self) -> Iterator[Phone]:
        """The owner's phone, held to nothing."""
        yield from self._held("owner_phone", Phone)

    @pytest.fixture
    def phone(self, owner_phone: Phone) -> Phone:
        """The owner's phone, where there is only one to speak of."""
        return owner_phone

    @pytest.fixture
    def friend_phone(self) -> Iterator[Phone]:
        """The phone of a friend who was given a key."""
        yield from self._held("friend_phone", Phone)

    @pytest.fixture
    def stranger_phone(self) -> Iterator[Phone]:
        """A phone whose keys this vehicle has never heard of."""
        yield from self._held("stranger_phone", Phone)

    @pytest.fixture
    def other_car_phone(self) -> Iterator[Phone]:
        """A phone with a key for another vehicle only."""
        yield from self._held("other_car_phone", Phone)

    @pytest.fixture
    def expired_phone(self) -> Iterator[Phone]:
        """A phone whose key's validity is over."""
        yield from self._held("expired_phone", Phone)

    @pytest.fixture
    def deleted_phone(self) -> Iterator[Phone]:
        """A phone whose key was deleted in the vehicle."""
        yield from self._held("deleted_phone", Phone)

    @pytest.fixture
    def impostor_phone(self) -> Iterator[Phone]:
        """A phone that claims the owner's slot with a key of its own."""
        yield from self._held("impostor_phone", Phone)

    @pytest.fixture
    def third_phone(self) -> Iterator[Phone]:
        """A third person's phone, of a third maker where the bench has one."""
        yield from self._held("third_phone", Phone)

    @pytest.fixture
    def phone_of(self) -> Iterator[Callable[[Platform], Phone]]:
        """Phones by their maker: ``phone_of(Platform.PIXEL)``, each time another person's.

        Calling it raises Inconclusive where the bench has no more of that platform.
        """
        devices = self._run.bench.devices
        phones = [p for n in _PHONES_OF_PEOPLE if isinstance(p := devices.get(n), Phone)]

        def find(platform: Platform) -> Phone:
            for phone in phones:
                if phone.platform == platform:
                    phones.remove(phone)
                    return phone
            bench = self._run.bench.description.name
            raise Inconclusive(f"bench {bench} has no further {platform.value} phone")

        with ExitStack() as stack:
            for phone in phones:  # as they are now: what the key server clears is not put back
                phone.withdraw()
                stack.enter_context(restored(phone))
                stack.callback(phone.withdraw)
            yield find

    @pytest.fixture
    def plain_phone(self) -> Iterator[Phone]:
        """A phone without ultra-wideband, so not comfort-access capable (AMB-23)."""
        yield from self._held("plain_phone", Phone)

    @pytest.fixture
    def old_phone(self) -> Iterator[Phone]:
        """A phone of a model that is offered no digital key (DK-ELIG-01)."""
        yield from self._held("old_phone", Phone)

    @pytest.fixture
    def outdated_phone(self) -> Iterator[Phone]:
        """A phone of a listed model whose operating system is too old."""
        yield from self._held("outdated_phone", Phone)

    @pytest.fixture
    def foreign_phone(self) -> Iterator[Phone]:
        """A listed phone of a market where digital keys are not offered (AMB-29)."""
        yield from self._held("foreign_phone", Phone)

    @pytest.fixture
    def watch(self) -> Iterator[Watch]:
        """The watch paired to the owner's phone."""
        yield from self._held("watch", Watch)

    @pytest.fixture
    def friend_watch(self) -> Iterator[Watch]:
        """The watch paired to an iPhone that keys are shared with."""
        yield from self._held("friend_watch", Watch)

    @pytest.fixture
    def friend_iphone(self) -> Iterator[Phone]:
        """A friend's iPhone, which ``friend_watch`` is paired to."""
        yield from self._held("friend_iphone", Phone)

    @pytest.fixture
    def old_watch(self) -> Iterator[Watch]:
        """A watch without digital keys, paired to the owner's phone."""
        yield from self._held("old_watch", Watch)

    @pytest.fixture
    def old_iphone(self) -> Iterator[Phone]:
        """An iPhone whose keys cannot be added to a watch; ``new_watch`` is paired to it."""
        yield from self._held("old_iphone", Phone)

    @pytest.fixture
    def new_watch(self) -> Iterator[Watch]:
        """A watch with digital keys, paired to a phone that has no use for that."""
        yield from self._held("new_watch", Watch)

    @pytest.fixture
    def setup_card(self) -> Iterator[SetupCard]:
        """The setup card of the vehicle."""
        yield from self._held("setup_card", SetupCard)

    @pytest.fixture
    def recipients(self) -> tuple[Phone, ...]:
        """Many phones to share with, all empty."""
        rack = self._run.bench.devices.get("recipients")
        if not isinstance(rack, PhoneRack):
            raise Inconclusive(f"bench {self._run.bench.description.name} has no recipients")
        return rack.phones()

    @pytest.fixture
    def key_card(self) -> Iterator[KeyCard]:
        """The owner's key card."""
        yield from self._held("key_card", KeyCard)

    def _held(self, name: str, kind: type[H]) -> Iterator[H]:
        """A key holder that is nowhere before the test, and nowhere after it."""
        bench = self._run.bench
        device = bench.devices.get(name)
        if device is None:
            raise Inconclusive(f"bench {bench.description.name} has no {name}")
        if not isinstance(device, kind):
            raise TypeError(f"bench {bench.description.name}: {name} is no {kind.__name__}")
        device.withdraw()
        with restored(device):
            yield device
            device.withdraw()
