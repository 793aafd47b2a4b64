"""A program on a pseudo-terminal of its own, and the person in front of it."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time
from pathlib import Path
from typing import Self

from tests.architecture.source_tree import PROJECT

_PATIENCE_S = 30.0
_TAKE_TERMINAL = "import os; os.close(os.open(os.ttyname(0), os.O_RDWR))\n"
CTRL_C = "\x03"


class Person:
    """Reads what the program says on its terminal, and types.

    The program's standard output is no terminal, as when pytest captures it; with ``on_screen``
    it is this one.
    """

    def __init__(
        self, program: str, folder: Path | None = None, *, on_screen: bool = False
    ) -> None:
        self._terminal, inside = os.openpty()
        self._unread = self.seen = ""
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-c", _TAKE_TERMINAL + program],
                stdin=inside,
                stdout=inside if on_screen else subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                start_new_session=True,  # so that the pseudo-terminal becomes its terminal
                cwd=folder,
                env={**os.environ, "PYTHONPATH": str(PROJECT)},
            )
        finally:
            os.close(inside)

    def reads(self, text: str) -> str:
        """Wait until this is on the terminal; all that came up to it."""
        deadline = time.monotonic() + _PATIENCE_S
        while text not in self._unread:
            ready, _, _ = select.select([self._terminal], [], [], deadline - time.monotonic())
            assert ready, f"{text!r} did not come; there is {self._unread!r}"
            said = os.read(self._terminal, 4096).decode()
            self._unread, self.seen = self._unread + said, self.seen + said
        found, _, self._unread = self._unread.partition(text)
        return found + text

    def is_left_alone(self, for_s: float) -> bool:
        """Whether nothing is written to the terminal for so long."""
        return not self._unread and not select.select([self._terminal], [], [], for_s)[0]

    def reads_to_the_end(self) -> str:
        """All that came to the terminal, once the program has ended."""
        deadline = time.monotonic() + _PATIENCE_S
        while select.select([self._terminal], [], [], deadline - time.monotonic())[0]:
            try:
                said = os.read(self._terminal, 4096).decode()
            except OSError:  # how Linux says that nobody holds the other end
                break
            self.seen += said
        return self.seen

    def types(self, text: str) -> None:
        """Type a line."""
        os.write(self._terminal, f"{text}\n".encode())

    def introduces(self, initials: str) -> None:
        """Give the initials, which the first request of a run asks for."""
        self.reads("Your initials: ")
        self.types(initials)

    def presses(self, key: str) -> None:
        """Type one key that is no line."""
        os.write(self._terminal, key.encode())

    def hangs_up(self) -> None:
        """Close the terminal's window."""
        os.close(self._terminal)
        self._terminal = -1

    def result(self) -> tuple[int, str]:
        """Exit status and standard output ("" on screen), once the program has ended."""
        output, _ = self._process.communicate(timeout=_PATIENCE_S)
        return self._process.returncode, output or ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.communicate()
        if self._terminal >= 0:
            os.close(self._terminal)
