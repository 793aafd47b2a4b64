"""What app and wallet reach on the way to a main key, and the refusals they show."""

from __future__ import annotations

from dataclasses import replace

import pytest

from drivers.api.backend import PAIRING_LINK
from drivers.api.errors import ActionRefused
from drivers.api.secret_text import SecretText
from rig.digital_key.secrets import Secret
from rig.key_server.keys import Receipt
from rig.key_server.phone_side.messages import mail_of, manual_token_of
from rig.key_server.vehicles import Body, card_digest
from tests.rig.key_server.conftest import MakeLab
from tests.rig.key_server.lab import COOPER
from tests.rig.key_server.phone_side.net import IPHONE, OLD, VEHICLE_KEY, Net

CARD = SecretText("what the card carries")
FEATURES = {"digital_key", "digital_key_plus", "setup_card", "cross_platform_sharing"}


def test_a_page_lists_what_vehicle_and_phone_offer(net: Net) -> None:
    (page,) = net.internet.app.pages(net.lab.account_id, IPHONE)
    assert (page.vehicle, page.name) == (net.lab.vehicle_id, "cooper")
    assert page.offered == FEATURES
    assert page.refused == {}


def test_a_page_says_why_the_vehicle_refuses(make_lab: MakeLab) -> None:
    net = Net(make_lab(record=replace(COOPER, body=Body.CONVERTIBLE)))
    (page,) = net.internet.app.pages(net.lab.account_id, IPHONE)
    assert page.offered == {"digital_key", "cross_platform_sharing"}
    assert "body is convertible" in page.refused["digital_key_plus"]


def test_a_page_says_why_the_phone_is_refused(net: Net) -> None:
    (page,) = net.internet.app.pages(net.lab.account_id, OLD)
    assert page.offered == set()
    assert set(page.refused) == FEATURES
    assert "model is Pixel 3" in page.refused["digital_key"]


def test_an_unknown_account_is_refused(net: Net) -> None:
    with pytest.raises(ActionRefused, match="there is no such account"):
        net.internet.app.pages("nobody", IPHONE)


def test_a_setup_card_leads_to_a_vehicle_of_the_account(net: Net) -> None:
    net.lab.server.cards.register(net.lab.vehicle_id, card_digest(Secret(CARD.reveal().encode())))
    app = net.internet.app
    assert app.card_vehicle(net.lab.account_id, CARD) == net.lab.vehicle_id
    other = net.lab.server.accounts.open("other@example.invalid")
    with pytest.raises(ActionRefused, match="not in the account"):
        app.card_vehicle(other, CARD)
    with pytest.raises(ActionRefused, match="no such vehicle"):
        app.card_vehicle(net.lab.account_id, SecretText("something else"))


def test_the_app_sees_what_lies_in_the_vehicle(net: Net) -> None:
    net.inside = ("first_fob", "setup_card")
    assert net.internet.app.inside(net.lab.vehicle_id) == net.inside


def test_a_main_key_comes_of_the_app(net: Net) -> None:
    ticket = net.internet.app.start_pairing(net.lab.account_id, net.lab.vehicle_id)
    assert net.changes == 1, "the vehicle is to fetch its half"
    half = net.lab.server.tokens.for_vehicle(net.lab.vehicle_id)
    assert half is not None
    assert (half.pairing_id, ticket.vehicle) == (ticket.pairing_id, net.lab.vehicle_id)
    assert len(ticket.password) == 8
    assert ticket.password.reveal() not in repr(ticket)
    point, slot = net.new_device().public.point, net.slot()
    receipt = Receipt.decode(net.internet.pairing.track_owner(ticket.pairing_id, point, slot))
    receipt.verify(net.lab.server.receipt_key)
    assert receipt.slot.identifier == slot
    assert net.changes == 2
    with pytest.raises(ActionRefused, match="this pairing was used already"):
        net.internet.pairing.track_owner(ticket.pairing_id, point, net.slot())
    assert net.changes == 2, "a refusal changes nothing"


def test_a_letters_link_opens_one_pairing(net: Net) -> None:
    (letter,) = net.lab.server.letters.sent(net.lab.account_id)
    mail = mail_of(letter)
    ticket = net.internet.pairing.open_letter(mail.body, IPHONE)
    assert ticket.vehicle == net.lab.vehicle_id
    assert net.changes == 1
    with pytest.raises(ActionRefused, match="this pairing was used already"):
        net.internet.pairing.open_letter(mail.body, IPHONE)


def test_a_phone_that_is_not_supported_opens_no_letter_and_uses_no_token_up(net: Net) -> None:
    (letter,) = net.lab.server.letters.sent(net.lab.account_id)
    body = mail_of(letter).body
    with pytest.raises(ActionRefused, match="not available on this phone: model is Pixel 3"):
        net.internet.pairing.open_letter(body, OLD)
    assert net.internet.pairing.open_letter(body, IPHONE).vehicle == net.lab.vehicle_id


def test_a_letter_shows_link_and_token_and_prints_neither(net: Net) -> None:
    (letter,) = net.lab.server.letters.sent(net.lab.account_id)
    mail = mail_of(letter)
    text = mail.body.reveal()
    assert "https://" in text
    assert manual_token_of(letter).reveal() in text
    for secret in (letter.link, letter.manual_token):
        assert secret.decode() in text
        assert secret.decode() not in f"{mail}{mail!r}{mail.subject}"


def test_other_messages_open_no_pairing(net: Net) -> None:
    (letter,) = net.lab.server.letters.sent(net.lab.account_id)
    body = mail_of(letter).body.reveal()
    shared = net.invite(net.pair())
    for message, reason in {
        "": "no link",
        f"https://elsewhere.invalid{PAIRING_LINK}00": "no link",
        body.replace(PAIRING_LINK, f"{PAIRING_LINK}zz"): "no link",
        body + body: "no link",
        body.replace(letter.link.decode(), "0" * 32): "is not known",
        shared.message.reveal(): "not a link that activates",
    }.items():
        with pytest.raises(ActionRefused, match=reason) as refusal:
            net.internet.pairing.open_letter(SecretText(message), IPHONE)
        assert letter.link.decode() not in str(refusal.value)


def test_a_point_that_is_none_is_refused(net: Net) -> None:
    with pytest.raises(ActionRefused, match="no device key"):
        net.internet.pairing.track_owner("any", bytes(65), net.slot())


def test_a_watch_takes_the_phones_key_over(net: Net) -> None:
    main = net.pair()
    accepted = net.internet.pairing.track_watch(main, net.new_device().public.point)
    assert (accepted.vehicle, accepted.vehicle_key) == (net.lab.vehicle_id, VEHICLE_KEY)
    assert (accepted.share_id, accepted.code_needed) == ("", False)
    held = {entry.slot.identifier for entry in net.lab.report().keys}
    assert accepted.slot in held
    with pytest.raises(ActionRefused, match="on a watch already"):
        net.internet.pairing.track_watch(main, net.new_device().public.point)
