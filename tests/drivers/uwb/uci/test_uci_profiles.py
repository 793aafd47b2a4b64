"""The conflicts between vendors, each settled by a profile; and the parameters of a session."""

from __future__ import annotations

import pytest

from drivers.api.uwb import CccSession, FiraSession, Hopping
from drivers.uwb import settings
from drivers.uwb.uci.app_config import SLOTS, Param, Slot, elements_of, values_of
from drivers.uwb.uci.capabilities import ccc_capabilities
from drivers.uwb.uci.errors import BadField
from drivers.uwb.uci.header import LengthForm
from drivers.uwb.uci.profiles import GENERIC, NCJ29D5, NXP, PICA, PROFILES, QORVO, Profile
from drivers.uwb.uci.tlv import Tlv

URSK = bytes.fromhex("ed07a80d2beb00f785af2627c96ae7c118504243cb2c3226b3679daa0f7e616c")

# The default test vector of CCC-TS-101 (facts 1.8).
TEST_VECTOR = CccSession(
    session_id=0x12345678,
    ursk=URSK,
    sts_index0=0x075BCD15,
    time0_us=0x0102,
    ran_multiplier=10,
    chaps_per_slot=6,
    slots_per_round=6,
    responders=1,
    responder_index=0,
    sync_code=9,
    hopping=Hopping.CONTINUOUS,
    hop_key=bytes.fromhex("4C5772BC90798c8e518d2449092f1b56"),
    config_id=0,
)


def tags(session: CccSession | FiraSession, profile: Profile) -> dict[int, str]:
    return {e.tag: e.value.hex() for e in settings.elements(session, profile)}


def test_the_test_vector_of_the_specification_is_configured_so() -> None:
    found = tags(TEST_VECTOR, GENERIC)
    assert found[0x00] == found[0x11] == "00"  # a responder
    assert found[0x05] == "01"
    assert found[0x08] == (6 * 400).to_bytes(2, "little").hex()
    assert found[0x09] == (960).to_bytes(4, "little").hex()
    assert found[0x0A] == "15cd5b07"
    assert found[0x1B] == "06"
    assert found[0xA0] == "4c5772bc90798c8e518d2449092f1b56"
    assert found[0xA1] == "0201000000000000"
    assert found[0xA3] == "0100"  # swapped, as AOSP does
    assert found[0xA4] == "0000"
    assert found[0xA6] == "d002"  # 720 minutes
    assert found[0xAA] == URSK.hex()


def test_c1_lengths_are_little_endian_on_sr1xx_and_big_endian_on_ncj29d5() -> None:
    assert NXP.length_form is LengthForm.EXTENDED
    assert NCJ29D5.length_form is LengthForm.BIG_ENDIAN


def test_c2_reason_3_suspends_fira_and_tells_of_an_expired_ursk_on_ncj29d5() -> None:
    assert GENERIC.reasons[3] == "suspended in band"
    assert NCJ29D5.reasons[3] == "URSK expired"


def test_c3_ncj29d5_has_quirks_where_others_have_time0_and_loads_the_ursk_elsewhere() -> None:
    found = tags(TEST_VECTOR, NCJ29D5)
    assert 0xA1 not in found
    assert found[0x2B] == "02010000"
    assert found[0xE8] == "00" + URSK.hex()
    known, unknown = values_of([Tlv(0xA1, b"\1")], NCJ29D5.slots)
    assert known == {Param.CCC_QUIRKS: b"\1"}
    assert not unknown


@pytest.mark.parametrize(("profile", "code"), [(GENERIC, "03"), (NCJ29D5, "03"), (QORVO, "a1")])
def test_c4_hopping_has_a_code_of_each_vendor(profile: Profile, code: str) -> None:
    assert tags(TEST_VECTOR, profile)[0x2C] == code


def test_c9_a_session_that_asks_for_no_configuration_gets_the_mandatory_one() -> None:
    plain = CccSession(
        session_id=1,
        ursk=bytes(32),
        sts_index0=0,
        time0_us=0,
        ran_multiplier=1,
        chaps_per_slot=3,
        slots_per_round=6,
        responders=2,
        responder_index=1,
        sync_code=9,
    )
    assert tags(plain, GENERIC)[0xA4] == "0000"


def test_c10_a_slot_of_24_chaps_is_for_testing_only() -> None:
    elements = [Tlv(0xA0, b"\x7f")]
    assert ccc_capabilities(elements, GENERIC).chaps_per_slot == {3, 4, 6, 8, 9, 12}


def test_capabilities_of_ccc_have_names() -> None:
    found = ccc_capabilities(
        [
            Tlv(0xA1, (1 << 8).to_bytes(4, "little")),
            Tlv(0xA2, b"\x1e"),
            Tlv(0xA3, b"\x02"),
            Tlv(0xA4, b"\x01\x00"),
            Tlv(0xA7, b"\x02"),
        ],
        GENERIC,
    )
    assert found.sync_codes == {9}
    assert found.hop_modes == {Hopping.NONE, Hopping.CONTINUOUS, Hopping.ADAPTIVE}
    assert found.channels == {9}
    assert found.versions == (0x0100,)
    assert (found.least_ran_multiplier, found.max_sessions) == (2, None)


def test_capabilities_of_a_wrong_size_are_refused() -> None:
    for wrong in (Tlv(0xA0, b""), Tlv(0xA4, b"\1"), Tlv(0xA7, b"\1\0")):
        with pytest.raises(BadField):
            ccc_capabilities([wrong], GENERIC)


def test_pica_counts_whole_degrees() -> None:
    assert (PICA.angle_steps, GENERIC.angle_steps) == (1, 128)


def test_fira_addresses_are_short_or_extended() -> None:
    short = FiraSession(session_id=1, address=0x0102, peers=(0x0304, 5))
    found = tags(short, GENERIC)
    assert (found[0x06], found[0x07], found[0x03], found[0x26]) == ("0201", "04030500", "01", "00")
    long = FiraSession(session_id=1, address=1, peers=(2,), extended_addresses=True)
    found = tags(long, GENERIC)
    assert (found[0x07], found[0x03], found[0x26]) == ("02" + "00" * 7, "00", "02")


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_what_a_session_is_configured_with_reads_back(profile: Profile) -> None:
    values = settings.ccc(TEST_VECTOR, profile)
    known, unknown = values_of(elements_of(values, profile.slots), profile.slots)
    assert not unknown
    assert known.keys() == values.keys()
    assert known[Param.URSK] == URSK


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_no_two_parameters_of_a_profile_share_a_tag(profile: Profile) -> None:
    tags_of = [slot.tag for slot in profile.slots.values()]
    assert len(set(tags_of)) == len(tags_of)


REFUSED = {
    "a number too large": (Param.CHANNEL, 256),
    "a short key": (Param.URSK, bytes(31)),
    "half an address": (Param.PEER_ADDRESSES, bytes(3)),
    "no address": (Param.PEER_ADDRESSES, b""),
    "quirks on a device without": (Param.CCC_QUIRKS, 1),
}


@pytest.mark.parametrize(("param", "value"), REFUSED.values(), ids=REFUSED)
def test_a_parameter_that_does_not_fit_is_refused(param: Param, value: int | bytes) -> None:
    with pytest.raises(BadField) as refused:
        elements_of({param: value}, SLOTS)
    assert "0000" not in str(refused.value)


READ_REFUSED = {
    "too long": [Tlv(0x04, b"\x09\x00")],
    "twice": [Tlv(0x04, b"\x09"), Tlv(0x04, b"\x05")],
}


@pytest.mark.parametrize("elements", READ_REFUSED.values(), ids=READ_REFUSED)
def test_elements_that_cannot_be_are_refused(elements: list[Tlv]) -> None:
    with pytest.raises(BadField):
        values_of(elements, SLOTS)


def test_a_key_without_its_leading_octet_is_refused() -> None:
    with pytest.raises(BadField):
        Slot(0xE8, (32,), lead=b"\x00").value(b"\x01" + bytes(32))
