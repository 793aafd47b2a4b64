"""The ``devices`` section: drivers, options, references and exclusive use, before any opening."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields
from typing import Annotated, Any

from pydantic import Field, TypeAdapter

from drivers.api.device import Device, Identity
from drivers.api.relay import Switch
from drivers.api.sensor import Sensor
from rig.bench import emergency_stop
from rig.bench.description import DeviceEntry, Reference, Supply
from rig.bench.options import Parameter, parameters_of
from rig.bench.registry import DRIVERS, driver_class
from rig.bench.sections import calibration_of
from rig.bench.source import Node, Source, shown
from rig.complaints import allowed

_FEEDS = Parameter("supply", required=True, default=None, references=(Switch,), plain=None)
_TIME_S: TypeAdapter[float] = TypeAdapter(Annotated[float, Field(ge=0.1, le=60)])
_SUPPLY = {
    "switch": _FEEDS,
    "off_s": Parameter("off_s", required=False, default=None, references=(), plain=_TIME_S),
    "back_s": Parameter("back_s", required=False, default=None, references=(), plain=_TIME_S),
}
_IDENTITY = tuple(field.name for field in fields(Identity) if field.name != "details")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")


def entries_of(source: Source, section: Node) -> tuple[DeviceEntry, ...]:
    """Every device of the section, checked; BenchFileError at the first that is wrong."""
    devices = source.mapping(section, "devices")
    if not devices:
        raise source.error(section.line, "devices is empty: a bench has at least one device")
    checker = _Checker(source, devices)
    for name, node in devices.items():
        checker.add(name, node)
    return tuple(checker.entries.values())


class _Checker:
    """Goes down the list of devices, knowing those above."""

    def __init__(self, source: Source, devices: Mapping[str, Node]) -> None:
        self.entries: dict[str, DeviceEntry] = {}
        self._source = source
        self._nodes = devices
        self._classes: dict[str, type[Device]] = {}
        self._users: dict[tuple[object, ...], DeviceEntry] = {}

    def add(self, name: str, node: Node) -> None:
        """Check one device against its driver and the devices above."""
        if not _NAME.fullmatch(name):
            raise self._source.error(
                node.line, f"device name {name!r} must be letters, digits, _ and -, a letter first"
            )
        given = dict(self._source.mapping(node, f"device {name}"))
        if "driver" not in given:
            raise self._source.error(
                node.line, f"device {name} names no driver; {allowed('', DRIVERS, 'drivers')}"
            )
        driver = self._driver(given.pop("driver"))
        cls = driver_class(driver)
        expected = self._expected(name, given.pop("expect", None))
        supply = self._supply(name, given.pop("supply", None))
        stated = given.pop("calibrated", None)
        calibrated = calibration_of(self._source, stated, name) if stated else None
        options = self._options(name, node.line, driver, given)
        entry = DeviceEntry(name, driver, options, node.line, expected, supply, calibrated)
        self._check_emergency_stop(cls, entry)
        self._check_exclusive(cls, entry, given)
        self.entries[name], self._classes[name] = entry, cls

    def _driver(self, node: Node) -> str:
        name = self._source.text(node, "driver")
        if name not in DRIVERS:
            raise self._source.error(
                node.line, f"no driver {name!r}; {allowed(name, DRIVERS, 'drivers')}"
            )
        return name

    def _expected(self, device: str, node: Node | None) -> dict[str, str]:
        """What the device has to say of itself when it is opened."""
        if node is None:
            return {}
        given = self._source.mapping(node, f"expect of {device}")
        for word, value in given.items():
            if word not in _IDENTITY:
                message = f"expect has no {word!r}; {allowed(word, _IDENTITY, 'it has')}"
                raise self._source.error(value.line, message)
        return {word: self._source.text(value, word) for word, value in given.items()}

    def _supply(self, device: str, node: Node | None) -> Supply | None:
        """What feeds it: a switch, or a mapping of the switch and the times it takes."""
        if node is None:
            return None
        given = node.value if isinstance(node.value, dict) else {"switch": node}
        for word, value in given.items():
            if word not in _SUPPLY:
                message = f"supply has no {word!r}; {allowed(word, _SUPPLY, 'it has')}"
                raise self._source.error(value.line, message)
        if "switch" not in given:
            message = f"supply of {device} names no switch: {_FEEDS.wanted_reference()}"
            raise self._source.error(node.line, message)
        found: dict[str, Any] = {}
        found |= {word: self._value(device, _SUPPLY[word], value) for word, value in given.items()}
        return Supply(found.pop("switch").name, **found)

    def _check_emergency_stop(self, cls: type[Device], entry: DeviceEntry) -> None:
        if entry.name == emergency_stop.NAME and not issubclass(cls, Sensor):
            message = f"{entry.name} must be a sensor, such as relay.input; {entry.driver} is none"
            raise self._source.error(entry.line, message)

    def _options(
        self, device: str, line: int, driver: str, given: Mapping[str, Node]
    ) -> dict[str, object]:
        known = parameters_of(driver_class(driver))
        has = f"options of {driver}"
        for option, node in given.items():
            if option not in known:
                raise self._source.error(
                    node.line, f"{device} has no option {option!r}; {allowed(option, known, has)}"
                )
        for option, parameter in known.items():
            if parameter.required and option not in given:
                message = f"{device} lacks the option {option}; {has}: {', '.join(known)}"
                raise self._source.error(line, message)
        return {option: self._value(device, known[option], node) for option, node in given.items()}

    def _value(self, device: str, parameter: Parameter, node: Node) -> object:
        if isinstance(node.value, str) and node.value.startswith("@"):
            return self._reference(device, parameter, node, node.value[1:])
        try:
            return parameter.value_from(node.plain(), self._source.folder)
        except ValueError as exc:
            hint = f"; {self._candidates(parameter)}" if parameter.references else ""
            message = f"{parameter.name} {exc}, found {shown(node)}{hint}"
            raise self._source.error(node.line, message) from exc

    def _reference(self, device: str, parameter: Parameter, node: Node, name: str) -> Reference:
        if not parameter.references:
            message = f"{parameter.name} takes no reference, found {shown(node)}"
            raise self._source.error(node.line, message)
        if name == device:
            raise self._source.error(node.line, f"{shown(node)} refers to the device itself")
        if name not in self.entries:
            raise self._dangling(parameter, node, name)
        if not issubclass(self._classes[name], parameter.references):
            raise self._source.error(
                node.line,
                f"{parameter.name} must be {parameter.wanted_reference()}, but {shown(node)} is "
                f"a {self._classes[name].__name__}; {self._candidates(parameter)}",
            )
        return Reference(name)

    def _dangling(self, parameter: Parameter, node: Node, name: str) -> Exception:
        if name in self._nodes:
            below = self._nodes[name].line
            message = f"{shown(node)} is listed below (line {below}); list it above this device"
        else:
            close = allowed(name, self.entries, "devices above")
            message = f"{shown(node)} is no device of this bench; {close}"
        return self._source.error(node.line, f"{parameter.name}: {message}")

    def _candidates(self, parameter: Parameter) -> str:
        fitting = [
            f'"@{n}"' for n, cls in self._classes.items() if issubclass(cls, parameter.references)
        ]
        return f"of that kind above: {', '.join(fitting) or 'none'}"

    def _check_exclusive(
        self, cls: type[Device], entry: DeviceEntry, given: Mapping[str, Node]
    ) -> None:
        """Refuse a second device with the same values of the class's ``exclusive`` options."""
        names: tuple[str, ...] = getattr(cls, "exclusive", ())
        if not names:
            return
        known = parameters_of(cls)
        values = [entry.options.get(n, known[n].default) for n in names]
        first = self._users.setdefault((cls, *map(repr, values)), entry)
        if first is entry:
            return
        shared = ", ".join(f"{n} {_text(v)}" for n, v in zip(names, values, strict=True))
        lines = [given[n].line for n in names if n in given]
        raise self._source.error(
            max(lines, default=entry.line),
            f"{entry.name} uses {shared}, which {first.name} (line {first.line}) uses already",
        )


def _text(value: object) -> str:
    return f'"@{value.name}"' if isinstance(value, Reference) else str(value)
