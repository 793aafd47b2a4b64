"""A phone with a key and its vehicle, on one air and on virtual time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path as File

from drivers.api.space import Path, Point
from drivers.api.stage import Carried
from drivers.sim.ble_air import BleAir
from drivers.sim.motion import Motion
from drivers.sim.phone import VirtualPhone
from drivers.sim.phone_ble import BluetoothHalf
from drivers.sim.ranging_air import Call, Reply
from drivers.sim.world import World
from rig.digital_key import ble_messages as dk
from tests.drivers.sim.phone.applet_bench import DEVICES
from tests.drivers.sim.phone.test_wallet_file import a_key, a_wallet
from tests.drivers.sim.phone_ble.small_vehicle import ADDRESS, SmallVehicle
from tests.home_key.independent_reader import CCC

FIRST_APPROACH, RANGING = replace(CCC, code=0x11), replace(CCC, code=0x10)
ANCHOR = Point(0.0, 1.0, 1.0)
SETUP = dk.RangingSetupRequest(
    ran_multiplier=1,
    chaps=6,
    responders=4,
    slots_per_round=12,
    sync_codes=0x0300,
    hopping=0x90,
)


@dataclass
class Drive:
    """``session_id`` and ``ursk`` are of the latest key that a transaction brought."""

    world: World
    air: BleAir
    vehicle: SmallVehicle
    phone: VirtualPhone
    session_id: int = 0
    ursk: bytes = b""

    @property
    def bluetooth(self) -> BluetoothHalf:
        assert self.phone.bluetooth is not None
        return self.phone.bluetooth

    def passes(self, seconds: float) -> None:
        self.world.clock.sleep(seconds)

    def comes(self, x_m: float = 3.0) -> None:
        """The phone is brought near and rests there."""
        path = Path((Point(x_m, 0.0, 1.0),), 1.0)
        motion = Motion(path, self.world.clock.now_ns(), Carried.IN_HAND)
        self.world.motions.set(self.phone, motion)

    def goes(self) -> None:
        self.world.motions.set(self.phone, None)

    # --- the vehicle's side of what a phone goes through ---------------------------------------

    def first_approach(self) -> dk.TimeSync:
        """Pair, prove the key, and end with a bond and a ranging key."""
        self.vehicle.accepts_first_approach()
        time = self.vehicle.hears(dk.TimeSync)
        self.transaction(FIRST_APPROACH, 0x01B0)
        return time

    def transaction(self, form: object = RANGING, outcome: int = 0x0100) -> None:
        """A standard transaction with a ranging key."""
        reader = self.vehicle.reader(form)  # type: ignore[arg-type]
        reader.select()
        reader.auth0(fast=False)
        reader.auth1(DEVICES)
        session = reader.transaction_id[-4:]
        answer = self.vehicle.exchange(b"\x80\x71\x00\x00\x04" + session + b"\x00")
        assert answer == b"\x90\x00"
        reader.control_flow(outcome >> 8, outcome & 0xFF)
        self.session_id = int.from_bytes(session, "big")
        found = self.bluetooth.state().ranging_keys[-1]
        self.ursk = bytes(found.ursk)

    def ranges(self, setup: dk.RangingSetupRequest = SETUP) -> dk.RangingSetupResponse:
        """Session and set-up."""
        self.vehicle.says(self.session_request())
        self.vehicle.hears(dk.RangingSessionResponse)
        self.vehicle.says(setup)
        return self.vehicle.hears(dk.RangingSetupResponse)

    def session_request(self) -> dk.RangingSessionRequest:
        return dk.RangingSessionRequest(
            version=0x0100, config=0, session_id=self.session_id, combo=0, channels=0x02
        )

    def bonded(self) -> dk.TimeSync:
        """Come for the first time, go, and come again: the phone has a bond now."""
        self.comes()
        self.first_approach()
        self.goes()
        self.passes(10.0)
        self.comes()
        return self.vehicle.hears(dk.TimeSync)

    # --- an anchor -----------------------------------------------------------------------------

    def calls(
        self,
        setup: dk.RangingSetupResponse,
        block: int = 0,
        *,
        late_s: float = 0.0,
        shift: int = 0,
        ursk: bytes | None = None,
        anchor: Point = ANCHOR,
    ) -> Reply | None:
        """What an anchor is answered in a block, as it reckons by the phone's own clock."""
        t_ns = self.block_ns(setup.time0_us, block) + round(late_s * 1e9)
        index = setup.sts_index0 + block * (96 * 3 // (6 * 12)) * 12 + 1 + 4 + 1 + shift
        call = Call(self.session_id, index, ursk or self.ursk, t_ns, anchor)
        return self.world.ranging_air.call(call)

    def block_ns(self, time0_us: int, block: int, block_us: int = 96_000) -> int:
        """When a block begins, by the world's clock."""
        clock = self.bluetooth.ranging.clock
        since_us = time0_us + block * block_us - clock.offset_us
        return round(since_us * 1000 / (1 + clock.ppm / 1e6))


@contextmanager
def drive(
    folder: File, seed: int = 7, keys: tuple[object, ...] = (), **options: object
) -> Iterator[Drive]:
    """The phone has a key for the vehicle and knows its address; it is far away."""
    wallet = a_wallet(folder, *(keys or (a_key(bluetooth={"address": ADDRESS}),)))
    with ExitStack() as stack:
        world = stack.enter_context(World(seed=seed, start="2026-06-01", time="virtual"))
        air = stack.enter_context(BleAir(world))
        stack.enter_context(world.clock.skipping())
        vehicle = SmallVehicle(air)
        phone = VirtualPhone(world, wallet, "mine", air=air, **options)  # type: ignore[arg-type]
        phone.name = "owner_phone"
        stack.enter_context(phone)
        yield Drive(world, air, vehicle, phone)
