"""Starting a server: one that survives in its folder, and one that is thrown away."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from rig.digital_key.secrets import Secret
from rig.key_server.emulated.open import DATABASE, ROOT_FILE, open_server
from rig.key_server.emulated.store import Store
from rig.key_server.errors import StoreError, WrongStore
from rig.key_server.readings import Readings
from tests.rig.key_server.lab import COOPER, Draws, SteppedClock


def test_a_server_in_a_folder_opens_again_as_it_was(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "folder"
    first = open_server(folder, SteppedClock())
    first.vehicles.put(COOPER)
    account = first.accounts.open("owner@example.invalid")
    first.accounts.add_vehicle(account, COOPER.vehicle_id)
    letters, key = first.letters.sent(account), first.receipt_key
    first.close()
    again = open_server(folder, SteppedClock())
    assert (again.letters.sent(account), again.receipt_key) == (letters, key)
    again.close()


def test_the_root_secret_lies_in_a_file_of_its_users_alone(tmp_path: Path) -> None:
    open_server(tmp_path, SteppedClock()).close()
    path = tmp_path / ROOT_FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    root = path.read_bytes()
    assert len(root) == 32
    assert root not in (tmp_path / DATABASE).read_bytes()
    assert {each.name for each in tmp_path.iterdir()} == {ROOT_FILE, DATABASE}


def test_a_damaged_root_file_or_a_folder_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / ROOT_FILE).write_bytes(b"short")
    with pytest.raises(StoreError, match="5 bytes, not 32"):
        open_server(tmp_path, SteppedClock())
    with pytest.raises(StoreError):
        open_server(tmp_path / ROOT_FILE, SteppedClock())


def test_a_root_secret_that_was_given_is_not_written(tmp_path: Path) -> None:
    root = Secret(bytes(range(32)))
    folder = tmp_path / "new"
    open_server(folder, SteppedClock(), root=root).close()
    assert not (folder / ROOT_FILE).exists()
    with pytest.raises(WrongStore):
        open_server(folder, SteppedClock())


def test_a_server_without_a_folder_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    one, other = (open_server(None, SteppedClock()) for _ in range(2))
    one.vehicles.put(COOPER)
    account = one.accounts.open("owner@example.invalid")
    one.accounts.add_vehicle(account, COOPER.vehicle_id)
    assert one.tokens.start_in_app(account, COOPER.vehicle_id).vehicle_id == COOPER.vehicle_id
    assert other.accounts.open("owner@example.invalid"), "each has tables of its own"
    assert one.receipt_key != other.receipt_key
    one.close()
    other.close()
    with pytest.raises(StoreError):
        one.accounts.vehicles(account)
    assert not list(tmp_path.iterdir())


def test_readings_and_randomness_are_handed_on() -> None:
    root, readings = Secret(bytes(32)), Readings(scrypt_n=1024)
    accounts = []
    for _ in range(2):
        server = open_server(None, SteppedClock(), readings, root=root, random_bytes=Draws())
        server.vehicles.put(COOPER)
        accounts.append(server.accounts.open("owner@example.invalid"))
        server.accounts.add_vehicle(accounts[-1], COOPER.vehicle_id)
        assert server.tokens.start_in_app(accounts[-1], COOPER.vehicle_id).scrypt_n == 1024
        server.close()
    assert accounts[0] == accounts[1]


def test_only_a_server_without_a_folder_gives_up_its_safety(tmp_path: Path) -> None:
    modes = {}
    for path in (tmp_path / "kept.sqlite", None):
        store = Store(path)
        with store.transaction() as tables:
            modes[path is not None] = (
                tables.execute("PRAGMA journal_mode").fetchone()[0],
                tables.execute("PRAGMA synchronous").fetchone()[0],
            )
        store.close()
    assert modes[True] == ("wal", 2)
    assert modes[False][0] == "memory"
