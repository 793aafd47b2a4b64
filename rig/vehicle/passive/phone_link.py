"""One phone's connection: what comes in is told to whoever waits for it, what goes out is kept."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from drivers.api.ble import Bond, Channel, Link
from drivers.api.errors import DriverError
from rig.digital_key.ble_messages import DkMessage, decode, encode
from rig.digital_key.dissect_ble import name_of_message
from rig.digital_key.errors import Malformed
from rig.digital_key.settings import Settings
from rig.vehicle.passive.agenda import Agenda, Duties
from rig.vehicle.passive.approach import Approach, ApproachEnding, PhoneGone, Step
from rig.vehicle.passive.conversation import Conversation
from rig.vehicle.passive.dialogue import Dialogue
from rig.vehicle.passive.interference import NOBODY, Between

MALFORMED = "malformed message"
UNASKED = "unasked"


class PhoneLink:
    """The agenda's thread alone uses it. ``spontaneous`` takes what nobody waits for."""

    def __init__(
        self,
        link: Link,
        approach: Approach,
        settings: Settings,
        agenda: Agenda,
        ended: Callable[[PhoneLink], None],
    ) -> None:
        self.link, self.approach, self.clock = link, approach, agenda.clock
        self._settings = settings
        self.duties = Duties(agenda, lambda exc: self.failed(exc, "the rig"))
        self._agenda, self._ended = agenda, ended
        self.channel: Channel | None = None
        self.bond: Bond | None = None  # of a pairing on this connection, not proved yet
        self.pairing_failure = ""
        self.over = False
        self.between: Callable[[], Between] = lambda: NOBODY
        self.spontaneous: Callable[[DkMessage, int], bool] = lambda _message, _t_ns: False
        self._conversations: list[tuple[str, Conversation]] = []

    # --- what is said and heard --------------------------------------------------------------

    def say(self, message: DkMessage) -> Step:
        """Send it. Raises PhoneGone."""
        if self.channel is None or self.over:
            raise PhoneGone("there is no channel")
        octets = encode(message, self._settings)
        step = self.approach.said(message, octets, self.clock.now_ns())
        between = self.between()
        for arriving in between.said(octets):
            if between.delay_s:
                self.duties.after(between.delay_s, partial(self._hand_on, self.channel, arriving))
            else:
                _send(self.channel, arriving)
        return step

    def _hand_on(self, channel: Channel, octets: bytes) -> None:
        """As a relay does, which loses it where the connection is gone by then."""
        try:
            _send(channel, octets)
        except PhoneGone as exc:
            self.approach.note(f"lost on its way through a relay: {exc}")

    def tell(self, message: DkMessage) -> None:
        """Send it if the phone is still there."""
        try:
            self.say(message)
        except PhoneGone as exc:
            self.approach.note(f"{type(message).__name__} not delivered: {exc}")

    def unanswered(self, step: Step, why: str) -> None:
        """Nothing came back to it."""
        self.approach.unanswered(step, self.clock.now_ns(), why)

    def heard(self, octets: bytes, t_ns: int) -> None:
        """One message came in, whatever it holds. One that breaks the rules ends the connection."""
        if self.over:
            return
        try:
            message = decode(octets, self._settings)
        except Malformed as exc:
            self.approach.heard(octets, t_ns)
            self.approach.reject(MALFORMED)
            self.failed(exc, "a message")
            return
        for _name, talk in tuple(self._conversations):
            if talk.wants(message):
                if talk.asked is None:
                    self.approach.heard(octets, t_ns)
                else:
                    self.approach.answered(talk.asked, message, octets, t_ns)
                talk.go(message)
                return
        self.approach.heard(octets, t_ns)
        if not self.spontaneous(message, t_ns):
            self.approach.reject(f"{UNASKED} {name_of_message(octets, self._settings)}")

    # --- dialogues -----------------------------------------------------------------------------

    def run(
        self,
        name: str,
        dialogue: Dialogue[Any],
        done: Callable[[Any, Exception | None], None] | None = None,
    ) -> None:
        """Begin a dialogue. What it raises ends the approach, unless ``done`` takes it."""

        def over(value: Any, error: Exception | None) -> None:
            self._conversations = [each for each in self._conversations if each[1] is not talk]
            if done is not None:
                done(value, error)
            elif error is not None:
                self.failed(error, name)

        talk = Conversation(self, dialogue, over)
        self._conversations.append((name, talk))
        talk.go()

    def is_running(self, name: str) -> bool:
        """Whether a dialogue of that name is under way."""
        return any(each[0] == name for each in self._conversations)

    def happened(self, name: str) -> bool:
        """Tell the dialogues of a happening; whether one waited for it."""
        return any([talk.happened(name) for _name, talk in tuple(self._conversations)])

    def refuse(self, error: Exception) -> bool:
        """Throw an exception into the dialogue that waits for an answer; whether there is one."""
        for _name, talk in tuple(self._conversations):
            if talk.asked is not None:
                talk.refuse(error)
                return True
        return False

    # --- how it ends ---------------------------------------------------------------------------

    def failed(self, error: Exception, step: str) -> None:
        """Something went wrong in it: note it, and end the connection."""
        self.approach.end_with(error, step)
        self.hang_up()

    def refused(self, explanation: str) -> None:
        """The vehicle wants nothing of it."""
        self.approach.end(ApproachEnding.REFUSED, explanation)
        self.hang_up()

    def hang_up(self) -> None:
        """End the connection, from the vehicle's side."""
        if not self.over:
            self._close("the vehicle hung up")
            self.link.disconnect()

    def gone(self, why: str) -> None:
        """The connection has ended."""
        if self.over:
            return
        marks = self.approach.timeline.marks
        if "set_up" not in marks and not self.approach.movements:
            furthest = self.approach.furthest
            self.approach.end_with(PhoneGone(f"the connection ended: {why}"), f"after {furthest}")
        self._close(why)

    def _close(self, why: str) -> None:
        self.over = True
        lost = PhoneGone(f"the connection ended: {why}")
        for _name, talk in tuple(self._conversations):
            talk.refuse(lost)
        self.duties.end()
        self.approach.end(ApproachEnding.PASSED, why)
        self._ended(self)


def _send(channel: Channel, octets: bytes) -> None:
    """Raises PhoneGone."""
    try:
        channel.send(octets)
    except DriverError as exc:  # gone, or it takes no message as long as this
        raise PhoneGone(str(exc)) from exc
