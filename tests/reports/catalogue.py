"""The German catalogue against the source; `python -m tests.reports.catalogue` updates it.

It adds each new sentence with an empty translation, drops what nobody says any more, keeps all that
is translated, and prints what still waits for a translation.
"""

from __future__ import annotations

import sys
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

REPORTS = Path(__file__).parents[2] / "reports"
GERMAN = REPORTS / "locale" / "de.po"
_METHODS = [
    ("templates/**.html", "jinja2"),
    ("report.css", "reports.style:extract_labels"),
    ("**.py", "python"),
]
_OPTIONS = {
    "templates/**.html": {
        "trim_blocks": "true",
        "lstrip_blocks": "true",
        "newstyle_gettext": "true",
        "silent": "false",  # a template that does not parse is an error
    }
}
_KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "later": None}
_HEADER = b"""msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Language: de\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

"""  # as it is, without a date: the same messages give the same file
Message = tuple[str, ...]


def extract() -> Catalog:
    """Every message of the reports, in a new catalogue."""
    found = Catalog(locale="de", fuzzy=False)
    messages = extract_from_dir(
        REPORTS, method_map=_METHODS, options_map=_OPTIONS, keywords=_KEYWORDS
    )
    for file, _line, message, _comments, context in sorted(messages, key=lambda m: m[:2]):
        found.add(message, locations=[(file, 0)], context=context)
    return found


def read(path: Path = GERMAN) -> Catalog:
    """The catalogue as it stands."""
    return read_po(BytesIO(path.read_bytes()), locale="de", abort_invalid=True)


def known(catalogue: Catalog) -> set[Message]:
    """The messages of a catalogue; one with a plural has two texts."""
    return {_texts(m.id) for m in catalogue if m.id}


def untranslated(catalogue: Catalog) -> list[Message]:
    """The messages without a text in the language, or with one for a single number only."""
    return [
        _texts(m.id)
        for m in catalogue
        if m.id and (m.fuzzy or not all(m.string if isinstance(m.string, tuple) else [m.string]))
    ]


def _texts(text: str | tuple[str, ...] | list[str]) -> Message:
    return (text,) if isinstance(text, str) else tuple(text)


def update(path: Path = GERMAN) -> Catalog:
    """Bring the catalogue up to date in its file."""
    catalogue, wanted = read(path), extract()
    catalogue.update(wanted, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    written = BytesIO()
    write_po(written, catalogue, width=100, omit_header=True, sort_by_file=True)
    path.write_bytes(_HEADER + written.getvalue())
    return catalogue


def main() -> int:
    """Update, and tell what is missing; exit status 1 when something is."""
    waiting = untranslated(update())
    for texts in waiting:
        print(" / ".join(texts))  # noqa: T201 - a command
    print(f"{GERMAN}: {len(waiting)} messages wait for a translation")  # noqa: T201
    return 1 if waiting else 0


if __name__ == "__main__":
    sys.exit(main())
