"""From a letter's link to a tracked main key that a vehicle knows, and what leaves none."""

from __future__ import annotations

import pytest
from cryptography import x509

from drivers.api.errors import ActionRefused
from drivers.api.maker_app import Installed
from drivers.api.secret_text import SecretText
from drivers.sim.phone import VirtualPhone
from tests.drivers.sim.fake_internet import LETTER, RECEIPT, key_id_of
from tests.drivers.sim.phone.applet_bench import VEHICLE_ID
from tests.drivers.sim.phone.held_in_hand import PLACE, WALLET
from tests.drivers.sim.phone_framework import framework_bench as fb
from tests.drivers.sim.phone_scene import SETTINGS, Scene, TrayBench, held, mailbox

ABORTED_AT = ["verified", "written", "created", "reading", "chain_read", "attested"]


def receipt_of(phone: VirtualPhone) -> bytes:
    return mailbox(phone, SETTINGS.mailbox_receipt_offset, len(RECEIPT))


def test_a_letters_link_and_the_tray_make_the_main_key(scene: Scene) -> None:
    phone = scene.phone()
    phone.wallet.open_link(LETTER)
    scene.pair(phone)
    [key] = phone.wallet.listed()
    assert (key.vehicle, key.role, key.state) == (VEHICLE_ID, "owner", "ready")
    assert scene.opens(phone)


def test_the_key_is_tracked_and_its_receipt_lies_in_the_mailbox(scene: Scene) -> None:
    phone = scene.phone()
    phone.wallet.open_link(LETTER)
    scene.pair(phone)
    [(pairing_id, point, slot)] = scene.server.owners
    [key] = held(phone)
    assert (pairing_id, point, slot) == ("pairing 1", key.private.public.point, fb.SLOT)
    assert phone.wallet.listed()[0].key_id == key_id_of(point)
    assert receipt_of(phone) == RECEIPT


def test_without_a_connection_the_key_is_tracked_later(scene: Scene) -> None:
    phone = scene.phone()
    phone.wallet.open_link(LETTER)
    phone.radios.set_airplane(on=True)
    scene.pair(phone)
    assert not scene.server.owners
    assert phone.wallet.listed()
    assert scene.opens(phone)
    phone.radios.set_airplane(on=False)
    assert len(scene.server.owners) == 1
    assert receipt_of(phone) == RECEIPT


def test_the_chain_ends_at_the_root_that_the_phone_shows(scene: Scene) -> None:
    phone = scene.phone("pixel")
    phone.wallet.open_link(LETTER)
    phone.present(PLACE)
    vehicle = fb.reading(TrayBench(scene.field))
    instance = [vehicle.read(tag) for tag in ("7F20", "7F22")][1]
    root = x509.load_der_x509_certificate(phone.root_certificate())
    x509.load_der_x509_certificate(instance).verify_directly_issued_by(root)
    assert scene.phone("pixel").root_certificate() == phone.root_certificate()
    assert scene.phone("samsung").root_certificate() != phone.root_certificate()


@pytest.mark.parametrize("step", ABORTED_AT)
def test_a_pairing_cut_off_leaves_no_key_and_can_be_tried_again(scene: Scene, step: str) -> None:
    phone = scene.phone()
    phone.wallet.open_link(LETTER)
    phone.present(PLACE)
    getattr(fb, step)(TrayBench(scene.field))
    phone.withdraw()
    assert phone.wallet.listed() == ()
    assert not scene.opens(phone)
    scene.pair(phone)
    assert len(phone.wallet.listed()) == 1


def test_without_a_ticket_the_phone_is_not_ready_to_pair(scene: Scene) -> None:
    phone = scene.phone()
    phone.present(PLACE)
    assert TrayBench(scene.field).select().hex()[-10:] == "d401009000"


def test_a_phone_that_is_off_has_no_framework(scene: Scene) -> None:
    phone = scene.phone()
    phone.wallet.open_link(LETTER)
    phone.battery.drain()
    phone.present(PLACE)
    assert TrayBench(scene.field).select().hex() == "6a82"


def test_a_phone_that_goes_off_gives_its_pairing_up(scene: Scene) -> None:
    phone = scene.phone()
    phone.wallet.open_link(LETTER)
    phone.battery.shut_down()
    phone.battery.boot()
    phone.present(PLACE)
    assert TrayBench(scene.field).select().hex()[-10:] == "d401009000"


def test_giving_up_at_the_last_moment_makes_the_vehicle_know(scene: Scene) -> None:
    phone = scene.phone()
    phone.wallet.open_link(LETTER)
    phone.present(PLACE)
    tray = TrayBench(scene.field)
    fb.attested(tray)
    assert tray.flow("1002") == "9000"
    phone.wallet.pairing.give_up()
    assert tray.flow("1111") == "6985"
    assert phone.wallet.listed() == ()


def test_a_used_letter_is_refused_with_the_servers_reason(scene: Scene) -> None:
    phone = scene.phone()
    with pytest.raises(ActionRefused, match="not valid"):
        phone.wallet.open_link(SecretText(LETTER.reveal() + "9"))
    assert phone.wallet.listed() == ()


def test_a_message_without_a_link_of_a_key_is_refused(scene: Scene) -> None:
    with pytest.raises(ActionRefused, match="no link"):
        scene.phone().wallet.open_link(SecretText("https://maker.example/news"))


@pytest.mark.parametrize("installed", [Installed.MISSING, Installed.OUTDATED])
def test_adding_a_key_needs_the_app_as_it_is_now(scene: Scene, installed: Installed) -> None:
    phone = scene.phone()
    phone.app.install(installed)
    with pytest.raises(ActionRefused, match="the app first"):
        phone.wallet.open_link(LETTER)
    assert scene.server.said == []
    phone.app.install(Installed.CURRENT)
    phone.wallet.open_link(LETTER)
    assert scene.server.said == [f"open_letter {phone.platform}"]


def test_pairing_anew_replaces_the_key_in_the_wallet(scene: Scene) -> None:
    phone = scene.owner()
    before = phone.wallet.listed()
    phone.wallet.open_link(LETTER)
    scene.pair(phone)
    after = phone.wallet.listed()
    assert len(before) == len(after) == 1
    assert before != after
    assert scene.server.removed == []  # the server ends the earlier main key by itself


def test_a_wallet_holds_keys_of_several_vehicles(scene: Scene) -> None:
    phone = VirtualPhone(scene.world, WALLET, "owner_phone")
    phone.connect(scene.server.internet())
    phone.wallet.open_link(LETTER)
    scene.pair(phone)
    listed = phone.wallet.listed()
    assert [key.vehicle for key in listed[2:]] == [VEHICLE_ID]
    assert scene.opens(phone)
