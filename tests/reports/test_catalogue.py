"""Everything that the page says is said in German too."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

from tests.reports import catalogue
from tests.reports.catalogue import GERMAN, REPORTS

HINT = "python -m tests.reports.catalogue brings de.po up to date"
# Text between tags that no gettext call holds, in a template without its comments and tags.
_JINJA = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
_TRANS = re.compile(r"\{%-? *trans\b.*?endtrans *-?%\}", re.DOTALL)
_CODE = re.compile(r"<code>.*?</code>|<style>.*?</style>", re.DOTALL)  # commands, files, CSS
_ENGLISH_ALONE = {"night.html"}  # not a report: for the engineers of a bench, in the morning
_WORDS = re.compile(r">([^<>]*[A-Za-z]{2,}[^<>]*)<")
_SAME_IN_BOTH = {"Digital Key Rig ·", "ms", "ms (+)", "SHA-256"}


def test_the_catalogue_holds_what_the_source_says_and_nothing_else() -> None:
    said, known = catalogue.known(catalogue.extract()), catalogue.known(catalogue.read())
    assert not said - known, HINT
    assert not known - said, HINT


def test_no_message_waits_for_its_translation() -> None:
    assert catalogue.untranslated(catalogue.read()) == []


def test_every_translation_is_filled_in_as_its_message_is() -> None:
    for message in catalogue.read():
        texts = message.string if isinstance(message.string, tuple) else (message.string,)
        said = message.id[-1] if isinstance(message.id, (tuple, list)) else message.id
        if said:
            for text in texts:
                assert sorted(_blanks(str(text))) == sorted(_blanks(said)), said


def _blanks(text: str) -> list[str]:
    """What is filled in, and the markup around it: a translation may bring no other."""
    return re.findall(r"%\(\w+\)s|%%|<[^>]*>|%(?![(%])", text)


@pytest.mark.parametrize("path", sorted(REPORTS.glob("templates/*.html")), ids=lambda p: p.name)
def test_no_sentence_of_a_template_goes_past_the_catalogue(path: Path) -> None:
    if path.name in _ENGLISH_ALONE:
        return
    source = path.read_text(encoding="utf-8")
    bare = _CODE.sub("", _JINJA.sub("", _TRANS.sub("", source)))
    found = {" ".join(words.split()) for words in _WORDS.findall(f">{bare}<")}
    assert {words for words in found if words not in _SAME_IN_BOTH} == set()
    assert "|count(" not in source, "it speaks English alone: ngettext counts in both languages"
    assert set(_loose_texts(source)) == set()


def _loose_texts(source: str) -> Iterator[str]:
    """Texts of three words or more in a template's expressions, outside of any gettext call.

    Commands and what the catalogue has, as names of things that a template looks up, are none.
    """
    known = {text.lower() for texts in catalogue.known(catalogue.read()) for text in texts}
    asked = ("_", "gettext", "ngettext")
    environment = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    waiting: list[nodes.Node] = [environment.parse(source)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, nodes.Call) and getattr(node.node, "name", "") in asked:
            waiting += [pair.value for pair in node.kwargs]
        elif isinstance(node, nodes.Const) and isinstance(node.value, str):
            said = re.search(r"[a-z]{2,} [a-z]{2,} [a-z]", node.value)
            if said and node.value.lower() not in known:
                yield node.value
        else:
            waiting += node.iter_child_nodes()


def test_the_update_keeps_the_file_while_nothing_changes(tmp_path: Path) -> None:
    copy = tmp_path / "de.po"
    copy.write_bytes(GERMAN.read_bytes())
    catalogue.update(copy)
    assert copy.read_bytes() == GERMAN.read_bytes(), HINT


def test_the_update_adds_what_is_new_and_drops_what_is_old(tmp_path: Path) -> None:
    copy = tmp_path / "de.po"
    text = GERMAN.read_text(encoding="utf-8")
    copy.write_text(text.replace('msgid "Method"', 'msgid "Methods of old"'), encoding="utf-8")
    updated = catalogue.update(copy)
    assert catalogue.untranslated(updated) == [("Method",)]
    assert ("Methods of old",) not in catalogue.known(catalogue.read(copy))
