"""What UCI's codec refuses, that it returns what it was given, and that no bytes surprise it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.api.errors import FrameError
from drivers.uwb.uci import ccc, core, opcodes, session
from drivers.uwb.uci.errors import (
    BadField,
    BadHeader,
    LeftOver,
    Short,
    UciError,
    UnknownMessage,
)
from drivers.uwb.uci.fields import U8
from drivers.uwb.uci.header import Header, LengthForm
from drivers.uwb.uci.messages import decoder
from drivers.uwb.uci.opcodes import Group, Message, MessageType, Opcode, claimed
from drivers.uwb.uci.records import Record
from drivers.uwb.uci.tlv import NxpTlv, Tlv
from drivers.uwb.uci.two_way import SessionInfo
from tests.drivers.uwb.uci.record_strategies import records
from tests.drivers.uwb.uci.test_uci_vectors import GOLDEN

CLASSES = {
    f"{cls.__name__} {vendor}".strip(): cls
    for vendor in ("", "nxp", "ncj29d5")
    for cls in claimed(vendor).values()
}
MEASURED = bytes.fromhex(GOLDEN)[4:]

REFUSED: dict[str, tuple[type[Record], str, type[UciError]]] = {
    "no status": (core.DeviceResetAnswer, "", Short),
    "two statuses": (core.DeviceResetAnswer, "0000", LeftOver),
    "half a timestamp": (core.Timestamp, "00 01020304", Short),
    "a vendor part that ends early": (core.DeviceInfo, "00" * 9 + "05 0102", Short),
    "an element too many": (core.Capabilities, "00 01 0001ff 0001ff", LeftOver),
    "an element too few": (core.Capabilities, "00 02 0001ff", Short),
    "an element that ends early": (core.Capabilities, "00 01 0004ff", Short),
    "a tag of two octets cut": (core.NxpSetConfig, "01 e4", Short),
    "a status list cut": (session.SetAppConfigAnswer, "04 02 0404", Short),
    "three quarters of a handle": (session.SessionInitAnswer, "00 010203", Short),
    "an unknown multicast action": (session.UpdateMulticastList, "01000000 04 00", BadField),
    "a short key": (session.UpdateMulticastList, "01000000 02 01 3412 02000000 0102", Short),
    "no count of measurements": (SessionInfo, MEASURED[:24].hex(), Short),
    "a measurement cut": (SessionInfo, MEASURED[:-1].hex(), Short),
    "two measurements, one there": (
        SessionInfo,
        (MEASURED[:24] + b"\2" + MEASURED[25:]).hex(),
        Short,
    ),
    "one-way ranging": (SessionInfo, (MEASURED[:13] + b"\0" + MEASURED[14:]).hex(), BadField),
    "address mode 2": (SessionInfo, (MEASURED[:15] + b"\2" + MEASURED[16:]).hex(), BadField),
    "a CCC range cut": (ccc.CccRange, "00" * 22, Short),
    "a CCC range too long": (ccc.CccRange, "00" * 24, LeftOver),
    "Forthink's distances cut": (ccc.ForthinkRange, "00" * 11 + "02" + "00" * 7, Short),
}


@pytest.mark.parametrize(("kind", "data", "error"), REFUSED.values(), ids=REFUSED)
def test_it_is_refused(kind: type[Record], data: str, error: type[UciError]) -> None:
    with pytest.raises(error, match=kind.__name__):
        kind.decode(bytes.fromhex(data))


UNFIT: dict[str, Record] = {
    "a status above an octet": core.DeviceResetAnswer(0x100),
    "a session below zero": session.SessionDeinit(-1),
    "a value of 256 octets": Tlv(1, bytes(256)),
    "a version of one octet": core.DeviceInfo(0, b"\2", b"\2\0", b"\2\0", b"\2\0", b""),
    "a tag of another vendor's width": NxpTlv(0xE503, b""),
    "256 tags": core.GetConfig(tuple(range(200)) + tuple(range(56))),
    "a tag above an octet": core.GetConfig((0x100,)),
    "256 elements": core.SetConfig((Tlv(1, b""),) * 256),
}


@pytest.mark.parametrize("unfit", UNFIT.values(), ids=UNFIT)
def test_a_value_that_does_not_fit_is_refused(unfit: Record) -> None:
    with pytest.raises(BadField):
        unfit.encode()


HEADERS: dict[str, tuple[str, LengthForm]] = {
    "three octets": ("600100", LengthForm.OCTET),
    "type 6": ("c0010001", LengthForm.OCTET),
    "group 5": ("65010001", LengthForm.OCTET),
    "the reserved bit of octet 1": ("60410001", LengthForm.OCTET),
    "the reserved octet": ("60010101", LengthForm.OCTET),
    "a long length on a vendor without": ("62800100", LengthForm.OCTET),
    "a long length on NCJ29D5": ("62800100", LengthForm.BIG_ENDIAN),
}


@pytest.mark.parametrize(("data", "form"), HEADERS.values(), ids=HEADERS)
def test_it_is_no_header(data: str, form: LengthForm) -> None:
    with pytest.raises(BadHeader):
        Header.decode(bytes.fromhex(data), form)


def test_an_opcode_that_nobody_claims_is_named() -> None:
    with pytest.raises(UnknownMessage, match="3/E/26"):
        decoder()(Opcode(3, 0xE, 0x26), b"")


def test_two_classes_for_one_opcode_are_an_error_at_import() -> None:
    with pytest.raises(TypeError, match=r"Second and DeviceReset both claim 1/0/00"):

        @opcodes.command(Group.CORE, 0x00)
        class Second(Message):
            """Claims what is taken."""

            reset_config: U8


def test_a_vendor_may_have_its_own_class_for_an_opcode_but_not_two() -> None:
    assert claimed("nxp")[Opcode(1, 0, 4)] is core.NxpSetConfig
    assert claimed("qorvo")[Opcode(1, 0, 4)] is core.SetConfig
    with pytest.raises(TypeError, match="of nxp"):
        opcodes.claim(core.SetConfig, Opcode(1, 0, 4), "nxp")


def test_every_command_has_its_response() -> None:
    table = claimed("")
    commands = {op for op in table if op.mt == MessageType.COMMAND}
    answers = {op._replace(mt=1) for op in table if op.mt == MessageType.RESPONSE}
    assert commands == answers


@pytest.mark.parametrize("kind", CLASSES.values(), ids=CLASSES)
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_whatever_is_encoded_decodes_to_itself(kind: type[Message], data: st.DataObject) -> None:
    value = data.draw(records(kind))
    encoded = value.encode()
    assert kind.decode(encoded) == value
    assert type(kind.decode(encoded)) is kind
    assert hash(kind.decode(encoded)) == hash(value)


@settings(max_examples=200, deadline=None)
@given(
    vendor=st.sampled_from(["", "nxp", "ncj29d5"]),
    choice=st.integers(0),
    payload=st.binary(max_size=120),
)
def test_no_payload_raises_anything_but_a_frame_error(
    vendor: str, choice: int, payload: bytes
) -> None:
    table = list(claimed(vendor))
    opcode = table[choice % len(table)]
    try:
        message = decoder(vendor)(opcode, payload)
    except FrameError:
        return
    assert message.encode() == payload


@settings(max_examples=200, deadline=None)
@given(data=st.binary(max_size=6), form=st.sampled_from(LengthForm))
def test_no_header_raises_anything_but_a_frame_error(data: bytes, form: LengthForm) -> None:
    try:
        header = Header.decode(data, form)
    except FrameError:
        return
    assert len(header.encode(form)) == 4
    assert Header.decode(header.encode(form), form) == header
