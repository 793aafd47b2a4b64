"""Writes the manifest of a run folder and signs it.

A manifest that is there already is a promise: it is renewed only while the evidence is still as it
says. Otherwise a page rendered again would vouch for a journal that somebody changed in between.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Collection, Mapping
from datetime import datetime
from pathlib import Path

from reports.errors import ReportError
from reports.sealing import manifest
from reports.sealing.keys import ALGORITHM, SigningKey, is_private_key
from reports.sealing.manifest import MANIFEST, SIGNATURE, TIME_STAMP, Entry, show

FORMAT, VERSION = "digital-key-rig/signature", 1


def seal(
    folder: Path,
    key: SigningKey | None = None,
    *,
    now: datetime,
    written: Collection[str] = (),
) -> Path:
    """Write the manifest of a run folder, and its signature when there is a key.

    ``written`` names the files that the rig itself has just written anew. A signature stays while
    the manifest's bytes do. Raises ReportError when other files are not as the last manifest says,
    when a signature would be lost for want of a key, when the key may not sign now, or when a
    private key lies in the folder.
    """
    _refuse_private_keys(folder)
    files = manifest.take(folder)
    text = manifest.write(files)
    before = manifest.load(folder / MANIFEST)
    if before is not None:
        _refuse_changes(manifest.read(before), files, written)
    if key is not None and not key.public.is_valid_at(now):
        raise ReportError(f"key {key.public.key_id} may not sign now: {_period(key)}")
    if text != before:
        if key is None and (folder / SIGNATURE).exists():
            raise ReportError(f"{folder} is signed and its files are new: it wants a signing key")
        for seals_the_old in (SIGNATURE, TIME_STAMP):
            (folder / seals_the_old).unlink(missing_ok=True)
        put(folder / MANIFEST, text)
    if key is not None:
        put(folder / SIGNATURE, _signature(text, key))
    return folder / MANIFEST


def write_sealed(
    folder: Path, name: str, octets: bytes, key: SigningKey | None, now: datetime
) -> Path:
    """Write one file of a run folder and renew its manifest. Nothing is written if that fails.

    Raises ReportError as `seal` does.
    """
    write_all_sealed(folder, {name: octets}, key, now)
    return folder / name


def write_all_sealed(
    folder: Path, files: Mapping[str, bytes], key: SigningKey | None, now: datetime
) -> None:
    """Write files of a run folder by their manifest paths, as `write_sealed` writes one."""
    _refuse_private_keys(folder)
    before = manifest.load(folder / MANIFEST)
    if before is not None:
        _refuse_changes(manifest.read(before), manifest.take(folder), files)
    if key is None and (folder / SIGNATURE).exists():
        for name, octets in files.items():
            if manifest.load(folder / name) != octets:
                raise ReportError(
                    f"{folder} is signed, and a new {show(name)} would end that: give a signing key"
                )
    for name, octets in files.items():
        path = folder / name
        try:
            path.parent.mkdir(exist_ok=True)
        except OSError as exc:
            raise ReportError(f"{show(str(path.parent))}: {exc.strerror}") from exc
        put(path, octets)
    seal(folder, key, now=now, written=files)


def put_outside(path: Path, octets: bytes) -> None:
    """Write a file whole or not at all, and never into a sealed folder; raises ReportError.

    A sealed folder takes no file from elsewhere: nobody would have sealed it.
    """
    for folder in path.resolve().parents:
        if manifest.is_sealed(folder):
            raise ReportError(f"{show(str(folder))} is sealed by its {MANIFEST}; write elsewhere")
    put(path, octets)


def put(path: Path, octets: bytes) -> None:
    """Write a file whole or not at all; raises ReportError."""
    unfinished = path.with_name(f"{path.name}.part")
    try:
        unfinished.write_bytes(octets)
        os.replace(unfinished, path)
    except OSError as exc:
        raise ReportError(f"{show(str(path))} cannot be written: {exc.strerror}") from exc


def _refuse_private_keys(folder: Path) -> None:
    """What is sealed is passed on, and whoever has it could sign in the laboratory's name."""
    found = [show(name) for name, path in manifest.list_files(folder) if is_private_key(path)]
    if found:
        raise ReportError(
            f"{folder} is not sealed: {', '.join(sorted(found))} in it is a private key that signs"
            " runs; take it out"
        )


def _refuse_changes(
    before: manifest.Files, now: dict[str, Entry], written: Collection[str]
) -> None:
    """Files may be new, or written by the rig; all others are as they were promised."""
    changed = [
        show(name)
        for name, entry in before.items()
        if name not in written and now.get(name) != entry
    ]
    if changed:
        raise ReportError(
            f"the manifest stays as it was: {', '.join(changed)}"
            f" {'is' if len(changed) == 1 else 'are'} not what it says"
        )


def _period(key: SigningKey) -> str:
    return f"it is valid from {key.public.not_before} to {key.public.not_after}"


def _signature(text: bytes, key: SigningKey) -> bytes:
    return manifest.canonical(
        {
            "algorithm": ALGORITHM,
            "format": FORMAT,
            "key_id": key.public.key_id,
            "signature": base64.b64encode(key.sign(text)).decode("ascii"),
            "version": VERSION,
        }
    )
