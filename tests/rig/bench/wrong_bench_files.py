"""A right bench file, and every way of making it wrong with the complaint that answers it."""

from __future__ import annotations

from tests.rig.bench.wrong_vehicles import WRONG_VEHICLES

# Line 2 is `devices:`, 3 the world, 5 the board, 6 the latch, 7 the vehicle.
GOOD = """name: desk
devices:
  world: {driver: sim.world, seed: 7}
  # the relays
  board: {driver: fake.board, serial: A1, gain: 2}
  latch: {driver: fake.switch, board: "@board", channel: 2, safe: off}
vehicle:
  keyring: ring.json
  profile: ccc
  model: cooper
  model_year: 2026
  os: 9
  options: [322]
  key: digital_key
"""

LATCH = 'latch: {driver: fake.switch, board: "@board", channel: 2, safe: off}'

# id: (what to replace, by what, the line of the complaint, what it says)
WRONG = {
    "yaml: a bracket is not closed": ("seed: 7}", "seed: 7", 5, "not YAML: expected ',' or '}'"),
    "yaml: a tab": ("  profile", "\tprofile", 9, "not YAML: found character '\\t' that cannot"),
    "yaml: an unquoted reference": ('"@board"', "@board", 6, "reference is written in quotes"),
    "yaml: an alias without anchor": ("seed: 7", "seed: *x", 3, "not YAML: found undefined alias"),
    "yaml: two documents": ("vehicle:", "---\nvehicle:", 7, "expected a single document"),
    "yaml: an alias": ("[322]", "&o [322]\n  settings: *o", 14, "aliases (*name) are not allowed"),
    "yaml: a tag": ("seed: 7", "seed: !!python/name:os.system 7", 3, "tag tag:yaml.org"),
    "yaml: a character": ("A1", "A\x01", 5, "character 0x01 is not allowed"),
    "yaml: a number that is none": ("seed: 7", "seed: 0x_", 3, "'0x_' is not a int"),
    "yaml: depth": ("[322]", "[" * 1000, 1, "nested too deeply"),
    "empty": (GOOD, "# nothing\n", 1, "the file is empty; a bench file has: name, fallback"),
    "a list": (GOOD, "- name: desk\n", 1, "a bench file must be a mapping of names to values"),
    "duplicate device": ("latch:", "board:", 6, "'board' stands twice; first on line 5"),
    "duplicate option": ("seed: 7", "seed: 7, seed: 8", 3, "'seed' stands twice; first on line 3"),
    "duplicate section": ("vehicle:", "name: x\nvehicle:", 7, "'name' stands twice; first on"),
    "key that is no text": ("latch:", "on:", 6, "a key must be text, found 'on'; quotes make"),
    "unknown section": (
        "name: desk",
        "nam: desk",
        1,
        "unknown key 'nam'; did you mean name? a bench file has: devices, environment, fallback, "
        "laboratory, name, vehicle",
    ),
    "missing section": ("name: desk", "fallback: x", 1, "a bench file needs 'name'; it has: name,"),
    "name that is no text": ("name: desk", "name: 12", 1, "name must be text, found 12"),
    "no devices": (GOOD[11:], "devices: {}\nvehicle: {}", 2, "devices is empty: a bench has at le"),
    "devices as a list": (GOOD[11:], "devices: [1]\nvehicle: {}", 2, "devices must be a mapping"),
    "device name": ("latch:", "my latch:", 6, "device name 'my latch' must be letters, digits"),
    "device that is no mapping": (LATCH, "latch: 3", 6, "device latch must be a mapping of names"),
    "no driver": ("driver: sim.world, ", "", 3, "device world names no driver; drivers: ble."),
    "unknown driver": (
        "fake.board",
        "fake.bord",
        5,
        "no driver 'fake.bord'; did you mean fake.board? drivers: ble.bumble, ",
    ),
    "expects a word that no identity has": (
        "gain: 2",
        "expect: {sreial: A}",
        5,
        "expect has no 'sreial'; did you mean serial? ",
    ),
    "expects what is no text": ("gain: 2", "expect: {serial: [A]}", 5, "serial"),
    "fed by what is no switch": ("safe: off}", 'safe: off, supply: "@board"}', 6, "supply must be"),
    "fed by a name alone": ("safe: off}", "safe: off, supply: board}", 6, "a reference"),
    "emergency stop that is no sensor": (
        "  latch:",
        "  emergency_stop:",
        6,
        "emergency_stop must be a sensor, such as relay.input; fake.switch is none",
    ),
    "unknown option": (
        "channel",
        "chanel",
        6,
        "latch has no option 'chanel'; did you mean channel? "
        "options of fake.switch: board, channel, fault, safe",
    ),
    "option of no driver": ("seed: 7", "seed: 7, <<: 3", 3, "a key must be text, found '<<'"),
    "missing option": (
        "serial: A1, ",
        "",
        5,
        "board lacks the option serial; options of fake.board: serial, gain, fault",
    ),
    "text for a number": (
        "channel: 2",
        "channel: two",
        6,
        'channel must be a whole number, found "two"',
    ),
    "quoted number": ("channel: 2", 'channel: "2"', 6, 'channel must be a whole number, found "2"'),
    "fraction": ("channel: 2", "channel: 2.5", 6, "channel must be a whole number, found 2.5"),
    "true for a number": ("channel: 2", "channel: on", 6, "must be a whole number, found true"),
    "number for text": (
        "serial: A1",
        "serial: 0123",
        5,
        "serial must be text (in quotes if it looks like a number), found 83",
    ),
    "number for on or off": ("safe: off", "safe: 0", 6, "safe must be true or false (or on, off)"),
    "nothing for a number": ("seed: 7", "seed:", 3, "seed must be a whole number, found nothing"),
    "word that is no choice": ("gain: 2", "fault: worn", 5, "fault must be '', 'missing library',"),
    "wrong type on a line of its own": (
        LATCH,
        'latch:\n    driver: fake.switch\n    board: "@board"\n    channel: two',
        9,
        "channel must be a whole number",
    ),
    "dangling reference": (
        "@board",
        "@bord",
        6,
        'board: "@bord" is no device of this bench; did you mean board? devices above: board, wo',
    ),
    "reference downwards": (
        "seed: 7}",
        'seed: 7}\n  early: {driver: fake.switch, board: "@board"}',
        4,
        'board: "@board" is listed below (line 6); list it above this device',
    ),
    "reference to itself": ("@board", "@latch", 6, '"@latch" refers to the device itself'),
    "reference to a wrong device": (
        "@board",
        "@world",
        6,
        'board must be a reference ("@name") to a RelayBoard, but "@world" is a World; '
        'of that kind above: "@board"',
    ),
    "value for a reference": (
        '"@board"',
        "board",
        6,
        'board must be a reference ("@name") to a RelayBoard, found "board"; '
        'of that kind above: "@board"',
    ),
    "reference for a value": ("channel: 2", 'channel: "@board"', 6, "channel takes no reference"),
    "neither value nor reference": (
        LATCH,
        "door: {driver: fake.sensor, board: x, channel: 1}",
        6,
        'board must be a whole number or a reference ("@name") to a InputBoard, found "x"',
    ),
    "one channel twice": (
        LATCH,
        f'{LATCH}\n  again: {{driver: fake.switch, board: "@board", channel: 2}}',
        7,
        'again uses board "@board", channel 2, which latch (line 6) uses already',
    ),
    "one channel twice by default": (
        LATCH,
        'one: {driver: fake.switch, board: "@board", channel: 1}\n'
        '  two:\n    driver: fake.switch\n    board: "@board"',
        9,
        'two uses board "@board", channel 1, which one (line 6) uses already',
    ),
    "missing file": (
        LATCH,
        "safe: {driver: fake.safe, file: keys/none.json}",
        6,
        "file must be a path that exists (seen from ",
    ),
    "number for a path": (
        LATCH,
        "safe: {driver: fake.safe, file: 3}",
        6,
        "file must be text (in q",
    ),
    "wrong item of a list": (
        LATCH,
        "safe: {driver: fake.safe, file: ring.json, sizes: [1, x]}",
        6,
        'sizes item 2 must be a whole number, found [1, "x"]',
    ),
    **WRONG_VEHICLES,
    "unknown fallback": ("name: desk", "name: desk\nfallback: spair", 2, "fallback: no bench 'spa"),
    "fallback to itself": (
        "name: desk",
        "name: desk\nfallback: desk",
        2,
        "desk leads back to a be",
    ),
}
