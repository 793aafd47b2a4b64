"""The udev rules are such as udev takes, and fit what /sys says of the devices."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from drivers.api.usb_family import Reach
from rig.bench.kernel import Machine
from rig.bench.registry import DRIVERS, usb_families
from rig.bench.udev import FILE, udev_rules
from rig.bench.usb_devices import UsbUse
from rig.cli import main
from tests.rig.bench.test_operator_bench import bench_file
from tests.rig.bench.usb_tree import Plug, machine

ALL = [UsbUse("", "", family) for family in usb_families()]
FOUND = ("SUBSYSTEM", "ATTR", "ATTRS", "ENV")
SET = ("MODE", "GROUP", "TAG", "SYMLINK", "ENV")
_TOKEN = re.compile(r'(?P<key>[A-Z]+)(?P<of>\{\w+\})?(?P<by>==|!=|\+=|=)"(?P<value>[^"\\]*)"')


def mistakes(line: str) -> list[str]:
    """What udev would not take in a rule, or would never find."""
    found = []
    tokens = [(token, _TOKEN.fullmatch(token)) for token in line.split(", ")]
    if bad := [token for token, fits in tokens if fits is None]:
        return [f"no token: {bad}"]
    rules = [fits for _, fits in tokens if fits]
    tests = [r for r in rules if r["by"] in ("==", "!=")]
    if rules[: len(tests)] != tests or not tests or len(tests) == len(rules):
        found.append("not matches first, then assignments")
    for rule in rules:
        known = FOUND if rule in tests else SET
        if rule["key"] not in known or (rule["key"] in ("ATTR", "ATTRS", "ENV")) != bool(
            rule["of"]
        ):
            found.append(f"{rule[0]}: no such key there")
        if rule["key"] in ("TAG", "SYMLINK") and rule["by"] != "+=":
            found.append(f"{rule[0]} takes away what others gave")
        if rule["of"] in ("{idVendor}", "{idProduct}") and not re.fullmatch(
            "[0-9a-f]{4}", rule["value"]
        ):
            found.append(f"{rule[0]}: /sys has four small hexadecimal digits")
    return found


def lines(*uses: UsbUse, group: str = "") -> list[str]:
    text = "\n".join(udev_rules(uses or ALL, group))
    return [line for line in text.splitlines() if line and not line.startswith("#")]


@pytest.mark.parametrize("line", lines())
def test_each_rule_is_one_that_udev_takes(line: str) -> None:
    assert mistakes(line) == []


@pytest.mark.parametrize(
    "line",
    [
        'SUBSYSTEM=="usb", ATTR{idVendor}=="16C0", MODE="0660"',
        'SUBSYSTEM=="usb" MODE="0660"',
        'SUBSYSTEM="usb", MODE="0660"',
        'SUBSYSTEM=="usb", TAG="uaccess"',
        'SUBSYSTEM=="usb", ATTR=="x", MODE="0660"',
        'SUBSYSTEM=="usb", MODE=="0660"',
        'SUBSYSTEM=="usb", SYMLINK+="a"b"',
    ],
)
def test_what_udev_would_not_take_is_seen(line: str) -> None:
    assert mistakes(line)


@pytest.fixture
def udevadm() -> str:
    program = shutil.which("udevadm")
    if program is None:
        pytest.skip("udevadm is not installed")
    asked = subprocess.run([program, "verify", "--help"], capture_output=True, check=False)
    if asked.returncode:
        version = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
        pytest.skip(f"udevadm {version.stdout.strip()} has no verify; systemd 254 and newer have")
    return program


def test_udevadm_verifies_each_rule(udevadm: str, tmp_path: Path) -> None:
    rules = tmp_path / "70-digital-key-rig.rules"
    for line in lines():
        rules.write_text(f"{line}\n")
        done = subprocess.run(
            [udevadm, "verify", str(rules)], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"


@pytest.mark.parametrize("family", [u.family for u in ALL if u.family.ids], ids=lambda f: f.name)
def test_a_rule_fits_what_sys_says_of_each_device(family: object, tmp_path: Path) -> None:
    (use,) = (u for u in ALL if u.family is family)
    for number, (vendor, product) in enumerate(use.family.ids):
        seen = machine(tmp_path / str(number), Plug(f"{vendor:04x}:{product:04x}"))
        assert _matching_access(seen, lines(use)) == 1


def _matching_access(seen: Machine, rules: list[str]) -> int:
    """How many rules that give access would match the one device, by what stands in /sys."""
    folder = seen.sys / "bus" / "usb" / "devices" / "1-1"
    files = {path.name: path.read_text().strip() for path in folder.iterdir() if path.is_file()}
    fitting = 0
    for rule in rules:
        ids = re.findall(r'ATTRS?\{(\w+)\}=="([^"]*)"', rule)
        fitting += bool(ids) and "uaccess" in rule and all(files[n] == v for n, v in ids)
    return fitting


def test_every_device_is_opened_by_whoever_sits_there_and_by_a_group_if_wanted() -> None:
    access = [line for line in lines() if "MODE=" in line]
    assert access
    assert all('MODE="0660", TAG+="uaccess"' in line for line in access)
    grouped = [line for line in lines(group="rig") if "MODE=" in line]
    assert all('GROUP="rig", TAG+="uaccess"' in line for line in grouped)
    assert [line for line in grouped if mistakes(line)] == []


def test_serial_lines_get_a_name_that_does_not_depend_on_the_order_of_plugging_in() -> None:
    (kit,) = (u for u in ALL if u.family.name == "dwm3001cdk")
    links = [line for line in lines(kit) if "SYMLINK" in line]
    assert len(links) == 2
    assert links[0].endswith('SYMLINK+="digital-key-rig/dwm3001cdk-$env{ID_SERIAL_SHORT}"')
    assert 'ENV{ID_SERIAL_SHORT}!="?*"' in links[1]  # a CH340 has no serial number
    assert links[1].endswith('dwm3001cdk-$env{ID_PATH}"')


def test_modemmanager_leaves_uwb_kits_alone_and_only_what_is_like_a_modem() -> None:
    ignored = [line for line in lines() if "ID_MM_" in line]
    device = 'SUBSYSTEM=="usb", ENV{DEVTYPE}=="usb_device", ATTR{idVendor}=="1915", '
    assert f'{device}ATTR{{idProduct}}=="520f", ENV{{ID_MM_DEVICE_IGNORE}}="1"' in ignored
    assert any("1915" in line and 'ENV{ID_MM_PORT_IGNORE}="1"' in line for line in ignored)
    assert not any("16c0" in line for line in ignored)


def test_a_reader_of_pcscd_s_needs_no_rule() -> None:
    (acr122u,) = (u.family for u in ALL if u.family.name == "acr122u")
    assert lines(UsbUse("tray", "nfc.pcsc", acr122u)) == []
    assert lines(UsbUse("tray", "nfc.clf", acr122u))


def test_ids_of_a_converter_do_not_name_what_is_behind_it_and_stand_once() -> None:
    ch340 = [line for line in lines() if '"7523"' in line]
    assert len(ch340) == len(set(ch340)) == 3
    assert all("uart-1a86-7523" in line for line in ch340 if "SYMLINK" in line)


def test_a_kit_without_known_ids_is_known_by_the_serial_number_of_the_bench_file() -> None:
    (nxp,) = (u.family for u in ALL if u.family.name == "nxp-pnp")
    (access, *_) = lines(UsbUse("a", "uwb.nxp", nxp, "NXP-77"))
    assert access.startswith('SUBSYSTEM=="tty", ATTRS{serial}=="NXP-77", MODE')
    for hostile in ('7", RUN+="/bin/sh', "*", ""):
        assert not [ln for ln in udev_rules([UsbUse("a", "x", nxp, hostile)]) if "SUBSYS" in ln]


def test_the_file_comes_between_the_rules_it_needs() -> None:
    assert "60-serial" < Path(FILE).name < "73-seat-late"


def test_families_are_told_apart_and_know_how_the_kernel_has_them() -> None:
    families = usb_families()
    assert len({family.name for family in families}) == len(families)
    for family in families:
        assert re.fullmatch("[a-z0-9-]+", family.name)
        assert bool(family.kernel_makes) is (family.reach is Reach.SERIAL)
        assert family.basis
    assert {d for f in families for d in f.drivers} & DRIVERS.keys() >= {"relay.hid", "uwb.qorvo"}


BENCH = """\
name: desk
devices:
  board: {driver: relay.hid, serial: RIG02}
vehicle: {keyring: ring.json, model: cooper, model_year: 2026, os: 9, options: [322],
          key: digital_key}
"""


def called(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["doctor", *arguments])


def test_the_doctor_prints_the_rules_of_a_bench_or_of_all(tmp_path: Path) -> None:
    one = called(str(bench_file(tmp_path, BENCH)), "--udev", "--group", "rig")
    assert one.exit_code == 0
    assert "16c0" in one.output
    assert "1915" not in one.output
    assert 'GROUP="rig"' in one.output
    assert "1915" in called("--udev").output


def test_wrong_usage_prints_no_rules() -> None:
    assert "Missing argument 'BENCH'" in called().output
    assert called("--udev", "--group", 'x", RUN+="y').exit_code == 2
    assert called("virtual", "--group", "rig").exit_code == 2
    none = called("virtual", "--udev")
    assert "so it needs no rules" in none.output
    assert "SUBSYSTEM" not in none.output


def test_the_doctor_tells_who_holds_a_device(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = machine(tmp_path, Plug("1915:520f", "", "A1"))
    monkeypatch.setattr("rig.cli.doctor.Machine", lambda: seen)
    text = BENCH.replace("relay.hid, serial: RIG02", "uwb.qorvo, serial: A1")
    result = called(str(bench_file(tmp_path, text)))
    assert result.exit_code == 3
    assert "has no serial line: the kernel's module cdc_acm is not loaded" in result.output
    assert "-> sudo modprobe cdc_acm" in result.output
    assert "1 device needs attention" in result.output  # the board, which is not found either
