"""`rig keygen`, `rig sign` and `rig verify`: who vouches for a run, and is it as they left it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from reports.command import find_newest, find_run
from reports.errors import ReportError
from reports.sealing.keys import load_signing_key, load_trusted, make_key
from reports.sealing.manifest import MANIFEST, TIME_STAMP, show
from reports.sealing.options import SIGNING_KEY, key_option
from reports.sealing.seal import put, seal
from reports.sealing.time_stamp import keep, request
from reports.sealing.verify import Status
from reports.sealing.verify import verify as check

TRUSTED_KEYS = "RIG_TRUSTED_KEYS"


@click.command(
    epilog="""\b
Exit status: 0 both files are written, 2 one exists or cannot be written.

\b
Example:
  rig keygen ~/.config/rig/lab.key --owner "A. Beck, laboratory 3" --days 730
""",
)
@click.argument("path", type=click.Path(path_type=Path), metavar="FILE")
@click.option("--owner", required=True, metavar="TEXT", help="Who signs with it.")
@click.option(
    "--days", default=365, show_default=True, type=click.IntRange(1, 36500), help="Valid for."
)
def keygen(path: Path, owner: str, days: int) -> None:
    """Make a key that signs runs: FILE, which only you may read, and FILE.pub.

    Give FILE.pub to those who verify. FILE stays outside of the source tree and of run folders.
    """
    now = datetime.now(UTC).replace(microsecond=0)
    try:
        public = make_key(path, owner, now, now + timedelta(days=days))
    except ReportError as exc:
        raise click.UsageError(str(exc)) from exc
    click.echo(f"key {public.key_id}, valid until {public.not_after:%Y-%m-%d}")


@click.command(
    epilog="""\b
Exit status: 0 the manifest is written and signed, 2 it cannot be: no key, an expired key, or
files that are not what the last manifest says.

\b
Example:
  rig sign runs/20260302T091405Z-smoke-desk --key ~/.config/rig/lab.key
""",
)
@click.argument("run", required=False)
@key_option
def sign(run: str | None, key: Path | None) -> None:
    """Write and sign the manifest of RUN: path, size and SHA-256 of every file.

    RUN is a run's folder, or its name below ./runs. Without it, the newest run is taken.
    """
    if key is None:
        raise click.UsageError(f"There is no key: give --key, or set {SIGNING_KEY}.")
    folder = find_run(run) if run else find_newest()
    try:
        found = load_signing_key(key)
        path = seal(folder, found, now=datetime.now(UTC))
    except ReportError as exc:
        raise click.UsageError(str(exc)) from exc
    click.echo(f"{path}, signed by key {found.public.key_id}")


@click.command(
    epilog=f"""\b
Exit status: 0 signed by a trusted key and every file as it was; else the first that holds:
{Status.CHANGED} a file was changed, {Status.MISSING} one is missing, {Status.EXTRA} one is extra,
{Status.UNKNOWN_KEY} unknown key, {Status.EXPIRED_KEY} expired key, {Status.UNSIGNED} not signed;
2 it is no run, or a trusted key cannot be read.

\b
Examples:
  rig verify runs/20260302T091405Z-smoke-desk --trust lab.key.pub
  rig verify --unsigned            are the files of the newest run as the manifest says?
""",
)
@click.argument("run", required=False)
@click.option(
    "--trust",
    envvar=TRUSTED_KEYS,
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="PATH",
    help=f"A .pub file, or a folder of them (or {TRUSTED_KEYS} in the environment).",
)
@click.option(
    "--tsa",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The root certificate (PEM) of who must have stamped the signature; needs openssl.",
)
@click.option("--unsigned", is_flag=True, help="Do not mind that nobody signed.")
@click.pass_context
def verify(
    ctx: click.Context,
    run: str | None,
    trust: tuple[Path, ...],
    tsa: Path | None,
    unsigned: bool,
) -> None:
    """Say whether every file of RUN is as its manifest says, and who signed that.

    Each file that is not is named. Keys are trusted that you name, and never one of the run. A key
    counts while it is valid: today, or with --tsa when the signature was stamped.
    """
    folder = _folder(run) if run else find_newest()
    try:
        found = check(folder, load_trusted(trust), datetime.now(UTC), tsa)
    except ReportError as exc:
        raise click.UsageError(str(exc)) from exc
    wrong = [f for f in found.findings if not (unsigned and f.status is Status.UNSIGNED)]
    for finding in wrong:
        click.echo(str(finding), err=True)
    if not wrong:
        signer = found.signer
        told = f"signed by {show(signer.owner)}, key {signer.key_id}" if signer else "not signed"
        if tsa is None and (folder / TIME_STAMP).exists():
            told += "; its time stamp was not checked"
        click.echo(f"{found.files} files as the manifest says; {told}")
    ctx.exit(min((finding.status for finding in wrong), default=0))


@click.command(
    epilog="""\b
Exit status: 0 written, 2 the run is not signed, or the reply is not that of this signature.

\b
Examples:
  rig stamp RUN --request run.tsq
  curl -H 'Content-Type: application/timestamp-query' --data-binary @run.tsq -o run.tsr URL
  rig stamp RUN --reply run.tsr --tsa authority.pem
""",
)
@click.argument("run", required=False)
@click.option("--request", "asked", type=click.Path(path_type=Path), metavar="FILE", help="Write.")
@click.option("--reply", type=click.Path(path_type=Path), metavar="FILE", help="Check and keep.")
@click.option(
    "--tsa", type=click.Path(path_type=Path), metavar="FILE", help="Its root certificate (PEM)."
)
def stamp(run: str | None, asked: Path | None, reply: Path | None, tsa: Path | None) -> None:
    """Have the signature of RUN stamped by a time-stamping authority (RFC 3161).

    First write the request and send it to the authority; then give its reply, and its root
    certificate, to be kept with the run. The rig itself opens no connection.
    """
    if (asked is None) == (reply is None) or (reply is None) != (tsa is None):
        raise click.UsageError("Give either --request, or --reply and --tsa.")
    folder = find_run(run) if run else find_newest()
    try:
        if asked is not None:
            put(asked, request(folder))
        elif reply is not None and tsa is not None:
            click.echo(f"stamped at {keep(folder, reply, tsa):%Y-%m-%d %H:%M:%S} UTC")
    except ReportError as exc:
        raise click.UsageError(str(exc)) from exc


def _folder(run: str) -> Path:
    """A run, or a folder with a manifest whose journal is gone: that is for verify to say."""
    folder = Path(run)
    return folder if (folder / MANIFEST).is_file() else find_run(run)
