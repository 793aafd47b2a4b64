"""Which part of a phone a command reaches: the framework of its processor, or the applet.

A SELECT goes by its AID, everything else where the last one went. Without authentication that the
settings ask for, the applet is not there: SELECT answers 6A82 as for an application that is not
routed, anything else 6985. Which of the two a real phone answers, and when, is not public; a
vehicle takes either for a refusal.
"""

from __future__ import annotations

from collections.abc import Callable

from drivers.sim.phone.applet import NO_SUCH_APPLICATION, Applet
from drivers.sim.phone.framing import OUT_OF_SEQUENCE, selected_name
from drivers.sim.phone.power import Supply
from drivers.sim.phone_framework.framework import Framework
from rig.digital_key.apdu import Response
from rig.digital_key.pairing_messages import FRAMEWORK_AID


class Router:
    """The two applications behind one chip."""

    def __init__(
        self,
        applet: Applet,
        framework: Framework,
        supply: Callable[[], Supply],
        may_be_used: Callable[[], bool],
    ) -> None:
        """``may_be_used`` tells whether the applet is there, and lets the phone ask if not."""
        self.sought = False  # since it was presented, a vehicle wanted to pair and could not
        self._applet = applet
        self._framework = framework
        self._supply = supply
        self._may_be_used = may_be_used
        self._at_framework = False

    def reset(self) -> None:
        """The field came or went."""
        self._at_framework = False
        self._applet.reset()
        self._framework.reset()

    def process(self, apdu: bytes) -> bytes | None:
        """Answer one command; None when nothing is fed any more."""
        supply = self._supply()
        if supply is Supply.NOTHING:
            return None
        selected = selected_name(apdu)
        if selected is not None:
            self._at_framework = selected == FRAMEWORK_AID
        if not self._at_framework:
            return self._ask_applet(apdu, selecting=selected is not None)
        if supply is not Supply.ALL:
            self._at_framework = False
            return _refused(NO_SUCH_APPLICATION)
        self.sought |= selected is not None and not self._framework.ready
        return self._framework.process(apdu)

    def _ask_applet(self, apdu: bytes, *, selecting: bool) -> bytes:
        if self._may_be_used():
            return self._applet.process(apdu)
        self._applet.reset()
        return _refused(NO_SUCH_APPLICATION if selecting else OUT_OF_SEQUENCE)


def _refused(status: int) -> bytes:
    return Response(b"", status).encode()
