"""One OpenHTF test of N phases, each with one measurement, and its JSON: what the rig is held to.

Run as a program, ``python openhtf_phases.py N OUTPUT``, and imported by nothing: it needs the
extra ``bench``.
"""

from __future__ import annotations

import sys
from pathlib import Path

import openhtf
from openhtf.output.callbacks import json_factory


def measure(test: openhtf.TestApi) -> None:
    """Take one measurement."""
    test.measurements.value = 1


def main() -> None:
    """Run the phases; exit status 1 unless the test passed and its JSON is there."""
    n, output = int(sys.argv[1]), Path(sys.argv[2])
    value = openhtf.Measurement("value").in_range(maximum=1000).with_units("ms")
    measured = openhtf.measures(value)(measure)
    phases = [openhtf.PhaseOptions(name=f"measured_{k}")(measured) for k in range(n)]
    test = openhtf.Test(*phases)
    test.add_output_callbacks(json_factory.OutputToJSON(str(output)))
    passed = test.execute(test_start=lambda: "bench")
    sys.exit(0 if passed and output.stat().st_size > 100 * n else 1)


if __name__ == "__main__":
    main()
