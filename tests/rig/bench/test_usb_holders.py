"""Who keeps a USB device from its driver is named, with the command that frees it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from drivers.api.usb_family import UsbFamily
from rig.bench.description import BenchDescription
from rig.bench.holders import BLACKLIST, Held, held_devices
from rig.bench.kernel import Machine
from rig.bench.registry import DRIVERS, usb_families
from rig.bench.usb_devices import UsbUse, usb_uses
from tests.rig.bench.usb_tree import Plug, machine

BenchOf = Callable[..., BenchDescription]
FAMILIES = {family.name: family for family in usb_families()}


def use(family: str, driver: str = "", serial: str = "") -> UsbUse:
    found: UsbFamily = FAMILIES[family]
    return UsbUse("it", driver or found.drivers[0], found, serial)


def the_one(*found: Held) -> Held:
    (one,) = found
    return one


def told(use_: UsbUse, seen: Machine) -> Held:
    return the_one(*held_devices([use_], seen))


def test_a_reader_that_the_kernel_took_is_freed_by_unloading_in_order(tmp_path: Path) -> None:
    plug = Plug("04e6:5591", "pn533_usb")
    seen = machine(tmp_path, plug, modules=("nfc", "pn533", "pn533_usb", "ext4"))
    for driver in ("nfc.clf", "nfc.pcsc"):  # pcscd cannot open it either
        finding = told(use("pn533", driver), seen).finding
        assert not finding.ok
        assert "module pn533_usb holds" in finding.what
        assert "04e6:5591 at USB 1-1" in finding.what
        assert finding.advice == (
            "sudo modprobe -r pn533_usb pn533 nfc; for good: "
            f"echo 'blacklist pn533_usb' | sudo tee -a {BLACKLIST}"
        )


def test_port100_is_unloaded_for_an_rc_s380(tmp_path: Path) -> None:
    finding = told(use("rcs380"), machine(tmp_path, Plug("054c:06c3", "port100"))).finding
    assert finding.advice.startswith("sudo modprobe -r port100; ")


def test_a_module_that_waits_for_the_reader_is_named_before_it_is_plugged_in(
    tmp_path: Path,
) -> None:
    seen = machine(tmp_path, modules=("pn533_usb", "pn533"))
    finding = told(use("acr122u"), seen).finding
    assert not finding.ok
    assert "is loaded and takes ACS ACR122U when plugged in" in finding.what
    assert "modprobe -r pn533_usb pn533;" in finding.advice


def test_a_loaded_module_that_did_not_take_the_reader_is_no_matter(tmp_path: Path) -> None:
    seen = machine(tmp_path, Plug("072f:2200"), modules=("pn533_usb",))
    assert list(held_devices([use("acr122u")], seen)) == []


def test_a_module_is_no_matter_to_a_bench_whose_reader_is_of_another_make(tmp_path: Path) -> None:
    seen = machine(tmp_path, Plug("054c:06c3"), modules=("pn533_usb",))
    assert list(held_devices([use("acr122u"), use("rcs380")], seen)) == []
    nothing = machine(tmp_path / "b", modules=("pn533_usb",))
    assert list(held_devices([use("acr122u", "nfc.pcsc")], nothing)) == []


def test_pcscd_keeps_a_reader_from_nfcpy_and_not_from_its_own_driver(tmp_path: Path) -> None:
    seen = machine(tmp_path, Plug("072f:2200", "usbfs"), runs=("pcscd",))
    finding = told(use("acr122u", "nfc.clf"), seen).finding
    assert "pcscd holds ACS ACR122U" in finding.what
    assert "systemctl stop pcscd.socket" in finding.advice
    assert list(held_devices([use("acr122u", "nfc.pcsc")], seen)) == []


def test_another_program_is_not_called_pcscd(tmp_path: Path) -> None:
    seen = machine(tmp_path, Plug("072f:2200", "usbfs"), runs=("pcscd-exporter",))
    assert "another program holds" in told(use("acr122u"), seen).finding.what


def test_a_relay_board_under_usbhid_is_told_and_is_well(tmp_path: Path) -> None:
    finding = told(use("usbrelay"), machine(tmp_path, Plug("16c0:05df", "usbhid"))).finding
    assert finding.ok
    assert "relay.hid takes it while it is open" in finding.what


def test_a_controller_is_known_by_its_class_whoever_made_it(tmp_path: Path) -> None:
    plugs = Plug("8087:0026", "btusb", interface="E00101"), Plug("046d:c52b", "usbhid")
    assert "btusb has Bluetooth" in told(use("bluetooth"), machine(tmp_path, *plugs)).finding.what


LINELESS = {
    "no module": ("", (), "module cdc_acm is not loaded", "modprobe cdc_acm; if"),
    "not taken": ("", ("cdc_acm",), "though cdc_acm is loaded", "plug it in again"),
    "taken by a program": ("usbfs", ("cdc_acm",), "usbfs holds it", "plug it in again"),
}


@pytest.mark.parametrize("case", LINELESS)
def test_a_kit_without_a_serial_line_says_why(tmp_path: Path, case: str) -> None:
    driver, modules, what, advice = LINELESS[case]
    seen = machine(tmp_path, Plug("1915:520f", driver, "A1"), modules=modules)
    found = [held.finding for held in held_devices([use("dwm3001cdk")], seen)]
    assert what in found[-1].what
    assert advice in found[-1].advice
    assert not found[-1].ok


def test_a_kit_with_a_serial_line_is_well_and_modemmanager_is_told(tmp_path: Path) -> None:
    quiet = machine(tmp_path / "a", Plug("1915:520f", "cdc_acm"), modules=("cdc_acm",))
    assert list(held_devices([use("dwm3001cdk")], quiet)) == []
    busy = machine(tmp_path / "b", Plug("1915:520f", "cdc_acm"), runs=("ModemManager",))
    finding = told(use("dwm3001cdk"), busy).finding
    assert finding.ok
    assert "rig doctor --udev" in finding.what


def test_of_two_kits_only_the_one_with_the_serial_number_is_meant(tmp_path: Path) -> None:
    plugs = Plug("1915:520f", "cdc_acm", "A1"), Plug("1915:520f", "", "B2")
    seen = machine(tmp_path, *plugs)
    assert list(held_devices([use("dwm3001cdk", serial="A1")], seen)) == []
    assert "USB 1-2" in told(use("dwm3001cdk", serial="B2"), seen).finding.what


def test_a_kit_without_known_ids_is_found_by_its_serial_number(tmp_path: Path) -> None:
    seen = machine(tmp_path, Plug("1fc9:0094", "", "N7"), Plug("1fc9:0094", "cdc_acm"))
    assert "1fc9:0094 at USB 1-1" in told(use("nxp-pnp", serial="N7"), seen).finding.what
    assert list(held_devices([use("nxp-pnp")], seen)) == []


def test_two_devices_in_the_same_state_are_told_once_each(tmp_path: Path) -> None:
    seen = machine(tmp_path, Plug("072f:2200", "pn533_usb"), Plug("072f:2200", "pn533_usb"))
    twice = [use("acr122u"), use("acr122u")]
    assert len(list(held_devices(twice, seen))) == 2


def test_where_nothing_can_be_seen_that_is_said_once(tmp_path: Path) -> None:
    nothing = Machine(tmp_path / "proc", tmp_path / "sys")
    held = the_one(*held_devices([use("acr122u"), use("pn533")], nothing))
    assert held.finding.ok
    assert "is not seen" in held.finding.what
    assert list(held_devices([], nothing)) == []


def test_rubbish_in_sys_hides_no_other_device(tmp_path: Path) -> None:
    seen = machine(tmp_path, Plug("zz:q"), Plug("072f:2200", "pn533_usb"))
    (seen.proc / "modules").write_bytes(b"\xff\xfe\n\n")
    assert "holds ACS ACR122U" in told(use("acr122u"), seen).finding.what


def families_of(bench: BenchDescription) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in usb_uses(bench, usb_families()):
        found.setdefault(one.device, []).append(one.family.name)
    return found


def test_the_uses_of_a_bench_are_its_real_usb_devices(bench_of: BenchOf) -> None:
    bench = bench_of(
        "usb: {driver: sim.relay_board, body: null, serial: RIG01}",
        'virtual: {driver: relay.hid, serial: RIG01, usb: "@usb"}',
        "board: {driver: relay.hid, serial: RIG02}",
        "front: {driver: uwb.qorvo, serial: A1}",
        "tcp: {driver: uwb.tcp, address: 'localhost:7000'}",
        "ble: {driver: ble.bumble, transport: 'usb:0', address: 'C4:4D:49:00:00:01'}",
        "air: {driver: ble.bumble, transport: 'tcp-client:x:1', address: 'C4:4D:49:00:00:02'}",
    )
    assert families_of(bench) == {
        "board": ["usbrelay"],
        "front": ["dwm3001cdk"],
        "ble": ["bluetooth"],
    }


def test_ids_in_the_bench_file_leave_nothing_but_these(bench_of: BenchOf) -> None:
    bench = bench_of(
        "kit: {driver: uwb.usb, usb_id: '1915:520F', serial: A1}",
        "ble: {driver: ble.bumble, transport: 'usb:0A12:0001', address: 'C4:4D:49:00:00:01'}",
    )
    found = {one.device: one.family for one in usb_uses(bench, usb_families())}
    assert found["kit"].ids == ((0x1915, 0x520F),)
    assert (found["ble"].ids, found["ble"].interface) == (((0x0A12, 0x0001),), "")


def test_a_reader_on_a_serial_line_is_none_on_usb(
    bench_of: BenchOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(DRIVERS, "nfc.clf", "tests.rig.bench.bench_fakes:FakePath")
    bench = bench_of(
        "line: {driver: nfc.clf, path: 'tty:USB0:pn532'}",
        "stick: {driver: nfc.clf, path: 'usb:054c:06c3'}",
        "any: {driver: nfc.clf, path: usb}",
    )
    found = families_of(bench)
    assert (found["line"], found["stick"]) == (["pn532-uart"], ["rcs380"])
    assert found["any"] == ["acr122u", "pn533", "rcs956", "rcs380"]
