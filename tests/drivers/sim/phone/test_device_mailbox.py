"""The private mailbox: reading, writing, setting, and what it refuses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.sim.phone.mailbox import Contents, Mailbox
from rig.digital_key.errors import Malformed
from rig.digital_key.settings import Settings

SETTINGS = Settings()
DONE, OUT_OF_BOUNDS, MALFORMED = "00020000", "00020001", "00020002"


def perform(mailbox: Mailbox, request: str, secret_tag: int | None = None) -> str:
    return mailbox.perform(bytes.fromhex(request), SETTINGS, secret_tag).hex()


def test_what_was_written_is_read_back() -> None:
    mailbox = Mailbox(bytearray(256))
    assert perform(mailbox, "8A05 0010 AABBCC") == DONE
    assert perform(mailbox, "8704 000F 0005") == "0005" + "00aabbcc00" + DONE


def test_a_wallet_file_may_fill_the_slot_list() -> None:
    slots = bytes(range(64))
    mailbox = Mailbox(Contents(slots=b"\xff", slot_list=slots).laid_out(SETTINGS))
    assert mailbox.read(SETTINGS.mailbox_slots_offset, 65) == b"\xff" + slots


def test_the_sibling_has_no_confidential_mailbox() -> None:
    assert perform(Mailbox(bytearray(4)), "8F01 77", secret_tag=0x8E) == MALFORMED
    assert perform(Mailbox(bytearray(4)), "8F01 77") == DONE


def test_set_fills_a_span_with_one_value() -> None:
    mailbox = Mailbox(bytearray(16))
    assert perform(mailbox, "9505 0002 0003 EE") == DONE
    assert mailbox.read(0, 6).hex() == "0000eeeeee00"


def test_several_operations_are_answered_in_order() -> None:
    mailbox = Mailbox(bytearray(16))
    answer = perform(mailbox, "8704 0000 0001  8A03 0000 77  8704 0000 0001")
    assert answer == "000100" + "000177" + DONE


def test_the_last_byte_can_be_read_and_none_beyond() -> None:
    mailbox = Mailbox(bytearray(256))
    assert perform(mailbox, "8704 00FF 0001") == "000100" + DONE
    assert perform(mailbox, "8704 00FF 0002") == OUT_OF_BOUNDS


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        ("", MALFORMED),
        ("87", MALFORMED),
        ("8703 000000", MALFORMED),
        ("8705 0000000100", MALFORMED),
        ("8A01 00", MALFORMED),
        ("9504 00000001", MALFORMED),
        ("9506 000000010000", MALFORMED),
        ("8C01 00", MALFORMED),
        ("008E22C020" + "00" * 32, MALFORMED),  # the sibling's secret
        ("8704 0100 0001", OUT_OF_BOUNDS),
        ("8A04 00FF 0000", OUT_OF_BOUNDS),
        ("9505 FFFF FFFF 00", OUT_OF_BOUNDS),
        ("8A03 0000 77  8704 0100 0001", OUT_OF_BOUNDS),
        ("8A03 0000 77  8C01 00", MALFORMED),
    ],
)
def test_what_cannot_be_done_has_a_status_and_no_effect(request_: str, status: str) -> None:
    mailbox = Mailbox(bytearray(256))
    assert perform(mailbox, request_) == status
    assert mailbox.read(0, 256) == bytes(256)


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        ("008E22C020" + "11" * 32, DONE),
        ("008E21C01F" + "11" * 31, MALFORMED),
        ("008E22C120" + "11" * 32, MALFORMED),
        ("008E01C0", MALFORMED),
        ("00", MALFORMED),
    ],
)
def test_the_sibling_takes_a_secret_of_32_bytes(request_: str, status: str) -> None:
    assert perform(Mailbox(bytearray(16)), request_, secret_tag=0x8E) == status


def test_tags_are_settings() -> None:
    settings = Settings(exchange_read_tag=0xA1)
    mailbox = Mailbox(bytearray(b"\x42"))
    assert mailbox.perform(bytes.fromhex("A10400000001"), settings, None)[:3].hex() == "000142"


def test_contents_lie_where_the_settings_say() -> None:
    contents = Contents(signals=b"\x01", slots=b"\x02", package=b"\x03\x04")
    memory = contents.laid_out(Settings(mailbox_size=16, mailbox_package_offset=8))
    assert memory.hex() == "0102" + "00" * 6 + "0304" + "00" * 6


@pytest.mark.parametrize(
    "settings",
    [
        Settings(mailbox_size=66),
        Settings(mailbox_size=0),
        Settings(mailbox_size=-1),
        Settings(mailbox_signal_offset=-1),
    ],
)
def test_contents_that_do_not_fit_are_refused(settings: Settings) -> None:
    with pytest.raises(Malformed):
        Contents(package=b"\x01").laid_out(settings)


@given(request_=st.binary(max_size=300))
def test_any_request_is_answered_with_a_status(request_: bytes) -> None:
    mailbox = Mailbox(bytearray(64))
    assert mailbox.perform(request_, SETTINGS, 0x8E)[-4:].hex() in {DONE, OUT_OF_BOUNDS, MALFORMED}
    assert len(mailbox.read(0, 1000)) == 64
