"""Every PC/SC return code has its place in the error tree."""

from __future__ import annotations

import sys

import pytest

from drivers.api.errors import (
    CardLost,
    DeviceRefused,
    DriverError,
    DriverUnavailable,
    FrameError,
    LinkLost,
    LinkTimeout,
)
from drivers.nfc.pcsc import PcscReader
from drivers.nfc.pcsc_errors import silent_loss, translate_code, translate_exception

scard = pytest.importorskip("smartcard.scard", reason="pyscard is not installed")

KINDS: dict[type[DriverError], str] = {
    CardLost: "E_NO_SMARTCARD E_NOT_TRANSACTED W_UNRESPONSIVE_CARD W_UNPOWERED_CARD W_REMOVED_CARD",
    LinkLost: "E_CANCELLED E_INVALID_HANDLE E_UNKNOWN_READER E_SYSTEM_CANCELLED F_COMM_ERROR "
    "E_READER_UNAVAILABLE P_SHUTDOWN E_NO_SERVICE E_SERVICE_STOPPED E_NO_READERS_AVAILABLE "
    "E_COMM_DATA_LOST W_RESET_CARD W_SECURITY_VIOLATION",
    LinkTimeout: "E_TIMEOUT F_WAITED_TOO_LONG",
    FrameError: "E_INSUFFICIENT_BUFFER E_INVALID_ATR E_PCI_TOO_SMALL",
    DeviceRefused: "E_SHARING_VIOLATION E_UNKNOWN_CARD E_CANT_DISPOSE E_PROTO_MISMATCH E_NOT_READY "
    "E_READER_UNSUPPORTED E_DUPLICATE_READER E_CARD_UNSUPPORTED E_UNSUPPORTED_FEATURE E_UNEXPECTED "
    "E_NO_ACCESS E_INVALID_CHV E_SERVER_TOO_BUSY W_UNSUPPORTED_CARD "
    "W_WRONG_CHV W_CHV_BLOCKED W_CANCELLED_BY_USER W_CARD_NOT_AUTHENTICATED",
    # What no reader of ours should ever say is not given a meaning it may not have.
    DriverError: "F_INTERNAL_ERROR E_INVALID_PARAMETER E_INVALID_TARGET E_NO_MEMORY "
    "E_INVALID_VALUE F_UNKNOWN_ERROR W_EOF E_ICC_INSTALLATION E_ICC_CREATEORDER E_DIR_NOT_FOUND "
    "E_FILE_NOT_FOUND E_NO_DIR E_NO_FILE E_WRITE_TOO_MANY E_BAD_SEEK E_UNKNOWN_RES_MNG "
    "E_NO_SUCH_CERTIFICATE E_CERTIFICATE_UNAVAILABLE E_NO_KEY_CONTAINER",
}
EXPECTED = {f"SCARD_{name}": kind for kind, names in KINDS.items() for name in names.split()}
CODES = [
    name
    for name in vars(scard)
    if name.startswith(("SCARD_E_", "SCARD_F_", "SCARD_W_", "SCARD_P_"))
]


@pytest.mark.parametrize("name", CODES)
def test_each_code_of_pyscard_has_its_kind_and_is_named(name: str) -> None:
    code = getattr(scard, name) & 0xFFFFFFFF
    error = translate_code(code, "APDU", device="tray")
    assert type(error) is EXPECTED[name]
    assert error.device == "tray"
    assert f"0x{code:08X}" in str(error)
    assert scard.SCardGetErrorMessage(code).rstrip(".") in str(error)


def test_a_signed_code_means_the_same() -> None:
    signed = scard.SCARD_W_REMOVED_CARD - (1 << 32 if scard.SCARD_W_REMOVED_CARD > 0 else 0)
    assert type(translate_code(signed, "APDU", device="")) is CardLost


def test_an_unknown_code_is_shown_in_hex() -> None:
    error = translate_code(0x8010BEEF, "APDU", device="tray")
    assert type(error) is DriverError
    assert "0x8010BEEF" in str(error)


def test_a_refusal_carries_its_code() -> None:
    error = translate_code(scard.SCARD_E_SHARING_VIOLATION, "connect", device="tray")
    assert isinstance(error, DeviceRefused)
    assert error.code == 0x8010000B


def test_success_without_an_answer_is_a_lost_card() -> None:
    assert silent_loss("APDU", device="tray").device == "tray"


def test_pyscards_system_error_is_a_lost_link() -> None:
    error = translate_exception(SystemError("returned NULL"), "reset", device="tray")
    assert type(error) is LinkLost


def test_a_wrong_argument_is_no_lost_link() -> None:
    assert type(translate_exception(scard.error("x"), "reset", device="")) is DriverError


def test_without_pyscard_the_reader_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "smartcard", None)
    with pytest.raises(DriverUnavailable, match=r"libpcsclite-dev gcc, then run `make`"):
        PcscReader("any")
