"""Faults in how keys end, and in cards, profiles and watches."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from rig.key_server.emulated import keybook, reconciliation
from rig.key_server.keys import Authority, EventKind
from rig.key_server.readings import KeyKind
from rig.vehicle import policy, server_view, telematics
from rig.vehicle.driver_profiles import DriverProfiles
from rig.vehicle.key_removal import KeyRemoval
from rig.vehicle.keyring import Keyring, KeyState
from rig.vehicle.keys import OWNER
from rig.vehicle.menu_views import MenuViews
from rig.vehicle.service_card import ServiceCard
from rig.vehicle.telematics import Telematics
from tests.runs.planted.replacing import replace_in


def never_end_pre_deletion() -> None:
    replace_in(Telematics, "_end_pre_deletions", lambda *_: None)
    replace_in(reconciliation, "_end_pre_deletions", lambda *_: None)


def delete_at_once_when_the_owner_revokes() -> None:
    def delete(operation: Any, key_id: bytes, ending: Any) -> None:
        keybook.delete(operation, key_id, ending, operation.now)

    replace_in(keybook, "begin_deletion", delete)


def let_a_revoked_key_end_its_own_pre_deletion() -> None:
    def used(self: Telematics, key: Any) -> None:
        with self.keyring.lock:
            self._note(EventKind.USED, key)
            self._end_pre_deletions(KeyKind.DIGITAL)

    replace_in(Telematics, "used", used)


def forget_the_fob() -> None:
    replace_in(Telematics, "fob_used", lambda _self: None)


def let_the_holders_removal_wait() -> None:
    replace_in(
        keybook,
        "delete_any",
        lambda operation, row, ending, _at: keybook.begin_deletion(
            operation, row["key_id"], ending
        ),
    )


def let_anybody_delete() -> None:
    replace_in(KeyRemoval, "_present_authority", lambda _self: Authority.FOB)


def delete_nothing_in_the_menu() -> None:
    replace_in(Telematics, "delete", lambda *_: None)


def take_a_no_for_a_yes() -> None:
    question = MenuViews._question  # noqa: SLF001

    def eager(self: MenuViews, entry: Any, about: str, yes: Any) -> Any:
        view = question(self, entry, about, yes)
        return replace(view, items={**view.items, self.menus.cancel: yes})

    replace_in(MenuViews, "_question", eager)


def keep_the_old_main_key() -> None:
    delete = Keyring.delete
    replace_in(
        Keyring, "delete", lambda self, key: None if key.role == OWNER else delete(self, key)
    )


def switch_cards_on_only() -> None:
    def switch(self: ServiceCard, _state: KeyState) -> str:
        assert self.in_tray is not None
        self.in_tray.state = KeyState.ACTIVE
        return self.in_tray.name

    replace_in(ServiceCard, "_switch", switch)


def let_a_card_work_that_is_off() -> None:
    against = policy._against_key  # noqa: SLF001

    def blind(key: Any, *rest: Any) -> Any:
        return None if key.state is KeyState.INACTIVE else against(key, *rest)

    replace_in(policy, "_against_key", blind)


def load_the_same_profile_for_all() -> None:
    replace_in(DriverProfiles, "profile_of", lambda self, _key: next(iter(self._links), None))


def let_a_profile_have_two_devices() -> None:
    links: dict[str, str] = {}

    def link(_self: DriverProfiles, key: str, profile: str) -> None:
        links[key] = profile

    replace_in(DriverProfiles, "link", link)
    replace_in(DriverProfiles, "profile_of", lambda _self, key: links.get(key))


def let_a_watch_outlive_its_phone() -> None:
    update = server_view.apply_view

    def keeping(keyring: Keyring, view: Any, _known: set[bytes]) -> Any:
        return update(keyring, view, set())

    replace_in(telematics, "apply_view", keeping)
    replace_in(Keyring, "burn", lambda *_: None)
    replace_in(Keyring, "burn_orphans", lambda *_: None)


CAUGHT_BY: dict[Callable[[], None], str] = {
    never_end_pre_deletion: "ends_pre_deletion or takes_effect or (by_wallet and owner)",
    delete_at_once_when_the_owner_revokes: "in_pre_deletion_in_wallet",
    let_a_revoked_key_end_its_own_pre_deletion: "in_pre_deletion_is",
    forget_the_fob: "fob_ends_pre_deletion",
    let_the_holders_removal_wait: "know_at_once",
    let_anybody_delete: "takes_the_main_key or own_key_in_the_car or deletes_no_main_key",
    delete_nothing_in_the_menu: "menu_deletes or keys_menu_is_gone or deleted_in_the_menu",
    take_a_no_for_a_yes: "asks_first",
    keep_the_old_main_key: "old_phone_has_no_effect or new_phone_is_the_owner_key",
    switch_cards_on_only: "last_of_many or keys_menu_activates or temporary_use",
    let_a_card_work_that_is_off: "deactivated_card_neither and not keys",
    load_the_same_profile_for_all: "in_turn",
    let_a_profile_have_two_devices: "one_device_and_the_rule",
    let_a_watch_outlive_its_phone: "ends_with_the_key_on_the_phone",
}
