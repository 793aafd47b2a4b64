"""What an attacker around the vehicle cannot do: relay, replay, alter, shorten; each has its name.

The attacker stands on the vehicle's side of the air, so the same attack meets a real phone.
"""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

import pytest

from drivers.api.phone import Phone
from drivers.api.stage import Stage
from drivers.api.uwb import Measurement, RangeStatus
from rig.measure.limits import Count
from rig.measure.observations import Observe
from rig.vehicle.car import Car
from rig.vehicle.passive.approach import Approach
from rig.vehicle.passive.conditions import reached
from rig.vehicle.passive.entry import PassiveEntry
from rig.vehicle.passive.interference import Between, altered, replayed, withheld
from testplans.steps import walking

RELAY = pytest.mark.requirement("DK-SEC-03")
FAR_M = 40.0  # from the handle: where a relay would be wanted
AT_THE_HANDLE = walking.beside("driver", walking.NEAR_M)
UNMEASURED = {
    RangeStatus.STS_FAILED: "secure ranging failed",
    RangeStatus.NO_ANSWER: "nothing heard",
}


REPLAYED = {
    "Ranging_Session_Setup_RS": "replayed: Time0 is long past",
    "Time_Sync": "Time0 known within",  # by the vehicle's reckoning, which is off: nothing is heard
}
"""What is replayed, and what the trace then says."""


def stays_shut(car: Car, passive: PassiveEntry) -> list[Approach]:
    """Nothing moves within a time in which it would have opened long ago; what was seen of it."""
    moved = passive.next_movement(10.0)
    seen = passive.approaches()
    assert moved is None, [approach.told for approach in seen]
    assert car.locked
    return seen


def named(seen: list[Approach]) -> str:
    """Everything that the trace says of these approaches."""
    return "; ".join(approach.told for approach in seen)


@RELAY
@pytest.mark.parametrize("delay_ms", [5, 10, 20, 50, 100])
def test_a_relayed_link_opens_nothing_from_far_away(
    car: Car,
    passive: PassiveEntry,
    stage: Stage,
    phone: Phone,
    observe: Observe,
    delay_ms: int,
) -> None:
    """Bluetooth is relayed, this late each way; a range is a time of flight, and stays long."""
    with passive.between(Between(delay_s=delay_ms / 1000)):
        stage.place(phone, walking.beside("driver", FAR_M))
        seen = stays_shut(car, passive)
    assert seen, "the relayed phone was never there"
    walking.somebody_was_judged(seen)
    observe("Bluetooth round trip at best", f"{_best_ms(seen):.0f} ms")


def _best_ms(seen: list[Approach]) -> float:
    return min((trip for each in seen for trip in each.round_trips_ns), default=0) / 1e6


@RELAY
def test_a_slow_round_trip_is_called_a_relay_s(
    car: Car, passive: PassiveEntry, stage: Stage, phone: Phone
) -> None:
    with passive.between(Between(delay_s=0.1)):
        stage.place(phone, walking.beside("driver", FAR_M))
        told = named(stays_shut(car, passive))
    assert "relayed: Bluetooth round trip" in told, told


@RELAY
@pytest.mark.parametrize("share", [0.02, 0.05, 0.10], ids=lambda share: f"{share:.0%}")
def test_short_distances_injected_now_and_then_open_nothing(
    car: Car, passive: PassiveEntry, stage: Stage, phone: Phone, count: Count, share: float
) -> None:
    """Some blocks are made to read half a metre at every anchor, as in Ghost Peak (12 m to 0 m)."""
    chance = random.Random(round(share * 1000))  # noqa: S311 - an attacker's luck
    shortened: dict[int | None, bool] = {}

    def measured(_anchor: str, one: Measurement) -> Measurement:
        if shortened.setdefault(one.block, chance.random() < share):
            return replace(one, status=RangeStatus.OK, distance_m=0.5)
        return one

    with passive.between(Between(measured=measured)):
        for number in range(count("injected_walks", 2)):
            at_m = (3.0, 5.0, 8.0, 12.0)[number % 4]
            walk = stage.walk(phone, walking.past("driver", at_m))
            walk.finish()
            told = named(stays_shut(car, passive))
            stage.take_away(phone)
    assert any(shortened.values())
    assert "fast" in told or "inconsistent" in told or "disagree" in told, told


@RELAY
@pytest.mark.parametrize("status", UNMEASURED)
def test_ranges_that_were_not_measured_never_count(
    car: Car, passive: PassiveEntry, stage: Stage, phone: Phone, status: RangeStatus
) -> None:
    spoilt = Between(measured=lambda _a, one: replace(one, status=status, distance_m=0.3))
    with passive.between(spoilt):
        stage.place(phone, AT_THE_HANDLE)
        told = named(stays_shut(car, passive))
    assert UNMEASURED[status] in told, told


@pytest.mark.requirement("DK-SEC-02", "DK-SEC-03")
@pytest.mark.parametrize(
    "step", ["Ranging_Session_RS", "Ranging_Session_Setup_RS", "Time_Sync", "Ranging_Capability_RS"]
)
def test_an_altered_message_opens_nothing(
    car: Car, passive: PassiveEntry, stage: Stage, phone: Phone, step: str
) -> None:
    """The lowest bit of the last octet of the message's header, its length, is inverted."""
    with passive.between(altered(step, 3)):
        stage.place(phone, AT_THE_HANDLE)
        assert "malformed message" in named(stays_shut(car, passive))


@pytest.mark.requirement("DK-SEC-02", "DK-SEC-03")
@pytest.mark.parametrize("step", REPLAYED)
def test_a_message_of_an_earlier_connection_cannot_be_replayed(
    car: Car, passive: PassiveEntry, stage: Stage, phone: Phone, step: str
) -> None:
    """What was right then, a start that is past or a clock's old reading, ranges nothing now."""
    with passive.between(replayed(step)):
        stage.place(phone, AT_THE_HANDLE)  # once as it should be, while somebody listens
        assert passive.next_movement(walking.FOREVER_S) is not None
        walking.go_away(car, stage, phone)
        stage.place(phone, AT_THE_HANDLE)
        assert REPLAYED[step] in named(stays_shut(car, passive))


@RELAY
@pytest.mark.usefixtures("passive")
def test_a_ranging_key_that_has_expired_is_derived_anew(
    car: Car, stage: Stage, phone: Phone
) -> None:
    walking.approach(car, stage, phone, walking.towards("driver", walking.WALK_MPS))
    key = car.keyring.named("owner_phone")
    before = key.ranging
    walking.go_away(car, stage, phone)
    car.let_pass(timedelta(hours=12, minutes=1))
    walking.approach(car, stage, phone, walking.towards("driver", walking.WALK_MPS))
    assert before is not None
    assert key.ranging is not None
    assert key.ranging.session_id != before.session_id
    told = named(car.passive.approaches())
    assert "the phone has no such URSK" not in told, "it was the phone that let it expire"


@RELAY
def test_a_ranging_key_that_expires_while_it_is_used_is_derived_anew(
    car: Car, passive: PassiveEntry, stage: Stage, phone: Phone
) -> None:
    stage.place(phone, walking.beside("driver", walking.FAR_M))
    reached(passive, "set_up").wait(walking.FOREVER_S)
    before = car.keyring.named("owner_phone").ranging
    car.let_pass(timedelta(hours=12, minutes=1))
    car.clock.sleep(walking.SETTLE_S)
    assert "URSK expired" in named(passive.approaches())
    after = car.keyring.named("owner_phone").ranging
    assert before is not None
    assert after is not None
    assert after.session_id != before.session_id


@RELAY
def test_a_key_that_is_deleted_while_its_phone_ranges_opens_nothing(
    car: Car, passive: PassiveEntry, stage: Stage, friend_phone: Phone
) -> None:
    stage.place(friend_phone, walking.beside("driver", walking.FAR_M))
    reached(passive, "set_up").wait(walking.FOREVER_S)
    car.keyring.delete(car.keyring.named("friend_phone"))
    car.clock.sleep(walking.SETTLE_S)
    assert "friend_phone was deleted" in named(passive.approaches()), "it still ranges"
    stage.walk(friend_phone, walking.towards("driver", walking.WALK_MPS)).finish()
    stays_shut(car, passive)


@pytest.mark.requirement("DK-SEC-02", "DK-SEC-03")
def test_a_phone_that_holds_another_key_than_it_is_bonded_for_opens_nothing(
    car: Car, passive: PassiveEntry, stage: Stage, phone: Phone
) -> None:
    """Whoever takes over a bond has the other's link, and not yet the other's key."""
    walking.meet(car, stage, phone)
    owner, friend = car.keyring.named("owner_phone"), car.keyring.named("friend_phone")
    friend.bond, owner.bond = owner.bond, None
    passive.use(passive.settings)  # the bonds are looked up anew
    stage.place(phone, AT_THE_HANDLE)
    told = named(stays_shut(car, passive))
    assert "the phone bonded for friend_phone holds owner_phone" in told


@RELAY
def test_a_phone_that_says_nothing_is_cut_off(
    car: Car, passive: PassiveEntry, stage: Stage, phone: Phone
) -> None:
    """Within 5 s, so that nobody keeps a connection busy (facts 5.1)."""
    with passive.between(withheld("First_Approach_RQ")):
        stage.place(phone, AT_THE_HANDLE)
        assert "admission timed out" in named(stays_shut(car, passive))


@RELAY
def test_a_stranger_s_phone_opens_nothing(
    car: Car, passive: PassiveEntry, stage: Stage, stranger_phone: Phone
) -> None:
    stage.place(stranger_phone, AT_THE_HANDLE)
    stays_shut(car, passive)


@RELAY
def test_a_second_phone_at_the_handle_is_no_help_to_a_key_far_away(
    car: Car, passive: PassiveEntry, stage: Stage, phone: Phone, stranger_phone: Phone
) -> None:
    stage.place(stranger_phone, AT_THE_HANDLE)
    stage.place(phone, walking.beside("driver", FAR_M))
    reached(passive, "set_up").wait(walking.FOREVER_S)  # which the stranger's never is
    stays_shut(car, passive)
