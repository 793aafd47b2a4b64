"""Figures by name, strictly."""

from __future__ import annotations

import pytest

from rig.vehicle.passive.settings import PassiveSettingError, PassiveSettings, passive_settings


def test_a_plan_overrides_by_name() -> None:
    chosen = passive_settings({"filter": "median", "unlock_m": 1.5, "lock_m": 3, "k": 2})
    assert (chosen.filter, chosen.unlock_m, chosen.lock_m, chosen.k) == ("median", 1.5, 3, 2)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"unlock": 1.0}, "no setting 'unlock'"),
        ({"filter": "mean"}, "it may be 'none', 'median', 'kalman'"),
        ({"k": 2.0}, "type int"),
        ({"k": True}, "type int"),
        ({"enabled": 1}, "type bool"),
        ({"unlock_m": "1"}, "type float"),
        ({"unlock_m": float("nan")}, "from 0.2 to 10"),
        ({"ran_multiplier": 256}, "from 1 to 255"),
        ({"k": 6}, "k of n"),
        ({"unlock_m": 3.0}, "lock zone"),
    ],
)
def test_what_does_not_fit_is_refused(wrong: dict[str, object], says: str) -> None:
    with pytest.raises(PassiveSettingError, match=says):
        passive_settings(wrong)


def test_every_figure_says_where_it_comes_from() -> None:
    records = PassiveSettings().records()
    assert all(r.mark in ("sourced", "inferred", "gap") and r.why for r in records)
    assert {r.name for r in records} >= {"passive: unlock_m", "passive: filter"}
