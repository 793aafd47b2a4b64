"""pyscard, or a clear word about what to install instead of an ImportError."""

from __future__ import annotations

import shutil
import subprocess
from importlib import import_module
from typing import Any

from drivers.api.errors import DriverUnavailable

ADVICE = "apt install pcscd libpcsclite-dev gcc, then run `make` again to compile pyscard"


def load_scard() -> Any:
    """Return pyscard's thin layer over the C API; DriverUnavailable where it is not installed.

    The thin layer, because the object layer above it costs three list copies an APDU, hides
    return codes behind texts, and speaks up at interpreter exit.
    """
    try:
        return import_module("smartcard.scard")
    except ImportError as exc:
        raise DriverUnavailable(f"pyscard cannot be imported ({exc}): {ADVICE}") from exc


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
