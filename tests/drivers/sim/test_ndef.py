"""The link on a Type 4 tag: its bytes as the forum's specification has them, and their reading."""

from __future__ import annotations

import pytest

from drivers.api.secret_text import SecretText
from drivers.sim.ndef import NdefApplication, NdefError, read_link

LINK = SecretText("https://a.example/x")
FILE = "0010" + "D1010C55 04" + b"a.example/x".hex()
CONTAINER = "000F 20 00F0 00FF 0406 E104 0012 00FF"
SELECT_APPLICATION = "00A4040007 D2760000850101 00"


def answers(*commands: str) -> list[str]:
    """What a fresh tag answers, one after the other."""
    tag = NdefApplication(LINK)
    return [tag.process(bytes.fromhex(command)).hex() for command in commands]


def test_the_tag_answers_as_the_specification_has_it() -> None:
    assert answers(
        SELECT_APPLICATION,
        "00A4000C02 E103",
        "00B000000F",
        "00A4000C02 E104",
        "00B0000002",
        "00B0000210",
    ) == [
        "9000",
        "9000",
        bytes.fromhex(CONTAINER).hex() + "9000",
        "9000",
        FILE[:4] + "9000",
        bytes.fromhex(FILE[4:]).hex() + "9000",
    ]


@pytest.mark.parametrize(
    ("commands", "status"),
    [
        (["00A4040005 D276000085 00"], "6a82"),
        (["00A4000C02 E103"], "6a82"),
        ([SELECT_APPLICATION, "00A4000C02 E105"], "6a82"),
        ([SELECT_APPLICATION, "00B000000F"], "6985"),
        ([SELECT_APPLICATION, "00A4000C02 E103", "00B0010001"], "6b00"),
        (["00D6000001 00"], "6d00"),
        (["80A4040007 D2760000850101 00"], "6e00"),
        (["00A404"], "6700"),
    ],
)
def test_the_tag_refuses_what_it_has_not(commands: list[str], status: str) -> None:
    assert answers(*commands)[-1] == status


@pytest.mark.parametrize(
    "link", ["https://a.example/x", "http://b.example/", "https://c.example/" + "y" * 200]
)
def test_a_link_is_read_back(link: str) -> None:
    assert read_link(NdefApplication(SecretText(link)).process) == SecretText(link)


def test_a_long_file_is_read_in_the_pieces_the_tag_allows() -> None:
    sizes: list[int] = []
    tag = NdefApplication(SecretText("https://c.example/" + "y" * 240))

    def process(apdu: bytes) -> bytes:
        answer = tag.process(apdu)
        sizes.append(len(answer) - 2)
        return answer

    read_link(process)
    assert sizes[-2:] == [0xF0, 4 + 1 + 10 + 240 - 0xF0]


def test_a_link_without_a_scheme_is_written_on_no_tag() -> None:
    with pytest.raises(ValueError, match="no scheme"):
        NdefApplication(SecretText("ftp://a.example"))


@pytest.mark.parametrize(
    ("container", "file"),
    [
        ("000F20", FILE),  # cut off
        ("000F 20 00F0 00FF 0506 E104 0012 00FF", FILE),  # no NDEF file
        (CONTAINER, "0000"),
        (CONTAINER, "0010 D1010C54 02656E" + "61" * 9),  # a text
        (CONTAINER, "0010 D1010C55 06" + "61" * 11),  # mail
        (CONTAINER, "0010 D1010C55 04" + "FF" * 11),  # no text
        (CONTAINER, "0010 91010C55 04" + "61" * 11),  # not the last record
        (CONTAINER, "0020 D1010C55 04" + "61" * 11),  # shorter than it says
    ],
)
def test_anything_else_on_a_card_is_passed_over(container: str, file: str) -> None:
    files = {b"\xe1\x03": bytes.fromhex(container), b"\xe1\x04": bytes.fromhex(file)}
    selected = b""

    def process(apdu: bytes) -> bytes:
        nonlocal selected
        if apdu[1] == 0xA4:
            selected = apdu[5:7]
            return b"\x90\x00"
        offset, size = apdu[2] << 8 | apdu[3], apdu[4]
        return files[selected][offset : offset + size] + b"\x90\x00"

    with pytest.raises(NdefError):
        read_link(process)


def test_a_mute_card_holds_no_link() -> None:
    with pytest.raises(NdefError):
        read_link(lambda _apdu: None)
