"""What each command does, octet for octet, without any driver."""

from __future__ import annotations

import pytest

from drivers.sim.contactless import Front
from drivers.sim.isodep.crc import crc_a, with_crc
from drivers.sim.isodep.faults import RfFault
from tests.contracts.echo_card import EchoCard
from tests.drivers.sim.isodep.air_bench import FrontedCard
from tests.drivers.sim.pn532.host import BareHost

TYPE_A, NO_RETRIES = "4A 01 00", "32 05 FF 01 00"
LONG_WAIT = "32 02 00 0B 10"  # 3.3 s, of which a busy machine uses up some
BY_HAND, NOBODY = "12 00", "D54B00"  # SetParameters: no automatic RATS
TIMEOUT, WRONG_CRC, TOO_LONG, WRONG_CONTEXT = "01", "02", "07", "27"


@pytest.fixture
def card(host: BareHost) -> EchoCard:
    """A card with a known UID; the host gives up at once where nothing answers."""
    card = FrontedCard(Front(uid=bytes.fromhex("04A1B2C3D4E5F6"), fwi=12))
    host.antenna.enter(card)
    host.command(LONG_WAIT)
    host.command(NO_RETRIES)
    host.command(BY_HAND)
    return card


def test_it_says_who_it_is_and_repeats_what_it_is_told(host: BareHost) -> None:
    assert host.command("02") == "D50332010607"
    assert host.command("00 00 0102FF") == "D501000102FF"
    assert host.command("00 01") == host.command("00 02") == "D50100"


def test_registers_keep_what_is_written(host: BareHost) -> None:
    assert host.command("08 6301 3F 6305 40") == "D509"
    assert host.command("06 6301 6305 6306") == "D5073F4000"
    assert host.command("06 63") == "7F"
    assert host.command("08 6301") == "7F"


def test_the_fifo_is_a_queue(host: BareHost) -> None:
    host.command("08 6339 11 6339 22")
    assert host.command("06 633A 6339 6339 6339") == "D50702112200"
    host.command("08 6339 11 633A 80")
    assert host.command("06 633A") == "D50700"


def test_the_transmitter_register_and_the_field_are_one(host: BareHost) -> None:
    host.command("32 01 01")
    assert host.command("06 6304") == "D50703"
    host.command("08 6304 80")
    assert host.command("04")[:8] == "D5050000"
    assert host.antenna.on is False


@pytest.mark.parametrize("command", ["32 01", "32 02 00 0B", "32 77 00", "4A 00 00", "4A 01 09"])
def test_wrong_parameters_are_a_syntax_error(host: BareHost, command: str) -> None:
    assert host.command(command) == "7F"


def test_a_card_is_listed_with_sens_res_high_octet_first(host: BareHost, card: EchoCard) -> None:
    del card
    assert host.command(TYPE_A) == "D54B0101" + "0044" + "20" + "07" + "04A1B2C3D4E5F6"
    assert host.command("06 6302 6303") == "D5078080"  # checksums from here on
    assert host.command("04") == "D5050001" + "0101000010" + "80"


def test_with_automatic_rats_the_ats_is_listed(host: BareHost, card: EchoCard) -> None:
    del card
    host.command("12 14")
    listed = host.command(TYPE_A)
    assert listed.endswith("04A1B2C3D4E5F6" + "05 78 80 C0 02".replace(" ", ""))


def test_a_card_is_looked_for_by_its_uid(host: BareHost, card: EchoCard) -> None:
    del card
    assert host.command(TYPE_A + "8804A1B2C3D4E5F6") != NOBODY
    host.command("32 01 00")
    assert host.command(TYPE_A + "8804A1B2C3D4E5F7") == NOBODY


def test_where_nobody_is_the_poll_is_left_in_the_fifo(host: BareHost) -> None:
    host.command(NO_RETRIES)
    assert host.command(TYPE_A) == NOBODY
    assert host.command("06 6339") == "D50726"
    assert host.command("06 6302 633D") == "D5070007"  # no checksum, and seven bits


@pytest.mark.parametrize("kind", ["01", "02", "03", "04"])
def test_cards_of_type_a_are_found_as_nothing_else(
    host: BareHost, card: EchoCard, kind: str
) -> None:
    del card
    assert host.command(f"4A 01 {kind} 00FFFF0100") == NOBODY


def test_a_card_in_the_block_protocol_is_found_again_after_a_field_off(
    host: BareHost, card: EchoCard
) -> None:
    del card
    host.command(TYPE_A)
    assert host.command("42 E0 80").startswith("D54300")
    assert host.command(TYPE_A) == NOBODY
    host.command("32 01 00")
    assert host.command(TYPE_A) != NOBODY


def test_endless_polling_ends_when_the_host_speaks(host: BareHost) -> None:
    # Until it is told otherwise the chip polls for ever; this host speaks at once.
    assert host.say("0000FF04FCD44A0100E100") == ["0000FF00FF00"]
    assert host.command("02") == "D50332010607"


def test_a_frame_goes_through_with_and_without_checksums(host: BareHost, card: EchoCard) -> None:
    del card
    host.command(TYPE_A)
    ats = host.command("42 E0 80")
    assert ats == "D54300" + "057880C002"
    assert host.command("42 02 00A4") == "D54300" + "02 00A4 9000".replace(" ", "")
    host.command("08 6302 00 6303 00")
    block = bytes.fromhex("03 00A5")
    answer = bytes.fromhex("03 00A5 9000")
    assert host.command("42" + with_crc(block).hex()) == "D54300" + with_crc(answer).hex().upper()
    assert host.command("42" + block.hex()) == "D543" + TIMEOUT


def test_with_nothing_to_send_it_listens_and_nobody_speaks_unasked(
    host: BareHost, card: EchoCard
) -> None:
    del card
    host.command(TYPE_A)
    assert host.command("42") == "D543" + TIMEOUT


def test_a_wrong_checksum_of_the_card_is_told(host: BareHost, card: EchoCard) -> None:
    del card
    host.command(TYPE_A)
    with host.rf(RfFault.BAD_CRC):
        assert host.command("42 E0 80") == "D543" + WRONG_CRC


@pytest.mark.parametrize("setting", ["08 6302 83", "08 6302 90", "08 633D 07"])
def test_a_card_hears_type_a_at_106_in_whole_octets_only(
    host: BareHost, card: EchoCard, setting: str
) -> None:
    del card
    host.command(TYPE_A)
    host.command(setting)
    assert host.command("42 E0 80") == "D543" + TIMEOUT


def test_without_a_field_nothing_hears(host: BareHost, card: EchoCard) -> None:
    del card
    host.command(TYPE_A)
    host.command("32 01 00")
    assert host.command("42 E0 80") == "D543" + TIMEOUT


def test_the_firmware_carries_apdus_by_itself(host: BareHost, card: EchoCard) -> None:
    del card
    host.command("12 14")
    host.command(TYPE_A)
    for _ in range(3):
        assert host.command("40 01 00A40400") == "D54100" + "00A404009000"
    assert host.command("00 06") == "D50100"  # it is still there


def test_the_firmware_carries_long_commands_and_answers_in_parts(
    host: BareHost, card: EchoCard
) -> None:
    del card
    host.command("12 14")
    host.command(TYPE_A)
    part = "AB" * 200
    assert host.command("40 41" + part) == "D54100"
    first = bytes.fromhex(host.command("40 01" + part)[4:])
    rest = bytes.fromhex(host.command("40 01")[4:])
    assert (first[0], rest[0]) == (0x40, 0x00)
    assert first[1:] + rest[1:] == bytes.fromhex(part * 2 + "9000")


@pytest.mark.parametrize("fault", [RfFault.LOST_ANSWER, RfFault.LOST_COMMAND, RfFault.BAD_CRC])
def test_the_firmware_gets_over_what_is_lost(
    host: BareHost, card: EchoCard, fault: RfFault
) -> None:
    del card
    host.command("12 14")
    host.command(TYPE_A)
    with host.rf(fault, every=3):
        for number in range(20):
            assert host.command(f"40 01 00A4{number:02X}") == f"D5410000A4{number:02X}9000"
        assert host.rf.hits >= 5


def test_the_firmware_grants_time(host: BareHost, card: EchoCard) -> None:
    del card
    host.command("12 14")
    host.command(TYPE_A)
    with host.rf(RfFault.WTX_STORM, most=5):
        assert host.command("40 01 00A4") == "D5410000A49000"
        assert host.rf.hits == 5


def test_an_answer_beyond_what_the_host_line_carries_is_an_error(
    host: BareHost, card: EchoCard
) -> None:
    del card
    host.command(TYPE_A)
    host.command("42 E0 A0")  # frames of 1024 octets
    assert host.command("42 12" + "AB" * 200) == "D54300A2"
    assert len(host.command("42 03" + "AB" * 59)) == 2 * (3 + 262)
    host.command("42 12" + "AB" * 200)
    assert host.command("42 03" + "AB" * 60) == "D543" + TOO_LONG


def test_apdus_need_a_target(host: BareHost, card: EchoCard) -> None:
    del card
    assert host.command("40 01 00A4") == "D541" + WRONG_CONTEXT
    host.command("12 14")
    host.command(TYPE_A)
    assert host.command("40 02 00A4") == "D541" + WRONG_CONTEXT
    assert host.command("44 01") == "D54500"
    assert host.command("40 01 00A4") == "D541" + WRONG_CONTEXT
    assert host.command("04")[4:6] == WRONG_CONTEXT


def test_a_deselected_card_is_halted(host: BareHost, card: EchoCard) -> None:
    del card
    host.command("12 14")
    host.command(TYPE_A)
    assert host.command("52 01") == "D55300"
    assert host.command(TYPE_A) == NOBODY  # it polls with REQA
    host.command("08 6302 00 6303 00 633D 07")
    assert host.command("42 52") == "D54300" + "4400"  # WUPA by hand


def test_a_card_that_leaves_is_a_timeout(host: BareHost, card: EchoCard) -> None:
    host.command(TYPE_A)
    host.command("42 E0 80")
    host.antenna.leave()
    assert host.command("42 02 00A4") == "D543" + TIMEOUT
    host.antenna.enter(card)
    assert host.command("42 02 00A4") == "D543" + TIMEOUT  # it starts from the beginning
    assert host.command(TYPE_A) != NOBODY


def test_a_selection_by_hand_is_that_of_the_standard(host: BareHost, card: EchoCard) -> None:
    del card
    host.command("32 01 01")
    host.command("08 633D 07")
    assert host.command("42 26") == "D543004400"
    host.command("08 633D 00")
    assert host.command("42 93 20") == "D54300" + "8804A1B29F"
    select = bytes.fromhex("93708804A1B29F")
    assert host.command("42" + (select + crc_a(select)).hex()) == "D543" + "00" + "04DA17"
