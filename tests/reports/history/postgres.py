"""A PostgreSQL of one's own: Debian's programs, a new folder, a Unix socket, ended by its pid."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

PROGRAMS = Path("/usr/lib/postgresql")
_WAIT_S = 60
_SETTINGS = ("fsync=off", "listen_addresses=", "shared_buffers=64MB", "max_connections=20")


class PostgresAbsent(Exception):
    """There is no PostgreSQL here, or nobody to run it as; the message says which."""


def programs() -> Path:
    """The newest version's programs. Raises PostgresAbsent."""
    found = [p.parent for p in PROGRAMS.glob("*/bin/initdb") if (p.parent / "postgres").exists()]
    if not found:
        raise PostgresAbsent("PostgreSQL is missing (Debian: postgresql)")
    return max(found, key=lambda folder: float(folder.parent.name))


@contextmanager
def postgres() -> Iterator[str]:
    """Start a server without any database of ours; yields a URL with {} for a database's name."""
    where, user = programs(), _user()
    # Not below pytest's folder: only its owner may enter that, and a socket's path is short.
    folder = Path(tempfile.mkdtemp(prefix="rig-pg-"))
    try:
        if user:
            shutil.chown(folder, user)
        _make_cluster(where, folder, user)
        with _serving(where, folder, user):
            yield f"postgresql://rig@/{{}}?host={folder}"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _make_cluster(where: Path, folder: Path, user: str | None) -> None:
    words = ["-U", "rig", "-A", "trust", "-N", "-E", "UTF8", "--locale=C"]
    command: list[str | Path] = [where / "initdb", "-D", folder / "data", *words]
    subprocess.run(command, user=user, cwd=folder, check=True, capture_output=True, timeout=120)


@contextmanager
def _serving(where: Path, folder: Path, user: str | None) -> Iterator[None]:
    command: list[str | Path] = [where / "postgres", "-D", folder / "data", "-k", folder]
    for setting in _SETTINGS:
        command += ["-c", setting]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(command, user=user, cwd=folder, stdout=log, stderr=log)
    try:
        _await_start(server, folder)
        yield
    finally:
        server.send_signal(signal.SIGINT)  # its fast end: whoever is still connected is cut off
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def make_database(server: str, name: str) -> str:
    """A new, empty database on a server; returns its URL."""
    with psycopg.connect(server.format("postgres"), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    return server.format(name)


def _user() -> str | None:
    """PostgreSQL refuses to run as root; None: whoever we are."""
    if os.getuid():
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    raise PostgresAbsent("PostgreSQL does not run as root, and there is no other user")


def _await_start(server: subprocess.Popen[bytes], folder: Path) -> None:
    end = time.monotonic() + _WAIT_S
    while True:
        try:
            psycopg.connect(f"postgresql://rig@/postgres?host={folder}").close()
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > end:
                raise RuntimeError((folder / "log").read_text(errors="replace")) from None
            time.sleep(0.02)
        else:
            return
