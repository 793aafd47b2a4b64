"""Who may import whom, and which modules are the door of a library.

Imports inside functions, under TYPE_CHECKING and by `import_module` count: they are dependencies
all the same.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.source_tree import PACKAGES, Module, modules

# The longest matching name decides. Every package may also import itself.
MAY_IMPORT: dict[str, tuple[str, ...]] = {
    "drivers": ("drivers.api", "drivers.serial_line"),
    "drivers.api": (),
    "drivers.sim": (
        "drivers.api",
        "drivers.nfc.ecp",
        "drivers.uwb.uci",
        "rig.digital_key.apdu",
        "rig.digital_key.attestation",
        "rig.digital_key.ble_messages",
        "rig.digital_key.crypto",
        "rig.digital_key.curve",
        "rig.digital_key.errors",
        "rig.digital_key.messages",
        "rig.digital_key.pairing_messages",
        "rig.digital_key.profiles",
        "rig.digital_key.records",
        "rig.digital_key.secrets",
        "rig.digital_key.settings",
        "rig.digital_key.status",
        "rig.digital_key.tlv",
    ),
    "rig.complaints": (),
    "rig.digital_key": (),
    "rig.records": (),
    "rig.measure": ("rig.records", "drivers.api"),
    "rig.vehicle": (
        "rig.digital_key",
        "rig.measure",
        "rig.records",
        "drivers.api",
        # The contract of the key server: all but rig.key_server.emulated.
        "rig.key_server.contract",
        "rig.key_server.eligibility",
        "rig.key_server.errors",
        "rig.key_server.invitations",
        "rig.key_server.keys",
        "rig.key_server.pairing",
        "rig.key_server.readings",
        "rig.key_server.software_status",
        "rig.key_server.vehicles",
    ),
    "rig.key_server": ("rig.digital_key", "rig.measure", "drivers.api"),
    "rig.bench": ("rig.complaints", "rig.records", "drivers.api"),
    "rig.plans": ("rig.complaints", "rig.records"),
    "rig.plugin": ("rig", "drivers.api"),
    "rig.cli": ("rig", "drivers.api"),
    "reports": ("rig.records",),
    # Runs the rig and judges what comes of it: its commands as children, its files in its words.
    "reports.nightly": (
        "reports",
        "rig.records",
        "rig.bench.description",
        "rig.bench.errors",
        "rig.bench.lease",
        "rig.bench.load",
        "rig.bench.safety",
        "rig.plans",
    ),
    "testplans": (
        "rig.digital_key",
        "rig.vehicle",
        "rig.measure",
        "drivers.api",
        # The contract of the key server, as for the vehicle.
        "rig.key_server.contract",
        "rig.key_server.eligibility",
        "rig.key_server.errors",
        "rig.key_server.invitations",
        "rig.key_server.keys",
        "rig.key_server.pairing",
        "rig.key_server.phone_side",
        "rig.key_server.readings",
        "rig.key_server.software_status",
        "rig.key_server.vehicles",
    ),
    "conftest": (),
}

# The only modules that may name a library. One that is not listed has no door yet: add it here,
# together with the one place where its exceptions become ours.
DOORS: dict[str, tuple[str, ...]] = {
    "_pytest": ("reports.plugin",),  # the key of JUnit's plugin, which has no public name
    "adbutils": ("drivers.phone.adb_door",),
    "alembic": ("reports.history",),
    "babel": ("reports.language",),
    "bumble": ("drivers.ble", "drivers.sim.ble_air", "drivers.sim.phone_ble"),
    "Crypto": ("rig.digital_key.curve",),
    "click": (
        "rig.cli",
        "reports.command",
        "reports.exports.command",
        "reports.history.command",
        "reports.history.options",
        "reports.history.questions",
        "reports.nightly.baseline_command",
        "reports.nightly.command",
        "reports.nightly.quarantine_command",
        "reports.sealing.command",
        "reports.sealing.options",
    ),
    "cryptography": (
        "rig.digital_key.crypto",
        "rig.digital_key.certificates",
        "drivers.sim.phone_framework.x509",
        "reports.sealing.keys",
    ),
    "jinja2": ("reports",),
    "markupsafe": ("reports",),
    "matplotlib": ("reports.figures",),
    "nfc": ("drivers.nfc.clf_library",),
    "numpy": (
        "rig.measure",
        "reports.regression",
        "reports.trends.series",
    ),
    "psycopg": ("reports.history",),
    "pydantic": ("rig.bench", "rig.plans", "reports.nightly.notify.settings"),
    "pymodbus": (
        "drivers.relay.modbus_line",
        "drivers.sim.modbus_board",
        "drivers.sim.modbus_climate",
    ),
    "pytest": ("rig.plugin", "rig.cli", "reports", "testplans"),
    "pytest_html": ("reports",),
    "rich": ("rig.plugin", "rig.cli"),
    "serial": ("drivers.plugged.serial_lines", "drivers.serial_line"),
    "smartcard": ("drivers.nfc.pcsc*",),
    "sqlalchemy": ("reports.history",),
    "usb": (
        "drivers.relay.hid_usb",
        "drivers.sim.relay_board",
        "drivers.sim.uwb_chip.usb_kit",
        "drivers.uwb.usb_port",
    ),
    "yaml": ("rig.bench.load", "rig.plans.load"),
}

# The modules that hold tables of "module:name" texts and import what is asked for, and what those
# texts may lead to: drivers for the words of a bench file, commands for those of a shell.
BRIDGES: dict[str, tuple[str, ...]] = {
    "rig.bench.registry": ("drivers",),
    "rig.cli": (
        "rig.cli",
        "reports.command",
        "reports.exports.command",
        "reports.history.command",
        "reports.history.questions",
        "reports.nightly.baseline_command",
        "reports.nightly.command",
        "reports.nightly.quarantine_command",
        "reports.sealing.command",
    ),
}
_TEXT_NAME = re.compile(rf"(?P<module>(?:{'|'.join(PACKAGES)})(?:\.\w+)+):\w+")


def inside(name: str, package: str) -> bool:
    """Whether a dotted name is this package or lies in it; `nfc.pcsc*` is every nfc.pcsc_...."""
    if package.endswith("*"):
        return name.startswith(package[:-1])
    return name == package or name.startswith(f"{package}.")


def imports(module: Module) -> Iterator[tuple[ast.stmt | ast.expr, str]]:
    """Every imported name in full, with where it is imported."""
    for node in ast.walk(module.syntax):
        if isinstance(node, ast.Import):
            yield from ((node, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            source = _source(module, node)
            yield from ((node, f"{source}.{alias.name}") for alias in node.names)
        elif isinstance(node, ast.Call) and _imports_by_text(node):
            match node.args[:1]:
                case [ast.Constant(value=str(name))]:
                    yield node, name


def _source(module: Module, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    above = module.package.split(".")
    base = above[: len(above) - node.level + 1]
    return ".".join([*base, node.module] if node.module else base)


def _imports_by_text(node: ast.Call) -> bool:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else None
    name = node.func.id if isinstance(node.func, ast.Name) else name
    return name in {"import_module", "__import__"}


def _is_ours(name: str) -> bool:
    return name.partition(".")[0] in {*PACKAGES, "conftest"}


def _judged(root: Path) -> Iterator[Module]:
    """The modules that the table speaks of; the tests may import everything."""
    return (module for module in modules(root) if not inside(module.name, "tests"))


def _row(name: str) -> tuple[str, tuple[str, ...]]:
    """The package that a module belongs to, and what it may import, itself included."""
    homes = [package for package in MAY_IMPORT if inside(name, package)]
    home = max(homes, key=len, default=None)
    if home is None:
        return name, ()
    own = ".".join(name.split(".")[:2]) if home == "drivers" else home
    return own, (own, *MAY_IMPORT[home])


def wrong_way_imports(root: Path) -> list[str]:
    """Imports among our own packages that the table does not allow."""
    found = []
    for module in _judged(root):
        own, allowed = _row(module.name)
        known = ", ".join(allowed) or "nothing: it has no row"
        found += [
            module.at(
                node,
                f"imports {name}; {own} may import {known}",
            )
            for node, name in imports(module)
            if _is_ours(name) and not any(inside(name, package) for package in allowed)
        ]
    return found


def imports_past_the_door(root: Path) -> list[str]:
    """Libraries named outside their door, or that have none."""
    found = []
    for module in _judged(root):
        for node, name in imports(module):
            library = name.partition(".")[0]
            if _is_ours(name) or library in sys.stdlib_module_names:
                continue
            doors = DOORS.get(library, ())
            if not any(inside(module.name, door) for door in doors):
                known = f"its doors are {', '.join(doors)}" if doors else "it has no door"
                found.append(module.at(node, f"imports {library}; {known}"))
    return found


def imports_by_computed_name(root: Path) -> list[str]:
    """Imports whose target cannot be read in the source, outside the bridges."""
    return [
        module.at(node, "imports a module by a name computed at run time")
        for module in _judged(root)
        if module.name not in BRIDGES
        for node in ast.walk(module.syntax)
        if isinstance(node, ast.Call) and _imports_by_text(node)
        if not (node.args and isinstance(node.args[0], ast.Constant))
    ]


def text_names_off_the_bridge(root: Path) -> list[str]:
    """Texts like "drivers.nfc.pcsc:PcscReader" that lead where their module may not."""
    return [
        module.at(node, f"names {found['module']} as text")
        for module in _judged(root)
        for node in ast.walk(module.syntax)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if (found := _TEXT_NAME.fullmatch(node.value))
        if not any(inside(found["module"], end) for end in BRIDGES.get(module.name, ()))
    ]
