"""Faults planted in the vehicle, to see that the plan's tests catch them.

Loaded into a run of the rig by ``-p tests.runs.plants``; RIG_PLANT names the fault. Each takes one
check out of the vehicle, as a slip of its author would.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from rig.digital_key import secure_channel, transaction
from rig.digital_key.crypto import PrivateKey, PublicKey
from rig.vehicle import policy, running, service
from rig.vehicle.body import Body
from rig.vehicle.car import Car, Pressed
from rig.vehicle.keyring import Keyring, KeyState
from rig.vehicle.wiring import CLOSURES


def _replace(owner: object, name: str, value: object) -> None:
    setattr(owner, name, value)


_KEY = PrivateKey.generate()
_against_key = policy._against_key  # noqa: SLF001


def skip_the_device_signature() -> None:
    _replace(PublicKey, "verify", lambda *_: None)


def skip_the_mac() -> None:
    _replace(secure_channel, "same", lambda *_: True)


def accept_any_cryptogram() -> None:
    _replace(transaction, "same", lambda *_: True)


def accept_any_slot() -> None:
    _replace(Keyring, "by_slot", lambda self, _slot: next(iter(self)))
    _replace(PublicKey, "verify", lambda *_: None)


def use_one_nonce_for_ever() -> None:
    made = transaction.Transaction.__init__

    def fixed(self: Any, *args: Any, **_kwargs: Any) -> None:
        made(self, *args, ephemeral=lambda: _KEY, random=bytes)

    _replace(transaction.Transaction, "__init__", fixed)


def _as_if(**fields: Any) -> None:
    """Let the policy see every key with these fields instead of its own."""
    _replace(policy, "_against_key", lambda key, *rest: _against_key(replace(key, **fields), *rest))


def ignore_deletion_and_deactivation() -> None:
    _as_if(state=KeyState.ACTIVE)


def ignore_the_validity() -> None:
    _as_if(valid_until=None)


def ignore_the_right_to_start() -> None:
    _as_if(start=True)


def forget_the_doors() -> None:
    _replace(policy, "_against_state", lambda *_: None)


def open_all_whatever_the_setting() -> None:
    _replace(Body, "locks_to_open", lambda _: CLOSURES)


def lock_the_driver_door_only() -> None:
    _replace(service, "DOORS", ("driver",))
    _replace(service, "TRUNK", "driver")


def start_without_a_key() -> None:
    _replace(Car, "press_start_stop", lambda _: Pressed(True, "started"))


def release_the_trunk_without_a_key() -> None:
    _replace(Car, "press_trunk_button", lambda _: Pressed(True, "released"))


def forget_that_the_tray_is_empty() -> None:
    _replace(running.RunningVehicle, "left", lambda *_: None)


PLANTS: dict[str, Callable[[], None]] = {
    plant.__name__: plant
    for plant in (
        skip_the_device_signature,
        skip_the_mac,
        accept_any_cryptogram,
        accept_any_slot,
        use_one_nonce_for_ever,
        ignore_deletion_and_deactivation,
        ignore_the_validity,
        ignore_the_right_to_start,
        forget_the_doors,
        open_all_whatever_the_setting,
        lock_the_driver_door_only,
        start_without_a_key,
        release_the_trunk_without_a_key,
        forget_that_the_tray_is_empty,
    )
}

if _named := os.environ.get("RIG_PLANT"):
    PLANTS[_named]()
