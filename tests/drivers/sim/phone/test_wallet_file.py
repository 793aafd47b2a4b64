"""Wallet files: what is read, and the message for each thing that is wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from drivers.api.errors import DeviceNotFound, DriverError
from drivers.sim.phone.wallet_file import WalletError, read_holder
from rig.digital_key.crypto import PrivateKey

PRIVATE = "44" * 32
POINT = PrivateKey.from_bytes(b"\x33" * 32).public.point.hex()


def a_key(**changes: object) -> dict[str, Any]:
    key = {
        "vehicle": "1122334455667788",
        "vehicle_key": POINT,
        "private": PRIVATE,
        "slot": "01",
        "profile": "ccc",
    }
    return {k: v for k, v in {**key, **changes}.items() if v is not None}


def a_wallet(tmp_path: Path, *keys: object, **changes: object) -> Path:
    entry = {"kind": "phone", "model": "some phone", "keys": list(keys), **changes}
    entry = {k: v for k, v in entry.items() if v is not None}
    return written(tmp_path, {"holders": {"mine": entry}})


def written(tmp_path: Path, document: object) -> Path:
    path = tmp_path / "devices.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def test_a_holder_is_read(tmp_path: Path) -> None:
    mailbox = {"signals": "01", "slots": "03", "package": "AABB", "confidential": "CC"}
    second = a_key(vehicle="00" * 16, profile="home_key", slot="010203040506")
    holder = read_holder(a_wallet(tmp_path, a_key(mailbox=mailbox), second), "mine")
    assert (holder.kind, holder.model) == ("phone", "some phone")
    first, other = holder.keys
    assert first.vehicle_id.hex() == "1122334455667788"
    assert first.vehicle_key.point.hex() == POINT
    assert first.private.public == PrivateKey.from_bytes(bytes.fromhex(PRIVATE)).public
    assert (first.slot, first.contents.package) == (b"\x01", b"\xaa\xbb")
    assert (first.dialect.name, other.dialect.name) == ("ccc", "home_key")
    assert first.persistent is None


def test_a_key_may_know_the_bluetooth_address_of_its_vehicle(tmp_path: Path) -> None:
    known = a_key(bluetooth={"address": "c4:4d:49:00:00:01"})
    holder = read_holder(a_wallet(tmp_path, known, a_key(vehicle="00" * 8)), "mine")
    assert [key.bluetooth for key in holder.keys] == ["C4:4D:49:00:00:01", ""]


@pytest.mark.parametrize("address", ["C44D49000001", "C4:4D:49:00:00", "random", 7])
def test_what_is_no_bluetooth_address_is_refused(tmp_path: Path, address: object) -> None:
    with pytest.raises(WalletError, match=r"bluetooth\.address"):
        read_holder(a_wallet(tmp_path, a_key(bluetooth={"address": address})), "mine")


def test_keys_do_not_print(tmp_path: Path) -> None:
    assert PRIVATE not in repr(read_holder(a_wallet(tmp_path, a_key()), "mine"))


@pytest.mark.parametrize(
    ("key", "message"),
    [
        (a_key(vehicle="11"), r"holders\.mine\.keys\[0\]\.vehicle: 1 bytes, not 8"),
        (a_key(vehicle=11), r"keys\[0\]\.vehicle: not a text"),
        (a_key(vehicle=None), r"keys\[0\]: no field vehicle"),
        (a_key(vehicles="11"), r"keys\[0\]: unknown field vehicles"),
        (a_key(vehicle_key="04" + "00" * 64), r"keys\[0\]\.vehicle_key: the point is not on"),
        (a_key(vehicle_key=POINT[2:]), r"keys\[0\]\.vehicle_key: 64 bytes, not 65"),
        (a_key(private="00" * 32), r"keys\[0\]\.private: the scalar is out of range"),
        (a_key(private="zz"), r"keys\[0\]\.private: not hex digits"),
        (a_key(slot=""), r"keys\[0\]\.slot: not a text"),
        (a_key(slot="00" * 9), r"keys\[0\]\.slot: 9 bytes, not 1 to 8"),
        (a_key(profile="aliro"), r"keys\[0\]\.profile: must be one of ccc, home_key"),
        (a_key(profile=["ccc"]), r"keys\[0\]\.profile: must be one of ccc, home_key"),
        (a_key(mailbox=[]), r"keys\[0\]\.mailbox: not an object"),
        (a_key(mailbox={"signal": "00"}), r"keys\[0\]\.mailbox: unknown field signal"),
        (a_key(mailbox={"signals": "0000"}), r"keys\[0\]\.mailbox\.signals: 2 bytes, not 1"),
        ("key", r"keys\[0\]: not an object"),
    ],
)
def test_a_wrong_key_is_named(tmp_path: Path, key: object, message: str) -> None:
    with pytest.raises(WalletError, match=message) as caught:
        read_holder(a_wallet(tmp_path, key), "mine")
    assert "devices.json" in str(caught.value)
    assert PRIVATE not in str(caught.value)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"kind": "watch"}, r"mine\.kind: must be one of phone, card"),
        ({"model": 7}, r"mine\.model: not a text"),
        ({"model": None}, r"mine: no field model"),
        ({"keys": {}}, r"mine\.keys: not a list"),
    ],
)
def test_a_wrong_holder_is_named(tmp_path: Path, changes: dict[str, object], message: str) -> None:
    with pytest.raises(WalletError, match=message):
        read_holder(a_wallet(tmp_path, **changes), "mine")


def test_two_keys_for_one_vehicle_are_refused(tmp_path: Path) -> None:
    with pytest.raises(WalletError, match="two keys for vehicle 1122334455667788"):
        read_holder(a_wallet(tmp_path, a_key(), a_key(slot="02")), "mine")


def test_an_unknown_holder_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(DeviceNotFound, match="holds mine"):
        read_holder(a_wallet(tmp_path), "yours")


def test_a_missing_file_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(DeviceNotFound, match="no wallet file"):
        read_holder(tmp_path / "none.json", "mine")


@pytest.mark.parametrize("content", [b"{", b"\xff\xfe\x00", b"[]", b"{}", b'{"holders": []}', b"1"])
def test_a_file_of_another_form_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "devices.json"
    path.write_bytes(content)
    with pytest.raises(WalletError, match=r"devices\.json"):
        read_holder(path, "mine")


def test_a_folder_is_no_wallet(tmp_path: Path) -> None:
    with pytest.raises(DriverError, match="mine"):
        read_holder(tmp_path, "mine")
