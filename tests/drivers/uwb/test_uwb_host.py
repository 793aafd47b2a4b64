"""The host on a scripted line: matching, repeating, and every way a line can disappoint."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from drivers.api.clock import SystemClock
from drivers.api.errors import DeviceRefused, FrameError, LinkLost, LinkTimeout
from drivers.uwb.framing import nxp_pnp
from drivers.uwb.host import Patience, UciHost
from drivers.uwb.uci import core
from drivers.uwb.uci.profiles import GENERIC, NXP, Profile
from drivers.uwb.uci.session import SetAppConfig, SetAppConfigAnswer
from drivers.uwb.uci.tlv import Tlv
from drivers.uwb.uci.two_way import SessionInfo
from tests.drivers.uwb.scripted_port import Kept, Reply, ScriptedPort
from tests.drivers.uwb.uci.test_uci_vectors import GOLDEN, GOLDEN_VALUES

PATIENT = Patience(answer_s=20, retry_pause_s=0.0, retries=3)
HASTY = Patience(answer_s=0.05)
RESET_OK = bytes.fromhex("40 00 00 01 00")
RETRY = bytes.fromhex("40 00 00 01 0a")
RETRY_BY_ERROR = bytes.fromhex("60 07 00 01 0a")
READY = bytes.fromhex("60 01 00 01 01")
INFO = bytes.fromhex(GOLDEN)

Open = Callable[..., "tuple[UciHost, ScriptedPort, Kept]"]


class Ticking(SystemClock):
    """Another time whenever it is read."""

    def __init__(self) -> None:
        self._ticks = itertools.count(1)

    def now_ns(self) -> int:
        return next(self._ticks)


@pytest.fixture
def on_line() -> Iterator[Open]:
    with ExitStack() as stack:

        def opened(
            reply: Reply, patience: Patience = PATIENT, profile: Profile = GENERIC
        ) -> tuple[UciHost, ScriptedPort, Kept]:
            port, kept = ScriptedPort(reply), Kept()
            host = UciHost(port, profile, kept, patience=patience, clock=Ticking())
            stack.callback(host.close)
            return host, port, kept

        yield opened


def reset(host: UciHost) -> core.DeviceResetAnswer:
    return host.ask(core.DeviceReset(), core.DeviceResetAnswer)


def test_a_command_gets_its_answer_and_notifications_pass_by(on_line: Open) -> None:
    host, port, kept = on_line(lambda _: [INFO, READY + RESET_OK + INFO])
    assert reset(host).status == 0
    assert port.sent == [bytes.fromhex("20 00 00 01 00")]
    found = [kept.messages.get(timeout=5) for _ in range(3)]
    assert [message for _, message in found] == [GOLDEN_VALUES, core.DeviceStatus(1), GOLDEN_VALUES]
    assert found[0][0] < found[1][0] == found[2][0]  # stamped as often as was read


@pytest.mark.parametrize("asking", [RETRY, RETRY_BY_ERROR], ids=["response", "NXP's error"])
def test_a_device_that_asks_for_a_repetition_gets_it(on_line: Open, asking: bytes) -> None:
    answers = iter([[asking], [asking], [RESET_OK]])
    host, port, _ = on_line(lambda _: next(answers))
    assert reset(host).status == 0
    assert len(port.sent) == 3
    assert len(set(port.sent)) == 1


def test_a_device_that_asks_for_ever_is_refused(on_line: Open) -> None:
    host, port, _ = on_line(lambda _: [RETRY])
    with pytest.raises(DeviceRefused) as refused:
        reset(host)
    assert refused.value.code == 0x0A
    assert len(port.sent) == 1 + PATIENT.retries


def test_a_refusal_carries_the_devices_code_in_words(on_line: Open) -> None:
    host, _, _ = on_line(lambda _: [bytes.fromhex("40 00 00 01 03")])
    with pytest.raises(DeviceRefused, match=r"DeviceReset \(SYNTAX_ERROR\)") as refused:
        reset(host)
    assert refused.value.code == 3


def test_a_refusal_may_list_elements(on_line: Open) -> None:
    host, _, _ = on_line(lambda _: [bytes.fromhex("41 03 00 04 04 01 04 04")])
    with pytest.raises(DeviceRefused, match="INVALID_PARAM"):
        host.ask(SetAppConfig(1, ()), SetAppConfigAnswer)


def test_a_silent_device_is_timed_out_by_name(on_line: Open) -> None:
    host, port, _ = on_line(lambda _: [], HASTY)
    with pytest.raises(LinkTimeout, match="DeviceReset: no answer"):
        reset(host)
    assert len(port.sent) == 1


def test_a_patient_host_sends_again(on_line: Open) -> None:
    answers = iter([[], [], [RESET_OK]])
    host, port, _ = on_line(lambda _: next(answers), Patience(0.5, tries=3))
    assert reset(host).status == 0
    assert len(port.sent) == 3


def test_an_answer_to_an_earlier_command_is_not_taken_for_a_later_one(on_line: Open) -> None:
    answers = iter([[], [RESET_OK + bytes.fromhex("40 08 00 09 00 0100000000000000")]])
    host, _, _ = on_line(lambda _: next(answers), Patience(answer_s=0.5))
    with pytest.raises(LinkTimeout):
        reset(host)
    assert host.ask(core.QueryTimestamp(), core.Timestamp).time_us == 1
    assert host.health.unexpected == 1


def test_an_answer_that_does_not_decode_is_a_frame_error(on_line: Open) -> None:
    host, _, _ = on_line(lambda _: [bytes.fromhex("40 00 00 02 00 00")])
    with pytest.raises(FrameError):
        reset(host)


def test_garbage_and_cut_frames_are_counted_and_survived(on_line: Open) -> None:
    host, port, kept = on_line(lambda _: [RESET_OK])
    noise = b"boot: ok\r\n"
    port.send(noise + INFO + INFO[:30] + INFO)
    assert reset(host).status == 0
    assert [kept.messages.get(timeout=5)[1] for _ in range(2)] == [GOLDEN_VALUES] * 2
    assert host.health.garbage_octets == len(noise) + 30


def test_a_frame_that_stays_incomplete_is_given_up(on_line: Open) -> None:
    host, port, _ = on_line(lambda _: [RESET_OK])
    port.send(INFO[:30])
    deadline_s = time.monotonic() + 20
    while host.health.garbage_octets < 30 and time.monotonic() < deadline_s:
        time.sleep(0.01)  # a moment of silence must pass
    assert host.health.garbage_octets == 30
    assert reset(host).status == 0


def test_damaged_and_unknown_notifications_are_counted(on_line: Open) -> None:
    host, port, kept = on_line(lambda _: [RESET_OK])
    port.send(bytes.fromhex("60 01 00 02 0101") + bytes.fromhex("6e 26 00 01 00") + INFO)
    assert reset(host).status == 0
    assert isinstance(kept.messages.get(timeout=5)[1], SessionInfo)
    assert (host.health.damaged, host.health.unclaimed) == (1, 1)


def test_a_line_pulled_while_a_command_waits_is_lost_at_once(on_line: Open) -> None:
    host, port, kept = on_line(lambda _: [], Patience(answer_s=60))
    pulling = threading.Timer(0.05, port.break_off)
    pulling.start()
    with pytest.raises(LinkLost, match="pulled"):
        reset(host)
    pulling.join()
    assert "pulled" in str(kept.losses.get(timeout=5))
    assert not host.alive
    with pytest.raises(LinkLost):
        reset(host)


def test_a_line_that_is_gone_as_it_is_written_to_is_lost_at_once(on_line: Open) -> None:
    def gone(_frame: bytes) -> list[bytes]:
        raise LinkLost("pulled")

    host, _, _ = on_line(gone)
    with pytest.raises(LinkLost, match="pulled"):
        reset(host)
    assert not host.alive  # though its reading thread has seen nothing


def test_closing_ends_a_command_that_waits_and_tells_nobody(on_line: Open) -> None:
    host, _, kept = on_line(lambda _: [], Patience(answer_s=60))
    closing = threading.Timer(0.05, host.close)
    closing.start()
    with pytest.raises(LinkLost, match="closed"):
        reset(host)
    closing.join()
    assert kept.losses.empty()


def test_commands_of_several_threads_take_turns(on_line: Open) -> None:
    host, port, _ = on_line(lambda _: [RESET_OK])
    threads = [threading.Thread(target=reset, args=(host,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(port.sent) == 8
    assert host.health.unexpected == 0


def test_nxp_boards_get_uci_wrapped_and_long_commands_in_one_piece() -> None:
    port = ScriptedPort(lambda _: [bytes.fromhex("41 03 00 02 00 00")])
    host = UciHost(port, NXP, Kept(), wrap=nxp_pnp, patience=PATIENT)
    host.ask(SetAppConfig(1, (Tlv(0x04, b"\x09"),)), SetAppConfigAnswer)
    host.close()
    assert port.sent == [bytes.fromhex("01 000c 21 03 00 08 01000000 01 04 01 09")]


def test_a_command_longer_than_a_segment_is_sent_in_several(on_line: Open) -> None:
    host, port, _ = on_line(lambda f: [bytes.fromhex("41 03 00 02 00 00")] * (f[0] == 0x21))
    elements = tuple(Tlv(tag, bytes(100)) for tag in range(4))
    host.ask(SetAppConfig(1, elements), SetAppConfigAnswer)
    assert [frame[0] for frame in port.sent] == [0x31, 0x21]
