"""A phone with a key and no bond: it pairs, proves its key, and only then is it known."""

from __future__ import annotations

from datetime import timedelta

import pytest

from drivers.api.space import Path
from rig.digital_key import ble_messages as dk
from rig.digital_key.crypto import PrivateKey
from rig.digital_key.messages import Outcome
from rig.vehicle.passive.approach import Approach, ApproachEnding
from rig.vehicle.passive.conditions import unlocked_passively
from tests.rig.vehicle.passive.phones import FAR, OOB, Phone
from tests.rig.vehicle.passive.scene import AT_THE_DOOR, Scene, scene


def stranger(s: Scene) -> Phone:
    phone = s.phone(bonded=False)
    s.entry.start()
    phone.walk(Path((FAR, AT_THE_DOOR), 1.4))
    return phone


def ended(s: Scene) -> Approach:
    found = s.entry.next_approach(30)
    assert found is not None
    return found


def test_it_pairs_proves_its_key_and_opens() -> None:
    with scene() as s:
        phone = stranger(s)
        phone.first_approach()
        unlocked_passively(s.entry).wait()
        assert phone.key.bond is not None
        assert s.radio.bonds == (phone.key.bond,)
        assert phone.applet.last_outcome is Outcome.FIRST_APPROACH
        assert phone.key.persistent is not None
        approach = s.entry.take_approaches()[0]
        assert "first approach: bonded" in approach.told
        told = repr(approach.to_record("", 1, 1))
        assert OOB[0].hex() not in told
        assert OOB[1].hex() not in told
        names = [step.name for step in approach.steps]
        assert names[0] == "First_Approach_RQ"
        assert [n for n in names if "_" not in n] == [
            "SELECT",
            "AUTH0",
            "AUTH1",
            "CREATE RANGING KEY",
            "CONTROL FLOW",
        ]


def test_both_sides_have_the_same_ranging_key_for_the_same_session() -> None:
    with scene() as s:
        phone = stranger(s)
        phone.first_approach()
        unlocked_passively(s.entry).wait()
        ranging = phone.key.ranging
        assert ranging is not None
        kept = phone.slots.find(phone.key.key_id, ranging.session_id)
        assert kept is not None
        assert kept.ursk == ranging.ursk
        assert bytes(ranging.ursk).hex() not in repr(
            s.entry.take_approaches()[0].to_record("", 1, 1)
        )


def test_the_next_approach_needs_neither_pairing_nor_transaction() -> None:
    with scene() as s:
        phone = stranger(s)
        link = phone.first_approach()
        unlocked_passively(s.entry).wait()
        link.drop("out of range")
        s.clock.sleep(15)
        s.body.set_locks(unlock=False)
        s.entry.take_approaches()
        phone.walk(Path((FAR, AT_THE_DOOR), 1.4))
        phone.approach()
        unlocked_passively(s.entry).wait()
        names = [step.name for step in s.entry.take_approaches()[0].steps]
        assert "AUTH0" not in names


def test_a_key_that_is_not_enrolled_gets_no_bond_and_hears_why() -> None:
    with scene() as s:
        phone = stranger(s)
        s.keyring.delete(phone.key)
        phone.first_approach()
        approach = ended(s)
        assert approach.ending is ApproachEnding.REFUSED
        assert "no key is enrolled" in approach.told
        assert phone.applet.last_outcome is Outcome.KEY_NOT_FOUND
        assert s.radio.bonds == ()
        assert s.locked


def test_a_phone_that_cannot_sign_with_its_key_gets_no_bond() -> None:
    with scene() as s:
        phone = stranger(s)
        phone.private = PrivateKey.generate()
        phone.put_in(s.keyring, s.clock.utc)
        phone.first_approach()
        assert ended(s).ending is ApproachEnding.REFUSED
        assert phone.applet.last_outcome is Outcome.INVALID_SIGNATURE
        assert phone.key.bond is None


def test_a_key_that_may_not_open_gets_no_bond() -> None:
    with scene() as s:
        phone = stranger(s)
        phone.key.valid_until = s.clock.utc() - timedelta(days=1)
        phone.first_approach()
        approach = ended(s)
        assert approach.ending is ApproachEnding.REFUSED
        assert "expired" in approach.told
        assert phone.key.bond is None


@pytest.mark.parametrize(
    "code", [dk.CommandComplete.OOB_MISMATCH, dk.CommandComplete.BLE_PAIRING_FAILED]
)
def test_a_phone_that_says_it_could_not_pair_is_refused(code: dk.CommandComplete) -> None:
    with scene() as s:
        phone = stranger(s)
        no = dk.Event(dk.EventCategory.COMMAND_COMPLETE, code)
        phone.behaves[dk.FirstApproachResponse] = lambda _m: no
        phone.first_approach()
        approach = ended(s)
        assert approach.ending is ApproachEnding.REFUSED
        assert code.name in approach.told


def test_a_pairing_that_fails_refuses_the_phone() -> None:
    with scene() as s:
        phone = stranger(s)
        link = phone.first_approach()
        phone.behaves[dk.FirstApproachResponse] = lambda _m: link.pair(None)
        approach = ended(s)
        assert approach.ending is ApproachEnding.REFUSED
        assert "confirm value failed" in approach.told


def test_a_phone_that_never_pairs_is_mute() -> None:
    with scene() as s:
        phone = stranger(s)
        phone.behaves[dk.FirstApproachResponse] = lambda _m: None
        phone.first_approach()
        assert ended(s).ending is ApproachEnding.MUTE


@pytest.mark.parametrize("step", [0x80, 0x81, 0x71, 0x3C], ids=hex)
def test_a_phone_that_falls_silent_in_the_transaction_gets_no_bond(step: int) -> None:
    with scene() as s:
        phone = stranger(s)

        def processed(m: dk.DkMessage) -> dk.DkMessage | None:
            assert isinstance(m, dk.ApduRequest)
            return None if m.apdu[1] == step else phone.processed(m)

        phone.behaves[dk.ApduRequest] = processed
        phone.first_approach()
        approach = ended(s)
        assert approach.ending is ApproachEnding.MUTE
        assert phone.key.bond is None
        assert s.locked


@pytest.mark.parametrize("after_s", [0.05, 0.08, 0.11, 0.14, 0.17, 0.2])
def test_a_link_that_is_lost_on_the_way_leaves_no_bond(after_s: float) -> None:
    with scene() as s:
        phone = stranger(s)
        link = phone.first_approach()
        s.clock.sleep(after_s)
        link.drop("supervision timeout")
        approach = ended(s)
        assert approach.ending is ApproachEnding.INTERRUPTED
        assert phone.key.bond is None
        s.entry.raise_fault()


def test_a_ursk_that_the_phone_lost_is_derived_anew() -> None:
    with scene() as s:
        phone = s.phone()
        s.entry.start()
        assert phone.key.ranging is not None
        lost = phone.key.ranging.session_id

        def offered(m: dk.DkMessage) -> dk.DkMessage:
            assert isinstance(m, dk.RangingSessionRequest)
            if m.session_id == lost:
                no = dk.RangingStatus.URSK_NOT_FOUND
                return dk.Event(dk.EventCategory.RANGING_STATUS, no)
            return dk.RangingSessionResponse(1, 4, 1 << 8, 9, 0x80)

        phone.behaves[dk.RangingSessionRequest] = offered
        phone.walk(Path((FAR, AT_THE_DOOR), 1.4))
        phone.approach()
        unlocked_passively(s.entry).wait()
        assert phone.key.ranging.session_id != lost
        told = s.entry.take_approaches()[0].told
        assert "the phone has no such URSK: 1" in told
        assert phone.applet.last_outcome is Outcome.SUCCESS


def test_a_ursk_that_expires_on_the_way_is_derived_anew() -> None:
    with scene() as s:
        phone = s.phone()
        s.entry.start()
        phone.rest(FAR)
        phone.approach()
        s.clock.sleep(1.0)
        earlier = phone.key.ranging
        s.clock.advance(timedelta(hours=12))
        s.clock.sleep(2.0)
        phone.walk(Path((FAR, AT_THE_DOOR), 1.4))
        unlocked_passively(s.entry).wait()
        assert phone.key.ranging is not earlier
        assert "URSK expired: 1" in s.entry.take_approaches()[0].told


def test_a_bonded_phone_that_proves_another_key_is_refused() -> None:
    with scene() as s:
        phone, other = s.phone(), s.phone("friend", 2)
        phone.key.ranging = None
        s.entry.start()
        phone.behaves[dk.ApduRequest] = other.processed
        phone.approach()
        approach = ended(s)
        assert approach.ending is ApproachEnding.REFUSED
        assert "the phone bonded for owner holds friend" in approach.told
        assert phone.key.ranging is None


def test_a_phone_that_was_bonded_for_another_key_is_so_no_more() -> None:
    with scene() as s:
        phone = stranger(s)
        before = s.phone("before", 2)
        before.key.bond = None
        phone.first_approach()
        unlocked_passively(s.entry).wait()
        assert [key.name for key in s.keyring if key.bond] == ["owner"]
