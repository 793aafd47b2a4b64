"""What a phone sees before it opens a channel: adverts, and service 0xFFF5 (facts 5.1)."""

from __future__ import annotations

import asyncio
from typing import cast

import pytest
from bumble.core import AdvertisingData
from bumble.device import Advertisement, Device

from drivers.api.ble import Advert, KeyService
from drivers.api.errors import DeviceRefused, DriverError
from drivers.ble.advertise import Advertiser, advertising_data
from drivers.ble.radio import BumbleRadio
from tests.drivers.ble.ears import Ears
from tests.drivers.ble.radio_bench import SERVICE, SPSM, VEHICLE, Bench

OWNER_PAIRING = bytes.fromhex("E4CCDBE22A2AA2A3E91199B4C0BB1058 01 0018")
SET_PARAMETERS = 0x2036  # LE Set Extended Advertising Parameters
SET_DATA, SET_SCAN_RESPONSE = 0x2037, 0x2038
ENABLE = 0x2039
LEGACY_SCANNABLE_CONNECTABLE = 0x0013


def _structures(advert: Advertisement) -> list[tuple[int, bytes]]:
    assert isinstance(advert.data, AdvertisingData)
    return [(int(kind), bytes(value)) for kind, value in advert.data.ad_structures]


def test_a_passive_advert_is_the_address_alone_and_connectable(bench: Bench) -> None:
    bench.radio.advertise(Advert())
    seen = bench.phone().scan()
    assert {str(one.address) for one in seen} == {VEHICLE}
    assert all(one.is_connectable for one in seen)
    assert all(_structures(one) == [] for one in seen)
    (parameters,) = bench.air.lines[0].commands(SET_PARAMETERS)
    assert int.from_bytes(parameters[1:3], "little") == LEGACY_SCANNABLE_CONNECTABLE
    assert bench.air.lines[0].commands(SET_DATA) == []
    assert bench.air.lines[0].commands(SET_SCAN_RESPONSE) == []
    assert parameters[3:6] == (68).to_bytes(3, "little")  # 42.5 ms in steps of 0.625 ms


def test_adverts_come_at_their_interval(bench: Bench) -> None:
    bench.radio.advertise(Advert())
    assert len(bench.phone().scan(4.25)) == pytest.approx(100, abs=2)


def test_an_owner_pairing_advert_carries_service_and_data(bench: Bench) -> None:
    bench.radio.advertise(Advert(service_data=OWNER_PAIRING))
    seen = bench.phone().scan()[0]
    assert _structures(seen) == [(0x03, bytes.fromhex("F5FF")), (0x21, OWNER_PAIRING)]


def test_the_octets_of_an_owner_pairing_advert_are_those_of_the_facts() -> None:
    octets = "03 03 F5FF 14 21 E4CCDBE22A2AA2A3E91199B4C0BB1058 01 0018"
    assert advertising_data(Advert(service_data=OWNER_PAIRING)) == bytes.fromhex(octets)


def test_what_is_advertised_last_is_what_is_seen(bench: Bench) -> None:
    phone = bench.phone()
    bench.radio.advertise(Advert(service_data=OWNER_PAIRING))
    bench.radio.advertise(Advert())
    assert _structures(phone.scan()[0]) == []
    bench.radio.advertise(None)
    assert phone.scan() == []
    bench.radio.advertise(Advert())
    assert phone.scan()


def test_it_goes_on_advertising_beside_a_connection_and_after_it(bench: Bench) -> None:
    phone, other = bench.connected(), bench.phone("D0:00:00:00:00:02")
    assert other.scan()
    phone.disconnect()
    bench.ears.wait("disconnected")
    assert other.scan()


def test_advertising_goes_on_without_a_break_when_a_link_ends(bench: Bench) -> None:
    """A phone that has heard an advert connects in the next moment, and must not be missed."""
    phone = bench.connected()
    bench.phone("D0:00:00:00:00:02").scan()  # by when it advertises again
    enabled = bench.air.lines[0].commands(ENABLE)
    phone.disconnect()
    bench.ears.wait("disconnected")
    bench.ears.pass_time(1.0)
    assert bench.air.lines[0].commands(ENABLE) == enabled


class SlowDevice:
    """Starts when it is let, and counts."""

    def __init__(self) -> None:
        self.starts = 0
        self.begun, self.ready = asyncio.Event(), asyncio.Event()

    async def stop_advertising(self) -> None:
        """At once."""

    async def start_advertising(self, **_what: object) -> None:
        self.starts += 1
        self.begun.set()
        await self.ready.wait()


def test_what_is_being_started_when_a_link_ends_is_not_started_again() -> None:
    async def work() -> int:
        device = SlowDevice()
        advertiser = Advertiser(cast(Device, device))
        wanted = asyncio.create_task(advertiser.want(Advert()))
        await device.begun.wait()
        ended = asyncio.create_task(advertiser.retry())
        asyncio.get_running_loop().call_soon(device.ready.set)  # once that has had its turn
        await asyncio.gather(wanted, ended)
        return device.starts

    assert asyncio.run(work()) == 1


def test_what_was_refused_beside_a_link_is_advertised_once_it_has_ended(bench: Bench) -> None:
    phone, line = bench.phone(), bench.air.lines[0]
    bench.radio.advertise(Advert())
    line.refuse(ENABLE)
    phone.connect(VEHICLE)
    bench.ears.wait("connected")
    other = bench.phone("D0:00:00:00:00:02")
    assert other.scan() == []
    line.grant(ENABLE)
    phone.disconnect()
    bench.ears.wait("disconnected")
    assert other.scan()


def test_what_is_stopped_does_not_come_back_after_a_connection(bench: Bench) -> None:
    phone, other = bench.connected(), bench.phone("D0:00:00:00:00:02")
    bench.radio.advertise(None)
    phone.disconnect()
    bench.ears.wait("disconnected")
    assert other.scan() == []


def test_an_advert_that_is_too_long_is_no_advert(bench: Bench) -> None:
    with pytest.raises(ValueError, match="at most 31"):
        bench.radio.advertise(Advert(service_data=bytes(30)))


def test_nothing_is_advertised_before_anything_is_served(bench: Bench) -> None:
    with BumbleRadio(bench.air) as radio, pytest.raises(DriverError, match="nothing is served"):
        radio.advertise(Advert())


def test_what_the_controller_refuses_is_refused_with_its_code(bench: Bench) -> None:
    bench.air.lines[0].refuse(SET_PARAMETERS)
    with pytest.raises(DeviceRefused, match="radio: advertising: refused with 0x12") as refused:
        bench.radio.advertise(Advert())
    assert refused.value.code == 0x12


def test_the_service_holds_spsm_power_and_antenna(bench: Bench) -> None:
    values = bench.connected().read()
    assert values == {
        "D3B5A130-9E23-4B3A-8BE4-6B1EE5F980A3": bytes.fromhex("0081"),
        "UUID-16:2A07 (Tx Power Level)": bytes.fromhex("F9"),
        "C6D7D4A1-E2B0-4E95-B576-DF983D1A5D9F": bytes.fromhex("0102"),
    }


def test_a_phone_reads_what_is_served_now(bench: Bench) -> None:
    phone = bench.connected()
    service = KeyService(spsm=0x00FE, tx_power_dbm=4, antenna_id=7)
    bench.radio.serve(service, bench.ears)
    assert sorted(phone.read().values()) == sorted([b"\x00\xfe", b"\x04", b"\x00\x07"])
    bench.ears.open_to_all = True
    phone.open(0x00FE)
    bench.ears.wait("channel_opened")


IMPOSSIBLE = {
    "SPSM": KeyService(spsm=0x0100, tx_power_dbm=0, antenna_id=0),
    "power": KeyService(spsm=SPSM, tx_power_dbm=128, antenna_id=0),
    "antenna": KeyService(spsm=SPSM, tx_power_dbm=0, antenna_id=65_536),
    "messages": KeyService(spsm=SPSM, tx_power_dbm=0, antenna_id=0, largest_message=22),
}


@pytest.mark.parametrize("service", IMPOSSIBLE.values(), ids=IMPOSSIBLE)
def test_what_cannot_be_offered_is_refused(bench: Bench, service: KeyService) -> None:
    with pytest.raises(ValueError, match=r"octet|SPSM"):
        bench.radio.serve(service, Ears(bench.clock))
    bench.radio.serve(SERVICE, bench.ears)


@pytest.mark.parametrize("address", ["84:00:00:00:00:01", "C4:4D:49:00:00", "C4-4D-49-00-00-01"])
def test_an_identity_that_is_not_static_random_is_refused(bench: Bench, address: str) -> None:
    with pytest.raises(ValueError, match="no static random address"):
        BumbleRadio(bench.air, address)


def test_an_identity_is_made_up_where_none_is_given(bench: Bench) -> None:
    with BumbleRadio(bench.air) as one, BumbleRadio(bench.air) as other:
        assert one.address != other.address
        assert all(int(radio.address[:2], 16) >= 0xC0 for radio in (one, other))
