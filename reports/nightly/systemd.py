"""A service and a timer of systemd that call the nightly.

* ``KillMode=process``: whoever stops the service ends the nightly alone. It ends its run, and the
  run's watchdog, a process of its own, stays until every switch is safe; the default would kill it.
* ``TimeoutStopSec``: a run unwinds, closes its bench and writes how it ended. Then it is killed.
* ``Persistent``: a night that the machine slept or was off is made up for when it is up again, and
  one that a power cut has cut off goes on.
* ``SuccessExitStatus``: a gate that is closed is no broken service; 5 (in use) is tried again.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from reports.nightly.errors import NightError

_SERVICE = """\
[Unit]
Description=Digital Key Rig: nightly on {about}
Wants=network-online.target
After=network-online.target time-sync.target
StartLimitIntervalSec=0

[Service]
Type=exec
WorkingDirectory={folder}
# RIG_HISTORY with the URL of a database, passwords that the notify file names, RIG_SIGNING_KEY
EnvironmentFile=-/etc/digital-key-rig/nightly.env
ExecStart={command}
KillMode=process
KillSignal=SIGTERM
TimeoutStopSec=120
SuccessExitStatus=1 3 4
Restart=on-failure
RestartSec=10min
RestartPreventExitStatus=2
"""
_TIMER = """\
[Unit]
Description=Digital Key Rig: every night on {about}

[Timer]
OnCalendar=*-*-* {at}:00{zone}
Persistent=true
RandomizedDelaySec=0

[Install]
WantedBy=timers.target
"""
_PLAIN = re.compile(r"[A-Za-z0-9_@+=:,./-]+")


def write_units(
    words: Sequence[str], bench: str, at: str, zone: str, into: Path | None
) -> Iterator[str]:
    """Write both units into a folder, and yield what was done; or yield them. NightError."""
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", at):
        raise NightError(f"--at is a time such as 22:00, not {at!r}")
    about = re.sub(r"[^A-Za-z0-9._-]+", "-", Path(bench).stem).strip("-.") or "bench"
    command = " ".join(_quoted(w) for w in (sys.executable, "-m", "rig.cli", *words))
    units = {
        f"rig-nightly-{about}.service": _SERVICE.format(
            about=about, folder=_escaped(str(Path.cwd())), command=command
        ),
        f"rig-nightly-{about}.timer": _TIMER.format(about=about, at=at, zone=_zone(zone)),
    }
    for name, text in units.items():
        if into is None:
            yield f"# {name}\n{text}"
            continue
        try:
            into.mkdir(parents=True, exist_ok=True)
            (into / name).write_text(text, encoding="utf-8")
        except OSError as exc:
            raise NightError(f"{into / name} cannot be written: {exc.strerror}") from exc
        yield f"{into / name}"


def _zone(zone: str) -> str:
    return f" {zone}" if re.fullmatch(r"[A-Za-z0-9_+/-]+", zone) else ""


def _quoted(word: str) -> str:
    """A word of ExecStart (systemd.service(5)): in quotes where it needs them, % and $ doubled."""
    word = word.replace("%", "%%").replace("$", "$$")
    if _PLAIN.fullmatch(word):
        return word
    return '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _escaped(text: str) -> str:
    return text.replace("%", "%%")
