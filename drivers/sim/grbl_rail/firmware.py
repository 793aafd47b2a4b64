"""GRBL 1.1 as its documentation describes it: bytes in, bytes out, and a machine that it moves.

It does nothing by itself: whoever has it tells it the time.
"""

from __future__ import annotations

from collections import deque

from drivers.sim.grbl_rail.gcode import Modes, Move, Refused, execute
from drivers.sim.grbl_rail.mechanics import Mechanics
from drivers.sim.grbl_rail.planner import Place

VERSION, BUILD = "1.1h", "1.1h.20190830"
_LONGEST = 80  # octets of a line
_RECEIVED = 128  # octets that may wait
_OFFSET_EVERY = 10  # reports
_LOST_S = 0.01  # of the speed: the steps lost when it is halted in motion
_HARD, _SOFT, _ABORTED, _HOMING_RESET = 1, 2, 3, 6
_NOT_IDLE, _LOCKED, _TOO_LONG, _NO_HOMING, _UNKNOWN = 8, 9, 11, 5, 3
_REALTIME = b"?!~\x18\x84\x85"
_LOCKED_SAID = "[MSG:'$H'|'$X' to unlock]"


class Firmware:
    """``mechanics`` is the rail under it. Coordinates are of X, or of X and Y."""

    def __init__(self, mechanics: Mechanics, settings: dict[int, float]) -> None:
        self.mechanics, self.settings = mechanics, settings
        self._line = bytearray()
        self._lines: deque[str] = deque()
        self._out: list[str] = []
        self._modes = Modes()
        self._critical = self._door = self._held = False
        self._reports = 0
        self.state = "Alarm" if settings[22] else "Idle"
        self._greet()

    def hear(self, data: bytes, now_ns: int) -> bytes:
        """Take in what has come, and return what it says."""
        self.run(now_ns)
        for octet in data:
            if octet in _REALTIME:
                self._realtime(octet)
            elif octet in b"\r\n":
                self._end_line()
            elif len(self._line) + sum(map(len, self._lines)) < _RECEIVED:
                self._line.append(octet)
        return self._said() + self.run(now_ns)

    def run(self, now_ns: int) -> bytes:
        """Go on to that time, and return what it says by itself."""
        machine = self.mechanics
        machine.advance(now_ns)
        if machine.hit_end:
            machine.hit_end = False
            if self.settings[21] and self.state != "Home":
                self._alarm(_HARD)
        if self.state == "Home" and not machine.moves:
            machine.found_home()
            self.state = "Idle"
            self._say("ok")
        if self.state == "Run" and not machine.moves:
            self.state = "Idle"
        while self._lines and not self._busy:
            self._obey(self._lines.popleft())
        return self._said()

    @property
    def is_waiting(self) -> bool:
        """Whether something will happen without anything being heard."""
        waiting = bool(self._lines) and self.state not in ("Hold", "Door")
        return self.mechanics.moves or self.state == "Home" or waiting

    def open_door(self) -> None:
        """The safety door's switch: as a feed hold, and nothing goes on until it is closed."""
        self._door, self._held = True, True
        self.mechanics.holding = True
        self.state = "Door"
        self._say("[MSG:Check Door]")

    def close_door(self) -> None:
        """Close it; what was held goes on at a cycle start, and not by itself."""
        self._door = False

    def hit_limit(self) -> None:
        """A limit switch is hit, by whatever stood in the way."""
        self._alarm(_HARD)

    @property
    def _busy(self) -> bool:
        """Whether lines wait: in a feed hold, no line is looked at before the cycle start."""
        waits = self._critical or self.state in ("Home", "Hold", "Door")
        return waits or self.mechanics.planner.is_full

    def _realtime(self, octet: int) -> None:
        match bytes((octet,)):
            case b"?":
                self._report()
            case b"!" if self.state in ("Run", "Idle"):
                self._held = self.mechanics.holding = True
                self.state = "Hold"
            case b"~" if self.state == "Hold" or (self.state == "Door" and not self._door):
                self._held = self.mechanics.holding = False
                self.state = "Run" if self.mechanics.planner.blocks else "Idle"
            case b"\x84":
                self.open_door()
            case b"\x18":
                self._reset()

    def _reset(self) -> None:
        machine = self.mechanics
        homes = self.state == "Home"
        if homes or machine.speed > 0:
            self._say(f"ALARM:{_HOMING_RESET if homes else _ABORTED}")
            self.state = "Alarm"
        elif self.state != "Alarm":
            self.state = "Door" if self._door else "Idle"
        machine.halt(machine.speed * _LOST_S)
        self._line.clear()
        self._lines.clear()
        self._modes, self._critical, self._held, self._reports = Modes(), False, False, 0
        self._greet()

    def _greet(self) -> None:
        self._say(f"\r\nGrbl {VERSION} ['$' for help]")
        if self.state == "Alarm":
            self._say(_LOCKED_SAID)

    def _alarm(self, code: int) -> None:
        self.mechanics.halt(self.mechanics.speed * _LOST_S)
        self.state, self._critical = "Alarm", True
        self._say(f"ALARM:{code}")
        self._say("[MSG:Reset to continue]")

    def _end_line(self) -> None:
        line, self._line = bytes(self._line), bytearray()
        if line or not self._lines:
            self._lines.append(line.decode("latin-1"))

    def _obey(self, line: str) -> None:
        if len(line) > _LONGEST:
            self._say(f"error:{_TOO_LONG}")
            return
        try:
            if not (self._system(line) if line.startswith("$") else self._move(line)):
                return
        except Refused as exc:
            self._say(f"error:{exc.code}")
        else:
            self._say("ok")

    def _system(self, line: str) -> bool:
        """A ``$`` command; whether it is done at once."""
        if self.state not in ("Idle", "Alarm"):
            raise Refused(_NOT_IDLE)
        match line.upper():
            case "$$":
                for number, value in sorted(self.settings.items()):
                    shown = f"{value:.3f}" if number >= 100 or number in (11, 24, 25, 27) else value
                    self._say(f"${number}={shown}")
            case "$I":
                self._say(f"[VER:{BUILD}:]")
                self._say("[OPT:V,15,128]")
            case "$X":
                self.state = "Idle"
                self._say("[MSG:Caution: Unlocked]")
            case "$H":
                self._home()
                return False
            case _:
                raise Refused(_UNKNOWN)
        return True

    def _home(self) -> None:
        if not self.settings[22]:
            raise Refused(_NO_HOMING)
        self.state = "Home"
        machine, pull = self.mechanics, self.settings[27]
        ends, offs = [], []
        for axis, travel in enumerate(self._travel):
            at_minus = int(self.settings[23]) >> axis & 1
            ends.append(-travel if at_minus else 0.0)
            offs.append(pull - travel if at_minus else -pull)
        acceleration = self._least(120)
        for place, rate in (
            (ends, self.settings[25]),
            (offs, self.settings[25]),
            (ends, self.settings[24]),
            (offs, self.settings[24]),
        ):
            machine.go(machine.in_machine(tuple(place)), rate / 60, acceleration)

    def _move(self, line: str) -> bool:
        if self.state not in ("Idle", "Run", "Hold"):
            raise Refused(_LOCKED)
        move = execute(line, self._modes)
        target = self._target(move)
        if target is None:
            return True
        limits = zip(target, self._travel, strict=True)
        if self.settings[20] and not all(-travel <= at <= 0 for at, travel in limits):
            self._alarm(_SOFT)  # feed hold first, on a real one; it is short of that here
            return False
        self.mechanics.go(target, self._rate(move, target), self._least(120))
        if self.state == "Idle" and self.mechanics.moves:
            self.state = "Run"
        return True

    def _target(self, move: Move) -> Place | None:
        blocks = self.mechanics.planner.blocks
        here = blocks[-1].end if blocks else self.mechanics.machine
        names = "XY"[: len(here)]
        if not any(axis in names for axis in move.axes):
            return None
        start = here if self._modes.relative else (0.0,) * len(here)
        pairs = zip(names, here, start, strict=True)
        return tuple(s + move.axes[n] if n in move.axes else h for n, h, s in pairs)

    def _rate(self, move: Move, target: Place) -> float:
        """In mm/s, as fast as it was asked for and the slowest axis allows."""
        fastest = self._least(110)
        del target  # on a diagonal a real one goes faster than either axis
        return (fastest if move.rapid else min(fastest, self._modes.feed)) / 60

    def _least(self, first: int) -> float:
        return min(self.settings[first + axis] for axis in range(len(self._travel)))

    @property
    def _travel(self) -> Place:
        return tuple(self.settings[130 + axis] for axis in range(len(self.mechanics.machine)))

    def _report(self) -> None:
        """Nothing while it homes, or stands in a critical alarm."""
        if self.state == "Home" or self._critical:
            return
        state, moving = self.state, self.mechanics.speed > 0
        if state in ("Hold", "Door"):
            stopped = "1" if state == "Door" and self._door else "0"
            moves = "2" if state == "Door" else "1"
            state += f":{moves if moving else stopped}"
        place = ",".join(f"{at:.3f}" for at in (*self.mechanics.machine, 0.0, 0.0)[:3])
        mask = int(self.settings[10])
        fields = [state, f"{'MPos' if mask & 1 else 'WPos'}:{place}"]
        if mask & 2:
            fields.append(f"Bf:{15 - len(self.mechanics.planner.blocks)},128")
        fields.append(f"FS:{self.mechanics.speed * 60:.0f},0")
        if self._reports % _OFFSET_EVERY == 0:
            fields.append("WCO:0.000,0.000,0.000")
        self._reports += 1
        self._say(f"<{'|'.join(fields)}>")

    def _say(self, line: str) -> None:
        self._out.append(f"{line}\r\n")

    def _said(self) -> bytes:
        said, self._out = "".join(self._out).encode("ascii"), []
        return said
