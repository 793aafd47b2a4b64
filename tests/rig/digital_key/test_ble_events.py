"""Events: ranging intents and remote functions, in the codings that the sources disagree on."""

from __future__ import annotations

import pytest

from rig.digital_key import ble_messages as m
from rig.digital_key.errors import Malformed
from rig.digital_key.settings import Settings

ZERO = Settings(ranging_intent_codes="from_zero")
NOTES = Settings(rke_status_layout="execution_7f72")
STATUS = m.RangingStatus.TERMINATED


@pytest.mark.parametrize(
    ("settings", "codes"), [(Settings(), (1, 2, 3)), (ZERO, (0, 1, 2))], ids=["one", "zero"]
)
def test_a_ranging_intent_is_its_code_both_ways(settings: Settings, codes: tuple[int, ...]) -> None:
    events = [m.intent_event(intent, settings) for intent in m.RangingIntent]
    assert tuple(event.code for event in events) == codes
    assert [m.intent_of(event, settings) for event in events] == list(m.RangingIntent)


@pytest.mark.parametrize(
    ("event", "settings"),
    [
        (m.Event(m.EventCategory.RANGING_INTENT, 0), Settings()),
        (m.Event(m.EventCategory.RANGING_INTENT, 4), Settings()),
        (m.Event(m.EventCategory.RANGING_INTENT, 3), ZERO),
        (m.Event(m.EventCategory.RANGING_STATUS, 1), Settings()),
    ],
    ids=["below", "above", "above from zero", "another category"],
)
def test_no_other_event_tells_an_intent(event: m.Event, settings: Settings) -> None:
    with pytest.raises(Malformed):
        m.intent_of(event, settings)


@pytest.mark.parametrize("function", m.RemoteFunction)
def test_a_remote_request_is_read_back(function: m.RemoteFunction) -> None:
    sent = m.decode(m.encode(m.remote_request(function, 1)))
    assert isinstance(sent, m.Event)
    assert m.remote_request_of(sent) == (function, 1)


def test_a_status_travels_in_the_element_of_the_setting() -> None:
    for settings, tag in ((Settings(), "7f71"), (NOTES, "7f72")):
        told = m.remote_status(0x0001, 1, m.RemoteStatus.NOT_POSSIBLE, settings)
        assert told.data.hex() == f"{tag}0a" + "80020001" + "810101" + "820110"
        assert m.remote_status_of(told, settings) == (0x0001, 1, 0x10)


def test_a_status_in_another_element_is_refused() -> None:
    with pytest.raises(Malformed, match="holds 7F72, not 7F71 alone"):
        m.remote_status_of(m.remote_status(0x0001, 1, m.RemoteStatus.OK, NOTES))


RKE = m.EventCategory.RKE_REQUEST
REFUSED = {
    "another category": (m.Event(m.EventCategory.RANGING_STATUS, STATUS), "category 02, not 05"),
    "nothing": (m.Event(RKE, 0, b""), "holds nothing, not 7F70"),
    "another element": (m.Event(RKE, 0, bytes.fromhex("7F7300")), "holds 7F73, not 7F70"),
    "a second element": (
        m.Event(RKE, 0, bytes.fromhex("7F7007 80020001 810101 7F7300")),
        "holds 7F70, 7F73",
    ),
    "no action": (m.Event(RKE, 0, bytes.fromhex("7F7004 80020001")), "no 81"),
    "a function of one byte": (m.Event(RKE, 0, bytes.fromhex("7F7006 800101 810101")), "not 2"),
    "a third element inside": (
        m.Event(RKE, 0, bytes.fromhex("7F700A 80020001 810101 820100")),
        "82 left over",
    ),
    "cut short": (m.Event(RKE, 0, bytes.fromhex("7F7007 80020001")), "announces 7 bytes"),
}


@pytest.mark.parametrize(("event", "complaint"), REFUSED.values(), ids=REFUSED)
def test_a_broken_remote_request_is_refused(event: m.Event, complaint: str) -> None:
    with pytest.raises(Malformed, match=complaint):
        m.remote_request_of(event)


def test_what_is_signed_is_challenge_function_and_action() -> None:
    assert m.remote_signed_data(b"\x0c" * 16, 0x0110, 1) == b"\x0c" * 16 + b"\x01\x10\x01"
