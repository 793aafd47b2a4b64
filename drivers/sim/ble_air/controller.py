"""A virtual Bluetooth LE controller: Bumble's, with what it leaves out and this bench needs.

Added are scan windows, cancelling a connection, the PHY update by which a vehicle triggers
Time_Sync (facts 5.3), legacy advertising at the interval that was asked for, and a switch for being
out of everybody's range. Left out with purpose: Bumble formats every packet for a log nobody
reads, which would cost more than the packet itself, and would write long-term keys into it.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Protocol

from bumble import hci
from bumble.controller import Connection, Controller

if TYPE_CHECKING:
    from drivers.sim.ble_air.link import PacedLink

_SLOT_S = 0.000625  # in which HCI counts scan windows and advertising intervals


class HostSide(Protocol):
    """Who takes a controller's packets."""

    def on_packet(self, packet: bytes) -> None:
        """One H4 packet."""
        ...


class AirController(Controller):
    """One radio on the air. All of it runs in the air's thread."""

    le_acl_data_packet_length = 251  # data length extension: a DK message is one packet or two
    acl_data_packet_length = 251

    def __init__(self, name: str, air: PacedLink, host: HostSide | None = None) -> None:
        super().__init__(name, host_sink=host, link=air)
        self.air = air
        self.in_range = True
        self.scan_phase_s = 0.0  # how far into its interval a scan begins
        self._scan_began_s = 0.0

    def on_hci_packet(self, packet: hci.HCI_Packet) -> None:
        if isinstance(packet, hci.HCI_Command):
            self.on_hci_command_packet(packet)
        elif isinstance(packet, hci.HCI_AclDataPacket):
            self.on_hci_acl_data_packet(packet)

    def send_hci_packet(self, packet: hci.HCI_Packet) -> None:
        if (host := self.host) is not None:
            asyncio.get_running_loop().call_soon(host.on_packet, bytes(packet))

    def listens(self) -> bool:
        """Whether an advert that is on the air now reaches this controller's host."""
        if not self.in_range:
            return False
        if self.pending_le_connection is not None:
            return True  # an initiator listens all the time
        if not self.le_scan_enable:
            return False
        interval_s = self.le_scan_interval * _SLOT_S
        into_s = (asyncio.get_running_loop().time() - self._scan_began_s) % interval_s
        return into_s < self.le_scan_window * _SLOT_S

    def fall_silent(self) -> None:
        """Nothing is advertised, scanned for or connected to any more."""
        self.le_scan_enable, self.pending_le_connection = False, None
        self.le_legacy_advertiser.stop()
        for advertising in self.advertising_sets.values():
            advertising.stop()

    def on_le_disconnected(self, connection: Connection, reason: int) -> None:
        if self.le_connections.get(connection.peer_address) is connection:
            super().on_le_disconnected(connection, reason)
            self.air.let_go(connection)

    def on_hci_reset_command(
        self, command: hci.HCI_Reset_Command
    ) -> hci.HCI_StatusReturnParameters:
        self.fall_silent()
        self.air.abandon(self)
        return super().on_hci_reset_command(command)

    def on_hci_le_set_advertising_parameters_command(
        self, command: hci.HCI_LE_Set_Advertising_Parameters_Command
    ) -> hci.HCI_StatusReturnParameters:
        result = super().on_hci_le_set_advertising_parameters_command(command)
        advertiser = self.le_legacy_advertiser
        # Bumble takes the number for milliseconds; it counts slots.
        advertiser.advertising_interval_min = command.advertising_interval_min * _SLOT_S * 1000  # type: ignore[assignment]
        return result

    def on_hci_le_set_extended_advertising_enable_command(
        self, command: hci.HCI_LE_Set_Extended_Advertising_Enable_Command
    ) -> hci.HCI_StatusReturnParameters:
        for handle in command.advertising_handles:
            if (advertising := self.advertising_sets.get(handle)) is not None:
                advertising.stop()  # what is enabled once more goes on once, not twice
        return super().on_hci_le_set_extended_advertising_enable_command(command)

    def on_hci_le_set_scan_enable_command(
        self, command: hci.HCI_LE_Set_Scan_Enable_Command
    ) -> hci.HCI_StatusReturnParameters:
        self._scan_began_s = asyncio.get_running_loop().time() - self.scan_phase_s
        return super().on_hci_le_set_scan_enable_command(command)

    def on_hci_le_set_extended_scan_parameters_command(
        self, command: hci.HCI_LE_Set_Extended_Scan_Parameters_Command
    ) -> hci.HCI_StatusReturnParameters:
        self.le_scan_interval = command.scan_intervals[0]
        self.le_scan_window = command.scan_windows[0]
        return super().on_hci_le_set_extended_scan_parameters_command(command)

    def on_hci_le_set_extended_scan_enable_command(
        self, command: hci.HCI_LE_Set_Extended_Scan_Enable_Command
    ) -> hci.HCI_StatusReturnParameters:
        self._scan_began_s = asyncio.get_running_loop().time() - self.scan_phase_s
        return super().on_hci_le_set_extended_scan_enable_command(command)

    def on_hci_le_create_connection_cancel_command(
        self, command: hci.HCI_LE_Create_Connection_Cancel_Command
    ) -> hci.HCI_StatusReturnParameters:
        pending, self.pending_le_connection = self.pending_le_connection, None
        if pending is not None:
            self._tell_cancelled(pending.peer_address)
        return super().on_hci_le_create_connection_cancel_command(command)

    def on_hci_le_set_phy_command(self, command: hci.HCI_LE_Set_PHY_Command) -> None:
        """LL_PHY_REQ and LL_PHY_UPDATE_IND; the PHY stays as it is, for there is but one here."""
        self._send_hci_command_status(hci.HCI_COMMAND_STATUS_PENDING, command.op_code)
        connection = self.find_le_connection_by_handle(command.connection_handle)
        if connection is not None:
            self.air.update_phy(self, connection)

    def tell_phy_updated(self, connection: Connection) -> None:
        """The event of LL_PHY_UPDATE_IND."""
        if self.le_connections.get(connection.peer_address) is connection:
            self.send_hci_packet(
                hci.HCI_LE_PHY_Update_Complete_Event(
                    status=hci.HCI_ErrorCode.SUCCESS,
                    connection_handle=connection.handle,
                    tx_phy=hci.HCI_LE_1M_PHY,
                    rx_phy=hci.HCI_LE_1M_PHY,
                )
            )

    def _tell_cancelled(self, peer: hci.Address) -> None:
        self.send_hci_packet(
            hci.HCI_LE_Connection_Complete_Event(
                status=hci.HCI_ErrorCode.UNKNOWN_CONNECTION_IDENTIFIER_ERROR,
                connection_handle=0,
                role=hci.Role.CENTRAL,
                peer_address_type=peer.address_type,
                peer_address=peer,
                connection_interval=0,
                peripheral_latency=0,
                supervision_timeout=0,
                central_clock_accuracy=0,
            )
        )
