"""Every way of making the section vehicle of a bench file wrong, with its complaint."""

from __future__ import annotations

# As in wrong_bench_files: id: (what to replace, by what, the line of the complaint, what it says)
WRONG_VEHICLES = {
    "unknown vehicle key": ("  os:", "  ox:", 12, "vehicle has no 'ox'; it has: also, "),
    "missing vehicle key": ("  os: 9\n", "", 7, "vehicle lacks os; it has: keyring, "),
    "vehicle year": ("2026", "'2026'", 11, 'model_year must be a whole number, found "2026"'),
    "vehicle profile": ("ccc", "aliro", 9, "profile must be 'ccc' or 'home_key', found \"aliro\""),
    "vehicle options": ("[322]", "[322, x]", 13, 'options.1 must be a whole number, found "x"'),
    "vehicle keyring": ("ring.json", "ring.jsn", 8, "keyring must be a path that exists (seen fr"),
    "vehicle setting": (
        "  key:",
        "  settings: {a: 1, b: [2]}\n  key:",
        14,
        "settings.b must be text (in quotes if it looks like a number) or a whole number or "
        "true or false (or on, off), found [2]",
    ),
    "vehicle body": ("  key:", "  body: cabrio\n  key:", 14, "body must be 'hatch', 'five_door', "),
    "vehicle market": (
        "  key:",
        "  market: usa\n  key:",
        14,
        "market must have the form ^[A-Z]",
    ),
    "vehicle software": ("  key:", "  software: 25-13\n  key:", 14, "software must have the form"),
    "software as a number": (
        "  key:",
        "  software: 2507\n  key:",
        14,
        "software must be text (",
    ),
    "delivered thing": (
        "  key:",
        "  delivered: [fob]\n  key:",
        14,
        "delivered.0 must be 'first",
    ),
    "delivered twice": (
        "  key:",
        "  delivered: [first_fob, first_fob]\n  key:",
        14,
        "delivered must name each thing once, found",
    ),
    "zone that is none": (
        "  key:",
        "  local_zone: Mars/Dune\n  key:",
        14,
        "local_zone must be minutes from UTC, or a time zone such as Europe/London",
    ),
    "zone too far": (
        "  key:",
        "  local_zone: 900\n  key:",
        14,
        "local_zone must be from -840",
    ),
    "authority's key missing": (
        "  key:",
        "  authority_key: none.pem\n  key:",
        14,
        "authority_key must be a path that exists (seen from",
    ),
    "half an authority": (
        "  key:",
        "  authority_key: ring.json\n  key:",
        7,
        "vehicle has authority_key and authority_certificate together or not at all",
    ),
    "device root missing": (
        "  key:",
        "  device_roots: [ring.json, none.pem]\n  key:",
        14,
        "device_roots must be a path that exists (seen from",
    ),
    "also as a mapping": (
        "  key:",
        "  also: {os: 8}\n  key:",
        14,
        "also must be a list of what ",
    ),
    "also without difference": (
        "  key:",
        "  also: [{}]\n  key:",
        14,
        "a vehicle of also must dif",
    ),
    "also as words": (
        "  key:",
        "  also: [hatch]\n  key:",
        14,
        "a vehicle of also must be a ",
    ),
    "also with a wrong word": (
        "  key:",
        "  also:\n    - os: 9\n    - {body: hatch,\n       os: nine}\n  key:",
        17,
        'os must be a whole number, found "nine"',
    ),
    "also with an unknown word": (
        "  key:",
        "  also:\n    - bode: hatch\n  key:",
        15,
        "a vehicle of also has no 'bode'; did you mean body? it has: body, condition, ",
    ),
    "also with what is the bench's": (
        "  key:",
        "  also: [{profile: home_key}]\n  key:",
        14,
        "a vehicle of also has no 'profile'; it has",
    ),
}
