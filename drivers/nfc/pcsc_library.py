"""pyscard, or a clear word about what to install instead of an ImportError."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import Any

from drivers.api.errors import DeviceNotFound, DriverUnavailable

ADVICE = "apt install pcscd libpcsclite-dev gcc, then run `make` again to compile pyscard"
_bound: list[str] = []  # where libpcsclite looks for pcscd, once it has looked


def load_scard() -> Any:
    """Return pyscard's thin layer over the C API; DriverUnavailable where it is not installed.

    The thin layer, because the object layer above it costs three list copies an APDU, hides
    return codes behind texts, and speaks up at interpreter exit.
    """
    try:
        from smartcard import scard  # noqa: PLC0415 - missed only when a reader is opened
    except ImportError as exc:
        raise DriverUnavailable(f"pyscard cannot be imported ({exc}): {ADVICE}") from exc
    return scard


def check_service() -> None:
    """Refuse what libpcsclite cannot do: to talk to a second pcscd in one process.

    It reads PCSCLITE_CSOCK_NAME at its first use and keeps what it found, silently.
    """
    wanted = os.environ.get("PCSCLITE_CSOCK_NAME", "/run/pcscd/pcscd.comm")
    if not _bound:
        _bound.append(wanted)
    if wanted != _bound[0]:
        raise DeviceNotFound(
            f"this process uses the pcscd at {_bound[0]} and cannot turn to the one at {wanted}; "
            "virtual and real PC/SC readers need a process each"
        )


def pcscd_version() -> str:
    """Version of the pcscd installed here, such as "1.9.9"; "" when there is none."""
    program = shutil.which("pcscd") or shutil.which("pcscd", path="/usr/sbin:/usr/local/sbin")
    if program is None:
        return ""
    shown = subprocess.run(  # noqa: S603 - a fixed argument
        [program, "--version"], capture_output=True, text=True, timeout=5, check=False
    ).stdout
    words = shown.split("version", 1)
    return words[1].split()[0].rstrip(".") if len(words) == 2 else ""
