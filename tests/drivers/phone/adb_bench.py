"""A virtual Android phone behind a virtual adb server, its driver, and a person who is asked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from drivers.phone.adb import AdbPhone
from drivers.sim.adb_server import VirtualAdbServer
from drivers.sim.phone import VirtualPhone
from drivers.sim.world import World
from tests.drivers.operator.scripted import ScriptedOperator

SERIAL, PIN, APP = "R5CT1234ABC", "284917", "com.example.mini"
SETTLE_S = 0.3


@dataclass
class AdbBench:
    """All of them. ``phone`` is the driver, ``real`` what it drives."""

    server: VirtualAdbServer
    real: VirtualPhone
    person: ScriptedOperator
    pin: Path

    def opened(self, **options: Any) -> AdbPhone:
        """The driver; a keyword replaces an option."""
        asked: dict[str, Any] = {"server": self.server, "pin": self.pin, "apps": (APP,)}
        asked |= {"answer_s": 20.0, "settle_s": SETTLE_S, "boot_s": SETTLE_S, "bouncer_s": 0.0}
        made = AdbPhone(self.person, SERIAL, **{**asked, **options})
        made.name = "owner_phone"
        return made


@contextmanager
def adb_bench(folder: Path, android: int = 15) -> Iterator[AdbBench]:
    """A phone of that Android, locked, on its cable; the person expects to be asked nothing."""
    pin = folder / "pin"
    pin.write_text(f"{PIN}\n", encoding="ascii")
    with World() as world, VirtualPhone(world, platform="pixel") as real:
        options: dict[str, Any] = {"apps": {APP: "5.2.1"}, "others": {"emulator-5554": "device"}}
        with VirtualAdbServer(real, SERIAL, android, PIN, **options) as server:
            yield AdbBench(server, real, ScriptedOperator(), pin)
