"""Texts are masked by the table that the report shows, and each masking is counted."""

from __future__ import annotations

import pytest

from rig.bench.laboratory import LaboratoryDescription
from rig.digital_key import dissect_ble
from rig.plugin.heading import redactor_of
from rig.plugin.redaction import (
    SERIALS,
    TEXT_RULES,
    TYPED,
    Redactor,
    mask_devices,
    mask_serial,
    redactions,
)
from rig.records.run import DeviceRecord, Observation

MASKED = [
    ("open https://lab.example/i?t=AbC#x now", "open [link] now", "link"),
    ("it says tel:+4989123456", "it says [phone number]", "phone number"),
    ("sent to +49 (89) 123-456 78.", "sent to [phone number].", "phone number"),
    ("sent to 004989123456", "sent to [phone number]", "phone number"),
    ("of WMW11AA0102030405!", "of [VIN]!", "vehicle identification number"),
]
LEFT_ALONE = [
    "hold it to the driver's door handle",
    "1.85",
    "P95 is 512.25 ms at 2026-03-02T09:14:05+00:00",
    "driver_handle (line 12): no answer within 2 s",
    "identifier 0102030405060708, APDU 80800100",
    "ABCDEFGHJKLMNPRST is no number: it has no digit",
]


@pytest.mark.parametrize(("text", "kept", "kind"), MASKED)
def test_what_may_not_be_recorded_is_masked_and_counted(text: str, kept: str, kind: str) -> None:
    redactor = Redactor()
    assert redactor.clean(text) == kept
    assert redactor.take() == {kind: 1}
    assert redactor.take() == {}


@pytest.mark.parametrize("text", LEFT_ALONE)
def test_other_texts_stay_as_they_are(text: str) -> None:
    redactor = Redactor()
    assert redactor.clean(text, step=True) == text
    assert redactor.take() == {}


def test_tokens_are_masked_in_steps_and_stay_in_reasons() -> None:
    token, redactor = "9f" * 20, Redactor()
    assert redactor.clean(f"key id {token}") == f"key id {token}"
    assert redactor.clean(f"it shows {token}", step=True) == "it shows [token]"


def test_a_code_that_was_typed_leaves_its_length() -> None:
    redactor = Redactor()
    assert redactor.withhold("471108") == "<6 secret characters>"
    assert redactor.withhold("") == ""
    assert redactor.take() == {TYPED.kind: 1}


def test_serial_numbers_are_masked_where_that_is_asked_for() -> None:
    device = DeviceRecord("board", "relay.hid", False, serial="A1B2C3")
    (masked,) = mask_devices([device])
    assert masked == DeviceRecord("board", "relay.hid", False, serial="***2C3")
    assert [mask_serial(s) for s in ("", "K1", "K1X")] == ["", "**", "***"]
    redactor = Redactor(["A1B2C3", "K1"])
    assert redactor.clean("board A1B2C3 of K1, not A1B2C3D") == "board ***2C3 of K1, not A1B2C3D"
    assert redactor.take() == {SERIALS.kind: 1}


def test_the_name_of_a_device_is_no_serial_number() -> None:
    lab = LaboratoryDescription(masks=("serials",))
    phone = DeviceRecord("owner_phone", "sim.phone", True, serial="owner_phone")
    board = DeviceRecord("board", "relay.hid", False, serial="A1B2C3")
    assert redactor_of(lab, [phone, board]).clean("owner_phone A1B2C3") == "owner_phone ***2C3"
    assert redactor_of(LaboratoryDescription(), [board]).clean("A1B2C3") == "A1B2C3"


def test_observations_are_masked_too() -> None:
    seen = Observation("sent to +4989123456", "https://a.b/c", "AMB-01")
    cleaned = Redactor().clean_observation(seen)
    assert cleaned == Observation("sent to [phone number]", "[link]", "AMB-01")


def test_the_list_is_the_table_that_masks(monkeypatch: pytest.MonkeyPatch) -> None:
    listed = {r.kind: r for r in redactions(None, {})}
    for rule in TEXT_RULES:
        assert rule.instead in listed[rule.kind].how
        assert listed[rule.kind].applied == 0
    assert SERIALS.kind not in listed
    assert {r.kind for r in redactions(None, {SERIALS.kind: 3}) if r.applied == 3} == {SERIALS.kind}
    assert "hop_key of Ranging_Session_Setup_RS" in listed
    monkeypatch.setattr(dissect_ble, "_SECRET", {})  # what nobody masks is not listed either
    assert "hop_key of Ranging_Session_Setup_RS" not in {r.kind for r in redactions(None, {})}
