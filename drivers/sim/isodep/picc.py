"""One chip in one reader's field: frames off the air in, frames onto the air out."""

from __future__ import annotations

import random

from drivers.sim.contactless import front_of, listener_of
from drivers.sim.isodep.application import Application, Wait, ready_within
from drivers.sim.isodep.crc import with_crc, without_crc
from drivers.sim.isodep.faults import RfFault, RfMisbehaviour
from drivers.sim.isodep.selection import Frame, Selection, State
from drivers.sim.isodep.target import RATS, Target
from drivers.sim.world import ChipCard

_RESERVED_CID = 0x0F


class Picc:
    """Lives from coming to a reader until it leaves. Without a field it hears nothing.

    ``end`` may be called by any thread, everything else by the reader's alone.
    """

    def __init__(
        self,
        card: ChipCard,
        chance: random.Random,
        misbehave: RfMisbehaviour,
        wait: Wait = ready_within,
    ) -> None:
        """``wait`` is how its reader waits for the card's application."""
        self.card = card
        self._chance, self._misbehave, self._wait = chance, misbehave, wait
        self._front = front_of(card)
        self._listener = listener_of(card)
        self._selection: Selection | None = None
        self._application: Application | None = None
        self._target: Target | None = None
        self._gone = False
        if self._listener:
            self._listener.enter()

    def field(self, *, on: bool) -> None:
        """The field comes or goes: all that it knew of its reader is gone."""
        self._let_go()
        self._selection = Selection(self._front.drawn_uid(self._chance)) if on else None
        if self._listener and not self._gone:
            self._listener.field(on=on)

    def hear(self, frame: Frame, within_s: float) -> Frame | None:
        """Answer what was on the air within this time; None for silence."""
        heard = self._misbehave.inward(frame)
        if heard is None or self._selection is None or self._gone:
            return None
        answer = self._answer(heard, self._selection, within_s)
        return None if answer is None else self._misbehave.outward(Frame(answer))

    def end(self) -> None:
        """It leaves, in the middle of an APDU if need be. Returns at once."""
        self._gone = True
        if self._listener:
            self._listener.leave()
        if application := self._application:
            application.end()

    def close(self) -> None:
        """Let go of what it holds; after ``end``."""
        self._let_go()
        self._selection = None

    def _answer(self, frame: Frame, selection: Selection, within_s: float) -> bytes | None:
        if self._target is not None:
            return self._carry(self._target, frame, selection, within_s)
        data = None if frame.last_bits else without_crc(frame.data)
        if selection.state is State.ACTIVE and data and data[0] == RATS:
            return self._activate(data, selection)
        if self._listener:
            if data and selection.state is State.IDLE:
                self._listener.hear(data)
            if frame.is_short and not self._listener.awake:
                return None
        return selection.hear(frame)

    def _carry(
        self, target: Target, frame: Frame, selection: Selection, within_s: float
    ) -> bytes | None:
        if frame.last_bits:
            return None
        answer = target.hear(frame.data, within_s)
        if target.deselected:
            self._target = None
            selection.halt()
        return answer

    def _activate(self, data: bytes, selection: Selection) -> bytes | None:
        """Answer RATS (5.1); one that makes no sense puts it back."""
        if self._misbehave.is_planted(RfFault.NO_RATS):
            return None
        if len(data) != 2 or data[1] & 0x0F == _RESERVED_CID:
            return selection.hear(Frame(data))
        if self._application is None:
            self._application = Application(self.card, self._wait)
            if self._gone:  # while it was made
                self._application.end()
        else:
            self._application.reset()
        self._target = Target(
            self._front,
            self._application,
            data[1],
            lambda: self._misbehave.strikes(RfFault.WTX_STORM),
        )
        return with_crc(self._front.ats)

    def _let_go(self) -> None:
        application, self._application, self._target = self._application, None, None
        if application:
            application.close()
