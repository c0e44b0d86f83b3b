"""What importing writes into the database in English is said in the reader's language, and no sentence is forgotten."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation

from archive.formats import html_page, sniff
from archive.importing.sentences import PLANS, READINGS, SENTENCES, said

FOLDERS = ("archive/formats", "archive/importing", "archive/text")
CALLS = (
    "ParseError",
    "MemberError",
    "FetchError",
    "UndecodableText",
    "_Gone",
    "Rejected",
    "Plan",
    "Candidate",
    "lost",
    "_capture",
)
SAYING = ("why", "reason", "sentence", "describe", "kind_of_binary")
WORDS = ("reason", "mend", "lost_because")

# Pieces that other sentences are made of, names of formats, and notes for the trail.
PIECES = {
    " It was killed, and stays so.",
    "7 (column 7)",
    "7 record 7",
    "JSON",
    "The 7 file is not well-formed XML7: 7.",
}


def sentences() -> Iterator[tuple[str, str]]:
    """Yield what the code says why, with a 7 for whatever is filled in, and where it stands."""
    for folder in FOLDERS:
        for path in sorted((Path(settings.BASE_DIR) / folder).glob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                for part in spoken(node):
                    for text in texts(part):
                        if any(letter.isalpha() for letter in text) and text not in PIECES:
                            yield text, f"{path.name}:{part.lineno}"


def spoken(node: ast.AST) -> list[ast.expr]:
    """Return the expressions of a node that end as a reason, a mend or a warning."""
    if isinstance(node, ast.Call):
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        said_why = [one.value for one in node.keywords if one.arg in WORDS]
        if name == "append" and getattr(getattr(node.func, "value", None), "id", "") == "warnings":
            return node.args
        return (
            [*said_why, *(one for one in node.args if any(" " in text for text in texts(one)))] if name in CALLS else []
        )
    if isinstance(node, ast.FunctionDef) and node.name.lstrip("_").startswith(SAYING):
        return [one.value for one in ast.walk(node) if isinstance(one, ast.Return) and one.value is not None]
    if isinstance(node, ast.Assign) and getattr(node.targets[0], "attr", "") in WORDS:
        return [node.value]
    return []


def texts(node: ast.expr) -> list[str]:
    """Return the sentences of an expression."""
    if isinstance(node, ast.Constant):
        return [node.value] if isinstance(node.value, str) else []
    if isinstance(node, ast.JoinedStr):
        parts = [str(part.value) if isinstance(part, ast.Constant) else "7" for part in node.values]
        return ["".join(parts)] if any(isinstance(part, ast.Constant) for part in node.values) else []
    if isinstance(node, ast.Tuple):
        return [text for part in node.elts for text in texts(part)]
    if isinstance(node, ast.IfExp):
        return texts(node.body) + texts(node.orelse)
    return texts(node.left) if isinstance(node, ast.BinOp) else []


def test_every_sentence_that_says_why_can_be_translated():
    found = list(sentences())
    assert len(found) > 120
    assert [(text, where) for text, where in found if SENTENCES.known(text) is None] == []


def test_what_stands_in_tables_can_be_translated_too():
    words = [
        *sniff._MEND,
        *sniff._MEND.values(),
        *(word for _magic, word in sniff._MAGIC),
        *html_page._FURNITURE.values(),
    ]
    assert [word for word in words if SENTENCES.known(word) is None] == []


def test_what_is_filled_into_a_sentence_is_found_again():
    for sentence in (*PLANS, *READINGS):
        assert SENTENCES.known(sentence.replace("%%", "%")) is not None
    text = "Known by its address; the text is that of the current version. It was killed, and stays so."
    assert said(text) == text
    assert SENTENCES.known("The page has 7 characters; more than 5 are not read.") == (
        "The page has %(text)s characters; more than %(max_characters)s are not read.",
        {"text": "7", "max_characters": "5"},
    )
    assert said("What nobody listed.") == "What nobody listed."


def test_a_sentence_is_said_in_the_language_of_the_page(monkeypatch: pytest.MonkeyPatch):
    german = {
        "Known by %(by)s; the text has changed.": "Bekannt durch %(by)s; der Text ist ein anderer.",
        "its address": "die Adresse",
    }
    monkeypatch.setattr("archive.articles.sentences.gettext", lambda text: german.get(text, text))
    with translation.override("de"):
        assert (
            said("Known by its address; the text has changed.")
            == "Bekannt durch die Adresse; der Text ist ein anderer."
        )
