"""Faults in pairing, in what opens one, and in who may begin it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rig.digital_key.errors import PairingFailed
from rig.digital_key.pairing_offer import Attempts
from rig.key_server.emulated import tokens
from rig.key_server.errors import TokenRefused
from rig.vehicle.keyring import Keyring
from rig.vehicle.keys import OWNER, Key, Origin
from rig.vehicle.pairing_desk import PairingDesk
from rig.vehicle.service import Service
from rig.vehicle.visit import Ending
from tests.runs.planted.replacing import replace_in


def pair_in_every_power_state() -> None:
    replace_in(PairingDesk, "_permitted", lambda _self: True)


def keep_the_earlier_main_key() -> None:
    def enrol(self: Keyring, key: Key) -> Key:
        enrolled = self.enrol(key)
        enrolled.origin = key.origin
        return enrolled

    replace_in(Keyring, "enrol_main", enrol)


def keep_half_a_key() -> None:
    fail = PairingDesk._fail  # noqa: SLF001

    def keep(self: PairingDesk, visit: Any, failure: PairingFailed) -> None:
        public = self.service.vehicle.key.public
        self.service.keyring.enrol_main(
            Key("half", OWNER, self.service.keyring.draw_slot(), public, origin=Origin.PAIRED)
        )
        fail(self, visit, failure)

    replace_in(PairingDesk, "_fail", keep)


def count_no_attempts() -> None:
    replace_in(Attempts, "count", lambda _self: None)


def take_any_token() -> None:
    def redeem(self: Any, operation: Any, row: Any, way: Any, name: str) -> Any:
        row = row or operation.row("SELECT * FROM tokens ORDER BY rowid DESC")
        if row is None:
            raise TokenRefused(name, "unknown")
        return self._open(operation, row["vehicle_id"], way)

    replace_in(tokens.PairingTokens, "_redeem", redeem)


def take_a_token_twice() -> None:
    def redeem(self: Any, operation: Any, row: Any, way: Any, name: str) -> Any:
        if row is None:
            raise TokenRefused(name, "unknown")
        if row["expires_at"] <= operation.now:
            raise TokenRefused(name, "expired")
        return self._open(operation, row["vehicle_id"], way)

    replace_in(tokens.PairingTokens, "_redeem", redeem)


def let_tokens_live_for_ever() -> None:
    redeem = tokens.PairingTokens._redeem  # noqa: SLF001

    def ageless(self: Any, operation: Any, row: Any, way: Any, name: str) -> Any:
        row = None if row is None else {**row, "expires_at": operation.now + 1}
        return redeem(self, operation, row, way, name)

    replace_in(tokens.PairingTokens, "_redeem", ageless)


def never_pair() -> None:
    replace_in(PairingDesk, "serve", lambda *_: False)


def unlock_for_every_chip() -> None:
    def unlock(self: Service, visit: Any, _line: Any) -> None:
        self.body.set_locks(unlock=True)
        visit.end(Ending.UNLOCKED, "whatever it is")

    replace_in(Service, "serve_handle", unlock)


CAUGHT_BY: dict[Callable[[], None], str] = {
    pair_in_every_power_state: "engine_runs or asleep",
    keep_the_earlier_main_key: "vehicle_is_offline",
    keep_half_a_key: "cut_off_leaves_no_key and killed",
    count_no_attempts: "seven_wrong_passwords",
    take_any_token: "bad_token or bad_link",
    take_a_token_twice: "bad_token and reused or good_once_together",
    let_tokens_live_for_ever: "expired",
    never_pair: "each_listed_family or following_the_prompts",
    unlock_for_every_chip: "setup_card_by_itself",
}
