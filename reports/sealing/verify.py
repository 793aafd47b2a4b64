"""Holds a run folder against its manifest, and the manifest against those who may sign."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from pathlib import Path

from reports.errors import ReportError
from reports.sealing import manifest, seal
from reports.sealing.keys import ALGORITHM, TrustedKey, unpack
from reports.sealing.manifest import MANIFEST, SIGNATURE, TIME_STAMP, show
from reports.sealing.time_stamp import stamped_at

_FIELDS = frozenset({"algorithm", "format", "key_id", "signature", "version"})


class Status(IntEnum):
    """What may be wrong, as the exit status of `rig verify`. The least is the worst."""

    CHANGED = 10
    MISSING = 11
    EXTRA = 12
    UNKNOWN_KEY = 13
    EXPIRED_KEY = 14
    UNSIGNED = 15


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be."""

    status: Status
    file: str  # as the manifest writes it
    what: str

    def __str__(self) -> str:
        return f"{show(self.file)}: {self.what}"


@dataclass(frozen=True, slots=True)
class Check:
    """What was found; nothing wrong means that ``signer`` vouches for ``files`` files."""

    files: int
    signer: TrustedKey | None
    findings: tuple[Finding, ...]

    @property
    def status(self) -> int:
        """0, or the worst of what was found."""
        return min((finding.status for finding in self.findings), default=0)


def verify(
    folder: Path, trusted: Sequence[TrustedKey], now: datetime, authority: Path | None = None
) -> Check:
    """Check every file and the signature. Raises ReportError when the folder cannot be read.

    ``authority`` is who must have stamped the signature; its key counts at that time, and else now.
    """
    text = manifest.load(folder / MANIFEST)
    if text is None:
        return Check(0, None, (Finding(Status.MISSING, MANIFEST, "missing"),))
    sealed = manifest.load(folder / SIGNATURE)
    stamp_doubts: tuple[Finding, ...] = ()
    if authority is not None and sealed is not None:
        stamped, stamp_doubts = _check_stamp(folder, sealed, authority)
        now = stamped or now
    signer, doubts = _check_signature(sealed, text, trusted, now)
    doubts += stamp_doubts
    try:
        files = manifest.read(text)
    except ReportError as exc:
        return Check(0, None, (Finding(Status.CHANGED, MANIFEST, f"changed: {exc}"), *doubts))
    return Check(len(files), signer, (*_check_files(folder, files), *doubts))


def _check_files(folder: Path, files: manifest.Files) -> Iterator[Finding]:
    found = dict(manifest.list_files(folder))
    for name, entry in files.items():
        if name not in found:
            yield Finding(Status.MISSING, name, "missing")
            continue
        now = manifest.measure(found[name])
        if now is None:
            yield Finding(Status.CHANGED, name, "changed: it is no regular file any more")
        elif now.size != entry.size:
            yield Finding(
                Status.CHANGED, name, f"changed: {now.size} bytes rather than {entry.size}"
            )
        elif now != entry:
            yield Finding(Status.CHANGED, name, "changed: the same size, another SHA-256")
    for name in sorted(found.keys() - files.keys()):
        yield Finding(Status.EXTRA, name, "extra: the manifest does not list it")


def _check_stamp(
    folder: Path, sealed: bytes, authority: Path
) -> tuple[datetime | None, tuple[Finding, ...]]:
    """When the signature was stamped, or why that is not known."""
    reply = manifest.load(folder / TIME_STAMP)
    if reply is None:
        return None, (Finding(Status.MISSING, TIME_STAMP, "missing"),)
    try:
        return stamped_at(reply, sealed, authority), ()
    except ReportError as exc:
        return None, (Finding(Status.CHANGED, TIME_STAMP, f"changed: {exc}"),)


def _check_signature(
    sealed: bytes | None, text: bytes, trusted: Sequence[TrustedKey], now: datetime
) -> tuple[TrustedKey | None, tuple[Finding, ...]]:
    """Who signed, or why that does not count."""
    if sealed is None:
        return None, (Finding(Status.UNSIGNED, SIGNATURE, "not signed"),)
    try:
        key_id, signature = _read_signature(sealed)
    except (ReportError, ValueError, TypeError):
        return None, (Finding(Status.CHANGED, SIGNATURE, "changed: it is no signature"),)
    known = [key for key in trusted if key.key_id == key_id]
    if not known:
        told = f"unknown key {show(key_id)}"
        return None, (Finding(Status.UNKNOWN_KEY, SIGNATURE, told),)
    if not known[0].has_signed(text, signature):
        told = f"changed: the signature of key {key_id} does not fit it"
        return None, (Finding(Status.CHANGED, MANIFEST, told),)
    valid = next((key for key in known if key.is_valid_at(now)), None)
    if valid is None:
        last = known[0]
        told = f"expired key {key_id}: valid from {last.not_before} to {last.not_after}"
        return None, (Finding(Status.EXPIRED_KEY, SIGNATURE, told),)
    return valid, ()


def _read_signature(octets: bytes) -> tuple[str, bytes]:
    body = manifest.parse_canonical(octets, SIGNATURE, _FIELDS)
    known = (seal.FORMAT, seal.VERSION, ALGORITHM)
    if (body["format"], body["version"], body["algorithm"]) != known:
        raise ReportError(f"{SIGNATURE} is of a format that this rig does not know")
    if not isinstance(body["key_id"], str):
        raise ReportError(f"{SIGNATURE} names no key")
    return body["key_id"], unpack(body["signature"], 64)
