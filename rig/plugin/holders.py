"""Who holds a key, as fixtures: each phone, watch and card of the bench, by its name there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any, TypeVar

import pytest

from drivers.api.phone import KeyCard, KeyHolder, Phone, PhoneRack, SetupCard, Watch
from drivers.api.restorable import restored
from drivers.api.sharing import Platform
from rig.bench.build import Bench
from rig.measure.outcomes import Inconclusive

T = TypeVar("T")

_PEOPLE = ("owner_phone", "friend_phone", "third_phone", "fourth_phone")
_PHONES_OF_PEOPLE = (*_PEOPLE, "plain_phone", "friend_iphone")


def _held(kind: type[KeyHolder], who: str) -> Any:
    """A fixture for the key holder that is called on the bench as the fixture is here."""

    def held(self: Holders, request: pytest.FixtureRequest) -> Iterator[KeyHolder]:
        yield from self.held(str(request.fixturename), kind)

    held.__doc__ = who
    return pytest.fixture(held)


class Holders:
    """The key holders of one run; pytest finds them because this object is a plugin.

    Each is nowhere before the test and nowhere after it, and a virtual one is put back as it was. A
    test that asks for one which the bench lacks is inconclusive.
    """

    def __init__(self, bench: Callable[[], Bench], note: Callable[[str], None]) -> None:
        """``note`` is told the name of each holder that the test under way is given."""
        self._bench = bench
        self._note = note

    owner_phone = _held(Phone, "The owner's phone, held to nothing.")
    friend_phone = _held(Phone, "The phone of a friend who was given a key.")
    third_phone = _held(Phone, "A third person's phone, of a third maker where the bench has one.")
    stranger_phone = _held(Phone, "A phone whose keys this vehicle has never heard of.")
    other_car_phone = _held(Phone, "A phone with a key for another vehicle only.")
    expired_phone = _held(Phone, "A phone whose key's validity is over.")
    deleted_phone = _held(Phone, "A phone whose key was deleted in the vehicle.")
    impostor_phone = _held(Phone, "A phone that claims the owner's slot with a key of its own.")
    plain_phone = _held(Phone, "Without ultra-wideband, so not capable of comfort access (AMB-23).")
    old_phone = _held(Phone, "Of a model that is offered no digital key (DK-ELIG-01).")
    outdated_phone = _held(Phone, "Of a listed model, its operating system too old.")
    foreign_phone = _held(Phone, "A listed one of a market without digital keys (AMB-29).")
    old_iphone = _held(Phone, "Its keys cannot be added to a watch; new_watch is paired to it.")
    friend_iphone = _held(Phone, "A friend's iPhone, which friend_watch is paired to.")
    watch = _held(Watch, "The watch paired to the owner's phone.")
    friend_watch = _held(Watch, "The watch paired to an iPhone that keys are shared with.")
    old_watch = _held(Watch, "A watch without digital keys, paired to the owner's phone.")
    new_watch = _held(Watch, "A watch with digital keys, paired to a phone without use for that.")
    key_card = _held(KeyCard, "The owner's key card.")
    setup_card = _held(SetupCard, "The setup card of the vehicle.")

    @pytest.fixture
    def phone(self, owner_phone: Phone) -> Phone:
        """The owner's phone, where there is only one to speak of."""
        return owner_phone

    @pytest.fixture
    def recipients(self) -> tuple[Phone, ...]:
        """Many phones to share with, all empty."""
        return self._device("recipients", PhoneRack).phones()

    @pytest.fixture
    def phone_of(self) -> Iterator[Callable[[Platform], Phone]]:
        """Phones by their maker: ``phone_of(Platform.PIXEL)``, each time another person's.

        Calling it raises Inconclusive where the bench has no more of that platform.
        """
        bench = self._bench()
        devices = ((name, bench.devices.get(name)) for name in _PHONES_OF_PEOPLE)
        phones = {name: device for name, device in devices if isinstance(device, Phone)}

        def find(platform: Platform) -> Phone:
            for name, phone in phones.items():
                if phone.platform == platform:
                    self._note(name)
                    return phones.pop(name)
            raise Inconclusive(
                f"bench {bench.description.name} has no further {platform.value} phone"
            )

        with ExitStack() as stack:
            for phone in phones.values():  # as they are now: nobody puts back what a server clears
                phone.withdraw()
                stack.enter_context(restored(phone))
                stack.callback(phone.withdraw)
            yield find

    def held(self, name: str, kind: type[KeyHolder]) -> Iterator[KeyHolder]:
        """The key holder of this name: nowhere before the test, and nowhere after it."""
        device = self._device(name, kind)
        self._note(name)
        device.withdraw()
        with restored(device):
            yield device
            device.withdraw()

    def _device(self, name: str, kind: type[T]) -> T:
        bench = self._bench()
        device = bench.devices.get(name)
        if device is None:
            raise Inconclusive(f"bench {bench.description.name} has no {name}")
        if not isinstance(device, kind):
            raise TypeError(f"bench {bench.description.name}: {name} is no {kind.__name__}")
        return device
