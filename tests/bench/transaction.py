"""One whole transaction through the rig, against the floor, over the same virtual card.

Both sides talk to one virtual phone behind one slot of the real pcscd. The phone's own work is on
both sides of the ratio, as a real phone's would be. The floor uses pyscard's thinnest layer, as the
rig does: its object layer would make a slower floor.

Standard: SELECT, AUTH0, AUTH1, EXCHANGE, CONTROL FLOW. Fast: SELECT, AUTH0, CONTROL FLOW.
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from cryptography.hazmat.primitives.asymmetric import ec
from smartcard import scard

from drivers.api.errors import DriverError
from drivers.api.nfc import NfcReader, ReaderPort
from drivers.api.phone import KeyHolder
from drivers.api.trace import Exchange
from rig.bench.build import Bench, opened, partial
from rig.bench.errors import BenchError
from rig.bench.load import find_bench, load_bench
from rig.digital_key.apdu import with_chaining, with_get_response
from rig.digital_key.mailbox import Mailbox
from rig.digital_key.messages import Outcome
from rig.digital_key.profiles import PROFILES, Purpose
from rig.digital_key.settings import Settings
from rig.digital_key.transaction import Transaction, Vehicle
from rig.digital_key.wire import Transceive, wire
from rig.measure.timeline import Timeline
from rig.vehicle.keyring import Key, Keyring
from rig.vehicle.keyring_file import load_keyring
from tests.bench.floor import Floor, Transmit
from tests.bench.harness import BenchFailed, Row, interleave, ratio

ROUNDS = 101
TARGET = 1.25
PHONE, PLACE, SLOT = "owner_phone", "driver_handle", "handle_slot"


def rows(_scratch: Path) -> list[Row]:
    """Two rows; BenchFailed where the machine has no pcscd or vpcd."""
    description = partial(load_bench(find_bench("virtual")), [PLACE, PHONE])
    try:
        with opened(description) as bench:
            return _compare(bench)
    except (BenchError, DriverError) as exc:
        raise BenchFailed(str(exc)) from exc


def _compare(bench: Bench) -> list[Row]:
    devices, keyring = bench.devices, bench.description.vehicle.keyring
    phone, reader, slot = devices[PHONE], devices[PLACE], devices[SLOT]
    assert isinstance(phone, KeyHolder)
    assert isinstance(reader, NfcReader)
    assert isinstance(slot, ReaderPort)
    phone.present(PLACE)
    link = reader.wait_for_card(timeout_s=10)
    if link is None:
        raise BenchFailed(f"{PLACE}: no phone seen")
    rig = RigSide(link.transceive, load_keyring(keyring), bench)
    try:
        with _transmitter(slot.reader_name) as transmit:
            floor = _floor(keyring, transmit)
            return [_row(kind, rig, floor) for kind in ("standard", "fast")]
    finally:
        link.close()


def _row(kind: str, rig: Side, floor: Side) -> Row:
    def turn(side: Side) -> float:
        side.standard()  # leaves the secret of a fast one; the other side's is void by now
        transaction = side.standard if kind == "standard" else side.fast
        begin_s = time.perf_counter()
        transaction()
        return time.perf_counter() - begin_s

    times = interleave({"rig": lambda: turn(rig), "floor": lambda: turn(floor)}, ROUNDS)
    shown = {name: 1000 * statistics.median(values) for name, values in times.items()}
    against = f"{shown['rig']:.2f} ms against {shown['floor']:.2f} ms of bare pyscard"
    measured = ratio(times["rig"], times["floor"])
    return Row(f"{kind} transaction", measured, TARGET, against, f"{ROUNDS} rounds")


@contextmanager
def _transmitter(reader_name: str) -> Iterator[Transmit]:
    """A connection through pyscard's thinnest layer, beside the rig's."""
    found, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_SYSTEM)
    _check(found)
    share, protocols = scard.SCARD_SHARE_SHARED, scard.SCARD_PROTOCOL_ANY
    found, card, protocol = scard.SCardConnect(context, reader_name, share, protocols)
    _check(found)
    t1 = protocol == scard.SCARD_PROTOCOL_T1
    pci = scard.SCARD_PCI_T1 if t1 else scard.SCARD_PCI_T0

    def transmit(apdu: bytes) -> bytes:
        code, answer = scard.SCardTransmit(card, pci, list(apdu))
        _check(code)
        return bytes(answer)

    yield transmit
    _check(scard.SCardDisconnect(card, scard.SCARD_LEAVE_CARD))
    _check(scard.SCardReleaseContext(context))


def _check(code: int) -> None:
    if code != scard.SCARD_S_SUCCESS:
        raise BenchFailed(f"bare pyscard: {scard.SCardGetErrorMessage(code)}")


class Side(Protocol):
    """One contestant with its connection to the phone."""

    def standard(self) -> object: ...
    def fast(self) -> object: ...


class RigSide:
    """The rig's own path: its reader, the stamped and traced wire, its layers, its keyring."""

    def __init__(self, transceive: Transceive, keyring: Keyring, bench: Bench) -> None:
        self._transceive = transceive
        self._keyring = keyring
        profile = PROFILES[bench.description.vehicle.profile]
        self._vehicle = Vehicle(keyring.identifier, keyring.vehicle_key, profile, Settings())

    def standard(self) -> None:
        """As the tray does it."""
        transaction = self._transaction()
        found = transaction.authenticate(Purpose.START_FIRST, fast=False, exchange=True)
        assert isinstance(found.key, Key)
        self._keyring.used(found.key, found.persistent)
        Mailbox(transaction.exchange, self._vehicle.settings).signals()
        transaction.control_flow(Outcome.SUCCESS)

    def fast(self) -> None:
        """As the handle does it."""
        transaction = self._transaction()
        found = transaction.authenticate(Purpose.UNLOCK, fast=True)
        assert isinstance(found.key, Key)
        if not found.fast:
            raise BenchFailed("a fast transaction fell back to standard")
        self._keyring.used(found.key, found.persistent)
        transaction.control_flow(Outcome.SUCCESS)

    def _transaction(self) -> Transaction:
        timeline = Timeline()

        def keep(sent: int, received: int, command: bytes, response: bytes, error: str) -> None:
            exchange = Exchange(PLACE, sent, received, command, response, error)
            timeline.exchanges.append(exchange)

        layers = with_get_response(
            with_chaining(wire(self._transceive, keep, time.perf_counter_ns))
        )
        return Transaction(layers, self._vehicle, self._keyring)


def _floor(keyring: Path, transmit: Transmit) -> Floor:
    document = json.loads(keyring.read_text())
    (owner,) = [key for key in document["keys"] if key["name"] == PHONE]
    scalar = int(document["vehicle"]["private"], 16)
    return Floor(
        transmit=transmit,
        identifier=bytes.fromhex(document["vehicle"]["id"]),
        vehicle=ec.derive_private_key(scalar, ec.SECP256R1()),
        device=bytes.fromhex(owner["public"]),
    )
