"""One open front end: what is done with a chip and its field, in steps of ISO 14443-3."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import reduce
from operator import xor
from typing import Any

from drivers.api.errors import (
    CardLost,
    DriverError,
    FrameError,
    LinkLost,
    LinkTimeout,
    ReaderSilent,
)
from drivers.api.trace import Exchange
from drivers.nfc.ats import Ats
from drivers.nfc.clf_air import Air
from drivers.nfc.clf_errors import as_ours, is_silence
from drivers.nfc.clf_library import abandon, load_nfcpy, open_front_end
from drivers.nfc.ecp import crc_a
from drivers.nfc.polling import PollingLoop

_ACTIVATION_S = 0.03  # for RATS: 5 ms in the standard, some phones take longer
_PRESENCE_S = 0.1  # for R(NAK), which asks nothing of the application
_HOST_S = 0.25  # for the chip to say that nothing answered
_RATS, _DESELECT, _WUPA = 0xE0, b"\xc2", b"\x52"
_LEVELS = (0x93, 0x95, 0x97)
_STATUS_SIZE = 2
_CASCADE_TAG = b"\x88"


class FrontEnd:
    """Used by one thread at a time. Dead after ReaderSilent and after a LinkLost of its own."""

    def __init__(
        self,
        path: str,
        baud: int,
        loop: PollingLoop,
        now_ns: Callable[[], int],
        label: Callable[[], str],
        stop: threading.Event,
    ) -> None:
        """Open it. Raises what ``open_front_end`` raises, as errors of ours."""
        self.alive = True
        self._loop, self._now_ns, self._label, self._stop = loop, now_ns, label, stop
        self._lib = load_nfcpy()
        with as_ours("open", path):
            self._clf = open_front_end(path, baud)
        self._is_pn53x = isinstance(self._clf.device, self._lib.pn53x.Device)
        self._field_is_on = False
        self._reset_due = False  # something was selected, and hears no poll before
        if self._is_pn53x:
            with self._ours("prepare"):  # poll once, not until something answers
                self._chipset.rf_configuration(0x05, b"\xff\x01\x00")

    @property
    def name(self) -> str:
        """The chip's own name and version."""
        return str(getattr(self._clf.device, "chipset_name", ""))

    @property
    def made_by(self) -> tuple[str, str]:
        """Maker and product, where USB says so."""
        device = self._clf.device
        return str(device.vendor_name or ""), str(device.product_name or "")

    def check(self) -> None:
        """Have the chip answer."""
        with self._ours("look at the chip"):
            self._chipset.get_firmware_version()

    def poll(self) -> Any:
        """Poll once, and select what answers; None when nothing does. Resets the field if due."""
        with self._ours("poll"):
            if self._reset_due:
                self._switch_off()
            self._switch_on()
            target = self._clf.device.sense_tta(self._lib.clf.RemoteTarget("106A"))
        self._clf.target = target
        self._reset_due = target is not None
        return target

    def poll_again(self) -> Any:
        """Poll a card in a fresh field. Raises LinkTimeout when it does not answer."""
        self.reset_field()
        if (target := self.poll()) is None:
            raise LinkTimeout("nothing answered after the reset", device=self._label())
        return target

    def call(self, frame: bytes) -> Exchange:
        """Broadcast a calling frame in the field as it is, and wait for the guard time.

        ``frame`` is without its CRC_A; what was on the air is in what is returned.
        """
        octets = frame + crc_a(frame)
        error = ""
        with self._ours("call"):
            self._switch_on()
            self._prepare_call()
            sent_ns = self._now_ns()
            try:
                self._send_raw(octets)
            except Exception as exc:
                if not is_silence(exc):
                    if isinstance(exc, OSError):
                        raise
                    error = f"something was heard: {exc}"
            received_ns = self._now_ns()
        left_s = self._loop.guard_ms / 1e3 - (received_ns - sent_ns) / 1e9
        if left_s > 0:
            self._stop.wait(left_s)
        return Exchange(self._label(), sent_ns, received_ns, octets, b"", error)

    def activate(self, target: Any) -> tuple[Any, Ats, Air]:
        """Take a selected card into the block protocol; nfcpy's tag, the ATS, the way to it.

        Raises CardLost, LinkTimeout or FrameError when it does not get there.
        """
        device, air = self._clf.device, Air(self._clf, self._stop)
        with self._ours("RATS"):
            if not target.sel_res[0] & 0x20:
                raise CardLost(f"not a card with APDUs (SAK {target.sel_res.hex()})")
            size_code = 8 if device.get_max_recv_data_size(target) >= 256 else 7
            air.begin(2 * _ACTIVATION_S)
            answer = air.exchange(bytes((_RATS, size_code << 4)), _ACTIVATION_S)
            ats = Ats.parse(bytes(answer))
            # Not nfcpy's own activation, which takes a waiting time from where it need not be.
            tag = self._lib.tt4.Type4Tag(air, target)
            size = min(ats.frame_size, device.get_max_send_data_size(target))
            tag._dep = self._lib.tt4.IsoDepInitiator(air, size, ats.waiting_s)  # noqa: SLF001
        self._stop.wait(ats.guard_s)
        return tag, ats, air

    def transceive(self, tag: Any, air: Air, apdu: bytes, within_s: float) -> bytes:
        """Carry an APDU. Raises LinkTimeout for silence on the air, whoever is to blame."""
        air.begin(within_s)
        with self._ours("APDU"):
            answer = bytes(tag.transceive(apdu))
        if len(answer) < _STATUS_SIZE:
            raise FrameError("APDU: an answer without a status word", device=self._label())
        return answer

    def is_present(self, tag: Any, air: Air) -> bool:
        """Whether an activated card answers; changes nothing for it (ISO 14443-4, 7.5.6)."""
        for _ in range(2):
            air.begin(_PRESENCE_S)
            try:
                with self._ours("presence check"):
                    tag._dep.exchange(None)  # noqa: SLF001
            except (ReaderSilent, LinkLost):
                raise
            except DriverError:
                continue
            return True
        return False

    def wake(self, target: Any) -> None:
        """Deselect a card and select it again in the same field."""
        with self._ours("warm reset"):
            self._clf.exchange(_DESELECT, _ACTIVATION_S)
            if not self._is_pn53x:
                again = self._lib.clf.RemoteTarget("106A", sens_req=_WUPA)
                self._clf.target = self._clf.device.sense_tta(again)
                return
            self._frame(crc=False, last_bits=7)
            self._chipset.in_communicate_thru(_WUPA, _HOST_S)
            self._frame(crc=True)
            for level, part in zip(_LEVELS, _cascade(bytes(target.sdd_res)), strict=False):
                select = bytes((level, 0x70)) + part + bytes((reduce(xor, part),))
                self._chipset.in_communicate_thru(select, _HOST_S)

    def reset_field(self) -> None:
        """Take the field away for as long as resets what is in it."""
        with self._ours("reset the field"):
            self._switch_off()

    def close(self) -> None:
        """Field off, chip asleep, line closed; whatever fails in that is over with it."""
        if not self.alive:
            return
        self.alive = False
        try:
            with as_ours("close", self._label()):
                self._clf.device.mute()
                self._clf.close()
        except DriverError:
            pass
        finally:
            abandon(self._clf)

    def die(self) -> None:
        """Let go of it as it is."""
        if self.alive:
            self.alive = False
            abandon(self._clf)

    @property
    def _chipset(self) -> Any:
        return self._clf.device.chipset

    @contextmanager
    def _ours(self, doing: str) -> Iterator[None]:
        if not self.alive:
            raise LinkLost(f"{doing}: the front end has failed before", device=self._label())
        try:
            with as_ours(doing, self._label()):
                yield
        except (ReaderSilent, LinkLost) as exc:
            if not isinstance(exc, CardLost):
                self.die()
            exc.device = exc.device or self._label()
            raise
        except DriverError as exc:
            exc.device = exc.device or self._label()
            raise

    def _switch_on(self) -> None:
        if self._field_is_on:
            return
        if self._is_pn53x:
            self._chipset.rf_configuration(0x01, b"\x01")
        else:
            self._chipset.in_set_rf("106A")
            self._chipset.switch_rf("on")
        self._field_is_on = True
        self._stop.wait(self._loop.guard_ms / 1e3)

    def _switch_off(self) -> None:
        self._clf.device.mute()
        self._field_is_on = self._reset_due = False
        self._stop.wait(self._loop.reset_ms / 1e3)

    def _prepare_call(self) -> None:
        if self._is_pn53x:
            # 100 us times 2 to the power of the index less one: no longer than it has to be.
            steps = max(1, int(self._loop.guard_ms * 10)).bit_length()
            self._chipset.rf_configuration(0x02, bytes((0x0A, 0x0B, min(steps, 0x08))))
            self._frame(crc=False)
            return
        # Inferred: nobody has published an RC-S380 that calls.
        self._chipset.in_set_rf("106A")
        self._chipset.in_set_protocol(self._chipset.in_set_protocol_defaults)
        self._chipset.in_set_protocol(add_crc=0, check_crc=0, last_byte_bit_count=8)

    def _send_raw(self, octets: bytes) -> None:
        if self._is_pn53x:
            self._chipset.in_communicate_thru(octets, _HOST_S)
        else:
            self._chipset.in_comm_rf(octets, max(1, round(self._loop.guard_ms)))

    def _frame(self, *, crc: bool, last_bits: int = 0) -> None:
        """How a PN53x frames what is sent raw: type A, 106 kbit/s."""
        mode = 0x80 if crc else 0x00
        self._chipset.write_register(
            ("CIU_TxMode", mode), ("CIU_RxMode", mode), ("CIU_BitFraming", last_bits)
        )


def _cascade(uid: bytes) -> list[bytes]:
    """The parts of a UID as the cascade levels have them (ISO 14443-3, 6.5.4)."""
    parts = []
    while len(uid) > 4:
        parts.append(_CASCADE_TAG + uid[:3])
        uid = uid[3:]
    return [*parts, uid]
