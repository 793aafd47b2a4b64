"""A first bench file from what is plugged in: strict YAML, and comments for what to decide.

Names and serial numbers come from devices, so nothing of them may end a text or a comment.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from drivers.api.plugged import Plugged
from rig.bench.discovery import Discovery, Guess

_READERS = ("nfc.pcsc", "nfc.clf")
_ANCHORS = ("uwb.qorvo", "uwb.nxp")
_ADDRESS = "C4:4D:49:00:00:01"  # static random, as Bluetooth LE wants it


def draft(name: str, found: Discovery, known: Collection[str], keyring: str) -> str:
    """The text. A device whose driver is not among the ``known`` is a comment.

    ``keyring`` is the path of one, as seen from the file.
    """
    lines = [
        f"# Drafted by rig bench new from what was plugged in. rig doctor {_plain(name)} says what",
        "# the vehicle still lacks; a device plays the part that its name says (see rig/vehicle).",
        f"name: {_quoted(name)}",
        "",
        "devices:",
    ]
    for entry_name, device, extra in _entries(found):
        mark = "" if device.driver in known else "# no such driver in this rig: "
        text = _entry(device.driver, {**device.options, **extra})
        lines.append(f"  # {_plain(device.what)}")
        lines.append(f"  {mark}{entry_name}: {text}")
        lines += [f"  {line}" for line in _switches(entry_name, device)]
    lines += [line for guess in found.guesses for line in _guessed(guess)]
    lines += ["", *_vehicle(keyring, found)]
    return "\n".join(lines) + "\n"


def _entries(found: Discovery) -> Iterator[tuple[str, Plugged, Mapping[str, str]]]:
    """Each device with its name, and options that are not the device's own."""
    for number, device in enumerate(found.of(*_READERS), 1):
        yield {1: "driver_handle", 2: "tray"}.get(number, f"reader_{number}"), device, {}
    for number, device in enumerate(found.of("relay.hid"), 1):
        yield f"board_{number}", device, {}
    for number, device in enumerate(found.of("ble.bumble"), 1):
        yield "ble" if number == 1 else f"ble_{number}", device, {"address": _ADDRESS}
    for number, device in enumerate(found.of(*_ANCHORS), 1):
        yield f"anchor_{number}", device, {}
    if phones := found.of("phone.adb"):
        yield "operator", Plugged("operator.terminal", {}, "the person at the bench"), {}
        for number, device in enumerate(phones, 1):
            yield f"phone_{number}", device, {"operator": "@operator"}


def _switches(board: str, device: Plugged) -> Iterator[str]:
    if device.channels:
        yield f"# its {device.channels} relays, each named by what it does, such as"
        yield f'# unlock_driver: {{driver: relay.switch, board: "@{board}", channel: 1, safe: off}}'


def _guessed(guess: Guess) -> Iterator[str]:
    line = guess.line
    ids = f"{line.vendor:04x}:{line.product:04x}"
    yield f"  # {ids} ({_plain(line.what)}) may be any of: {', '.join(guess.drivers)}"
    options = {"relay.lcus": "port", "nfc.clf": "path", "stage.grbl": "serial"}
    for driver in guess.drivers:
        option = options.get(driver, "serial")
        value = line.serial if option == "serial" else line.path
        if value:
            yield f"  #   its_name: {_entry(driver, {option: value})}"


def _vehicle(keyring: str, found: Discovery) -> Iterator[str]:
    yield "vehicle:"
    yield f"  keyring: {_quoted(keyring)} # the rig's own; a real vehicle has another"
    yield "  model: cooper"
    yield "  model_year: 2026"
    yield "  os: 9"
    yield "  options: [322]"
    yield f"  key: {'digital_key_plus' if found.of(*_ANCHORS) else 'digital_key'}"
    if found.of(*_ANCHORS):
        yield "  # anchors: where each is, in metres: forward, to the left, up; such as"
        yield "  #   1: [1.85, 0.80, 0.6]"


def _entry(driver: str, options: Mapping[str, str | int]) -> str:
    words = [f"driver: {driver}"]
    for name, value in options.items():
        words.append(f"{name}: {_quoted(value) if isinstance(value, str) else value}")
    return f"{{{', '.join(words)}}}"


def _quoted(text: str) -> str:
    """A text in YAML's double quotes, whatever is in it."""
    return '"' + "".join(_escaped(one) for one in text) + '"'


def _escaped(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    if character.isascii() and character.isprintable():
        return character
    return f"\\U{ord(character):08X}"


def _plain(text: str) -> str:
    """A text for a comment: one line, of what can be seen."""
    return "".join(one if one.isascii() and one.isprintable() else "?" for one in text)
