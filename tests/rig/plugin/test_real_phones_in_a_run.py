"""A real phone talks to its maker's servers: the rig's own key server says nothing about it."""

from __future__ import annotations

import pytest

from rig.records.verdict import Verdict
from tests.rig.plugin.conftest import Desk

VIRTUAL = "  plain_phone:   {driver: sim.phone,"
REAL = """\
  operator: {driver: operator.terminal, deadline_s: 5}
  real_one: {driver: %s, operator: "@operator", platform: %s, model: any}
"""
SHARES = """
from rig.key_server.contract import KeyServer
def test_of_the_keyring(bench): pass
def test_of_a_keys_life(key_server): assert isinstance(key_server, KeyServer)
"""


@pytest.mark.parametrize(
    ("driver", "platform"), [("phone.operator", "ios"), ("watch.operator", "apple_watch")]
)
def test_the_life_of_a_key_is_not_judged_where_a_real_phone_may_take_part(
    desk: Desk, driver: str, platform: str
) -> None:
    desk.write_plan("test_it.py", SHARES)
    desk.write_whole_bench(VIRTUAL, REAL % (driver, platform) + VIRTUAL)
    outcome = desk.run("--plan=plan.yaml", bench="whole.yaml")
    result = outcome.result("test_of_a_keys_life")
    assert result.verdict is Verdict.INCONCLUSIVE, outcome.output
    assert "real_one" in result.reason
    assert "key server" in result.reason
    assert outcome.result("test_of_the_keyring").verdict is Verdict.PASS


def test_the_life_of_a_key_is_judged_where_the_rig_lends_every_phone_its_network(
    desk: Desk,
) -> None:
    desk.write_plan("test_it.py", SHARES)
    desk.write_whole_bench()
    outcome = desk.run("--plan=plan.yaml", bench="whole.yaml")
    assert outcome.result("test_of_a_keys_life").verdict is Verdict.PASS, outcome.output
