"""Tokens, passwords and codes are neither printed nor kept; a store knows whose it is."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from rig.digital_key.secrets import Secret
from rig.key_server.emulated.seal import Seal
from rig.key_server.emulated.server import EmulatedKeyServer
from rig.key_server.emulated.store import Store
from rig.key_server.errors import StoreError, WrongStore
from rig.key_server.invitations import CodeEntry
from tests.rig.key_server.lab import ROOT, Lab, SteppedClock


def test_no_secret_prints_and_none_is_in_the_files(lab: Lab) -> None:
    (letter,) = lab.server.letters.sent(lab.account_id)
    pairing = lab.server.tokens.open_link(letter.link)
    half = lab.server.tokens.for_vehicle(lab.vehicle_id)
    sent = lab.invite(lab.pair(), code=CodeEntry.PHONE)
    assert sent.code is not None
    assert half is not None
    secrets = [letter.link, letter.manual_token, pairing.password, sent.link, sent.code, ROOT]
    secrets += [half.w0, Secret(half.l_point)]
    printed = f"{letter} {letter!r} {pairing} {pairing!r} {sent} {sent!r} {half} {half!r}"
    files = [path.read_bytes() for path in lab.path.parent.glob(f"{lab.path.name}*")]
    assert any(b"pending" in content for content in files), "the search can find"
    for secret in secrets:
        assert secret.decode("latin-1") not in printed
        assert repr(bytes(secret))[2:-1] not in printed
        assert not any(bytes(secret) in content for content in files)


def test_secrets_differ_and_follow_from_the_root_alone() -> None:
    one, other = Seal(ROOT), Seal(Secret(bytes(32)))
    drawn = [one.link("sharing", "a"), one.link("pairing", "a"), one.link("sharing", "b")]
    assert len(set(drawn)) == 3
    assert one.code("a") == Seal(ROOT).code("a") != other.code("a")
    assert one.is_code("a", one.code("a"))
    assert not one.is_code("a", other.code("a"))
    with pytest.raises(ValueError, match="at least 32 bytes"):
        Seal(Secret(bytes(31)))


def test_a_store_of_another_root_is_refused(lab: Lab) -> None:
    with pytest.raises(WrongStore, match="root secret"):
        EmulatedKeyServer(Store(lab.path), SteppedClock(), Secret(bytes(32)))


def test_a_store_of_another_layout_or_no_store_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "later.sqlite"
    tables = sqlite3.connect(path)
    tables.execute("PRAGMA user_version = 99")
    tables.close()
    with pytest.raises(WrongStore, match="layout 99"):
        Store(path)
    path.write_bytes(b"this is no database at all" * 100)
    with pytest.raises(StoreError) as failure:
        Store(path)
    assert isinstance(failure.value.__cause__, sqlite3.DatabaseError)


def test_a_closed_server_says_so_and_closes_again(lab: Lab) -> None:
    lab.server.close()
    lab.server.close()
    with pytest.raises(StoreError):
        lab.server.accounts.open("late@example.invalid")
