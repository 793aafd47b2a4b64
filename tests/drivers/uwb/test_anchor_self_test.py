"""What an anchor's self-test says, with its figures."""

from __future__ import annotations

import re

import pytest

from drivers.api.errors import DeviceRefused
from drivers.sim.uwb_chip import VirtualUwbChip
from drivers.uwb import findings
from drivers.uwb.host import LineHealth
from drivers.uwb.kits import TcpAnchor
from drivers.uwb.uci import core
from drivers.uwb.uci.profiles import GENERIC, PICA, QORVO
from drivers.uwb.uci.tlv import Tlv
from tests.drivers.uwb.uci.test_uci_vectors import CAPABILITIES

CAPTURED = core.Capabilities.decode(b"\0" + bytes.fromhex(CAPABILITIES))
REFUSAL = DeviceRefused(8, "QueryTimestamp (UNKNOWN_OID)")


def test_an_anchor_says_what_it_can_do_and_what_time_it_has() -> None:
    with VirtualUwbChip(pace="free") as chip, TcpAnchor(chip) as anchor:
        said = anchor.self_test()
    assert all(finding.ok for finding in said)
    texts = [finding.what for finding in said]
    assert texts[0] == "answers UCI 2.0.0"
    assert re.fullmatch(r"line is clean, \d+ segments read", texts[1])
    assert texts[2] == (
        "9 capabilities: CCC versions 0100, configurations 0 1, chaps 3 4 6 8 9 12, "
        "32 SYNC codes, channels 5 9, hopping adaptive, default sequence or continuous, "
        "default sequence or none, RAN multiplier from 1, 5 sessions"
    )
    assert re.fullmatch(r"clock reads \d+\.\d{6} s, in \d+\.\d\d ms", texts[3])


def test_the_captured_capabilities_of_a_dwm3001cdk_say_fira_2_and_no_ccc() -> None:
    found = findings.of_capabilities(CAPTURED, QORVO)
    assert (found.what, found.ok) == ("26 capabilities: FiRa 2, channels 5 and 9", True)
    other = findings.of_capabilities(CAPTURED, PICA)
    assert other.what == "26 capabilities: FiRa 1, 26 not decoded"


def test_capabilities_that_do_not_decode_speak_for_another_profile() -> None:
    found = findings.of_capabilities(core.Capabilities(0, (Tlv(0xA0, b"\1\2"),)), GENERIC)
    assert not found.ok
    assert "profile 'generic'" in found.advice


@pytest.mark.parametrize(
    ("tags", "ok"), [((0x01,), True), ((0xA0,), False)], ids=["FiRa alone", "CCC too"]
)
def test_only_a_chip_that_knows_ccc_needs_a_clock(tags: tuple[int, ...], ok: bool) -> None:
    said = core.Capabilities(0, tuple(Tlv(tag, b"\1") for tag in tags))
    found = findings.of_no_clock(said, REFUSAL)
    assert found.ok is ok
    assert bool(found.advice) is not ok


def test_a_line_with_noise_is_not_clean() -> None:
    found = findings.of_line(LineHealth(segments=5, garbage_octets=3))
    assert not found.ok
    assert "garbage_octets=3" in found.advice
