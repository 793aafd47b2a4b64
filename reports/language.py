"""In which language the report speaks: gettext, with catalogues below `locale/`.

English is what the source says. What a run recorded (reasons, statements, names) is quoted as it
was recorded, in every language.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from gettext import GNUTranslations, NullTranslations
from importlib import resources
from io import BytesIO

ENGLISH = "en"
LANGUAGES = (ENGLISH, "de")

_language: ContextVar[str] = ContextVar("spoken", default=ENGLISH)
_current: ContextVar[NullTranslations] = ContextVar("language", default=NullTranslations())  # noqa: B039 - it holds nothing


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Translate into one of LANGUAGES within the block."""
    catalogue, spoken_ = _current.set(_catalogue(language)), _language.set(language)
    try:
        yield
    finally:
        _current.reset(catalogue)
        _language.reset(spoken_)


def spoken() -> str:
    """The language spoken now, as in the `lang` attribute of HTML."""
    return _language.get()


def _(text: str) -> str:
    """The text in the language spoken now; called while rendering, never at import."""
    return _current.get().gettext(text)


def ngettext(one: str, many: str, number: int) -> str:
    """The form of a text for a number of things, in the language spoken now."""
    return _current.get().ngettext(one, many, number)


def later(text: str) -> str:
    """The text as it is, marked for the catalogue: whoever shows it translates it then."""
    return text


@cache
def _catalogue(language: str) -> NullTranslations:
    if language == ENGLISH:
        return NullTranslations()
    from babel.messages.mofile import write_mo  # noqa: PLC0415 - English pages do not pay for it
    from babel.messages.pofile import read_po  # noqa: PLC0415

    source = resources.files("reports").joinpath("locale", f"{language}.po").read_bytes()
    compiled = BytesIO()
    write_mo(compiled, read_po(BytesIO(source), locale=language, abort_invalid=True))
    compiled.seek(0)
    return GNUTranslations(compiled)
