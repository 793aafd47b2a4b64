"""Faults in whom passive entry speaks to, what it takes for right, and when it moves the locks."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from drivers.api.ble import Advert
from rig.digital_key.ble_messages import RkeAuthRequest, RkeAuthResponse, decode
from rig.digital_key.profiles import Purpose
from rig.vehicle import policy
from rig.vehicle.keyring import Keyring
from rig.vehicle.keys import KeyState
from rig.vehicle.passive import phone_link, proving, remote_functions, sequence
from rig.vehicle.passive.caller import Caller
from rig.vehicle.passive.dialogue import ask
from rig.vehicle.passive.doorkeeper import Doorkeeper
from rig.vehicle.passive.entry import PassiveEntry
from rig.vehicle.passive.front_desk import FrontDesk
from rig.vehicle.passive.listening import SERVING
from rig.vehicle.policy import Decision
from rig.vehicle.ranging_keys import RangingKey
from rig.vehicle.service import Service
from tests.runs.planted.replacing import replace_in

_against_key = policy._against_key  # noqa: SLF001
_judge = Service.judge


def _as_if(**fields: Any) -> None:
    """Let the policy see every key with these fields instead of its own."""
    replace_in(
        policy, "_against_key", lambda key, *rest: _against_key(replace(key, **fields), *rest)
    )


def _yes(self: Service, key: Any, purpose: Any) -> Decision:
    return replace(_judge(self, key, purpose), allowed=True)


# --- who is spoken to, and what is heard ----------------------------------------------------


def serve_channels_that_are_not_encrypted() -> None:
    """Neither the radio is told to refuse them, nor is the link looked at again."""
    opened = Caller.channel_opened

    def blind(self: Caller, channel: Any, t_ns: int) -> None:
        if (owner := self.station.bonded(self.phone.link.peer)) is None:
            opened(self, channel, t_ns)
            return
        self.phone.channel, self.owner = channel, owner
        self.admitted()
        self.phone.run(SERVING, sequence.serve(self))

    replace_in(FrontDesk, "admits", lambda *_: True)
    replace_in(Caller, "channel_opened", blind)


def wait_for_ever_for_who_says_nothing() -> None:
    replace_in(Caller, "_not_admitted", lambda _self: None)


def take_any_phone_for_the_one_that_is_bonded() -> None:
    """A link that is encrypted for one key serves another one's."""
    replace_in(proving, "_admitted", lambda _station, found, _expected: found)


def take_a_message_of_another_length() -> None:
    def lenient(octets: bytes, settings: Any) -> Any:
        return decode(octets[:2] + (len(octets) - 4).to_bytes(2, "big") + octets[4:], settings)

    replace_in(phone_link, "decode", lenient)


def take_a_start_that_is_past() -> None:
    replace_in(sequence, "_PAST_S", math.inf)


def use_ranging_keys_for_ever() -> None:
    replace_in(RangingKey, "expired", lambda *_: False)


def never_look_after_a_key_again() -> None:
    replace_in(Caller, "look_after", lambda _self: None)


def keep_the_phone_of_a_deleted_key() -> None:
    replace_in(Caller, "dismiss", lambda *_: None)


def open_for_deleted_keys() -> None:
    _as_if(state=KeyState.ACTIVE)
    replace_in(Keyring, "holds", lambda *_: True)


def open_for_expired_keys() -> None:
    _as_if(valid_until=None)


# --- remote functions -----------------------------------------------------------------------


def use_one_challenge_for_ever() -> None:
    replace_in(remote_functions, "os", _Chance)


class _Chance:
    @staticmethod
    def urandom(size: int) -> bytes:
        return bytes(size)


def skip_the_signature_of_a_request() -> None:
    def unproved(caller: Caller, asked: tuple[int, int]) -> Any:
        key = caller.owner
        assert key is not None
        request = RkeAuthRequest(bytes(16))
        yield from ask(request, RkeAuthResponse, 2.0)
        offered = remote_functions._OFFERED.get(asked)  # noqa: SLF001
        return (yield from remote_functions._act(caller, key, offered))  # noqa: SLF001

    replace_in(remote_functions, "_execute", unproved)


def do_whatever_the_wallet_asks() -> None:
    """Without asking whether the key may have that now."""
    replace_in(Service, "judge", _yes)


def forget_what_the_wallet_did() -> None:
    replace_in(Doorkeeper, "moved_remotely", lambda *_args, **_named: None)
    replace_in(Doorkeeper, "_still_here", lambda *_: None)


# --- when the locks move --------------------------------------------------------------------


def start_for_keys_that_may_not() -> None:
    def inside(self: PassiveEntry, _purpose: Any) -> Any:
        return next((c.owner for c in self._front.callers() if c.owner and c.is_inside), None)

    replace_in(PassiveEntry, "_inside", inside)


def lock_whoever_is_inside() -> None:
    def by_itself(self: Doorkeeper, _phone: Any, key: Any) -> str:
        decision = self.judge(key, Purpose.LOCK)
        return "" if decision.allowed else decision.explanation

    replace_in(Doorkeeper, "_against_locking", by_itself)


def never_lock() -> None:
    replace_in(Doorkeeper, "_gone", lambda *_: None)


def lock_whatever_stands_open() -> None:
    replace_in(Doorkeeper, "_against_locking", lambda *_: "")


def lock_as_soon_as_it_opened() -> None:
    done = Doorkeeper._at_a_handle  # noqa: SLF001

    def again(self: Doorkeeper, phone: Any, key: Any, handle: str) -> None:
        if self._still_here(key) is not None:
            self._lock(phone, key, handle, "planted")
        else:
            done(self, phone, key, handle)

    replace_in(Doorkeeper, "_at_a_handle", again)


def serve_although_it_is_switched_off() -> None:
    def opened(self: PassiveEntry) -> None:
        self._agenda.ask(self._bonds_changed)
        self._front.open = True
        self._radio.advertise(Advert(self.settings.advert_interval_ms))

    replace_in(PassiveEntry, "_open", opened)


CAUGHT_BY: dict[Callable[[], None], str] = {
    serve_channels_that_are_not_encrypted: "cheats and UNENCRYPTED",
    wait_for_ever_for_who_says_nothing: "says_nothing",
    take_any_phone_for_the_one_that_is_bonded: "holds_another_key",
    take_a_message_of_another_length: "passive_attacks and altered_message",
    take_a_start_that_is_past: "earlier_connection and setup",
    use_ranging_keys_for_ever: "ranging_key_that_has",
    never_look_after_a_key_again: "expires_while_it_is_used",
    keep_the_phone_of_a_deleted_key: "deleted_while",
    open_for_deleted_keys: "key_that_has_ended and deleted",
    open_for_expired_keys: "key_that_has_ended and expired",
    use_one_challenge_for_ever: "signature_of_its_own and replayed",
    skip_the_signature_of_a_request: "signature_of_its_own and altered",
    do_whatever_the_wallet_asks: "wallet_locks_nothing",
    forget_what_the_wallet_did: "wallet_locked",
    start_for_keys_that_may_not: "may_not_start",
    lock_whoever_is_inside: "another_key_is_inside",
    never_lock: "leaving_locks",
    lock_whatever_stands_open: "nothing_locks",
    lock_as_soon_as_it_opened: "unlocks_once",
    serve_although_it_is_switched_off: "whose_passive_entry_is_off",
}
