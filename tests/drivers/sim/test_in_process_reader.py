"""What is peculiar to the reader that stands in where there is no PC/SC."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from drivers.api.errors import LinkLost, LinkTimeout
from drivers.sim.reader import InProcessReader
from drivers.sim.world import World
from tests.contracts.echo_card import OK, EchoCard
from tests.contracts.nfc_benches import activated

ROOT = Path(__file__).parents[3]


def test_a_late_answer_is_not_taken_for_the_next() -> None:
    with World() as world, InProcessReader(world, "tray", apdu_timeout_s=0.1) as reader:
        card = EchoCard()
        world.bring(card, "tray")
        link = activated(reader)
        card.may_answer.clear()
        with pytest.raises(LinkTimeout):
            link.transceive(b"first")
        card.may_answer.set()
        with pytest.raises(LinkLost, match="mute"):
            link.transceive(b"second")
        assert activated(reader).transceive(b"third") == b"third" + OK


def test_many_visits_leave_no_descriptor_open() -> None:
    def visit() -> None:
        card = EchoCard()
        world.bring(card, "tray")
        activated(reader)
        world.take(card)

    def open_descriptors() -> int:
        return len(os.listdir("/proc/self/fd"))

    with World() as world, InProcessReader(world, "tray") as reader:
        visit()
        after_one = open_descriptors()
        for _ in range(20):
            visit()
        assert reader.wait_for_removal(0)
        deadline_s = time.monotonic() + 5
        while open_descriptors() > after_one and time.monotonic() < deadline_s:
            time.sleep(0.01)  # another thread closes what the last visit used
        assert open_descriptors() <= after_one


def test_it_needs_neither_pyscard_nor_pcscd() -> None:
    code = (
        "import sys; sys.modules['smartcard'] = None\n"
        "from drivers.sim.world import World; from drivers.sim.reader import InProcessReader\n"
        "print(InProcessReader(World(), 'tray').wait_for_card(0))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env={"PATH": ""}, capture_output=True, check=False
    )
    assert (done.stdout, done.stderr) == (b"None\n", b"")
