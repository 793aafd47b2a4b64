"""The person at the controlling terminal of the run.

/dev/tty is opened anew for each request: it reaches the person whatever standard input and output
are redirected to (pytest captures both), and a bench with this operator opens where there is no
terminal. The terminal stays in its own line mode, so that editing works, Ctrl-C interrupts the
run as ever, and nothing has to be put back. A run in the background of its terminal is refused:
the kernel would stop it as soon as it read. No write waits longer than the deadline either, as
one would for ever on a terminal that was stopped with Ctrl-S.
"""

from __future__ import annotations

import os
import select
import termios
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from drivers.api.device import Finding, Identity
from drivers.api.errors import OperatorAbsent, OperatorDeclined
from drivers.api.operator import Answer, Asked, Operator
from drivers.api.secret_text import SecretText

TERMINAL = "/dev/tty"
CANNOT, PHOTO = "!", "+"
_ADVICE = "start the run from a terminal, or take this operator out of the bench file"
_BACKGROUND = "this run is in the background of its terminal; bring it to the front (fg)"
_ENDED = "the terminal was closed, or its input ended (Ctrl-D)"
_LINE = 4096  # bytes; the kernel's own limit of a line


class TerminalOperator(Operator):
    """Asks on the terminal; one request at a time, from whichever thread.

    ``deadline_s`` is how long a request waits for its answer. Initials are asked once. "!" and a
    reason says that it cannot be done; "+" and a file's name adds a photo before the answer.
    """

    def __init__(self, deadline_s: float = 600.0) -> None:
        self._deadline_s = deadline_s
        self._initials = ""
        self._asking = threading.Lock()

    def ask(
        self,
        request: str,
        *choices: str,
        secret: SecretText | None = None,
        private: bool = False,
    ) -> Answer:
        began = time.monotonic()
        text, declined = "", ""
        photos: list[Path] = []
        try:
            with self._asking, self.around(), self._terminal() as terminal:
                until = time.monotonic() + self._deadline_s
                if not self._initials:
                    self._initials = self._line(terminal, "\nYour initials: ", until, needed=True)
                self._show(terminal, request, choices, secret, until)
                text = self._text(terminal, choices, until, photos)
        except BaseException as exc:  # also an interrupt: the request was made all the same
            declined = str(exc) or type(exc).__name__
            raise
        finally:
            at, waited_s = datetime.now(UTC), time.monotonic() - began
            typed = not choices and (private or secret is not None)
            known = (self._initials, at, waited_s, declined, typed, tuple(photos))
            self.heard(Asked(request, choices, text, *known))
        return Answer(text, self._initials, at, waited_s)

    def identity(self) -> Identity:
        return Identity(model="person at the terminal", serial=self._initials)

    def self_test(self) -> tuple[Finding, ...]:
        try:
            with self._terminal():
                return (Finding("terminal to ask on", ok=True),)
        except OperatorAbsent as exc:
            advice = _BACKGROUND if _BACKGROUND in str(exc) else _ADVICE
            return (Finding("no terminal to ask on", ok=False, advice=advice),)

    def close(self) -> None:
        """Nothing is held between two requests."""

    def _show(
        self,
        terminal: int,
        request: str,
        choices: tuple[str, ...],
        secret: SecretText | None,
        until: float,
    ) -> None:
        self._write(terminal, f"\n>> {_harmless(request)}\n", until)
        if secret is not None:
            self._write(terminal, f"   {_harmless(secret.reveal())}\n", until)
        for number, choice in enumerate(choices, start=1):
            self._write(terminal, f"   {number}  {choice}\n", until)

    def _text(
        self, terminal: int, choices: tuple[str, ...], until: float, photos: list[Path]
    ) -> str:
        prompt = "number" if choices else "Enter when done"
        prompt = f"   [{prompt}; {PHOTO} and a file adds a photo; {CANNOT} and why, "
        prompt += "if it cannot be done] "
        while True:
            line = self._line(terminal, prompt, until)
            if line.startswith(CANNOT):
                why = line.removeprefix(CANNOT).strip()
                raise OperatorDeclined(why or "no reason was given", device=self.name)
            if line.startswith(PHOTO):
                photos += self._photo(terminal, line.removeprefix(PHOTO).strip(), until)
            elif not choices:
                return line
            elif (chosen := _chosen(line, choices)) is not None:
                return chosen

    def _photo(self, terminal: int, name: str, until: float) -> list[Path]:
        """The file of that name; the person is told where there is none."""
        path = Path(name).expanduser().absolute()
        if path.is_file():
            self._write(terminal, "   added\n", until)
            return [path]
        self._write(terminal, "   there is no such file\n", until)
        return []

    def _line(self, terminal: int, prompt: str, until: float, *, needed: bool = False) -> str:
        """One line, without its end and the blanks around it; with ``needed``, not an empty one."""
        while True:
            self._write(terminal, prompt, until)
            if not select.select([terminal], [], [], max(0.0, until - time.monotonic()))[0]:
                with suppress(OperatorAbsent):
                    self._write(terminal, "\n   too late\n", time.monotonic())
                raise self._too_late()
            data = os.read(terminal, _LINE)
            if not data.endswith(b"\n"):
                raise OperatorAbsent(_ENDED, device=self.name)
            line = data.decode(errors="replace").strip()
            if line or not needed:
                return line

    @contextmanager
    def _terminal(self) -> Iterator[int]:
        try:
            terminal = os.open(TERMINAL, os.O_RDWR | os.O_NOCTTY | os.O_CLOEXEC | os.O_NONBLOCK)
        except OSError as exc:
            message = f"no terminal to ask the operator on: {_ADVICE}"
            raise OperatorAbsent(message, device=self.name) from exc
        try:
            if os.tcgetpgrp(terminal) != os.getpgrp():
                raise OperatorAbsent(_BACKGROUND, device=self.name)
            termios.tcflush(terminal, termios.TCIFLUSH)  # typed before it was asked for
            yield terminal
        except (OSError, termios.error) as exc:
            raise OperatorAbsent(f"the terminal is gone: {exc}", device=self.name) from exc
        finally:
            os.close(terminal)

    def _write(self, terminal: int, text: str, until: float) -> None:
        data = text.encode()
        while data:
            left_s = max(0.0, until - time.monotonic())
            if not select.select([], [terminal], [], left_s)[1]:
                raise self._too_late()
            with suppress(BlockingIOError):
                data = data[os.write(terminal, data) :]

    def _too_late(self) -> OperatorAbsent:
        message = f"no answer from the operator within {self._deadline_s:g} s"
        return OperatorAbsent(message, device=self.name)


def _chosen(line: str, choices: tuple[str, ...]) -> str | None:
    """The choice that a line names, by number or by its words."""
    numbers = {str(number): choice for number, choice in enumerate(choices, start=1)}
    words = {choice.casefold(): choice for choice in choices}
    return numbers.get(line) or words.get(line.casefold())


def _harmless(text: str) -> str:
    """Without control characters, which a terminal would obey."""
    return "".join(c if c.isprintable() or c == "\n" else "?" for c in text)
