"""Compiled templates are kept, found again only as they were, and nobody misses them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from jinja2 import DictLoader, Environment

from reports.compiled import CompiledTemplates


@pytest.fixture(autouse=True)
def keeping(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever Python was told for this session."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)


def render(source: str, folder: Path, **options: bool) -> str:
    cache = CompiledTemplates(options, folder)
    environment = Environment(  # noqa: S701 - no page
        loader=DictLoader({"t": source}),
        bytecode_cache=cache,
        trim_blocks=options.get("trim_blocks", False),
    )
    return environment.get_template("t").render(x="<")


def test_a_template_is_kept_once_and_gives_the_same(tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    assert render("a {{ x }}", folder) == render("a {{ x }}", folder) == "a <"
    assert len(list(folder.iterdir())) == 1


def test_another_source_or_other_options_are_compiled_anew(tmp_path: Path) -> None:
    assert render("{% if x %}\na{% endif %}", tmp_path) == "\na"
    assert render("{% if x %}\na{% endif %}", tmp_path, trim_blocks=True) == "a"
    assert render("{% if x %}\nb{% endif %}", tmp_path) == "\nb"


def test_what_cannot_be_kept_or_read_is_compiled(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("no folder")
    assert render("a", file) == "a"
    render("a", tmp_path / "kept")
    (kept,) = (tmp_path / "kept").iterdir()
    kept.write_bytes(b"broken")
    assert render("a", tmp_path / "kept") == "a"


def test_nothing_is_kept_where_python_keeps_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert render("a", tmp_path) == "a"
    assert not list(tmp_path.iterdir())
