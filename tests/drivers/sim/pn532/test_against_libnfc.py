"""libnfc's nfc-list, which nobody here wrote, finds what is held to the virtual chip."""

from __future__ import annotations

import os
import re
import shutil
import subprocess

import pytest

from drivers.sim.contactless import Front
from drivers.sim.isodep.faults import RfFault
from drivers.sim.keycard import VirtualKeyCard
from drivers.sim.phone.device import VirtualPhone
from tests.contracts.echo_card import PATIENCE_S
from tests.drivers.sim.isodep.air_bench import FrontedCard
from tests.drivers.sim.phone.held_in_hand import WALLET
from tests.drivers.sim.pn532.host import PLACE, Bench, activated, nfcpy


def nfc_list(bench: Bench, *options: str) -> dict[str, str]:
    """What nfc-list prints of the first target of type A, by name; nothing where it finds none."""
    program = shutil.which("nfc-list")
    if program is None:
        pytest.skip("not run: nfc-list is missing (apt libnfc-bin)")
    done = subprocess.run(
        [program, *options],
        env={**os.environ, "LIBNFC_DEFAULT_DEVICE": f"pn532_uart:{bench.chip.path}"},
        capture_output=True,
        text=True,
        timeout=2 * PATIENCE_S,
        check=True,
    )
    assert "user defined default device opened" in done.stdout, done.stderr
    assert "libnfc.driver.pn532_uart" not in done.stderr, done.stderr  # no complaint of the chip
    lines = re.findall(r"^ *(ATQA|UID|SAK|ATS) ?(?:\(\w+\))?: (.*)$", done.stdout, re.MULTILINE)
    return {name: "".join(value.split()) for name, value in lines}


def test_a_card_is_listed_with_all_it_shows(bench: Bench) -> None:
    bench.hold(FrontedCard(Front(uid=bytes.fromhex("04A1B2C3D4E5F6"), historical=b"rig")))
    assert nfc_list(bench) == {
        "ATQA": "0044",
        "UID": "04a1b2c3d4e5f6",
        "SAK": "20",
        "ATS": "78808002726967",
    }


@pytest.mark.parametrize("uid", ["01020304", "04010203040506070809"])
def test_uids_of_other_sizes_are_listed(bench: Bench, uid: str) -> None:
    bench.hold(FrontedCard(Front(uid=bytes.fromhex(uid))))
    assert nfc_list(bench)["UID"] == uid


@pytest.mark.parametrize("kinds", [["-t", "1"], []], ids=["type A", "all it knows"])
def test_an_empty_field_is_empty(bench: Bench, kinds: list[str]) -> None:
    assert nfc_list(bench, *kinds) == {}


def test_a_key_card_and_an_android_phone_are_listed_and_an_iphone_is_not(bench: Bench) -> None:
    VirtualKeyCard(bench.world, WALLET, "key_card").present(PLACE)
    assert nfc_list(bench)["UID"].startswith("04")
    VirtualPhone(bench.world, platform="pixel").present(PLACE)
    assert nfc_list(bench)["UID"].startswith("08")
    VirtualPhone(bench.world, platform="ios").present(PLACE)
    assert nfc_list(bench) == {}


def test_a_card_without_rats_is_not_listed(bench: Bench) -> None:
    bench.hold()
    with bench.chip.rf(RfFault.NO_RATS):
        assert nfc_list(bench) == {}
    assert nfc_list(bench) != {}


def test_libnfc_and_nfcpy_take_turns(bench: Bench) -> None:
    bench.hold()
    for _ in range(2):
        assert nfc_list(bench) != {}
        with nfcpy(bench) as frontend:
            assert activated(frontend).transceive(b"apdu") == b"apdu\x90\x00"
