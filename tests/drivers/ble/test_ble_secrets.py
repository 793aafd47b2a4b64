"""No key of a pairing or a bond reaches a log, an error or a text, whatever the log is set to."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from bumble.core import ProtocolError
from bumble.hci import HCI_Error

from drivers.ble.vehicle import Vehicle
from tests.drivers.ble.radio_bench import LTK, PHONE, VEHICLE, Bench

SMP, SIGNALLING = 0x0006, 0x0005


@pytest.fixture
def loud() -> Iterator[None]:
    """Somebody turns on the log of Bumble's modules, one by one."""
    loggers = [logging.getLogger(f"bumble.{name}") for name in ("smp", "host", "l2cap", "device")]
    for logger in loggers:
        logger.setLevel(logging.DEBUG)
    yield
    for logger in loggers:
        logger.setLevel(logging.NOTSET)


def _spellings(secret: bytes) -> set[str]:
    texts = (secret.hex(), secret[::-1].hex(), repr(secret), repr(secret[::-1]), str(list(secret)))
    return {text.lower() for text in texts}


@pytest.mark.usefixtures("loud")
def test_a_pairing_and_an_encryption_leave_no_key_in_the_log(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    phone = bench.connected()
    context, mine = phone.oob()
    theirs = bench.ears.link.pair_oob(mine)
    phone.pair(context, theirs)
    bench.ears.wait("paired")
    (bond,) = bench.ears.bonds
    phone.disconnect()
    bench.radio.know((bond,))
    bench.connected(phone)
    phone.encrypt()
    bench.ears.wait("encrypted", 2)
    with pytest.raises(ProtocolError):
        phone.pair(context, theirs)
    bench.ears.wait("pairing_failed")
    vehicle = vars(bench.radio)["_vehicle"]
    assert isinstance(vehicle, Vehicle)
    told = caplog.text + "".join((*bench.ears.whys, repr(bond), repr(vehicle), repr(theirs)))
    for secret in (bond.ltk, bond.irk, vehicle.irk, mine.random, theirs.random):
        assert not [text for text in _spellings(secret) if text in told.lower()]


def test_what_fails_on_a_phones_octets_is_logged_without_them(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    phone = bench.connected()
    phone.say(SIGNALLING, b"\x14SECRET")
    phone.say(0x0004, b"")
    bench.ears.pass_time(1)
    said = [record.getMessage() for record in caplog.records if record.name == "drivers.ble.stack"]
    assert said
    assert not [text for text in said if "SECRET" in text or b"SECRET".hex() in text.lower()]


def test_an_error_names_no_key(bench: Bench) -> None:
    phone = bench.phone()
    bench.radio.know((phone.bond(LTK),))
    bench.connected(phone)
    phone.know(VEHICLE, LTK)
    bench.radio.know(())
    with pytest.raises(HCI_Error) as refused:
        phone.encrypt()
    assert LTK.hex() not in str(refused.value)
    assert phone.address == PHONE
