"""Protocol settings: strict overrides, and every one of them an assumption in the report."""

from __future__ import annotations

from dataclasses import fields

import pytest

from rig.digital_key.settings import (
    PAIRING,
    RANGING,
    TRANSACTION,
    SettingError,
    Settings,
    assumptions,
    settings_from,
)


def test_an_override_replaces_the_default() -> None:
    assert settings_from({"mac_covers": "header_and_status"}).mac_covers == "header_and_status"
    assert settings_from({}) == Settings()


@pytest.mark.parametrize(
    ("overrides", "complaint"),
    [
        ({"mac_cover": "data"}, r"no protocol setting 'mac_cover'; there are mac_covers, "),
        ({"mac_covers": "all"}, "it may be 'data', 'header_and_status'"),
        ({"interface_contactless": "5E"}, "it must be of type int"),
        ({"ranging_key_precomputed": 1}, "it must be of type bool"),
        ({"interface_contactless": 256}, "it must be from 0 to 255"),
        ({"unknown_vehicle_status": -1}, "it must be from 0 to 65535"),
        ({"intent_configuration": 2}, "it must be from 0 to 1"),
        ({"mailbox_size": True}, "it must be of type int"),
    ],
)
def test_a_wrong_override_is_refused(overrides: dict[str, object], complaint: str) -> None:
    with pytest.raises(SettingError, match=complaint):
        settings_from(overrides)


def test_every_setting_is_listed_once_with_mark_and_reason() -> None:
    settings = Settings(interface_contactless=0x5F)
    listed = [a for part in (TRANSACTION, PAIRING, RANGING) for a in assumptions(settings, part)]
    assert [a.name for a in listed] == [f.name for f in fields(Settings)]
    assert {a.mark for a in listed} == {"inferred", "gap"}
    assert all(len(a.why) > 20 for a in listed)
    assert next(a.value for a in listed if a.name == "interface_contactless") == "95 (0x5F)"


def test_only_passive_entry_assumes_what_ranging_needs() -> None:
    names = {a.name for a in assumptions(Settings(), RANGING)}
    assert {"interface_ble", "ursk_derivation", "time_sync_order"} <= names
    assert names.isdisjoint(a.name for a in assumptions(Settings(), TRANSACTION))


def test_a_transaction_assumes_nothing_of_pairing() -> None:
    names = [a.name for a in assumptions(Settings(), TRANSACTION)]
    assert "mac_covers" in names
    assert not [name for name in names if "pairing" in name or "certificate" in name]
