"""The limits of owner pairing: attempts at a password, time, and the vehicle's permission."""

from __future__ import annotations

from typing import Any

import pytest

from rig.digital_key import pairing_messages as m
from rig.digital_key.apdu import Command, Response
from rig.digital_key.errors import PairingFailed
from rig.digital_key.pairing_offer import MOST_ATTEMPTS, Attempts
from rig.digital_key.settings import Settings
from tests.rig.digital_key.pairing_device import Device
from tests.rig.digital_key.pairing_scene import PASSWORD, Scene, altered, status


def test_the_attempt_is_counted_and_kept_before_verify_leaves() -> None:
    kept: list[int] = []
    scene = Scene(attempts=Attempts(2, kept.append))
    seen: dict[int, int] = {}

    def note(command: Command, answer: Response) -> Response:
        seen.setdefault(command.ins, scene.attempts.used)
        return answer

    scene.device.alter = note
    scene.pair()
    assert seen[m.INS_SPAKE2_REQUEST] == 2
    assert seen[m.INS_SPAKE2_VERIFY] == 3
    assert (kept[0], kept[-1]) == (3, 0)
    assert scene.attempts.used == 0, "the password was right"


def test_an_attempt_that_cannot_be_kept_is_not_made() -> None:
    def broken(_used: int) -> None:
        raise OSError("disk full")

    scene = Scene(attempts=Attempts(keep=broken))
    with pytest.raises(OSError, match="disk full"):
        scene.pair()
    assert m.INS_SPAKE2_VERIFY not in {command.ins for command in scene.device.commands}


def test_a_wrong_password_is_tried_seven_times_and_the_eighth_is_not_sent() -> None:
    scene = Scene(Device(password="00000000"))  # noqa: S106 - of a test
    for attempt in range(1, MOST_ATTEMPTS + 1):
        assert scene.fail().flow == m.Flow.BAD_EVIDENCE
        assert scene.attempts.used == attempt
    sent = len(scene.device.commands)
    scene.device.password = PASSWORD  # too late even for the right one
    assert scene.fail().flow == m.Flow.ATTEMPTS_SPENT
    assert [c.ins for c in scene.device.commands[sent:]] == [m.INS_SELECT, m.INS_OP_CONTROL_FLOW]
    assert scene.attempts.used == MOST_ATTEMPTS


@pytest.mark.parametrize(("forgiven", "used"), [("evidence", 0), ("paired", 1)])
def test_when_an_attempt_is_forgiven_is_a_setting(forgiven: Any, used: int) -> None:
    scene = Scene(
        altered(m.INS_WRITE_DATA, status(0x6A84)),
        settings=Settings(pairing_attempts_forgiven=forgiven),
    )
    scene.fail()
    assert scene.attempts.used == used
    scene.pair()
    assert scene.attempts.used == 0


def test_an_attempt_without_evidence_is_not_given_back() -> None:
    scene = Scene(altered(m.INS_SPAKE2_VERIFY, status(0x6A88)))
    scene.fail()
    assert scene.attempts.used == 1


TIMEOUTS = {
    "one answer": (m.INS_SPAKE2_REQUEST, 1, 16.0, m.Flow.TIMEOUT_4),
    "the first transaction": (m.INS_WRITE_DATA, 2, 14.0, m.Flow.TIMEOUT_1),
    "the second transaction": (m.INS_GET_RESPONSE, 3, 14.0, m.Flow.TIMEOUT_3),
}


@pytest.mark.parametrize(("ins", "nth", "each_s", "flow"), TIMEOUTS.values(), ids=TIMEOUTS)
def test_a_time_limit_ends_in_its_code(ins: int, nth: int, each_s: float, flow: m.Flow) -> None:
    """Answers to one instruction take long: 16 s are more than 15, three times 14 s than 30."""
    scene = Scene()

    def slow(command: Command, answer: Response) -> Response:
        if command.ins == ins:
            scene.now_s += each_s
        return answer

    scene.device.alter = slow
    assert scene.fail().flow == flow
    assert [c.ins for c in scene.device.commands].count(ins) >= nth


@pytest.mark.parametrize(
    ("away_s", "settings", "flow"),
    [
        (61, Settings(), m.Flow.TIMEOUT_2),
        (61, Settings(pairing_timer_2_s=200, pairing_timer_x_s=60), m.Flow.TIMEOUT_X),
    ],
)
def test_a_device_that_comes_back_too_late_is_told(
    away_s: float, settings: Settings, flow: m.Flow
) -> None:
    scene = Scene(settings=settings)
    scene.pairing.first(scene.device.send)
    scene.now_s += away_s
    with pytest.raises(PairingFailed) as failed:
        scene.pairing.second(scene.device.send)
    assert failed.value.flow == flow
    assert scene.device.flows[-1] == flow
    assert not scene.pairing.is_half_done


def test_keys_do_not_outlive_the_time_limit() -> None:
    scene = Scene()
    scene.pairing.first(scene.device.send)
    scene.now_s += 59  # longer than the first transaction may take, or an answer
    scene.pairing.expire()
    assert scene.pairing.is_half_done
    scene.now_s += 2
    scene.pairing.expire()
    assert not scene.pairing.is_half_done


def test_the_wait_for_the_device_ends_with_its_return() -> None:
    scene = Scene()
    scene.pairing.first(scene.device.send)
    scene.now_s += 50

    def slow(command: Command, answer: Response) -> Response:
        scene.now_s += 12 if command.ins == m.INS_WRITE_DATA else 0
        return answer

    scene.device.alter = slow
    assert scene.pairing.second(scene.device.send).device_key == scene.device.key.public


def test_a_pairing_that_begins_anew_has_all_its_time() -> None:
    scene = Scene()
    scene.pairing.first(scene.device.send)
    scene.now_s += 1_000
    assert scene.pair().device_key == scene.device.key.public


def test_once_the_device_has_the_key_no_time_limit_takes_it_back() -> None:
    scene = Scene()

    def slow(_command: Command, answer: Response) -> Response:
        if m.Flow.PAIRED_NOT_TRACKED in scene.device.flows:
            scene.now_s += 10_000
        return answer

    scene.device.alter = slow
    assert scene.pair().device_key == scene.device.key.public


def test_a_time_limit_that_was_kept_does_not_strike_later() -> None:
    scene = Scene()
    scene.pair()
    scene.now_s += 10_000
    scene.pair()


def test_without_permission_nothing_is_sent_and_losing_it_ends_the_pairing() -> None:
    scene = Scene(permitted=False)
    assert scene.fail().flow is None
    assert scene.device.commands == []
    scene.permitted = True
    scene.pairing.first(scene.device.send)

    def leave(command: Command, answer: Response) -> Response:
        scene.permitted = command.ins != m.INS_GET_DATA
        return answer

    scene.device.alter = leave
    with pytest.raises(PairingFailed) as failed:
        scene.pairing.second(scene.device.send)
    assert failed.value.flow == m.Flow.PRECONDITIONS_NOT_MET


def test_permission_lost_just_before_the_end_ends_the_pairing() -> None:
    scene = Scene()

    def leave(_command: Command, answer: Response) -> Response:
        scene.permitted = m.Flow.CHAIN_RECEIVED not in scene.device.flows
        return answer

    scene.device.alter = leave
    assert scene.fail().flow == m.Flow.PRECONDITIONS_NOT_MET
    assert m.Flow.PAIRED_NOT_TRACKED not in scene.device.flows
