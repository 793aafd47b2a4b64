"""`rig bench new`: a bench file from what is plugged in."""

from __future__ import annotations

import os
import re
from pathlib import Path

import click

from rig.bench.discovery import Discovery, discover
from rig.bench.draft import draft
from rig.bench.errors import BenchFileError
from rig.bench.kernel import Machine
from rig.bench.load import BENCHES, OWN_BENCHES, load_bench
from rig.bench.registry import DRIVERS, searches, serial_lines, usb_families
from rig.cli.errors import BenchRefusal, Refusal

_KEYRING = BENCHES / "keys" / "vehicle.json"
_NOTHING = (
    "nothing that the rig knows is plugged in, so nothing was written; without hardware, take the "
    "bench virtual: rig run smoke --bench virtual"
)


@click.command(
    epilog="""\b
Exit status: 0 it is written, 2 wrong usage or the file exists, 3 nothing was found.

\b
Examples:
  rig bench new desk               writes benches/desk.yaml
  rig bench new /tmp/bay.yaml --force
"""
)
@click.argument("bench")
@click.option("--force", is_flag=True, help="Write over a file that exists.")
def new(bench: str, force: bool) -> None:
    """Write a bench file BENCH from what is plugged in; it loads as it is.

    BENCH is a name, for a file in ./benches, or the path of a .yaml file. Nothing moves.
    """
    path = _path_of(bench)
    if path.exists() and not force:
        raise Refusal(f"{path} exists; --force writes over it, or take another name")
    found = discover(searches(), serial_lines, Machine(), usb_families())
    for problem in found.problems:
        click.echo(f"not looked everywhere: {problem}", err=True)
    if not (found.devices or found.guesses):
        raise BenchRefusal(_NOTHING)
    if not any(one.driver in DRIVERS for one in found.devices):
        raise BenchRefusal(f"no device is known well enough for a bench:\n{_listed(found)}")
    _write(path, found, force)
    click.echo(_listed(found))
    click.echo(f"written to {path}; next: rig doctor {bench}")


def _path_of(bench: str) -> Path:
    path = Path(bench)
    if path.suffix != ".yaml":
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]*", bench):
            raise Refusal(
                f"{bench!r} is neither a name (letters, digits, _ and -) nor a .yaml file"
            )
        return OWN_BENCHES / f"{bench}.yaml"
    if not path.parent.is_dir():
        raise Refusal(f"there is no folder {path.parent} for {path.name}")
    return path


def _write(path: Path, found: Discovery, force: bool) -> None:
    """Beside it first, and there only once it loads. Raises Refusal, BenchRefusal."""
    folder = path.parent
    keyring = os.path.relpath(_KEYRING, folder.resolve())
    text = draft(path.stem, found, DRIVERS, keyring)
    beside = folder / f".{path.stem}.{os.getpid()}.yaml"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        beside.write_text(text, encoding="utf-8")
        load_bench(beside)
        if force:
            beside.replace(path)
        else:
            os.link(beside, path)  # fails where one has come meanwhile
    except BenchFileError as exc:
        raise BenchRefusal(f"what was found makes no bench: {exc.message}") from exc
    except FileExistsError as exc:
        raise Refusal(f"{path} exists; --force writes over it") from exc
    except OSError as exc:
        raise BenchRefusal(f"{path} cannot be written: {exc.strerror}") from exc
    finally:
        beside.unlink(missing_ok=True)


def _listed(found: Discovery) -> str:
    lines = [f"{one.driver:12}  {one.what}" for one in found.devices]
    lines += [f"{'?':12}  {one.line.path}: {' or '.join(one.drivers)}" for one in found.guesses]
    return "\n".join(lines)
