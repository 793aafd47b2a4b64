"""The firmware of the virtual card reader, from its bulk pipes to the card in its field."""

from __future__ import annotations

import queue
from collections.abc import Iterator

import pytest

from drivers.sim.usbip.ccid import CcidReader
from drivers.sim.usbip.descriptors import About
from drivers.sim.usbip.function import Setup, Stalled
from tests.contracts.echo_card import ATR, OK, PATIENCE_S, EchoCard

EVENTS, OUT, IN = 1, 2, 3
APDU = bytes.fromhex("80CA0000")
COME, GONE = b"\x50\x03", b"\x50\x02"
NONE, MUTE = 0x42, 0xFE  # failed, no card; not answering
STATUS, ERROR, DATA = 7, 8, 10  # offsets in an answer


class Host:
    """What is at the other end of the cable."""

    def __init__(self) -> None:
        about = About(vendor_id=1, product_id=2, make="Rig", model="Reader")
        self.reader = CcidReader(about, patience_s=0.05)
        self.answers: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self.events: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._queues = {EVENTS: self.events, IN: self.answers}
        self.reader.send = lambda endpoint, data: self._queues[endpoint].put(data)

    def ask(self, kind: int, data: bytes = b"", slot: int = 0) -> bytes:
        """Send a command, and take what comes next."""
        self.say(kind, data, slot)
        return self.hear()

    def say(self, kind: int, data: bytes = b"", slot: int = 0) -> None:
        head = bytes((kind, *len(data).to_bytes(4, "little"), slot, 5, 0, 0, 0))
        self.reader.take(OUT, head + data)

    def hear(self) -> bytes:
        return self.answers.get(timeout=PATIENCE_S)


@pytest.fixture
def host() -> Iterator[Host]:
    made = Host()
    yield made
    made.reader.ended()


@pytest.fixture
def card(host: Host) -> Iterator[EchoCard]:
    """A card in the field, with power."""
    card = EchoCard()
    host.reader.insert(card)
    assert host.ask(0x62)[DATA:] == ATR
    yield card
    card.may_answer.set()


@pytest.mark.parametrize("apdu", [APDU, APDU + bytes(40_000)], ids=["short", "extended"])
def test_the_card_answers_an_apdu(host: Host, card: EchoCard, apdu: bytes) -> None:
    del card
    assert host.ask(0x6F, apdu)[DATA:] == apdu + OK


def test_an_apdu_in_pieces_is_one(host: Host, card: EchoCard) -> None:
    del card
    message = bytes.fromhex("6F 04000000 00 05 000000") + APDU
    for at in range(0, len(message), 5):
        host.reader.take(OUT, message[at : at + 5])
    assert host.hear()[DATA:] == APDU + OK


def test_power_on_with_power_is_a_reset(host: Host, card: EchoCard) -> None:
    assert host.ask(0x62)[DATA:] == ATR
    assert card.powers == [True, False, True]


def test_power_off_takes_the_field_away(host: Host, card: EchoCard) -> None:
    assert host.ask(0x63)[STATUS] == 1  # present and inactive
    assert host.ask(0x6F, APDU)[STATUS] & 0x40
    assert host.ask(0x62)[DATA:] == ATR
    assert card.powers == [True, False, True]


@pytest.mark.parametrize("kind", [0x62, 0x6F])
def test_without_a_card_there_is_no_answer(host: Host, kind: int) -> None:
    answer = host.ask(kind, APDU)
    assert (answer[STATUS], answer[ERROR]) == (NONE, MUTE)
    assert host.ask(0x65)[STATUS] == 2


def test_a_card_that_thinks_gets_more_time(host: Host, card: EchoCard) -> None:
    card.may_answer.clear()
    assert host.ask(0x6F, APDU)[STATUS] == 0x80
    card.may_answer.set()
    while (answer := host.hear())[STATUS] == 0x80:
        pass
    assert answer[DATA:] == APDU + OK


def test_a_mute_card_is_given_up_and_no_late_answer_is_taken_for_another(
    host: Host, card: EchoCard
) -> None:
    card.may_answer.clear()
    host.say(0x6F, APDU)
    while (answer := host.hear())[STATUS] == 0x80:
        pass
    assert (answer[STATUS] & 0x40, answer[ERROR]) == (0x40, MUTE)
    card.may_answer.set()
    assert host.ask(0x62)[DATA:] == ATR
    other = APDU + b"\x01"
    assert host.ask(0x6F, other)[DATA:] == other + OK


def test_a_card_that_leaves_in_mid_apdu_ends_it(host: Host, card: EchoCard) -> None:
    card.may_answer.clear()
    host.say(0x6F, APDU)
    assert card.asked.wait(PATIENCE_S)
    host.reader.remove()
    while (answer := host.hear())[STATUS] & 0xC0 == 0x80:
        pass
    assert (answer[STATUS], answer[ERROR]) == (NONE, MUTE)


@pytest.mark.parametrize(
    ("kind", "data", "slot", "error"),
    [(0x42, b"", 0, 0), (0x6B, b"", 0, 0), (0x65, b"", 1, 5), (0x6F, APDU[:3], 0, 1)],
    ids=["unknown", "escape", "no such slot", "short APDU"],
)
def test_what_the_reader_cannot_do_it_refuses(
    host: Host, kind: int, data: bytes, slot: int, error: int
) -> None:
    answer = host.ask(kind, data, slot)
    assert (answer[STATUS] & 0x40, answer[ERROR]) == (0x40, error)


def test_a_length_beyond_any_stalls_the_pipe(host: Host) -> None:
    with pytest.raises(Stalled):
        host.reader.take(OUT, bytes.fromhex("6F FFFFFFFF 00 05 000000"))
    assert host.ask(0x65)[STATUS] == 2


def test_an_abort_is_acknowledged_and_other_requests_stall(host: Host) -> None:
    assert host.reader.control(Setup(0x21, 1, 0, 0, 0), b"") == b""
    with pytest.raises(Stalled):
        host.reader.control(Setup(0x21, 2, 0, 0, 0), b"")


def test_a_waiting_program_is_noticed_and_told_of_cards(host: Host) -> None:
    assert not host.reader.listening.is_set()
    host.reader.asked(EVENTS)
    assert host.reader.listening.is_set()
    host.reader.insert(EchoCard())
    host.reader.remove()
    assert [host.events.get(timeout=PATIENCE_S) for _ in range(2)] == [COME, GONE]


def test_a_card_right_after_another_is_not_taken_for_it(host: Host, card: EchoCard) -> None:
    del card
    assert host.events.get(timeout=PATIENCE_S) == COME
    host.reader.remove()
    host.reader.insert(other := EchoCard())
    assert host.events.get(timeout=PATIENCE_S) == GONE
    assert host.ask(0x62)[STATUS] == NONE, "the host has not heard yet that the field was empty"
    assert host.ask(0x65)[STATUS] == 2
    assert host.events.get(timeout=PATIENCE_S) == COME
    assert host.ask(0x65)[STATUS] == 1
    assert host.ask(0x62)[DATA:] == ATR
    assert other.powers == [True]


def test_a_card_that_came_and_left_unseen_is_not_shown(host: Host, card: EchoCard) -> None:
    del card
    host.reader.remove()
    host.reader.insert(EchoCard())
    host.reader.remove()
    assert [host.ask(0x65)[STATUS] for _ in range(2)] == [2, 2]


def test_a_reader_that_is_pulled_takes_the_field_away(host: Host, card: EchoCard) -> None:
    host.reader.ended()
    while card.powers != [True, False]:
        assert card.powers in ([True], [True, False])
