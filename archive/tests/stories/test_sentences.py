"""What stories write into the database in English is said in the reader's language, and no sentence is forgotten."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation

from archive.stories.sentences import SENTENCES, said

FOLDER = Path(settings.BASE_DIR) / "archive" / "stories"


def written() -> list[str]:
    """Return what the code gives as reasons, with a 7 for whatever is filled in."""
    found = []
    for name, call, at in (("reasons.py", "append", 0), ("evidence.py", "NotBefore", 1)):
        for node in ast.walk(ast.parse((FOLDER / name).read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) == call:
                found += texts(node.args[at])
    return found


def texts(node: ast.expr) -> list[str]:
    """Return the sentences of an expression."""
    if isinstance(node, ast.Constant):
        return [node.value]
    if isinstance(node, ast.JoinedStr):
        return ["".join(str(part.value) if isinstance(part, ast.Constant) else "7" for part in node.values)]
    if isinstance(node, ast.IfExp):
        return texts(node.body) + texts(node.orelse)
    return [f"{texts(node.left)[0]}7"] if isinstance(node, ast.BinOp) else []


def test_every_reason_can_be_translated() -> None:
    found = [text for text in written() if any(letter.isalpha() for letter in text)]
    assert len(found) >= 8
    assert [text for text in found if SENTENCES.known(text) is None] == []


def test_a_reason_is_said_in_the_language_of_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    german = {
        "shares: %(words)s": "gemeinsam: %(words)s",
        "%(share)s of its wording": "%(share)s des Wortlauts",
        "speaks of %(what)s, as does %(outlet)s on %(day)s": "spricht von %(what)s, wie %(outlet)s am %(day)s",
    }
    monkeypatch.setattr("archive.articles.sentences.gettext", lambda text: german.get(text, text))
    with translation.override("de"):
        assert said("shares: pier, piles, islands") == "gemeinsam: pier, piles, islands"
        assert said("18% of its wording") == "18% des Wortlauts"
        told = said("speaks of talks on Friday, as does Radio Estuary on 4 May 2031")
        assert told == "spricht von talks on Friday, wie Radio Estuary am 4 May 2031"
    assert said("an editor's own words") == "an editor's own words"
