"""Vehicle and virtual phone pair: two halves, written apart from the same facts.

Over bytes, as on the wire. Whatever is lost, altered or withheld: both have the key or none has,
but for the last answer of all, which nobody can be sure of.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.sim.phone_framework.traits import Traits
from rig.digital_key import pairing_messages as m
from rig.digital_key.certificates import Authority
from rig.digital_key.errors import DigitalKeyError, KeyUnknown, PairingFailed
from rig.digital_key.pairing_offer import MOST_ATTEMPTS
from rig.digital_key.settings import Settings
from tests.rig.digital_key.pairing_device import NOW
from tests.rig.digital_key.pairing_with_phone import (
    CARS,
    OFFER,
    PASSWORD,
    VEHICLE_ID,
    VEHICLE_KEY,
    VEHICLE_MAKER,
    Alter,
    LinkLost,
    Scene,
    unlock,
)

VARIANTS: dict[str, dict[str, Any]] = {
    "as it comes": {},
    "element by element": {"settings": Settings(write_data_packing="element")},
    "MAC over all": {"settings": Settings(mac_covers="header_and_status")},
    "chain from the root": {"settings": Settings(device_chain_order="root_first")},
    "a maker that is the root": {"below_a_root": False},
    "contactless only": {"offer": replace(OFFER, bluetooth=None)},
    "with attestation": {"offer": replace(OFFER, attest=lambda key: key.point * 8)},
    "the older SPAKE2+": {"traits": Traits(spake2_versions=(b"\x01\x00",))},
}


@pytest.mark.parametrize("variant", VARIANTS.values(), ids=VARIANTS)
def test_they_pair_and_the_new_key_opens_the_vehicle(variant: dict[str, Any]) -> None:
    scene = Scene(**variant)
    paired = scene.pair()
    (held,) = scene.wallet
    assert held.private.public == paired.device_key
    assert (held.vehicle_id, held.vehicle_key) == (VEHICLE_ID, VEHICLE_KEY.public)
    assert held.slot == paired.slot
    assert len(paired.device_chain) == (2 if variant.get("below_a_root") is False else 3)
    assert scene.framework.last_flow is m.Flow.PAIRED_NOT_TRACKED
    assert not scene.framework.ready, "the password is used up"
    assert unlock(scene, paired)


def test_a_wrong_password_is_tried_seven_times_and_no_eighth() -> None:
    scene = Scene(password="20260918")  # noqa: S106 - of a test
    for attempt in range(1, MOST_ATTEMPTS + 1):
        failure = scene.fail()
        assert failure.flow == m.Flow.ABORT
        assert "SPAKE2+ VERIFY refused with 6A88" in str(failure)
        assert scene.attempts.used == attempt
    scene.framework.enter_password(PASSWORD)
    assert scene.fail().flow == m.Flow.ATTEMPTS_SPENT
    assert scene.framework.last_flow is m.Flow.ATTEMPTS_SPENT
    assert not scene.framework.ready, "the phone asks for another password"


def test_a_wrong_password_and_then_the_right_one_pair() -> None:
    scene = Scene(password="20260918")  # noqa: S106 - of a test
    for _ in range(MOST_ATTEMPTS - 1):
        scene.fail()
    scene.framework.enter_password(PASSWORD)
    assert unlock(scene, scene.pair())


OTHER = Authority.root("Vehicle maker", NOW)
REFUSALS: dict[str, tuple[Callable[[], Scene], m.Flow | None, str]] = {
    "a phone nobody put into pairing mode": (
        lambda: _left(Scene()),
        None,
        "not in pairing mode",
    ),
    "no common SPAKE2+ version": (
        lambda: Scene(traits=Traits(spake2_versions=(b"\x02\x00",))),
        m.Flow.NO_COMMON_SPAKE2_VERSION,
        "",
    ),
    "no common applet version": (
        lambda: Scene(traits=Traits(applet_versions=(b"\x02\x00",))),
        m.Flow.NO_COMMON_APPLET_VERSION,
        "",
    ),
    "a vehicle of a maker the phone does not know": (
        lambda: Scene(
            replace(
                OFFER,
                certificate=OTHER.certify_vehicle(VEHICLE_KEY.public, VEHICLE_ID, NOW),
                intermediate=None,
            )
        ),
        m.Flow.ABORT,
        "WRITE DATA refused with 6A80",
    ),
    "the vehicle's chain swapped": (
        lambda: Scene(replace(OFFER, certificate=CARS.certificate, intermediate=OFFER.certificate)),
        m.Flow.ABORT,
        "WRITE DATA refused with 6A80",
    ),
    "a certificate of another vehicle": (
        lambda: Scene(replace(OFFER, vehicle_id=bytes(8))),
        m.Flow.ABORT,
        "WRITE DATA refused with 6A80",
    ),
    "a phone whose memory is full": (
        lambda: Scene(traits=Traits(memory=300)),
        m.Flow.ABORT,
        "WRITE DATA refused with 6A84",
    ),
    "a phone of a maker the vehicle does not trust": (
        lambda: Scene(replace(OFFER, device_roots=(VEHICLE_MAKER.certificate,))),
        m.Flow.BAD_CERTIFICATE,
        "no root",
    ),
    "a vehicle that trusts nobody": (
        lambda: Scene(replace(OFFER, device_roots=())),
        m.Flow.BAD_CERTIFICATE,
        "no root",
    ),
}


def _left(scene: Scene) -> Scene:
    scene.framework.leave_pairing()
    return scene


@pytest.mark.parametrize(("make", "flow", "reason"), REFUSALS.values(), ids=REFUSALS)
def test_a_refusal_leaves_no_key_on_either_side(
    make: Callable[[], Scene], flow: m.Flow | None, reason: str
) -> None:
    scene = make()
    failure = scene.fail()
    assert failure.flow == flow
    assert scene.framework.last_flow == flow
    assert reason in str(failure)


def test_a_phone_that_reads_chains_in_another_order_is_told_of_a_bad_certificate() -> None:
    scene = Scene()
    scene.pairing.settings = Settings(device_chain_order="root_first")
    assert scene.fail().flow == m.Flow.BAD_CERTIFICATE


def _exchanges_of_a_pairing() -> int:
    scene = Scene()
    scene.pair()
    return scene.exchanges


STEPS = _exchanges_of_a_pairing()


def _lose(scene: Scene, step: int) -> Alter:
    def lose(apdu: bytes) -> bytes:
        if scene.exchanges == step:
            raise LinkLost
        return apdu

    return lose


@pytest.mark.parametrize("step", range(1, STEPS + 1))
def test_a_field_that_breaks_before_a_command_leaves_no_key_and_pairing_can_be_repeated(
    step: int,
) -> None:
    scene = Scene()
    scene.on_command = _lose(scene, step)
    with pytest.raises(LinkLost):
        scene.pair()
    scene.framework.reset()
    scene.holds_nothing()
    assert unlock(scene, scene.pair())


@pytest.mark.parametrize("step", range(1, STEPS))
def test_a_field_that_breaks_before_an_answer_leaves_no_key_and_pairing_can_be_repeated(
    step: int,
) -> None:
    scene = Scene()
    scene.on_answer = _lose(scene, step)
    with pytest.raises(LinkLost):
        scene.pair()
    scene.framework.reset()
    scene.holds_nothing()
    assert unlock(scene, scene.pair())


def test_when_the_last_answer_is_lost_the_key_of_the_phone_opens_nothing() -> None:
    scene = Scene()
    scene.on_answer = _lose(scene, STEPS)
    with pytest.raises(LinkLost):
        scene.pair()
    assert not scene.pairing.is_half_done
    assert len(scene.wallet) == 1
    with pytest.raises(KeyUnknown):
        unlock(scene, None)


@settings(deadline=None)
@given(
    st.integers(1, STEPS),
    st.sampled_from(["on_command", "on_answer"]),
    st.integers(min_value=0, max_value=300),
    st.integers(1, 255),
)
def test_a_byte_altered_anywhere_never_leaves_the_key_on_one_side(
    step: int, direction: str, at: int, change: int
) -> None:
    scene = Scene()

    def alter(apdu: bytes) -> bytes:
        if scene.exchanges != step:
            return apdu
        altered = bytearray(apdu)
        altered[at % len(altered)] ^= change
        return bytes(altered)

    setattr(scene, direction, alter)
    try:
        paired = scene.pair()
    except DigitalKeyError:
        last_answer = step == STEPS and direction == "on_answer"
        assert last_answer or scene.wallet == []
        assert not scene.pairing.is_half_done
    else:  # the altered byte told nothing, such as one version of several
        assert [held.private.public for held in scene.wallet] == [paired.device_key]
        assert unlock(scene, paired)


def test_no_command_of_the_second_transaction_works_without_the_first() -> None:
    scene = Scene()
    with pytest.raises(RuntimeError, match="before the first"):
        scene.pairing.second(scene.send)
    scene.pairing.first(scene.send)  # the field stays on: the phone waits for its reset
    with pytest.raises(PairingFailed):
        scene.pairing.second(scene.send)
    scene.holds_nothing()
