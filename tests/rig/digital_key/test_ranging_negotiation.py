"""What the vehicle settles on, and what it refuses by name."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rig.digital_key.ble_messages import (
    ChannelBit,
    Hop,
    RangingCapabilityRequest,
    RangingCapabilityResponse,
    RangingSessionResponse,
    RangingSetupResponse,
)
from rig.digital_key.errors import RangingMismatch
from rig.digital_key.ranging_negotiation import (
    SLOTS_PER_ROUND,
    HopMode,
    Wishes,
    accept,
    negotiate,
    session_request,
)

DEVICE = RangingSessionResponse(1, 0x7F, 0x00000F00, 9, 0xF8)
FOUR = Wishes(responders=4)
OFFERED = RangingCapabilityRequest((0x0100,), (0, 1), b"\x00\x11")
ANSWER = RangingSetupResponse(5, 6, 7, 9)


def test_the_vehicle_settles_on_its_best() -> None:
    settled = negotiate(DEVICE, FOUR)
    request = settled.request
    assert (request.ran_multiplier, request.chaps, request.slots_per_round) == (1, 6, 8)
    assert (request.responders, request.sync_codes) == (4, 0x0F00)
    assert settled.hop is HopMode.CONTINUOUS
    assert request.hopping == 0x50
    assert settled.channel == 9


@pytest.mark.parametrize(
    ("device", "wishes", "multiplier"), [(1, 1, 1), (3, 1, 3), (1, 10, 10), (255, 2, 255)]
)
def test_blocks_are_as_long_as_the_device_needs_at_least(
    device: int, wishes: int, multiplier: int
) -> None:
    settled = negotiate(
        replace(DEVICE, ran_multiplier=device), replace(FOUR, ran_multiplier=wishes)
    )
    assert settled.request.ran_multiplier == multiplier


@pytest.mark.parametrize(
    ("responders", "slots"), [(1, 6), (2, 6), (3, 8), (5, 9), (8, 12), (9, 16), (20, 24)]
)
def test_a_round_holds_the_responders_and_four_more(responders: int, slots: int) -> None:
    assert negotiate(DEVICE, Wishes(responders)).request.slots_per_round == slots


def test_a_round_that_would_not_fit_has_shorter_slots() -> None:
    assert negotiate(DEVICE, Wishes(44)).request.chaps == 6
    assert negotiate(DEVICE, Wishes(60)).request.chaps == 4
    assert negotiate(DEVICE, Wishes(90)).request.chaps == 3


@pytest.mark.parametrize(
    ("mask", "aes", "mode"),
    [
        (0xF8, False, HopMode.CONTINUOUS),
        (0xF8, True, HopMode.CONTINUOUS),
        (0x48, True, HopMode.CONTINUOUS_AES),
        (0xB8, True, HopMode.ADAPTIVE),
        (0xB8, False, HopMode.ADAPTIVE),
        (0xA8, True, HopMode.ADAPTIVE_AES),
        (0xA8, False, HopMode.NONE),
        (0x80, False, HopMode.NONE),
    ],
)
def test_hopping_follows_the_vehicles_order(mask: int, aes: bool, mode: HopMode) -> None:
    assert negotiate(replace(DEVICE, hopping=mask), replace(FOUR, aes_hopping=aes)).hop is mode


REFUSED = {
    "slots for testing only": (replace(DEVICE, slots=0x40), FOUR, "chaps per slot"),
    "no slots": (replace(DEVICE, slots=0x80), FOUR, "chaps per slot"),
    "even if the vehicle asks for 24": (
        replace(DEVICE, slots=0x40),
        replace(FOUR, chaps=(24,)),
        "chaps per slot",
    ),
    "too many anchors": (DEVICE, Wishes(93), "slots per round"),
    "a round longer than a block": (
        replace(DEVICE, slots=0x20),
        Wishes(44),
        "slots per round",
    ),
    "a channel not offered": (
        replace(DEVICE, channel=5),
        replace(FOUR, channels=ChannelBit.CHANNEL_9),
        "channel",
    ),
    "a channel that is a mask": (replace(DEVICE, channel=2), FOUR, "channel"),
    "no SYNC code": (replace(DEVICE, sync_codes=0), FOUR, "SYNC code"),
    "no SYNC code in common": (DEVICE, replace(FOUR, sync_codes=1), "SYNC code"),
    "no hopping": (replace(DEVICE, hopping=0), FOUR, "hopping"),
    "AES alone": (replace(DEVICE, hopping=Hop.CONTINUOUS | Hop.AES), FOUR, "hopping"),
    "half a mode": (replace(DEVICE, hopping=Hop.CONTINUOUS), FOUR, "hopping"),
    "a multiplier of nothing": (replace(DEVICE, ran_multiplier=0), FOUR, "RAN multiplier"),
}


@pytest.mark.parametrize(("device", "wishes", "what"), REFUSED.values(), ids=REFUSED)
def test_what_does_not_fit_is_refused_by_name(
    device: RangingSessionResponse, wishes: Wishes, what: str
) -> None:
    with pytest.raises(RangingMismatch) as refused:
        negotiate(device, wishes)
    assert refused.value.what == what


@given(
    st.builds(
        RangingSessionResponse,
        st.integers(0, 255),
        st.integers(0, 255),
        st.integers(0, 0xFFFF_FFFF),
        st.sampled_from([5, 9, 0, 255]),
        st.integers(0, 255),
    ),
    st.builds(Wishes, st.integers(1, 92), st.integers(1, 255), aes_hopping=st.booleans()),
)
def test_whatever_is_settled_on_can_be(device: RangingSessionResponse, wishes: Wishes) -> None:
    try:
        settled = negotiate(device, wishes)
    except RangingMismatch:
        return
    request = settled.request
    assert request.ran_multiplier >= max(device.ran_multiplier, wishes.ran_multiplier)
    assert request.slots_per_round in SLOTS_PER_ROUND
    assert request.slots_per_round >= wishes.responders + 4
    assert request.chaps * request.slots_per_round <= request.ran_multiplier * 96 * 3
    assert request.chaps != 24
    assert request.sync_codes & device.sync_codes == request.sync_codes != 0
    assert device.hopping & request.hopping == request.hopping
    assert wishes.aes_hopping or not request.hopping & Hop.AES


@pytest.mark.parametrize("code", [9, 10, 11, 12])
def test_a_sync_code_that_was_offered_is_taken(code: int) -> None:
    accept(negotiate(DEVICE, FOUR), replace(ANSWER, sync_code=code))


@pytest.mark.parametrize("code", [0, 8, 13, 33, 255])
def test_another_sync_code_is_refused(code: int) -> None:
    with pytest.raises(RangingMismatch, match="SYNC code"):
        accept(negotiate(DEVICE, FOUR), replace(ANSWER, sync_code=code))


def test_an_sts_index_beyond_its_range_is_refused() -> None:
    accept(negotiate(DEVICE, FOUR), replace(ANSWER, sts_index0=0x3FFF_FFFF))
    with pytest.raises(RangingMismatch, match="STS_Index0"):
        accept(negotiate(DEVICE, FOUR), replace(ANSWER, sts_index0=0x4000_0000))


def test_a_session_is_asked_for_with_what_the_device_chose() -> None:
    request = session_request(OFFERED, RangingCapabilityResponse(0x0100, 1, 0x11), 0xABCD, 2)
    assert (request.config, request.combo, request.session_id) == (1, 0x11, 0xABCD)


@pytest.mark.parametrize(
    ("chosen", "what"),
    [
        (RangingCapabilityResponse(0x0101, 1, 0x11), "version"),
        (RangingCapabilityResponse(0x0100, 2, 0x11), "configuration"),
        (RangingCapabilityResponse(0x0100, 1, 0x22), "pulse shapes"),
    ],
)
def test_a_choice_that_was_not_offered_is_refused(
    chosen: RangingCapabilityResponse, what: str
) -> None:
    with pytest.raises(RangingMismatch) as refused:
        session_request(OFFERED, chosen, 1, 2)
    assert refused.value.what == what
