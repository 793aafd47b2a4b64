"""The keys of pairing equal the vectors of CCC-TS-101 v4.0.0, appendix D."""

from __future__ import annotations

from rig.digital_key.pairing_keys import FIRST_COUNTER, BluetoothKeys, system_keys
from rig.digital_key.secrets import Secret

SK = Secret(bytes.fromhex("9f695017ba5e1df74a1b8bbf27fe1e0d"))
KENC = bytes.fromhex("161886cb9ae7403d8dbccfe36b8a0426")
KMAC = bytes.fromhex("6387ba65479cb7eb9df97bd48ac33159")
KRMAC = bytes.fromhex("41677fb6398459199f1e569760df91c1")
LONG_TERM = bytes.fromhex("5c4e19da553524e386fa1eca91e8ad0e")
BLE_INTRO = bytes.fromhex("47ae79072b47d98bd28169d2d803a07f")
BLE_OOB = bytes.fromhex("3c009d26e5e2d9697999a918dc2f8f08")


def test_the_system_keys_are_the_published_ones() -> None:
    keys = system_keys(SK, bluetooth=True)
    assert (keys.session.enc, keys.session.mac, keys.session.rmac) == (KENC, KMAC, KRMAC)
    assert keys.long_term_secret == LONG_TERM
    assert keys.bluetooth == BluetoothKeys(Secret(BLE_INTRO), Secret(BLE_OOB))


def test_without_bluetooth_the_same_keys_come_less_two() -> None:
    both = system_keys(SK, bluetooth=True)
    keys = system_keys(SK, bluetooth=False)
    assert keys.bluetooth is None
    assert (keys.session, keys.long_term_secret) == (both.session, both.long_term_secret)


def test_the_first_command_counts_one() -> None:
    assert FIRST_COUNTER == 1


def test_no_key_prints() -> None:
    shown = repr(system_keys(SK, bluetooth=True))
    for key in (KENC, KMAC, KRMAC, LONG_TERM, BLE_INTRO, BLE_OOB):
        assert key.hex() not in shown
        assert repr(key) not in shown
