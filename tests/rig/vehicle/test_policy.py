"""Access decisions, as a table."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from rig.digital_key.crypto import PrivateKey
from rig.digital_key.messages import Outcome
from rig.digital_key.profiles import Purpose
from rig.vehicle.body import Power
from rig.vehicle.keyring import Key, KeyState
from rig.vehicle.policy import Circumstances, decide

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
DAY = timedelta(days=1)
PUBLIC = PrivateKey.generate().public

ROWS = [
    pytest.param({}, Purpose.UNLOCK, {}, Outcome.SUCCESS, id="unlock"),
    pytest.param({}, Purpose.LOCK, {}, Outcome.SUCCESS, id="lock"),
    pytest.param({}, Purpose.START_FIRST, {}, Outcome.SUCCESS, id="start"),
    pytest.param({"state": KeyState.DELETED}, Purpose.UNLOCK, {}, Outcome.KEY_DELETED, id="del."),
    pytest.param(
        {"state": KeyState.INACTIVE}, Purpose.UNLOCK, {}, Outcome.KEY_NOT_TRUSTED, id="inactive"
    ),
    pytest.param({"valid_until": NOW}, Purpose.UNLOCK, {}, Outcome.KEY_EXPIRED, id="just expired"),
    pytest.param({"valid_until": NOW + DAY}, Purpose.UNLOCK, {}, Outcome.SUCCESS, id="still valid"),
    pytest.param({"valid_from": NOW + DAY}, Purpose.UNLOCK, {}, Outcome.KEY_EXPIRED, id="not yet"),
    pytest.param({"valid_from": NOW}, Purpose.UNLOCK, {}, Outcome.SUCCESS, id="from now"),
    pytest.param({"start": False}, Purpose.UNLOCK, {}, Outcome.SUCCESS, id="no start: unlock"),
    pytest.param({"start": False}, Purpose.START_FIRST, {}, Outcome.KEY_NOT_TRUSTED, id="no start"),
    pytest.param(
        {"start": False}, Purpose.START_AGAIN, {}, Outcome.KEY_NOT_TRUSTED, id="no start again"
    ),
    pytest.param({}, Purpose.LOCK, {"open": ["trunk"]}, Outcome.DOORS_OPEN, id="lock, trunk open"),
    pytest.param({}, Purpose.UNLOCK, {"open": ["trunk"]}, Outcome.SUCCESS, id="unlock, trunk open"),
    pytest.param(
        {}, Purpose.LOCK, {"power": Power.DRIVE_READY}, Outcome.FAILURE, id="lock, drive-ready"
    ),
    pytest.param({}, Purpose.LOCK, {"power": Power.ACCESSORY}, Outcome.SUCCESS, id="lock, acc."),
    pytest.param(
        {"state": KeyState.DELETED},
        Purpose.LOCK,
        {"open": ["driver"]},
        Outcome.KEY_DELETED,
        id="the key's own objection first",
    ),
]


@pytest.mark.parametrize(("about_key", "purpose", "about", "outcome"), ROWS)
def test_what_a_key_may_do(
    about_key: dict[str, object], purpose: Purpose, about: dict[str, object], outcome: Outcome
) -> None:
    key = Key("k", "owner", b"\x01", PUBLIC, **about_key)  # type: ignore[arg-type]
    circumstances = Circumstances(
        NOW,
        about.get("open", ()),  # type: ignore[arg-type]
        about.get("power", Power.OFF),  # type: ignore[arg-type]
    )
    decision = decide(key, purpose, circumstances)
    assert decision.outcome is outcome
    assert decision.allowed is (outcome is Outcome.SUCCESS)
    assert decision.explanation
