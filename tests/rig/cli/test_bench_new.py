"""`rig bench new` writes what is plugged in, and what it writes loads."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from drivers.api.errors import DriverUnavailable
from drivers.api.plugged import Plugged, SeenLine
from drivers.plugged import serial_lines
from drivers.relay.hid import HidRelayBoard
from drivers.relay.plugged import boards
from drivers.sim.relay_board import VirtualRelayBoard
from rig.bench.build import partial
from rig.bench.load import load_bench
from rig.bench.registry import DRIVERS
from rig.cli import main
from tests.rig.bench.usb_tree import Plug, machine

READERS = (
    Plugged("nfc.pcsc", {"reader": "ACS ACR1252 PICC 00 00"}, "PC/SC reader ACS ACR1252"),
    Plugged("nfc.pcsc", {"reader": "HID OMNIKEY 5022 CL 01 00"}, "PC/SC reader OMNIKEY"),
)
BOARD = Plugged("relay.hid", {"serial": "A1B2C"}, "www.dcttech.com USBRelay8", 8)
KIT = SeenLine("/dev/serial/by-id/usb-Qorvo_A1-if00", 0x1915, 0x520F, "A1", "UCI")
CH340 = SeenLine("/dev/ttyUSB0", 0x1A86, 0x7523, "", "USB Serial")
BLUETOOTH = Plug("0a12:0001", "btusb", interface="e00101")
Plugs = Callable[..., None]


@pytest.fixture
def plugs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Plugs:
    """Puts these into the machine, and makes a folder of its own the present one."""
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)

    def put(
        *devices: Plugged, lines: Sequence[SeenLine] = (), usb: Sequence[Plug] = (), no: str = ""
    ) -> None:
        def fails() -> Sequence[Plugged]:
            raise DriverUnavailable(no)

        found = [lambda: devices, *([fails] if no else [])]
        seen = machine(tmp_path / "machine", *usb)
        monkeypatch.setattr("rig.cli.bench_new.searches", lambda: tuple(reversed(found)))
        monkeypatch.setattr("rig.cli.bench_new.serial_lines", lambda: lines)
        monkeypatch.setattr("rig.cli.bench_new.Machine", lambda: seen)

    return put


def new(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["bench", "new", *arguments])


def test_a_desk_is_written_and_loads_with_its_roles(plugs: Plugs) -> None:
    plugs(*READERS, BOARD, lines=[KIT, CH340], usb=[BLUETOOTH])
    result = new("desk")
    assert result.exit_code == 0, result.output
    bench = load_bench(Path("benches/desk.yaml"))
    entries = {e.name: (e.driver, dict(e.options)) for e in bench.devices}
    assert bench.name == "desk"
    assert entries == {
        "driver_handle": ("nfc.pcsc", {"reader": "ACS ACR1252 PICC 00 00"}),
        "tray": ("nfc.pcsc", {"reader": "HID OMNIKEY 5022 CL 01 00"}),
        "board_1": ("relay.hid", {"serial": "A1B2C"}),
        "ble": ("ble.bumble", {"transport": "usb:0A12:0001", "address": "C4:4D:49:00:00:01"}),
        "anchor_1": ("uwb.qorvo", {"serial": "A1"}),
    }
    assert bench.vehicle.key == "digital_key_plus"
    assert bench.vehicle.keyring.is_file()
    assert "next: rig doctor desk" in result.output
    assert sorted(path.name for path in Path("benches").iterdir()) == ["desk.yaml"]


def test_a_converter_is_no_device_but_a_choice_in_comments(plugs: Plugs) -> None:
    plugs(BOARD, lines=[CH340])
    new("desk")
    text = Path("benches/desk.yaml").read_text()
    assert "# 1a86:7523 (USB Serial) may be any of: nfc.clf, relay.lcus, stage.grbl" in text
    assert '#   its_name: {driver: relay.lcus, port: "/dev/ttyUSB0"}' in text
    assert [e.name for e in load_bench(Path("benches/desk.yaml")).devices] == ["board_1"]


def test_the_example_of_a_switch_is_one(plugs: Plugs) -> None:
    plugs(BOARD)
    new("desk")
    path = Path("benches/desk.yaml")
    path.write_text(path.read_text().replace("# unlock_driver:", "unlock_driver:"))
    assert [e.name for e in load_bench(path).devices] == ["board_1", "unlock_driver"]


def test_a_driver_that_this_rig_lacks_is_a_comment(
    plugs: Plugs, monkeypatch: pytest.MonkeyPatch
) -> None:
    plugs(BOARD, usb=[Plug("054c:06c3")])
    monkeypatch.delitem(DRIVERS, "nfc.clf", raising=False)
    assert new("desk").exit_code == 0
    text = Path("benches/desk.yaml").read_text()
    assert '# no such driver in this rig: driver_handle: {driver: nfc.clf, path: "usb:054c' in text
    assert [e.name for e in load_bench(Path("benches/desk.yaml")).devices] == ["board_1"]


def test_an_existing_file_stays_unless_forced(plugs: Plugs) -> None:
    plugs(BOARD)
    Path("desk.yaml").write_text("mine")
    result = new("desk.yaml")
    assert (result.exit_code, Path("desk.yaml").read_text()) == (2, "mine")
    assert "--force writes over it" in result.output
    assert new("desk.yaml", "--force").exit_code == 0
    assert load_bench(Path("desk.yaml")).name == "desk"


def test_an_existing_file_is_seen_before_anything_is_looked_for(
    plugs: Plugs, monkeypatch: pytest.MonkeyPatch
) -> None:
    plugs(BOARD)
    Path("desk.yaml").write_text("mine")
    monkeypatch.delattr("rig.cli.bench_new.discover")
    assert new("desk.yaml").exit_code == 2


def test_nothing_plugged_in_is_an_error_that_suggests_the_virtual_bench(plugs: Plugs) -> None:
    plugs(usb=[Plug("046d:c52b", "usbhid")])
    result = new("desk")
    assert result.exit_code == 3
    assert "rig run smoke --bench virtual" in result.output
    assert list(Path().iterdir()) == []


def test_only_a_guess_is_no_bench_and_is_told(plugs: Plugs) -> None:
    plugs(lines=[CH340])
    result = new("desk")
    assert result.exit_code == 3
    assert "/dev/ttyUSB0: nfc.clf or relay.lcus or stage.grbl" in result.output
    assert list(Path().iterdir()) == []


def test_a_search_that_cannot_look_is_told_and_hides_no_other(plugs: Plugs) -> None:
    plugs(BOARD, no="pyscard cannot be imported: apt install pcscd")
    result = new("desk")
    assert result.exit_code == 0
    assert "not looked everywhere: pyscard cannot be imported: apt install" in result.output


@pytest.mark.parametrize("name", ["../desk", "a b", "", "-x/y", "no/where.yaml", "desk.yml"])
def test_a_name_that_is_none_writes_nothing(plugs: Plugs, name: str) -> None:
    plugs(BOARD)
    assert new("--", name).exit_code == 2
    assert list(Path().iterdir()) == []


HOSTILE = 'R"}\n  evil: {driver: sim.world} # \\ \x07 é \U0001f511 \x85'


def test_names_from_devices_end_no_text_and_no_comment(plugs: Plugs) -> None:
    plugs(
        Plugged("nfc.pcsc", {"reader": HOSTILE}, HOSTILE),
        lines=[SeenLine(f"/dev/{HOSTILE}", 0x1A86, 0x7523, HOSTILE, HOSTILE)],
    )
    assert new("desk").exit_code == 0
    (entry,) = load_bench(Path("benches/desk.yaml")).devices
    assert entry.options["reader"] == HOSTILE


def test_a_reader_named_like_a_reference_is_refused_and_nothing_is_left(plugs: Plugs) -> None:
    plugs(Plugged("nfc.pcsc", {"reader": "@tray"}, "x"))
    result = new("desk.yaml")
    assert result.exit_code == 3
    assert "makes no bench" in result.output
    assert list(Path().iterdir()) == []


def test_boards_are_found_by_their_serials_and_left_free(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))  # where boards of a serial meet
    with VirtualRelayBoard(None, "RIG63", channels=4) as host:
        (found,) = boards(host)
        assert (found.driver, found.options, found.channels) == (
            "relay.hid",
            {"serial": "RIG63"},
            4,
        )
        assert not host.memory.detached  # the kernel's driver has it again
        with HidRelayBoard("RIG63", usb=host) as board:  # nobody holds it any more
            assert board.states() == (False,) * 4


def test_lines_are_named_by_id_where_udev_did_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ports = [Port(str(tmp_path / name), vid) for name, vid in (("b", 1), ("a", 2), ("c", None))]
    for port in ports:
        Path(port.device).touch()
    (tmp_path / "by-id").mkdir()
    (tmp_path / "by-id" / "usb-A").symlink_to("../a")
    monkeypatch.setattr("serial.tools.list_ports.comports", lambda: ports)
    found = serial_lines.lines(tmp_path / "by-id")
    assert [line.path for line in found] == [str(tmp_path / "by-id" / "usb-A"), str(tmp_path / "b")]
    first, *_ = serial_lines.lines(tmp_path / "none")
    assert first.path == str(tmp_path / "a")


class Port:
    """What pyserial lists."""

    def __init__(self, device: str, vid: int | None) -> None:
        self.device, self.vid, self.pid = device, vid, vid
        self.serial_number = self.product = self.description = None


def test_what_is_written_can_be_cut_down_like_any_bench(plugs: Plugs) -> None:
    plugs(*READERS, BOARD)
    new("desk")
    cut = partial(load_bench(Path("benches/desk.yaml")), ["tray"])
    assert [entry.name for entry in cut.devices] == ["tray"]
