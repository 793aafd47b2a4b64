"""`rig export`: a run in the formats of other programs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import click

from reports.command import find_newest, find_run
from reports.errors import ReportError
from reports.exports.capture import write_capture
from reports.exports.ctrf import write_ctrf
from reports.exports.run_json import read_schema, write_run_json
from reports.exports.samples import write_samples
from reports.sealing.options import key_option, signing_key
from reports.sealing.seal import put_outside, write_sealed
from rig.records.codec import RecordError
from rig.records.journal import Run, read_run

FORMATS: dict[str, tuple[str, Callable[[Run], bytes]]] = {
    "csv": ("samples.csv", write_samples),
    "ctrf": ("ctrf.json", write_ctrf),
    "json": ("run.json", write_run_json),
    "schema": ("run.schema.json", lambda _: read_schema()),
    "pcapng": ("trace.pcapng", write_capture),
}


@click.command(
    epilog="""\b
Formats:
  csv      samples.csv      every sample of every measurement, one row each
  ctrf     ctrf.json        Common Test Report Format, for build servers
  json     run.json         all that the journal holds, in one document
  schema   run.schema.json  the JSON Schema of run.json
  pcapng   trace.pcapng     NFC, Digital Key messages, Bluetooth HCI and UCI, for Wireshark

\b
Exit status: 0 written, 2 the run cannot be read, its evidence is not as its manifest says, or it
is signed and there is no key to sign it again.

\b
Examples:
  rig export --format csv --format pcapng
  rig export runs/20260302T091405Z-smoke-desk --format ctrf --output build/ctrf.json
  rig export --format json --output - | jq .tests[].standing
""",
)
@click.argument("run", required=False)
@click.option(
    "--format",
    "formats",
    required=True,
    multiple=True,
    type=click.Choice(list(FORMATS)),
    help="What to write; may be given more than once.",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path, allow_dash=True),
    metavar="FILE",
    help="A file outside of the run, or - for standard output; one format only.",
)
@key_option
def export(
    run: str | None, formats: tuple[str, ...], output: Path | None, key: Path | None
) -> None:
    """Write RUN in other formats into its folder, renew its manifest, and print the paths.

    RUN is a run's folder, or its name below ./runs. Without it, the newest run is taken. The same
    run gives the same bytes.
    """
    if output and len(set(formats)) > 1:
        raise click.UsageError("--output takes one format only.")
    folder = find_run(run) if run else find_newest()
    try:
        found = read_run(folder)
        for name in dict.fromkeys(formats):
            file, write = FORMATS[name]
            octets = write(found)
            if output is None:
                click.echo(write_sealed(folder, file, octets, signing_key(key), _now()))
            else:
                _hand_out(output, octets)
    except RecordError as exc:
        raise click.UsageError(f"{folder} is not a readable run: {exc}") from exc
    except ReportError as exc:
        raise click.UsageError(str(exc)) from exc


def _hand_out(output: Path, octets: bytes) -> None:
    if str(output) == "-":
        click.echo(octets, nl=False)
    else:
        put_outside(output, octets)
        click.echo(output)


def _now() -> datetime:
    return datetime.now(UTC)
