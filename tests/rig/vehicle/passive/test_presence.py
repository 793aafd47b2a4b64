"""Keys that come, stay, end and leave others behind."""

from __future__ import annotations

import pytest

from drivers.api.space import Path, Point
from rig.vehicle.keys import KeyState
from rig.vehicle.passive.approach import ApproachEnding
from tests.rig.vehicle.passive.phones import FAR
from tests.rig.vehicle.passive.scene import AT_THE_DOOR, scene
from tests.rig.vehicle.passive.test_attacks import at_the_door, stays_shut


@pytest.mark.parametrize("how", ["deleted", "inactive", "expired"])
def test_a_key_that_ends_takes_its_connection_with_it(how: str) -> None:
    with scene() as s:
        phone = s.phone()
        s.entry.start()
        phone.rest(FAR)
        phone.approach()
        s.clock.sleep(1.0)
        if how == "deleted":
            s.keyring.delete(phone.key)
        elif how == "inactive":
            phone.key.state = KeyState.INACTIVE
        else:
            phone.key.valid_until = s.clock.utc()
        s.clock.sleep(0.6)
        assert phone.link is not None
        assert not phone.link.alive
        assert not any(anchor.ranging for anchor in s.anchors.values())
        if how == "deleted":
            assert phone.key.bond is None
            assert s.radio.bonds == ()
        phone.rest(AT_THE_DOOR)
        assert stays_shut(s, 3.0).ending is ApproachEnding.REFUSED


def test_it_opens_once_and_not_again_while_its_holder_stays() -> None:
    with scene() as s:
        phone = at_the_door(s)
        assert s.entry.next_movement(6.0) is not None
        s.clock.sleep(3.0)
        s.body.set_locks(unlock=False)  # the fob, say
        assert s.entry.next_movement(20.0) is None
        assert phone.link is not None
        phone.link.drop("lost")
        phone.session = None
        phone.approach()
        assert s.entry.next_movement(5.0) is None
        phone.walk(Path((AT_THE_DOOR, FAR, AT_THE_DOOR), 1.4))
        set_out_ns = s.clock.now_ns()
        set_out_ns = s.clock.now_ns()
        again = s.entry.next_movement(20.0)
        assert again is not None
        assert again.unlocked
        assert set_out_ns < again.timeline.marks["decided"] <= again.t_ns
        assert set_out_ns < again.timeline.marks["decided"] <= again.t_ns


def test_nothing_is_locked_over_a_key_inside_nor_with_a_door_open() -> None:
    with scene() as s:
        leaving, staying = s.phone(), s.phone("friend", 2)
        s.entry.start()
        for phone in (leaving, staying):
            phone.rest(AT_THE_DOOR)
            phone.approach()
        assert s.entry.next_movement(6.0) is not None
        staying.rest(Point(0.0, 0.3, 1.0))
        s.clock.sleep(4.0)
        leaving.walk(Path((AT_THE_DOOR, FAR), 1.4))
        assert s.entry.next_movement(8.0) is None
        assert s.unlocked
        assert any("friend is inside" in a.told for a in s.entry.take_approaches())
