"""One function that starts an emulated key server: in a folder, or to be thrown away."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Sequence
from pathlib import Path

from drivers.api.clock import Clock
from rig.digital_key.secrets import Secret
from rig.key_server.eligibility import Rule
from rig.key_server.emulated.seal import ROOT_SIZE
from rig.key_server.emulated.server import EmulatedKeyServer
from rig.key_server.emulated.store import Store
from rig.key_server.errors import StoreError
from rig.key_server.readings import Readings

DATABASE, ROOT_FILE = "key_server.sqlite", "root.secret"


def open_server(
    folder: Path | None,
    clock: Clock,
    readings: Readings | None = None,
    *,
    root: Secret | None = None,
    random_bytes: Callable[[int], bytes] = secrets.token_bytes,
    rules: Sequence[Rule] | None = None,
) -> EmulatedKeyServer:
    """A key server, for the caller to close. Raises StoreError, WrongStore.

    With a folder, which is created if need be, it survives a crash and opens again as it was. Its
    root secret is ``root``, or lies beside the database in a file that its user alone may read.
    Without a folder it lives in memory and is gone when it is closed.
    """
    if folder is None:
        store, root = Store(None), root or Secret(secrets.token_bytes(ROOT_SIZE))
    else:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as exc:
            raise StoreError(f"{folder.name}: {exc.strerror}") from exc
        root = root or _root_in(folder)
        store = Store(folder / DATABASE)
    return EmulatedKeyServer(
        store, clock, root, random_bytes=random_bytes, readings=readings, rules=rules
    )


def _root_in(folder: Path) -> Secret:
    """The root secret of a folder, drawn the first time; whole or not there after a crash."""
    path = folder / ROOT_FILE
    try:
        if not path.exists():
            _write_once(path, secrets.token_bytes(ROOT_SIZE))
        found = Secret(path.read_bytes())
    except OSError as exc:
        raise StoreError(f"{path.name}: {exc.strerror}") from exc
    if len(found) != ROOT_SIZE:
        raise StoreError(f"{path.name} holds {len(found)} bytes, not {ROOT_SIZE}")
    return found


def _write_once(path: Path, content: bytes) -> None:
    """Another process may be faster: its file stays."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
