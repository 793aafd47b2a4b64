"""Where progress is drawn: a terminal with one line that changes, or a plain log.

A test runs while pytest holds standard output captured, so both draw on a duplicate of it.
"""

from __future__ import annotations

import io
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Protocol, TextIO

from rich.console import Console
from rich.live import Live
from rich.text import Text

_REDRAW_S = 0.1
_LOG_WIDTH = 120


class Screen(Protocol):
    """Takes finished lines; a live one also redraws the status by itself."""

    is_live: bool

    def open(self) -> None:
        """Begin to draw."""
        ...

    def show(self, line: Text) -> None:
        """Add a finished line."""
        ...

    def show_plain(self, line: str) -> None:
        """Add a finished line without any style."""
        ...

    def held_still(self) -> AbstractContextManager[None]:
        """Leave the terminal to somebody else meanwhile: nothing is drawn."""
        ...

    def close(self) -> None:
        """Draw what is still waiting and stop. Idempotent."""
        ...


class PlainScreen:
    """Writes a line for what has happened: for CI logs and files."""

    is_live = False

    def __init__(self, console: Console) -> None:
        self._file = console.file

    def open(self) -> None:
        """Nothing to begin."""

    def show(self, line: Text) -> None:
        self.show_plain(line.plain)

    def show_plain(self, line: str) -> None:
        self._file.write(f"{line}\n")
        self._file.flush()

    def held_still(self) -> AbstractContextManager[None]:
        return nullcontext()

    def close(self) -> None:
        """Nothing to stop."""


class LiveScreen:
    """Redraws at most ten times a second, however many tests end in between."""

    is_live = True

    def __init__(self, console: Console, status: Callable[[], Text]) -> None:
        self._console = console
        self._status = status
        self._live = Live(
            console=console, auto_refresh=False, redirect_stdout=False, redirect_stderr=False
        )
        self._waiting: list[Text] = []
        self._lock = threading.Lock()
        self._drawing = threading.Lock()  # held while the terminal is written to, or lent
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._redraw_for_ever, name="progress", daemon=True)

    def open(self) -> None:
        self._live.start()
        self._thread.start()

    def show(self, line: Text) -> None:
        with self._lock:
            self._waiting.append(line)

    def show_plain(self, line: str) -> None:
        self.show(Text(line))

    @contextmanager
    def held_still(self) -> Iterator[None]:
        with self._drawing:
            was_drawn = self._live.is_started
            self._live.transient = True  # the status line gives way
            self._live.stop()
            try:
                yield
            finally:
                self._live.transient = False
                if was_drawn:
                    self._live.start()

    def close(self) -> None:
        if self._thread.is_alive():
            self._ended.set()
            self._thread.join()
            self._redraw()
            self._live.transient = True
            self._live.stop()

    def _redraw_for_ever(self) -> None:
        while not self._ended.wait(_REDRAW_S):
            self._redraw()

    def _redraw(self) -> None:
        with self._drawing:
            with self._lock:
                lines, self._waiting = self._waiting, []
            if lines:
                self._live.console.print(*lines, sep="\n")
            self._live.update(self._status(), refresh=True)


def console_for(stream: TextIO) -> Console:
    """A console that reaches the person even while pytest captures ``stream``."""
    try:
        descriptor = os.dup(stream.fileno())
    except (io.UnsupportedOperation, OSError):
        return _console(stream)
    file = os.fdopen(descriptor, "w", encoding="utf-8", errors="replace")
    return _console(file)


def _console(file: TextIO) -> Console:
    console = Console(file=file, highlight=False)
    if not console.is_terminal:
        console.width = _LOG_WIDTH
    return console


def release(console: Console, stream: TextIO) -> None:
    """Close the duplicate of ``stream`` that ``console_for`` made, if it made one."""
    console.file.flush()
    if console.file is not stream:
        console.file.close()
