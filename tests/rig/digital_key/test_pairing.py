"""The vehicle's half of owner pairing when it succeeds: steps, order, keys, settings."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from rig.digital_key import pairing_messages as m
from rig.digital_key import tlv
from rig.digital_key.errors import Malformed
from rig.digital_key.settings import Settings
from tests.rig.digital_key.pairing_device import Device
from tests.rig.digital_key.pairing_scene import BELOW, OFFER, PASSWORD, VERIFIER, Scene


def test_a_pairing_takes_its_steps_in_order_and_both_hold_the_same_keys() -> None:
    scene = Scene()
    paired = scene.pair()
    device = scene.device
    steps = [command.ins for command in device.commands]
    writes = steps.count(m.INS_WRITE_DATA) - 1
    assert steps == [
        *(m.INS_SELECT, m.INS_SPAKE2_REQUEST, m.INS_SPAKE2_VERIFY),
        *([m.INS_WRITE_DATA] * writes + [m.INS_OP_CONTROL_FLOW]),
        *(m.INS_SELECT, m.INS_GET_DATA, m.INS_GET_RESPONSE, m.INS_GET_DATA, m.INS_GET_RESPONSE),
        *(m.INS_GET_DATA, m.INS_GET_DATA, m.INS_GET_RESPONSE),
        *(m.INS_WRITE_DATA, m.INS_OP_CONTROL_FLOW, m.INS_OP_CONTROL_FLOW),
    ]
    assert device.flows == [
        m.Flow.KEY_DATA_SENT,
        m.Flow.CHAIN_RECEIVED,
        m.Flow.PAIRED_NOT_TRACKED,
    ]
    assert paired.device_key == device.key.public
    assert paired.device_chain == tuple(filter(None, list(device.data.values())[:3]))
    assert paired.device_information == bytes(range(250))
    assert paired.bluetooth is not None
    assert paired.long_term_secret == device.keys[48:64]
    assert paired.bluetooth.intro + paired.bluetooth.oob_master == device.keys[64:96]
    assert paired.slot == OFFER.slot


@pytest.mark.parametrize("packing", ["stream", "element"])
@pytest.mark.parametrize("intermediate", [None, BELOW.certificate], ids=["root", "intermediate"])
def test_the_elements_go_in_the_mandatory_order_and_only_the_last_says_so(
    packing: Any, intermediate: bytes | None
) -> None:
    offer = replace(OFFER, intermediate=intermediate)
    scene = Scene(offer=offer, settings=Settings(write_data_packing=packing))
    scene.pairing.first(scene.device.send)
    elements = tlv.decode(b"".join(scene.device.written))
    tags = [0x7F4A, 0x7F4B, 0x7F4C, 0x7F4D, 0x7F4E, 0x5F5F]
    assert [e.tag for e in elements] == [t for t in tags if intermediate or t != 0x7F4C]
    assert elements[1].value == OFFER.certificate
    writes = [c for c in scene.device.commands if c.ins == m.INS_WRITE_DATA]
    assert [c.p1 for c in writes] == [0x00] * (len(writes) - 1) + [0x80]
    assert all(len(part) <= 239 for part in scene.device.written)
    if packing == "stream":
        assert {len(part) for part in scene.device.written[:-1]} == {239}
    else:
        begins = [e.encode()[:239] for e in elements]
        assert [part for part in scene.device.written if part in begins] == begins


@pytest.mark.parametrize("coverage", ["data", "header_and_status"])
def test_the_channel_follows_the_setting_of_its_mac(coverage: Any) -> None:
    Scene(settings=Settings(mac_covers=coverage)).pair()


def test_the_channel_lives_on_across_the_reset_of_the_field_and_no_further() -> None:
    scene = Scene()
    scene.pairing.first(scene.device.send)
    assert scene.pairing.is_half_done
    scene.pairing.second(scene.device.send)
    assert not scene.pairing.is_half_done
    with pytest.raises(RuntimeError, match="before the first"):
        scene.pairing.second(scene.device.send)


def test_without_bluetooth_there_are_no_keys_for_it() -> None:
    paired = Scene(offer=replace(OFFER, bluetooth=None)).pair()
    assert paired.bluetooth is None


def test_the_attestation_goes_before_the_end_of_the_data() -> None:
    scene = Scene(offer=replace(OFFER, attest=lambda key: key.x))
    scene.pair()
    assert tlv.decode(scene.device.written[-1]) == (
        tlv.Tlv(0x5F5A, scene.device.key.public.x),
        tlv.Tlv(0x5F5F, b""),
    )


def test_a_chain_in_the_other_order_is_read_with_the_other_setting() -> None:
    backwards = Device()
    values = list(backwards.data.values())
    backwards.data = dict(zip(m.DataTag, [*values[2::-1], values[3]], strict=True))
    assert Scene(backwards).fail().flow == m.Flow.BAD_CERTIFICATE
    scene = Scene(backwards, settings=Settings(device_chain_order="root_first"))
    assert scene.pair().device_key == backwards.key.public


def test_the_best_versions_both_speak_are_asked_for() -> None:
    older = Device(selected=bytes.fromhex("5A020100 5C0403000200 D40102"))
    scene = Scene(older, offer=replace(OFFER, applet_versions=(b"\x01\x00", b"\x02\x00")))
    paired = scene.pair()
    assert (paired.versions.spake2, paired.versions.applet) == (b"\x01\x00", b"\x02\x00\x01\x00")


def test_an_offer_that_fits_no_message_is_refused_before_anything_is_sent() -> None:
    scene = Scene(offer=replace(OFFER, vehicle_id=bytes(16)))
    with pytest.raises(Malformed):
        scene.pair()
    assert scene.device.commands == []


def test_nothing_secret_prints() -> None:
    scene = Scene()
    scene.pairing.first(scene.device.send)
    shown = f"{scene.pairing!r} "
    shown += repr(scene.pairing.second(scene.device.send))
    keys = [scene.device.keys[at : at + 16] for at in range(0, 96, 16)]
    for secret in (*keys, VERIFIER.w0, VERIFIER.point):
        assert bytes(secret).hex() not in shown
        assert repr(bytes(secret)) not in shown
    assert PASSWORD not in shown
