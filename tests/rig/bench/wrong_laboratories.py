"""Ways of making a right bench file wrong in what it states of laboratory, devices and vehicle."""

from __future__ import annotations

# id: (what to replace in GOOD, by what, the line of the complaint, what it says)
WRONG_STATEMENTS = {
    "vin that is no file": (
        "  key:",
        "  vin: none.txt\n  key:",
        14,
        "vin must be a path that exists",
    ),
    "vin in a file of something else": (
        "  key:",
        "  vin: ring.json\n  key:",
        14,
        "vin must be a file with an identification number of 17 characters",
    ),
    "ecu without a version": (
        "  key:",
        "  ecus: {bdc: 7}\n  key:",
        14,
        "ecus.bdc must be text (in quotes if it looks like a number), found 7",
    ),
    "laboratory as a text": ("vehicle:", "laboratory: ours\nvehicle:", 7, "laboratory must be a m"),
    "unknown word of the laboratory": (
        "vehicle:",
        "laboratory:\n  nam: Ours\nvehicle:",
        8,
        "laboratory has no 'nam'; did you mean name? it has: address, authorised_by, customer, ",
    ),
    "day that is none": (
        "vehicle:",
        "laboratory:\n  name: Ours\n  received: 2026-02-31\nvehicle:",
        9,
        'received must be a day such as 2026-03-02, found "2026-02-31"',
    ),
    "language that is none": (
        "vehicle:",
        "laboratory: {language: fr}\nvehicle:",
        7,
        "language must be 'en' or 'de', found \"fr\"",
    ),
    "secret of two octets": (
        "vehicle:",
        "laboratory: {secret: ring.json}\nvehicle:",
        7,
        "secret must be a file of at least 16 octets, found",
    ),
    "surroundings that nobody stated": (
        "vehicle:",
        "environment: {temperature: 21}\nvehicle:",
        7,
        "environment lacks stated_by; it has: stated_by, stated_on, temperature, ",
    ),
    "temperature in words": (
        "vehicle:",
        "environment:\n  stated_by: AB\n  stated_on: 2026-03-02\n  temperature: warm\nvehicle:",
        10,
        'temperature must be a number, found "warm"',
    ),
    "calibration without a due day": (
        "gain: 2",
        "calibrated: {date: 2026-01-05}",
        5,
        "calibrated of board lacks due; it has: date, due, certificate, by",
    ),
    "calibration that is due before it was made": (
        "gain: 2",
        "calibrated: {date: 2026-01-05, due: 2026-01-04}",
        5,
        "calibrated of board must be due on the day of the calibration or later",
    ),
    "calibration with an unknown word": (
        "gain: 2",
        "calibrated: {dat: 2026-01-05}",
        5,
        "calibrated of board has no 'dat'; did you mean date? it has: by, certificate, ",
    ),
}
