"""What the parts of an automated phone share: its shell, and waiting for what it has to do."""

from __future__ import annotations

import time
from collections.abc import Callable

from drivers.api.errors import ActionRefused, DriverError, LinkLost
from drivers.api.secret_text import SecretText
from drivers.phone import adb_output
from drivers.phone.adb_door import AdbShell

_POLL_S = 0.1
_REFUSALS = (
    "Unknown command",
    "No shell command implementation",
    "Can't find service",
    "Exception",
)


class Android:
    """A phone's shell, with its refusals as ours.

    ``settle_s``: how long a change may take until the phone reports it.
    """

    def __init__(self, shell: AdbShell, settle_s: float) -> None:
        self.shell, self._settle_s = shell, settle_s
        self._sdk = 0

    @property
    def sdk(self) -> int:
        """The API level: 29 is Android 10, 35 is Android 15."""
        if not self._sdk:
            self._sdk = adb_output.sdk(self.prop("ro.build.version.sdk"))
        return self._sdk

    def prop(self, name: str) -> str:
        """A system property; "" where it has none."""
        return self.read("getprop", name)

    def read(self, *words: str) -> str:
        """What a command prints. Raises ActionRefused with what the phone says instead."""
        return self._said(words, None)

    def do(self, *words: str, secret: SecretText | None = None) -> None:
        """Run a command. Raises as above."""
        self._said(words, secret)

    def setting(self, name: str, table: str = "global") -> bool:
        """A setting that is on or off."""
        return adb_output.flag(self.read("settings", "get", table, name))

    def becomes(self, state: Callable[[], bool | None], wanted: bool) -> bool:
        """Whether it reports that state in time."""
        until_s = time.monotonic() + self._settle_s
        while state() is not wanted:
            if time.monotonic() >= until_s:
                return False
            time.sleep(_POLL_S)
        return True

    def wants(self, state: Callable[[], bool | None], wanted: bool, what: str) -> None:
        """Raise ActionRefused when it does not report that state in time."""
        if not self.becomes(state, wanted):
            said = f"{what} did not go {'on' if wanted else 'off'} within {self._settle_s:g} s"
            raise ActionRefused(said)

    def wait_for_boot(self, timeout_s: float) -> None:
        """Return when it has booted. Raises LinkLost when it does not in time."""
        self.shell.forget()
        until_s = time.monotonic() + timeout_s
        while not self._has_booted():
            if time.monotonic() >= until_s:
                raise LinkLost(f"the phone has not booted within {timeout_s:g} s: look at it")
            time.sleep(_POLL_S)

    def _has_booted(self) -> bool:
        try:
            self.shell.find()
            return self.prop("sys.boot_completed") == "1"
        except DriverError:
            self.shell.forget()
            return False

    def _said(self, words: tuple[str, ...], secret: SecretText | None) -> str:
        done = self.shell.run(*words, secret=secret)
        # Many commands say so and give 0; what dumpsys prints is looked at by whoever reads it.
        refused = words[0] != "dumpsys" and any(word in done.text[:200] for word in _REFUSALS)
        if done.status != 0 or refused:
            shown = "" if secret is not None else f": {' '.join(done.text.split())[:120]}"
            raise ActionRefused(f"{' '.join(words)} gave {done.status}{shown}")
        return done.text
