"""How long a contactless reader takes: to look at an empty field, to find a card, to exchange.

To find a card is measured where a card can be brought by a call (virtual ones); a person's hand
has no time stamp. Each is brought at another moment of the reader's own rhythm.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from dataclasses import replace

from drivers.api.clock import Clock
from drivers.api.nfc import CardLink, NfcReader
from rig.measure.clock_figures import clock_uncertainty_ms
from rig.measure.errors import FigureError
from rig.measure.figures import Figure, figure_of

SELECT = bytes.fromhex("00A4040000")  # the card's default application; any answer will do
FOUND_WITHIN_S = 5.0
_GONE_WITHIN_S = 5.0
_CLOCK = "a step of the clock, rectangular"
_RHYTHM_S = 0.4  # the longest of a reader known: pcscd's own look at a virtual slot
_GOLDEN = (math.sqrt(5) - 1) / 2  # its multiples fill an interval evenly


def empty_looks(reader: NfcReader, n: int, clock: Clock) -> Figure:
    """One look at an empty field, in milliseconds. Raises FigureError when a card is there."""
    taken = []
    for _ in range(n):
        begun_ns = clock.now_ns()
        link = reader.wait_for_card(0)
        taken.append((clock.now_ns() - begun_ns) / 1e6)
        if link is not None:
            link.close()
            raise FigureError(
                f"a card is in the field of {reader.name}; take it away to have this measured"
            )
    return figure_of(
        taken,
        f"{reader.name} looks at an empty field",
        "ms",
        uncertainty=clock_uncertainty_ms(clock),
        basis=_CLOCK,
    )


def exchanges(reader: NfcReader, n: int, clock: Clock) -> Figure:
    """A command to the card in the field and its answer, in milliseconds.

    Raises FigureError when there is none, CardLost when it leaves.
    """
    link = reader.wait_for_card(FOUND_WITHIN_S)
    if link is None:
        raise FigureError(f"no card is in the field of {reader.name}; lay one on it")
    try:
        taken = [_exchange_ms(link, clock) for _ in range(n)]
    finally:
        link.close()
    return figure_of(
        taken,
        f"{reader.name} exchanges {len(SELECT)} octets for an answer",
        "ms",
        uncertainty=clock_uncertainty_ms(clock),
        basis=_CLOCK,
        remarks=("the card's own time is in it",),
    )


def findings_of_a_card(
    reader: NfcReader,
    bring: Callable[[], None],
    take: Callable[[], None],
    n: int,
    clock: Clock,
) -> Figure:
    """From a card coming into the field until the reader has found it, in milliseconds.

    ``bring`` and ``take`` move the card and return at once. It is away however this ends. Raises
    FigureError when it is not found, or does not go.
    """
    found, bringing = [], []
    for number in range(n):
        visit = _Visit(bring, number * _GOLDEN % 1 * _RHYTHM_S, clock)
        try:
            found.append(_found_ms(reader, visit))
            bringing.append(visit.took_ms)
        finally:
            visit.over.wait()
            take()
        if not reader.wait_for_removal(_GONE_WITHIN_S):
            raise FigureError(f"{reader.name} still sees a card that was taken away")
    figure = figure_of(
        found,
        f"{reader.name} finds a card that comes",
        "ms",
        uncertainty=sorted(bringing)[n // 2] / math.sqrt(12),
        basis="how long it takes to bring it (median), rectangular",
    )
    return replace(figure, contributes="reader poll period")


def _found_ms(reader: NfcReader, visit: _Visit) -> float:
    """One visit: from bringing the card to the reader's having found it."""
    threading.Thread(target=visit.run, name="bring a card", daemon=True).start()
    link = reader.wait_for_card(FOUND_WITHIN_S + _RHYTHM_S)
    visit.over.wait()
    if visit.error is not None:
        raise visit.error
    if link is None:
        raise FigureError(
            f"{reader.name} did not find a card in {FOUND_WITHIN_S:g} s; is it the reader of that "
            "place?"
        )
    seen_ns = link.target.seen_ns
    link.close()
    return (seen_ns - visit.begun_ns) / 1e6


class _Visit:
    """Brings the card after a while, from a thread of its own, and notes when."""

    def __init__(self, bring: Callable[[], None], after_s: float, clock: Clock) -> None:
        self._bring, self._after_s, self._clock = bring, after_s, clock
        self.begun_ns = 0
        self.took_ms = 0.0
        self.error: Exception | None = None
        self.over = threading.Event()

    def run(self) -> None:
        try:
            self._clock.sleep(self._after_s)
            self.begun_ns = self._clock.now_ns()
            self._bring()
            self.took_ms = (self._clock.now_ns() - self.begun_ns) / 1e6
        except Exception as exc:  # noqa: BLE001 - raised again by who waits for it
            self.error = exc
        finally:
            self.over.set()


def _exchange_ms(link: CardLink, clock: Clock) -> float:
    begun_ns = clock.now_ns()
    link.transceive(SELECT)
    return (clock.now_ns() - begun_ns) / 1e6
