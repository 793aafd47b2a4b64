"""The JSON Schema of our own format, from the records' types: `python -m` this to write it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from reports import exports
from reports.exports.run_json import FORMAT, VERSION, RunDocument

PUBLISHED = Path(exports.__file__).parent / "run.schema.json"


def schema() -> bytes:
    """What is to be published."""
    body = _ours(TypeAdapter(RunDocument).json_schema(mode="serialization"))
    body["properties"]["format"] = {"const": FORMAT}
    body["properties"]["version"] = {"const": VERSION}
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:digital-key-rig:run:{VERSION}",
    }
    return f"{json.dumps({**head, **body}, indent=1)}\n".encode("ascii")


def _ours(node: Any) -> Any:
    """A number may be null, since JSON has no infinity; titles only say a name again.

    Objects stay open: a field that is added needs no new version.
    """
    if isinstance(node, list):
        return [_ours(one) for one in node]
    if not isinstance(node, dict):
        return node
    found = {name: _ours(one) for name, one in node.items() if name != "title"}
    if "properties" in node and isinstance(node["properties"], dict) and "type" in node:
        found["properties"] = {n: _ours(one) for n, one in node["properties"].items()}
    if found.get("type") == "number":
        found["type"] = ["number", "null"]
    return found


if __name__ == "__main__":
    PUBLISHED.write_bytes(schema())
