"""An Android phone on a cable: real adbutils against a virtual adb server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.api.errors import ActionRefused
from drivers.api.phone_controls import Method
from tests.drivers.phone.adb_bench import APP, PIN, SERIAL, AdbBench, adb_bench


@pytest.fixture(params=(10, 11, 13, 15))  # where something changes
def each(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[AdbBench]:
    with adb_bench(tmp_path, request.param) as bench:
        yield bench


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[AdbBench]:
    with adb_bench(tmp_path) as bench:
        yield bench


def test_the_screen_wakes_locks_and_opens_by_its_pin(each: AdbBench) -> None:
    with each.opened() as phone:
        assert phone.screen.locked()
        assert not phone.screen.awake()
        assert phone.screen.authenticate(Method.PIN)
        assert phone.screen.awake()
        assert not each.real.screen.locked
        phone.screen.lock()
        assert each.real.screen.locked
        assert not phone.screen.awake()


def test_a_wrong_pin_is_typed_and_does_not_open_it(each: AdbBench) -> None:
    with each.opened() as phone:
        assert not phone.screen.authenticate(Method.PIN, right=False)
        assert each.real.screen.locked
        typed = [line for line in each.server.shell.log if line.startswith("input text")]
        assert len(typed) == 1
        assert PIN not in typed[0]
        assert phone.screen.authenticate(Method.PIN)
        with pytest.raises(ActionRefused, match="not locked"):
            phone.screen.authenticate(Method.PIN, right=False)


def test_nfc_bluetooth_and_mobile_network_are_switched(each: AdbBench) -> None:
    with each.opened() as phone:
        for on in (False, True):
            phone.radios.set_nfc(on=on)
            phone.radios.set_bluetooth(on=on)
            phone.radios.set_cellular(on=on)
            assert (each.real.radios.nfc, each.real.radios.bluetooth) == (on, on)
            assert (phone.radios.nfc(), phone.radios.bluetooth()) == (on, on)
            assert each.real.radios.cellular is on
        assert "svc wifi disable" in each.server.shell.log


def test_airplane_mode_is_switched_from_android_11_on(each: AdbBench) -> None:
    with each.opened() as phone:
        if "10" in phone.identity().firmware:
            each.person.expects(("owner phone: switch airplane mode on", "done"))
            with pytest.raises(ActionRefused, match="airplane mode did not go on"):
                phone.radios.set_airplane(on=True)  # they said so, and it is not
            each.person.was_asked_all()
            return
        phone.radios.set_airplane(on=True)
        assert each.real.radios.airplane
        phone.radios.set_airplane(on=False)
        assert not each.real.radios.airplane


def test_low_power_mode_on_a_cable_and_the_cable_is_believed_again(each: AdbBench) -> None:
    with each.opened() as phone:
        assert phone.battery.read().level_percent == 80
        phone.battery.set_low_power(on=True)
        assert each.real.battery.charge_now.low_power
        assert phone.battery.read().pretended
        phone.battery.set_low_power(on=False)
        assert not each.real.battery.charge_now.low_power
        assert not phone.battery.read().pretended
        phone.battery.set_low_power(on=True)
    assert each.server.shell.log[-1] == "dumpsys battery reset"


def test_a_phone_that_a_dead_run_left_pretending_says_so_and_believes_its_cable_again(
    bench: AdbBench,
) -> None:
    bench.server.shell.execute("dumpsys battery unplug")
    with bench.opened() as phone:
        found = {finding.what: finding for finding in phone.self_test()}
        assert found["its battery tells what a run left it to"].advice.endswith("battery reset")
    with bench.opened() as phone:
        assert all(finding.ok for finding in phone.self_test())
        phone.battery.set_low_power(on=True)
        assert all(finding.ok for finding in phone.self_test())  # this run's own


def test_it_says_who_it_is_and_which_apps_it_has(each: AdbBench) -> None:
    with each.opened(apps=(APP, "com.example.none")) as phone:
        who = phone.identity()
        assert (who.make, who.serial) == ("Digital Key Rig", SERIAL)
        assert who.firmware.startswith("Android 1")
        assert who.firmware.endswith(f"{APP} 5.2.1, com.example.none missing")
        assert who.details["system"].startswith("Android 1")
        assert who.details["system"].endswith(", security patch 2026-02-05")
        assert who.details["apps"] == f"{APP} 5.2.1, com.example.none missing"
        found = {finding.what: finding.ok for finding in phone.self_test()}
        assert found["battery at 80 %"]
        assert found["NFC is on"]
        assert not found["com.example.none is missing"]


def test_it_restarts_and_is_locked_then(bench: AdbBench) -> None:
    with bench.opened() as phone:
        assert phone.screen.authenticate(Method.PIN)
        phone.battery.reboot()
        assert phone.screen.locked()
        phone.battery.shut_down()
        assert not bench.real.battery.running
        bench.person.expects(("owner phone: switch it on by hand", "done"))
        bench.real.battery.boot()
        phone.battery.boot()
        assert phone.screen.locked()


def test_an_old_shell_without_packets_does_as_well(bench: AdbBench) -> None:
    bench.server.shell_v2 = False
    with bench.opened() as phone:
        assert phone.screen.authenticate(Method.PIN)
        with pytest.raises(ActionRefused, match="gave 20"):
            phone._android.do("cmd", "nothing")  # noqa: SLF001 - a status that is not 0


def test_what_adb_cannot_do_the_person_is_asked_for(bench: AdbBench) -> None:
    with bench.opened() as phone:
        bench.person.expects(
            ("owner phone: hold it to the driver's door handle", ""),
            ("owner phone: authenticate by fingerprint", "accepted"),
            ("How can its owner be authenticated", "face, fingerprint"),
            ("Has it asked for authentication", "no"),
            ("run its battery empty", "done"),
        )
        phone.present("driver_handle")
        assert phone.screen.authenticate(Method.FINGERPRINT)
        assert phone.screen.methods() == (Method.FACE, Method.FINGERPRINT, Method.PIN)
        assert not phone.screen.asked()
        phone.battery.drain()
        bench.person.was_asked_all()


def test_without_a_pin_the_person_types_it(bench: AdbBench) -> None:
    with bench.opened(pin=None) as phone:
        bench.person.expects(("authenticate by pin: enter its PIN", "accepted"))
        assert phone.screen.authenticate(Method.PIN)
    assert not any("input text" in line for line in bench.server.shell.log)


@pytest.mark.parametrize(
    ("line", "doing", "said"),
    [
        ("svc nfc disable", lambda p: p.radios.set_nfc(on=False), "NFC did not go off within"),
        ("input keyevent KEYCODE_WAKEUP", lambda p: p.screen.wake(), "the screen did not go on"),
        ("cmd power set-mode 1", lambda p: p.battery.set_low_power(on=True), "low-power mode did"),
    ],
)
def test_a_phone_that_does_not_do_it_is_refused(
    bench: AdbBench, line: str, doing: object, said: str
) -> None:
    bench.server.shell.stuck.add(line)
    with bench.opened() as phone, pytest.raises(ActionRefused, match=said):
        doing(phone)  # type: ignore[operator]
