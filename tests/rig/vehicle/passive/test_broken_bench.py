"""Anchors and radios that break: named, made safe, and ready for the next test."""

from __future__ import annotations

import pytest

from drivers.api.errors import DeviceRefused, DriverError, LinkTimeout
from rig.vehicle.errors import ActuatorStuck, ServiceBroken
from rig.vehicle.passive.approach import ApproachEnding
from rig.vehicle.passive.conditions import unlocked_passively
from tests.rig.vehicle.garage import Contact
from tests.rig.vehicle.passive.scene import scene
from tests.rig.vehicle.passive.test_sequence import begun, ended


class Stuck(Contact):
    """A relay that no longer pulls."""

    def set(self, *, on: bool) -> None:
        """Do nothing."""


def test_a_broken_anchor_is_a_fault_of_the_bench_and_everything_is_made_safe() -> None:
    with scene() as s:
        phone = begun(s)
        s.clock.sleep(1.0)
        s.anchors["rear"].sessions[-1].end(None)
        approach = ended(s)
        assert approach.ending is ApproachEnding.FAULT
        assert "ranging: LinkLost: rear: unplugged" in approach.told
        with pytest.raises(Exception, match="rear: unplugged"):
            unlocked_passively(s.entry).wait(1.0)
        s.clock.sleep(0.01)
        assert not any(anchor.ranging for anchor in s.anchors.values())
        assert s.locked
        assert phone.link is not None
        assert not phone.link.alive


@pytest.mark.parametrize("fails", [DeviceRefused(0x14, "start"), LinkTimeout("no answer")])
def test_an_anchor_that_does_not_start_is_named(fails: DriverError) -> None:
    with scene() as s:
        s.anchors["left"].fails = fails
        begun(s)
        approach = ended(s)
        assert approach.ending is ApproachEnding.FAULT
        assert "left: " in approach.told
        s.clock.sleep(0.01)
        assert not any(anchor.ranging for anchor in s.anchors.values())
        s.entry.reset()
        s.entry.raise_fault()


def test_an_anchor_that_finds_time0_past_has_the_session_recovered() -> None:
    with scene() as s:
        s.anchors["left"].fails = DeviceRefused(0x1A, "start")
        begun(s)
        assert unlocked_passively(s.entry).wait()
        assert "Time0 was past" in s.entry.approaches_now()[0].told


def test_a_session_that_an_anchor_ended_is_recovered() -> None:
    with scene() as s:
        begun(s)
        s.clock.sleep(1.0)
        s.anchors["rear"].sessions[-1].end(0x80)
        assert unlocked_passively(s.entry).wait()
        assert "rear ended ranging" in s.entry.approaches_now()[0].told


def test_a_radio_that_breaks_down_is_recovered_for_the_next_test() -> None:
    with scene() as s:
        phone = begun(s)
        s.clock.sleep(1.0)
        s.radio.break_down()
        s.clock.sleep(0.01)
        with pytest.raises(Exception, match="unplugged"):
            s.entry.raise_fault()
        s.entry.reset()
        s.entry.raise_fault()
        assert s.radio.advert is not None
        assert not any(anchor.ranging for anchor in s.anchors.values())
        assert phone.key.bond is None


def test_a_latch_that_is_stuck_is_a_fault_of_the_bench() -> None:
    with scene() as s:
        wiring, stuck = s.body._wiring, Stuck()  # noqa: SLF001 - somebody breaks it
        assert isinstance(wiring.unlock, dict)
        wiring.unlock["driver"] = stuck  # which is the sensor as well
        begun(s)
        approach = ended(s)
        assert approach.ending is ApproachEnding.FAULT
        assert "unlocking: ActuatorStuck" in approach.told
        with pytest.raises(ActuatorStuck):
            s.entry.raise_fault()
        s.clock.sleep(0.01)
        assert not any(anchor.ranging for anchor in s.anchors.values())


def test_the_rig_s_own_error_is_a_fault_and_ends_that_approach_alone() -> None:
    with scene() as s:
        phone = begun(s)
        s.clock.sleep(1.0)
        phone.key.valid_until = "never"  # type: ignore[assignment]
        assert ended(s).ending is ApproachEnding.FAULT
        with pytest.raises(ServiceBroken, match="TypeError"):
            s.entry.raise_fault()
        assert s.radio.advert is not None


def test_stopped_it_serves_nobody_not_even_after_a_reset() -> None:
    with scene() as s:
        begun(s)
        s.clock.sleep(1.0)
        s.entry.stop()
        assert s.radio.advert is None
        assert not any(anchor.ranging for anchor in s.anchors.values())
        s.entry.reset()
        assert s.radio.advert is None
        s.entry.start()
        assert s.radio.advert is not None
