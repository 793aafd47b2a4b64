"""In which language a report speaks."""

from __future__ import annotations

import gettext

import pytest

from reports import language
from reports.language import _, ngettext, speaking


def test_english_is_what_the_source_says() -> None:
    assert _("Method") == "Method"
    assert ngettext("%(num)s test", "%(num)s tests", 1) == "%(num)s test"


def test_a_language_ends_with_its_block(monkeypatch: pytest.MonkeyPatch) -> None:
    class Loud(gettext.NullTranslations):
        def gettext(self, message: str) -> str:
            return message.upper()

    monkeypatch.setattr(language, "_catalogue", lambda _language: Loud())
    with speaking("de"):
        assert _("Method") == "METHOD"
    assert _("Method") == "Method"


def test_the_german_catalogue_can_be_read() -> None:
    with speaking("de"):
        assert ngettext("one", "many", 0) == "many"
