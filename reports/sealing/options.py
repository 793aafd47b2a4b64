"""How a command is told the key that signs."""

from __future__ import annotations

import os
from pathlib import Path

import click

from reports.sealing.keys import SigningKey, load_signing_key

SIGNING_KEY = "RIG_SIGNING_KEY"
key_option = click.option(
    "--key",
    envvar=SIGNING_KEY,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help=f"The private key to sign with (or {SIGNING_KEY} in the environment).",
)


def signing_key(path: Path | None) -> SigningKey | None:
    """The key that was named, or None; raises ReportError."""
    return load_signing_key(path) if path is not None else None


def environment_key() -> SigningKey | None:
    """The key that the environment names, or None; raises ReportError."""
    found = os.environ.get(SIGNING_KEY)
    return load_signing_key(Path(found)) if found else None
