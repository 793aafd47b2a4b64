"""A headless Chromium at the end of a pipe, spoken to in its DevTools protocol.

A page is asked questions here that a screenshot does not answer: what an element's colour came out
as, how long opening took until it was painted, and what its print says. Scripts of the page itself
may be forbidden; the questions are not theirs.
"""

from __future__ import annotations

import base64
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.reports.browser import CHROMIUM

# Chromium reads commands from descriptor 3 and answers on 4.
_LAUNCH = """
import fcntl, os, sys
reading, writing = (fcntl.fcntl(int(n), fcntl.F_DUPFD, 10) for n in sys.argv[1:3])
os.dup2(reading, 3)
os.dup2(writing, 4)
os.execv(sys.argv[3], sys.argv[3:])
"""
_PAINTED = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(1))))"
PATIENCE_S = 120.0


class ChromiumFailed(Exception):
    """The browser ended, answered with an error, or did not answer in time."""


@dataclass
class Chromium:
    """One browser; its first page is the one that all questions are about."""

    process: subprocess.Popen[bytes]
    reading: int
    writing: int
    session: str = ""
    scripts_forbidden: bool = False
    _sent: int = 0
    _buffer: bytes = b""
    _events: list[dict[str, Any]] = field(default_factory=list)

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """One command and its answer; events on the way are kept."""
        self._sent += 1
        number = self._sent
        message = {"id": number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        self._write(json.dumps(message).encode() + b"\0")
        while (found := self._receive()).get("id") != number:
            self._events.append(found)
        if "error" in found:
            raise ChromiumFailed(f"{method}: {found['error'].get('message')}")
        result: dict[str, Any] = found["result"]
        return result

    def wait_for(self, event: str) -> None:
        """Return when an event of this name has come since the last one was waited for."""
        while not any(e.get("method") == event for e in self._events):
            self._events.append(self._receive())
        self._events = [e for e in self._events if e.get("method") != event]

    def attach(self) -> None:
        """Open the page."""
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        attached = self.call("Target.attachToTarget", targetId=target, flatten=True)
        self.session = attached["sessionId"]
        self.call("Page.enable")

    def open(self, path: Path, *, width: int = 1280, height: int = 800) -> float:
        """Open a file; the seconds until it was loaded, laid out and painted."""
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )
        begin_s = time.perf_counter()
        self.call("Page.navigate", url=path.absolute().as_uri())
        self.wait_for("Page.loadEventFired")
        if not self.scripts_forbidden:  # they would never be told of a frame
            self.ask(_PAINTED)
        return time.perf_counter() - begin_s

    def forbid_scripts(self) -> None:
        """No page opened from now on may run a script of its own."""
        self.call("Emulation.setScriptExecutionDisabled", value=True)
        self.scripts_forbidden = True

    def ask(self, expression: str) -> Any:
        """What a JavaScript expression comes to in the page; promises are waited for."""
        answer = self.call(
            "Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True
        )
        if "exceptionDetails" in answer:
            raise ChromiumFailed(str(answer["exceptionDetails"])[:500])
        return answer["result"].get("value")

    def print_pdf(self) -> bytes:
        """The page as a browser's user would print it, in the paper size of its style sheet."""
        answer = self.call("Page.printToPDF", preferCSSPageSize=True, printBackground=True)
        return base64.b64decode(answer["data"])

    def screenshot(self) -> bytes:
        """The window as PNG."""
        return base64.b64decode(self.call("Page.captureScreenshot")["data"])

    def _write(self, octets: bytes) -> None:
        while octets:
            octets = octets[os.write(self.writing, octets) :]

    def _receive(self) -> dict[str, Any]:
        deadline = time.monotonic() + PATIENCE_S
        while b"\0" not in self._buffer:
            ready, _, _ = select.select([self.reading], [], [], max(deadline - time.monotonic(), 0))
            octets = os.read(self.reading, 1 << 20) if ready else b""
            if not octets:
                raise ChromiumFailed("no answer")
            self._buffer += octets
        line, self._buffer = self._buffer.split(b"\0", 1)
        found: dict[str, Any] = json.loads(line)
        return found


@contextmanager
def running(folder: Path) -> Iterator[Chromium]:
    """A browser with its profile in a folder of the caller; ended with the block."""
    assert CHROMIUM is not None
    commands_out, commands_in = os.pipe()
    answers_out, answers_in = os.pipe()
    options = (
        "--headless",
        "--no-sandbox",  # root in a container; the pages are ours
        "--disable-gpu",
        "--hide-scrollbars",
        "--no-first-run",
        "--disable-extensions",
        "--disable-background-networking",
        "--remote-debugging-pipe",
        f"--user-data-dir={folder}",
    )
    launch = [sys.executable, "-ISc", _LAUNCH, str(commands_out), str(answers_in)]
    process = subprocess.Popen(
        [*launch, CHROMIUM, *options],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        pass_fds=(commands_out, answers_in),
        start_new_session=True,
    )
    os.close(commands_out)
    os.close(answers_in)
    browser = Chromium(process, answers_out, commands_in)
    try:
        browser.attach()
        yield browser
    finally:
        os.close(commands_in)
        os.close(answers_out)
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
