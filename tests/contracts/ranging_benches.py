"""Anchors on a desk for the contract's suite: a chip that can be opened, moved and unplugged."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack

from drivers.api.clock import Clock, SystemClock
from drivers.api.uwb import RangingAnchor
from drivers.sim.uwb_anchor import VirtualUwbAnchor
from drivers.sim.uwb_chip import VirtualUwbChip, VirtualUwbKit
from drivers.sim.uwb_chip.device import VirtualKit
from drivers.sim.uwb_chip.scene import Shot, Sight
from drivers.sim.uwb_chip.usb_kit import PRODUCT_ID, VENDOR_ID, VirtualUsbUwbKit
from drivers.sim.world import World
from drivers.uwb.kits import NxpAnchor, PicaAnchor, PipeAnchor, QorvoAnchor, TcpAnchor, UsbAnchor


class Desk:
    """A chip, what opens an anchor on it, and the clock that it is stamped by.

    ``has_clock``: whether the chip can be asked for its own.
    """

    has_clock = True

    def __init__(
        self,
        kit: VirtualKit,
        open_anchor: Callable[[], RangingAnchor],
        clock: Clock | None = None,
    ) -> None:
        self.kit = kit
        self.clock = clock or SystemClock()
        self._open = open_anchor

    def open_anchor(self) -> RangingAnchor:
        anchor = self._open()
        anchor.name = "anchor"
        return anchor


def tcp_desk(stack: ExitStack) -> Desk:
    chip = stack.enter_context(VirtualUwbChip(pace="free"))
    return Desk(chip, lambda: stack.enter_context(TcpAnchor(chip)))


def pica_desk(stack: ExitStack) -> Desk:
    chip = stack.enter_context(VirtualUwbChip(profile="pica", pace="free"))
    desk = Desk(chip, lambda: stack.enter_context(PicaAnchor(chip)))
    desk.has_clock = False
    return desk


def ncj29d5_desk(stack: ExitStack) -> Desk:
    chip = stack.enter_context(VirtualUwbChip(profile="ncj29d5", pace="free"))
    return Desk(chip, lambda: stack.enter_context(TcpAnchor(chip, "ncj29d5")))


def qorvo_desk(stack: ExitStack) -> Desk:
    kit = stack.enter_context(VirtualUwbKit(profile="qorvo", pace="free"))
    return Desk(kit, lambda: stack.enter_context(QorvoAnchor(kit)))


def nxp_desk(stack: ExitStack) -> Desk:
    kit = stack.enter_context(VirtualUwbKit(profile="nxp", pace="free"))
    return Desk(kit, lambda: stack.enter_context(NxpAnchor(kit)))


def usb_desk(stack: ExitStack) -> Desk:
    kit = stack.enter_context(VirtualUsbUwbKit(pace="free"))
    where = f"{VENDOR_ID:04X}:{PRODUCT_ID:04X}"
    return Desk(kit, lambda: stack.enter_context(UsbAnchor(where, "UWB01", usb=kit)))


class AllByScene(VirtualUwbAnchor):
    """A vehicle's anchor whose CCC peers are where ``scene`` says, as the other chips' are."""

    def _look(self, shot: Shot) -> Sight | None:
        return self.scene(shot)


def pipe_desk(stack: ExitStack) -> Desk:
    world = stack.enter_context(World(time="virtual"))
    chip = stack.enter_context(AllByScene(world, (0.0, 0.9, 0.9)))
    return Desk(chip, lambda: stack.enter_context(PipeAnchor(chip)), world.clock)


DESKS = {
    "tcp": tcp_desk,
    "pica": pica_desk,
    "ncj29d5": ncj29d5_desk,
    "qorvo": qorvo_desk,
    "nxp": nxp_desk,
    "usb": usb_desk,
    "pipe": pipe_desk,
}
