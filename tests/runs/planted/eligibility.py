"""Faults in what is offered to whom before a pairing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rig.key_server import eligibility
from rig.key_server.availability import Availability
from rig.key_server.emulated import accounts
from rig.vehicle.cabin import Cabin
from tests.runs.planted.replacing import replace_in


def _without_rules(**fields: Any) -> None:
    """Forget the rules about these fields."""
    kept = tuple(r for r in eligibility.RULES if r.field not in fields)
    _decide = eligibility.decide
    replace_in(
        eligibility, "decide", lambda vehicle, feature, _rules=None: _decide(vehicle, feature, kept)
    )
    replace_in(eligibility, "RULES_BY", dict.fromkeys(eligibility.RULES_BY, kept))


def offer_keys_to_every_phone() -> None:
    replace_in(Availability, "offered", property(lambda _self: True))


def forget_the_body() -> None:
    _without_rules(body=True)


def forget_option_322() -> None:
    _without_rules(options=True)


def show_every_vehicle_in_every_account() -> None:
    def all_of_them(self: Any, _account: str) -> tuple[bytes, ...]:
        with self._desk.operation() as operation:
            return tuple(
                row["vehicle_id"] for row in operation.rows("SELECT vehicle_id FROM vehicles")
            )

    replace_in(accounts.Accounts, "vehicles", all_of_them)


def believe_both_fobs_inside() -> None:
    replace_in(Cabin, "found", lambda _self: ("first_fob", "second_fob"))


CAUGHT_BY: dict[Callable[[], None], str] = {
    offer_keys_to_every_phone: "outside_the_availability_matrix",
    forget_the_body: "convertible_offers_digital_key_and_never_plus",
    forget_option_322: "without_option_322",
    show_every_vehicle_in_every_account: "without_the_vehicle_there_is_no_tile",
    believe_both_fobs_inside: "with_less_the_app_stays or without_the_fob",
}
