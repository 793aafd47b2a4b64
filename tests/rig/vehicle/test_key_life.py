"""Keys come and go on the keyring; what has ended, and its slot identifier, never comes back."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from rig.digital_key.crypto import PrivateKey
from rig.digital_key.secrets import Secret
from rig.vehicle.errors import NotEnrolled
from rig.vehicle.keyring import Keyring
from rig.vehicle.keys import Key, KeyState, Origin, name_of_key


def keyring(*keys: Key) -> Keyring:
    return Keyring(bytes(8), PrivateKey.generate(), list(keys))


def key(role: str = "friend", slot: bytes = b"\x01" * 8) -> Key:
    public = PrivateKey.generate().public
    return Key(name_of_key(role, public), role, slot, public, origin=Origin.PAIRED)


def test_a_key_that_is_enrolled_is_found_by_slot_name_and_identifier() -> None:
    ring, one = keyring(), key()
    assert ring.enrol(one) is one
    assert ring.by_slot(one.slot) is ring.by_id(one.key_id) is ring.named(one.name) is one
    assert ring.holds(one)


def test_enrolling_twice_changes_nothing() -> None:
    ring, one = keyring(), key()
    ring.enrol(one)
    again = Key(one.name, one.role, one.slot, one.public)
    assert ring.enrol(again) is one
    assert list(ring) == [one]


def test_a_slot_carries_one_key_in_its_life() -> None:
    ring, one, other = keyring(), key(), key()
    ring.enrol(one)
    with pytest.raises(NotEnrolled, match="enrolled already"):
        ring.enrol(other)
    ring.delete(one)
    with pytest.raises(NotEnrolled, match="burnt"):
        ring.enrol(other)


def test_a_deleted_key_never_comes_back() -> None:
    ring, one = keyring(), key()
    ring.used(ring.enrol(one), Secret(bytes(32)))
    ring.delete(one)
    assert (one.state, one.persistent) == (KeyState.DELETED, None)
    assert not ring.holds(one)
    assert ring.was_deleted(one.key_id)
    assert ring.fast_candidates() == []
    with pytest.raises(NotEnrolled, match="deleted"):
        ring.enrol(Key("again", "friend", b"\x02" * 8, one.public))
    ring.delete(one)  # no effect


def test_a_key_cannot_be_in_two_slots() -> None:
    ring, one = keyring(), key()
    ring.enrol(one)
    with pytest.raises(NotEnrolled, match="enrolled already"):
        ring.enrol(Key("twice", "friend", b"\x02" * 8, one.public))


def test_a_new_main_key_deletes_the_earlier_one_and_its_watch() -> None:
    ring = keyring(key("owner"), key("owner", b"\x02" * 8), key("friend", b"\x03" * 8))
    _, _, friend = ring
    new = key("owner", b"\x04" * 8)
    ring.enrol_main(new)
    assert set(k.slot for k in ring) == {friend.slot, new.slot}
    assert ring.owners() == [new]


def test_a_main_key_that_is_refused_leaves_the_earlier_one() -> None:
    ring = keyring(owner := key("owner"))
    with pytest.raises(NotEnrolled):
        ring.enrol_main(key("owner", owner.slot))
    assert ring.owners() == [owner]


def test_a_slot_is_open_from_being_given_out_until_it_is_taken_or_burnt() -> None:
    ring, owner = keyring(), key("owner", b"\x09" * 8)
    first, second, third = ring.give_out(3, owner.key_id)
    assert len({first, second, third}) == 3
    assert all(len(slot) == 8 and ring.is_open(slot) for slot in (first, second, third))
    assert not ring.is_open(b"\x01" * 8)
    ring.enrol(key(slot=first))
    ring.burn(second)
    assert [ring.is_open(slot) for slot in (first, second, third)] == [False, False, True]
    assert ring.given_to(owner.key_id) == (first, third)


def test_burning_a_slot_ends_the_key_in_it() -> None:
    ring, one = keyring(), key()
    ring.enrol(one)
    ring.burn(one.slot)
    assert ring.by_slot(one.slot) is None
    assert one.state is KeyState.DELETED
    assert ring.is_burnt(one.slot)


def test_slots_of_an_owner_that_is_gone_are_burnt_unless_taken() -> None:
    ring = keyring(owner := key("owner", b"\x09" * 8))
    free, taken = ring.give_out(2, owner.key_id)
    friend = ring.enrol(key(slot=taken))
    ring.burn_orphans()
    assert ring.is_open(free)
    ring.delete(owner)
    ring.burn_orphans()
    assert ring.is_burnt(free)
    assert ring.holds(friend)


def test_as_delivered_it_is_the_same_vehicle_without_keys() -> None:
    ring = keyring(key())
    empty = ring.as_delivered()
    assert list(empty) == []
    assert (empty.identifier, empty.vehicle_key) == (ring.identifier, ring.vehicle_key)


def test_as_delivered_it_knows_its_service_card_which_is_switched_off() -> None:
    ring = keyring(key(), card := replace(key(slot=b"\x07" * 8), name="card", role="card"))
    [delivered] = ring.as_delivered()
    assert (delivered.public, delivered.state) == (card.public, KeyState.INACTIVE)
    assert card.state is KeyState.ACTIVE
    assert list(ring.as_delivered(with_cards=False)) == []


def test_restoring_brings_back_what_was_deleted_and_takes_away_what_came() -> None:
    ring, original = keyring(key()), keyring()
    for each in ring:
        original.enrol(Key(each.name, each.role, each.slot, each.public))
    (mine,) = ring
    (given,) = ring.give_out(1)
    ring.enrol(key(slot=given))
    ring.delete(mine)
    ring.restore(original)
    assert [k.public for k in ring] == [mine.public]
    assert all(k.state is KeyState.ACTIVE for k in ring)
    assert not ring.is_open(given)
    assert not ring.was_deleted(mine.key_id)


def test_a_token_does_not_print() -> None:
    one = key()
    one.token = Secret(b"0123456789abcdef0123456789abcdef")
    assert "0123" not in f"{one!r} {one}"


def test_many_threads_enrol_one_key_a_slot() -> None:
    ring = keyring()
    slots = ring.give_out(20)
    enrolled: list[Key] = []

    def enrol_all() -> None:
        for slot in slots:
            try:
                enrolled.append(ring.enrol(key(slot=slot)))
            except NotEnrolled:
                continue

    threads = [threading.Thread(target=enrol_all) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(enrolled) == len(list(ring)) == len(slots)
