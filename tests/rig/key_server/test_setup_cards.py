"""Setup cards lead to their vehicle, and the server does not know what is on them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rig.digital_key.secrets import Secret
from rig.key_server.errors import NotFound, Refused
from rig.key_server.vehicles import card_digest
from tests.rig.key_server.lab import COOPER, Lab

FIRST, SECOND = Secret(b"the first card"), Secret(b"the second card")
OTHER = replace(COOPER, vehicle_id=bytes.fromhex("99aabbccddeeff00"))


def test_a_card_leads_to_its_vehicle(lab: Lab) -> None:
    cards = lab.server.cards
    lab.server.vehicles.put(OTHER)
    cards.register(lab.vehicle_id, card_digest(FIRST))
    cards.register(OTHER.vehicle_id, card_digest(SECOND))
    assert cards.find(FIRST) == lab.vehicle_id
    assert cards.find(SECOND) == OTHER.vehicle_id
    files = [path.read_bytes() for path in lab.path.parent.glob(f"{lab.path.name}*")]
    assert any(card_digest(FIRST) in content for content in files), "the search can find"
    assert not any(bytes(FIRST) in content for content in files)


def test_an_unknown_card_leads_nowhere(lab: Lab) -> None:
    lab.server.cards.register(lab.vehicle_id, card_digest(FIRST))
    with pytest.raises(NotFound) as refusal:
        lab.server.cards.find(SECOND)
    assert "second" not in str(refusal.value)
    with pytest.raises(NotFound):
        lab.server.cards.register(bytes(8), card_digest(SECOND))


def test_a_new_card_of_a_vehicle_takes_the_place_of_the_old(lab: Lab) -> None:
    cards = lab.server.cards
    lab.server.vehicles.put(OTHER)
    cards.register(lab.vehicle_id, card_digest(FIRST))
    cards.register(lab.vehicle_id, card_digest(FIRST))
    cards.register(lab.vehicle_id, card_digest(SECOND))
    assert cards.find(SECOND) == lab.vehicle_id
    with pytest.raises(NotFound):
        cards.find(FIRST)
    with pytest.raises(Refused, match="another vehicle"):
        cards.register(OTHER.vehicle_id, card_digest(SECOND))
    assert cards.find(SECOND) == lab.vehicle_id
