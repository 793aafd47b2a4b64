"""Pages of the tests of the reports."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reports.page import render_page
from tests.reports.page_reader import Page
from tests.reports.sample_runs import write_run

RenderRun = Callable[..., Page]


@pytest.fixture
def page_of(tmp_path: Path) -> RenderRun:
    """Write a run from the arguments of `write_run` and read its page back."""

    def render(*arguments: Any, **more: Any) -> Page:
        return Page(render_page(write_run(tmp_path / "run", *arguments, **more)))

    return render
