"""The manifest of a run folder: path, size and SHA-256 of every file in it.

It is canonical JSON: keys and paths sorted, no spaces, ASCII only, one line with its line feed. The
same files give the same bytes, and a reader refuses any other writing of the same facts, so that
there is one text to sign. The manifest, its signature and its time stamp are not in it.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from reports.errors import ReportError

MANIFEST, SIGNATURE, TIME_STAMP = "manifest.json", "manifest.sig", "manifest.tsr"
SEALS = (MANIFEST, SIGNATURE, TIME_STAMP)
FORMAT, VERSION = "digital-key-rig/manifest", 1
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Entry:
    """What a file must be."""

    size: int  # bytes
    sha256: str  # hex, lower case


Files = Mapping[str, Entry]


def canonical(body: Mapping[str, object]) -> bytes:
    """The one text of a JSON object. A name that is no UTF-8 stands as lone surrogates."""
    return f"{json.dumps(body, sort_keys=True, separators=(',', ':'))}\n".encode("ascii")


def parse_canonical(octets: bytes, what: str, fields: frozenset[str]) -> dict[str, Any]:
    """Read an object of exactly these fields back; ReportError for any other writing of it."""
    try:
        body = json.loads(octets)
        if isinstance(body, dict) and body.keys() == fields and canonical(body) == octets:
            return body
    except (ValueError, RecursionError):
        pass
    raise ReportError(f"{what} is not as the rig writes it")


def write(files: Files) -> bytes:
    """The manifest's text."""
    listed = [{"path": p, "sha256": e.sha256, "size": e.size} for p, e in sorted(files.items())]
    return canonical({"files": listed, "format": FORMAT, "version": VERSION})


def read(octets: bytes) -> dict[str, Entry]:
    """Parse a manifest that somebody else may have written; raises ReportError."""
    body = parse_canonical(octets, MANIFEST, frozenset({"files", "format", "version"}))
    if (body["format"], body["version"]) != (FORMAT, VERSION):
        raise ReportError(f"{MANIFEST} is of a format that this rig does not know")
    listed = body["files"]
    if not isinstance(listed, list) or not all(map(_is_entry, listed)):
        raise ReportError(f"{MANIFEST} lists what is no file of the run")
    files = {f["path"]: Entry(f["size"], f["sha256"]) for f in listed}
    if [f["path"] for f in listed] != sorted(files):
        raise ReportError(f"{MANIFEST} does not list every file once and in order")
    return files


def _is_entry(found: Any) -> bool:
    if not isinstance(found, dict) or found.keys() != {"path", "sha256", "size"}:
        return False
    path, sha256, size = found["path"], found["sha256"], found["size"]
    return (
        isinstance(path, str)
        and _stays_inside(path)
        and isinstance(sha256, str)
        and _SHA256.fullmatch(sha256) is not None
        and type(size) is int
        and size >= 0
    )


def _stays_inside(path: str) -> bool:
    """Whether a path leads to a file below the folder, and is written in the one way there is."""
    plain = PurePosixPath(path)
    return (
        path not in {"", ".", *SEALS}
        and "\0" not in path
        and not plain.is_absolute()
        and ".." not in plain.parts
        and str(plain) == path
    )


def list_files(folder: Path) -> Iterator[tuple[str, Path]]:
    """Every entry below a run folder that is no plain folder and no seal, by its manifest path.

    A link is listed and never followed. Raises ReportError for a folder that cannot be read.
    """

    def refuse(error: OSError) -> None:
        raise ReportError(f"{show(str(error.filename))} cannot be read: {error.strerror}")

    for place, folders, names in os.walk(folder, onerror=refuse):
        links = [name for name in folders if Path(place, name).is_symlink()]
        for name in (*names, *links):
            path = Path(place, name)
            relative = path.relative_to(folder).as_posix()
            if relative not in SEALS:
                yield relative, path


def measure(path: Path) -> Entry | None:
    """Size and digest of a file; None for what is no regular file (links, pipes, devices).

    Raises ReportError when it cannot be read.
    """
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            return None
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            return Entry(file.tell(), digest)
    except OSError as exc:
        raise ReportError(f"{show(str(path))} cannot be read: {exc.strerror}") from exc


def load(path: Path) -> bytes | None:
    """The bytes of a file, None when there is none; raises ReportError."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as exc:
        raise ReportError(f"{show(str(path))} cannot be read: {exc.strerror}") from exc


def is_sealed(folder: Path) -> bool:
    """Whether a folder holds a manifest of the rig's; raises ReportError."""
    return FORMAT.encode("ascii") in (load(folder / MANIFEST) or b"")


def take(folder: Path) -> dict[str, Entry]:
    """Measure every file of a run folder; ReportError names what is no regular file."""
    files = {}
    for name, path in list_files(folder):
        entry = measure(path)
        if entry is None:
            raise ReportError(f"{show(name)} is no regular file; a manifest cannot vouch for it")
        files[name] = entry
    return files


def show(name: str) -> str:
    """A file's name for a terminal: whatever does not print is escaped, and it stays one line."""
    if name.isprintable() and name == name.strip():
        return name
    return json.dumps(name)
