"""What identifies the vehicle of a run, and the code that ran, so that both can be found again.

A vehicle's identification number is personal data and has little entropy: whoever knows maker,
model and year has some ten million left to try, which a hash without a key gives away in seconds.
So it is recorded as HMAC-SHA256 under a secret of the laboratory. Two reports of the same vehicle
then show the same value, and whoever has the secret can check a number; nobody else can try any. It
hides nothing from those who have the secret. Without one only the last four characters are
recorded, which tell vehicles of one laboratory apart and prove nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import subprocess
from pathlib import Path

from rig.bench.vehicle import VehicleDescription
from rig.records.laboratory import RedactionRecord, SourceRecord

_ROOT = Path(__file__).resolve().parents[2]
_KIND, _WHERE = "vehicle identification number of the bench file", "vehicle"
_SHOWN = 4  # characters, where there is no secret
_GIT_S = 10.0


def vehicle_facts(vehicle: VehicleDescription, secret: Path | None) -> dict[str, str]:
    """What the bench file says of its vehicle for the report alone; only what is stated."""
    facts = {
        "variant": vehicle.variant,
        "option codes": ", ".join(vehicle.option_codes),
        "VIN": _vin_told(vehicle, secret),
        "condition on receipt": vehicle.condition,
        **{f"software of {name}": version for name, version in sorted(vehicle.ecus.items())},
    }
    return {name: text for name, text in facts.items() if text}


def vin_redaction(vehicle: VehicleDescription, secret: Path | None) -> RedactionRecord | None:
    """How the identification number was recorded; None where the bench file has none."""
    if vehicle.vin is None:
        return None
    how = f"all but the last {_SHOWN} characters masked"
    if secret is not None:
        how = "HMAC-SHA256 under the laboratory's secret, first 128 bits"
    return RedactionRecord(_KIND, how, _WHERE, 1)


def _vin_told(vehicle: VehicleDescription, secret: Path | None) -> str:
    if vehicle.vin is None:
        return ""
    vin = vehicle.vin.read_text(encoding="ascii").strip()
    if secret is None:
        return f"{'*' * (len(vin) - _SHOWN)}{vin[-_SHOWN:]}"
    key = secret.read_bytes()
    told = hmac.new(key, b"VIN " + vin.encode("ascii"), hashlib.sha256).hexdigest()[:32]
    name = hmac.new(key, b"name of this secret", hashlib.sha256).hexdigest()[:8]
    return f"HMAC-SHA256 {told}, secret {name}"


def source(root: Path = _ROOT) -> SourceRecord | None:
    """The commit that the rig runs from; None where it is no checkout, or git cannot tell."""
    if not (root / ".git").exists():
        return None
    command = ["git", "status", "--porcelain=v2", "--branch", "--untracked-files=no"]
    quiet = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    try:
        done = subprocess.run(  # noqa: S603 - fixed words
            command,
            cwd=root,
            env={**quiet, "GIT_OPTIONAL_LOCKS": "0"},
            capture_output=True,
            text=True,
            timeout=_GIT_S,
            check=True,
        )
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
        return None
    lines = done.stdout.splitlines()
    oid = "# branch.oid "
    commit = next((line.removeprefix(oid) for line in lines if line.startswith(oid)), "")
    changed = sum(not line.startswith("#") for line in lines)
    return SourceRecord(commit, changed) if commit and commit != "(initial)" else None
