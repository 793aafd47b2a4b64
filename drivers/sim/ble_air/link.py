"""The air itself: Bumble's local link, paced and breakable."""

from __future__ import annotations

import asyncio
import struct

from bumble import core, hci, link, ll
from bumble.controller import Connection, Controller

from drivers.sim.ble_air.controller import AirController
from drivers.sim.ble_air.faults import Faults, Tamper
from drivers.sim.ble_air.wire import End, Pdu, Wire

_INTERVAL_S, _TIMEOUT_S = 0.00125, 0.01  # units of a connection's interval and timeout in HCI
_FIRST_CHANNEL = 0x0040  # below are the fixed ones: ATT, signalling, SMP


class PacedLink(link.LocalLink):
    """Adverts reach who listens; connected controllers meet at connection events."""

    def __init__(self, faults: Faults) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.faults = faults
        self.wires: list[Wire] = []

    def radios(self) -> list[AirController]:
        """Every controller that is on the air."""
        return [found for found in self.controllers if isinstance(found, AirController)]

    def send_advertising_pdu(
        self, sender_controller: Controller, packet: ll.AdvertisingPdu
    ) -> None:
        if not isinstance(sender_controller, AirController):
            raise TypeError("only the air's own controllers are on it")
        if isinstance(packet, ll.ConnectInd):
            self._connect(sender_controller, packet)
        elif sender_controller.in_range and not self.faults.loses():
            for radio in self.radios():
                if radio is not sender_controller and radio.listens():
                    self._after_delay(radio, packet)

    def send_acl_data(
        self,
        sender_controller: Controller,
        destination_address: hci.Address,
        transport: core.PhysicalTransport,  # noqa: ARG002 - there is but LE
        data: bytes,
    ) -> None:
        if (found := self._wire_of(sender_controller, destination_address)) is None:
            return
        wire, sender = found
        to = wire.other(sender)

        def deliver() -> None:
            self._deliver(wire, to, sender.address, data)

        wire.put(to, Pdu(deliver))

    def send_ll_control_pdu(
        self,
        sender_address: hci.Address,
        receiver_address: hci.Address,
        packet: ll.ControlPdu,
    ) -> None:
        wire = next((w for w in self.wires if _joins(w, sender_address, receiver_address)), None)
        if wire is None:
            return
        to = wire.central if wire.central.address == receiver_address else wire.peripheral

        def deliver() -> None:
            if isinstance(packet, ll.StartEncRsp):
                wire.encrypted = True
            if to.lives:
                to.controller.on_ll_control_pdu(sender_address, packet)

        wire.put(to, Pdu(deliver))

    def update_phy(self, asking: AirController, connection: Connection) -> None:
        """Have both hosts told of LL_PHY_UPDATE_IND, which the central sends."""
        if (found := self._wire_of(asking, connection.peer_address)) is None:
            return
        wire, end = found
        central, peripheral = wire.central, wire.peripheral

        def told(who: End) -> None:
            if who.connection is not None:
                who.controller.tell_phy_updated(who.connection)

        indication = Pdu(lambda: told(peripheral), sent=lambda: told(central))
        if end is central:
            wire.put(peripheral, indication)
        else:
            wire.put(central, Pdu(lambda: wire.put(peripheral, indication)))

    def wire_of(self, radio: Controller, peer: hci.Address) -> Wire | None:
        """The connection of a controller to somebody."""
        found = self._wire_of(radio, peer)
        return found[0] if found else None

    def let_go(self, connection: Connection) -> None:
        """A controller holds a connection no more: nothing else comes in there."""
        for wire in self.wires:
            if wire.central.connection is connection:
                wire.central.inbox.clear()
            elif wire.peripheral.connection is connection:
                wire.peripheral.inbox.clear()
        self.wires = [w for w in self.wires if w.central.lives or w.peripheral.lives]

    def abandon(self, radio: AirController) -> None:
        """A controller is gone without a word: whoever was connected to it finds out by itself."""
        for wire in tuple(self.wires):
            for end in (wire.central, wire.peripheral):
                if end.controller is radio and end.connection is not None:
                    radio.le_connections.pop(end.connection.peer_address, None)
                    wire.other(end).inbox.clear()
                    asyncio.get_running_loop().call_later(wire.timeout_s, wire.time_out)

    def check_range(self) -> None:
        """Somebody came into range, or left it."""
        for wire in self.wires:
            wire.check_range()

    def _connect(self, central: AirController, packet: ll.ConnectInd) -> None:
        """The initiator holds the connection from now on; the advertiser once it has heard."""
        peer = packet.advertiser_address
        self._forget(central, peer)
        mine = End(central, packet.initiator_address, central.le_connections.get(peer))
        theirs = End(self._advertiser(peer) or central, peer)
        wire = Wire(
            mine,
            theirs,
            packet.interval * _INTERVAL_S,
            packet.timeout * _TIMEOUT_S,
            self.faults,
        )
        self.wires.append(wire)
        wire.expect_acceptance()
        if theirs.controller is not central:
            delay_s = self.faults.delay_s
            loop = asyncio.get_running_loop()
            if delay_s:
                loop.call_later(delay_s, self._accept, wire, packet)
            else:
                loop.call_soon(self._accept, wire, packet)

    def _accept(self, wire: Wire, packet: ll.ConnectInd) -> None:
        radio, initiator = wire.peripheral.controller, packet.initiator_address
        if not radio.in_range or radio not in self.controllers:
            return
        before = radio.le_connections.get(initiator)
        radio.on_ll_advertising_pdu(packet)
        after = radio.le_connections.get(initiator)
        if after is not before:
            wire.peripheral.connection = after

    def _advertiser(self, address: hci.Address) -> AirController | None:
        for radio in self.radios():
            advertising = [radio.le_legacy_advertiser.address]
            advertising += [s.address for s in radio.advertising_sets.values() if s.address]
            if address in advertising:
                return radio
        return None

    def _forget(self, central: AirController, peer: hci.Address) -> None:
        """An earlier connection of these two that one of them still believes in."""
        for wire in tuple(self.wires):
            if wire.central.controller is central and wire.peripheral.address == peer:
                wire.close()
                wire.peripheral.drop(hci.HCI_ErrorCode.CONNECTION_TIMEOUT_ERROR)
                if wire in self.wires:
                    self.wires.remove(wire)

    def _after_delay(self, radio: AirController, packet: ll.AdvertisingPdu) -> None:
        loop = asyncio.get_running_loop()
        if self.faults.delay_s:
            loop.call_later(self.faults.delay_s, radio.on_ll_advertising_pdu, packet)
        else:
            loop.call_soon(radio.on_ll_advertising_pdu, packet)

    def _wire_of(self, radio: Controller, peer: hci.Address) -> tuple[Wire, End] | None:
        for wire in self.wires:
            for end in (wire.central, wire.peripheral):
                if end.controller is radio and end.lives and wire.other(end).address == peer:
                    return wire, end
        return None

    def _deliver(self, wire: Wire, to: End, sender: hci.Address, data: bytes) -> None:
        if not to.lives:
            return
        tamper = self.faults.tamper
        arriving = data if tamper is None else tampered(data, tamper)
        if arriving != data and wire.encrypted:
            # What was altered on an encrypted link fails its MIC (Vol 6, Part B, 1.2, 5.1.3.1).
            wire.end(hci.HCI_ErrorCode.CONNECTION_TERMINATED_DUE_TO_MIC_FAILURE_ERROR)
        else:
            to.controller.on_link_acl_data(sender, core.PhysicalTransport.LE, arriving)


def tampered(data: bytes, tamper: Tamper) -> bytes:
    """An L2CAP PDU after an attack on its message; untouched where it holds no whole one."""
    if len(data) < 6:
        return data
    length, channel, size = struct.unpack_from("<HHH", data)
    message = data[6:]
    if channel < _FIRST_CHANNEL or length != len(data) - 4 or size != len(message):
        return data
    message = tamper(message)
    return struct.pack("<HHH", len(message) + 2, channel, len(message)) + message


def _joins(wire: Wire, one: hci.Address, other: hci.Address) -> bool:
    ends = wire.central.address, wire.peripheral.address
    return ends in ((one, other), (other, one))
