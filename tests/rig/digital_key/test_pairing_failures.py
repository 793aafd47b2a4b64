"""How owner pairing fails: each failure in its control-flow code, with nothing half left behind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from rig.digital_key import pairing_messages as m
from rig.digital_key.apdu import Command, Response
from rig.digital_key.certificates import Authority
from rig.digital_key.crypto import PrivateKey
from rig.digital_key.curve import Point
from rig.digital_key.errors import Malformed
from tests.rig.digital_key.pairing_device import NOW, Device
from tests.rig.digital_key.pairing_scene import VERIFIER, Scene, altered, at_step, status


def selecting(answer: str) -> Device:
    return Device(selected=bytes.fromhex(answer))


def lying(change: Callable[[dict[m.DataTag, bytes]], object]) -> Device:
    device = Device()
    change(device.data)
    return device


def data(answer: bytes) -> Callable[[Response], Response]:
    return lambda response: Response(answer, response.status)


def cut(response: Response) -> Response:
    return Response(response.data[:-1], response.status)


def swap(tags: dict[m.DataTag, bytes]) -> None:
    first, second, *_ = m.DataTag
    tags[first], tags[second] = tags[second], tags[first]


OFF_CURVE = m.Spake2Response(b"\x04" + b"\x11" * 64).encode()
INFINITY = m.Spake2Response(b"\x04" + bytes(64)).encode()
MASK = Point.decompress(
    bytes.fromhex("02886e2f97ace46e55ba9dd7242579f2993b64e16ef3dcab95afd497333d8fa12f")
) * int.from_bytes(VERIFIER.w0, "big")
OTHERS = Authority.root("Device maker", NOW).certify("Endpoint", PrivateKey.generate().public, NOW)
FAILURES: dict[str, tuple[Callable[[], Device], m.Flow | None]] = {
    "no framework": (lambda: altered(m.INS_SELECT, status(0x6A82)), None),
    "not in pairing mode": (lambda: selecting("5A020101 5C020100 D40100"), None),
    "a mode nobody knows": (lambda: selecting("5A020101 5C020100 D40101"), None),
    "no common SPAKE2+ version": (
        lambda: selecting("5A020200 5C020100 D40102"),
        m.Flow.NO_COMMON_SPAKE2_VERSION,
    ),
    "no common applet version": (
        lambda: selecting("5A020101 5C020200 D40102"),
        m.Flow.NO_COMMON_APPLET_VERSION,
    ),
    "SELECT answer without mode": (lambda: selecting("5A020101 5C020100"), m.Flow.BAD_RESPONSE),
    "REQUEST refused": (lambda: altered(m.INS_SPAKE2_REQUEST, status(0x9484)), m.Flow.ABORT),
    "X off the curve": (
        lambda: altered(m.INS_SPAKE2_REQUEST, data(OFF_CURVE)),
        m.Flow.BAD_POINT,
    ),
    "X infinity": (lambda: altered(m.INS_SPAKE2_REQUEST, data(INFINITY)), m.Flow.BAD_POINT),
    "X that leads to infinity": (
        lambda: altered(m.INS_SPAKE2_REQUEST, data(m.Spake2Response(MASK.encode()).encode())),
        m.Flow.BAD_POINT,
    ),
    "X cut off": (lambda: altered(m.INS_SPAKE2_REQUEST, cut), m.Flow.BAD_RESPONSE),
    "another password": (lambda: Device(password="20260918"), m.Flow.BAD_EVIDENCE),  # noqa: S106
    "the device denies our evidence": (
        lambda: altered(m.INS_SPAKE2_VERIFY, status(0x6A88)),
        m.Flow.ABORT,
    ),
    "evidence cut off": (lambda: altered(m.INS_SPAKE2_VERIFY, cut), m.Flow.BAD_RESPONSE),
    "no memory": (lambda: altered(m.INS_WRITE_DATA, status(0x6A84)), m.Flow.ABORT),
    "WRITE DATA answered without MAC": (
        lambda: altered(m.INS_WRITE_DATA, data(b"")),
        m.Flow.BAD_RESPONSE,
    ),
    "10/01 refused": (lambda: altered(m.INS_OP_CONTROL_FLOW, status(0x6985)), m.Flow.ABORT),
    "second SELECT refused": (lambda: altered(m.INS_SELECT, status(0x6A82), 2), None),
    "GET DATA refused": (lambda: altered(m.INS_GET_DATA, status(0x6A88)), m.Flow.ABORT),
    "GET DATA altered": (
        lambda: altered(m.INS_GET_DATA, lambda r: Response(bytes(1) + r.data[1:], r.status)),
        m.Flow.BAD_RESPONSE,
    ),
    "the rest refused": (lambda: altered(m.INS_GET_RESPONSE, status(0x6F00)), m.Flow.ABORT),
    "device without end": (
        lambda: lying(lambda d: d.update({m.DataTag.DEVICE_INFORMATION: bytes(0xFFFF)})),
        m.Flow.ABORT,
    ),
    "chain swapped": (lambda: lying(swap), m.Flow.BAD_CERTIFICATE),
    "no chain": (
        lambda: lying(lambda d: d.update(dict.fromkeys(list(d)[:3], b""))),
        m.Flow.BAD_CERTIFICATE,
    ),
    "no certificate": (
        lambda: lying(lambda d: d.update({m.DataTag.CERTIFICATE_1: b"\x30\x00"})),
        m.Flow.BAD_CERTIFICATE,
    ),
    "somebody else's certificate": (
        lambda: lying(lambda d: d.update({m.DataTag.CERTIFICATE_1: OTHERS})),
        m.Flow.BAD_CERTIFICATE,
    ),
    "closing data refused": (lambda: Device(alter=_last_write(status(0x6A80))), m.Flow.ABORT),
    "10/02 refused": (lambda: altered(m.INS_OP_CONTROL_FLOW, status(0x6985), 2), m.Flow.ABORT),
    "11/11 refused": (lambda: altered(m.INS_OP_CONTROL_FLOW, status(0x6985), 3), m.Flow.ABORT),
}


def _last_write(change: Callable[[Response], Response]) -> Any:
    in_second = at_step(m.INS_SELECT, lambda r: r, 2)
    selects = 0

    def alter(command: Command, answer: Response) -> Response:
        nonlocal selects
        selects += command.ins == m.INS_SELECT
        answer = in_second(command, answer)
        return change(answer) if selects == 2 and command.ins == m.INS_WRITE_DATA else answer

    return alter


@pytest.mark.parametrize(("make", "flow"), FAILURES.values(), ids=FAILURES)
def test_a_failure_ends_in_its_control_flow_code(
    make: Callable[[], Device], flow: m.Flow | None
) -> None:
    scene = Scene(make())
    assert scene.fail().flow == flow
    aborts = [told for told in scene.device.flows if told.aborts]
    assert aborts == ([] if flow is None else [flow])
    if flow is not None:
        assert scene.device.commands[-1].ins == m.INS_OP_CONTROL_FLOW


def test_after_a_failure_the_same_pairing_begins_anew() -> None:
    scene = Scene(Device(alter=at_step(m.INS_WRITE_DATA, status(0x6A84))))
    scene.fail()
    assert scene.pair().device_key == scene.device.key.public


class LinkLost(Exception):
    """As a driver raises it."""


def test_an_interruption_at_any_step_leaves_nothing_and_passes_through() -> None:
    whole = Scene()
    whole.pair()
    for step in range(len(whole.device.commands)):
        scene = Scene()
        device = scene.device

        def alter(_command: Command, answer: Response, at: int = step) -> Response:
            if len(device.commands) == at + 1:  # noqa: B023 - called in this round
                raise LinkLost
            return answer

        device.alter = alter
        with pytest.raises(LinkLost):
            scene.pair()
        assert not scene.pairing.is_half_done
        assert len(device.commands) == step + 1, "nothing is sent into a link that is gone"
        assert not any(flow.aborts for flow in device.flows)


def test_an_abort_the_device_answers_wrongly_is_noted() -> None:
    def alter(command: Command, answer: Response) -> Response:
        if command.ins == m.INS_OP_CONTROL_FLOW:
            raise Malformed("1 bytes are no response APDU")
        return Response(b"", 0x6A84) if command.ins == m.INS_WRITE_DATA else answer

    failure = Scene(Device(alter=alter)).fail()
    assert failure.flow == m.Flow.ABORT
    assert failure.__notes__ == ["the answer to the abort: 1 bytes are no response APDU"]
