"""Whatever the archive says to a person can be said in their language: what is refused, and what the trail tells."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation

from archive.articles import query_sentences, trail, trail_words
from archive.importing import reparse, withdraw
from archive.importing.sentences import SENTENCES
from archive.models import LegalRequest, MergeRecord

ROOT = Path(settings.BASE_DIR) / "archive"
SAYS = {"gettext", "ngettext", "_", "str", "said", "_conflict"}
# Refusals that are stored as they are and said where they are shown: their sentences stand in lists.
LISTED = {"FetchError", "TooSoon"}

# What the names stand for that are filled into the name of an action or of a subject.
FILLED = {
    # A renaming, and a split on its way there, have names of their own.
    "kind": sorted(set(MergeRecord.Kind.values) - {MergeRecord.Kind.RENAME, MergeRecord.Kind.SPLIT}),
    "held.kind": sorted(set(MergeRecord.Kind.values) - {MergeRecord.Kind.RENAME}),
    "subject": ["tag", "outlet", "article", "split"],
    "scope": LegalRequest.Scope.values,
    "held.scope": [LegalRequest.Scope.ERASE.value, LegalRequest.Scope.REDACT.value],
    "said": ["granted", "refused"],
    "'article' if article else kind": ["article", "tag", "outlet"],
}


def modules(*folders: str) -> Iterator[tuple[Path, ast.Module]]:
    """Yield the parsed modules of these packages."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield path, ast.parse(path.read_text())


def name_of(node: ast.expr) -> str:
    """Return the last name of what is called."""
    return getattr(node, "id", getattr(node, "attr", ""))


def refusals() -> set[str]:
    """Return the names of ArchiveError and all that is derived from it, and of what a permission is refused with."""
    known, size = {"ArchiveError", "PermissionDenied", "ValidationError"}, 0
    while len(known) > size:
        size = len(known)
        for _path, module in modules(""):
            for node in ast.walk(module):
                if isinstance(node, ast.ClassDef) and {name_of(base) for base in node.bases} & known:
                    known.add(node.name)
    return known


def test_whatever_is_refused_is_refused_in_the_language_of_whoever_asked() -> None:
    shown = refusals() - LISTED
    assert len(shown) > 12
    count, bare = 0, []
    for path, module in modules("articles", "stories", "importing", "alerts", "admin", "web"):
        for node in ast.walk(module):
            if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and name_of(node.exc.func) in shown:
                said = node.exc.args[0] if node.exc.args else None
                said = said.left if isinstance(said, ast.BinOp) and isinstance(said.op, ast.Mod) else said
                count += 1
                if said is not None and not (isinstance(said, ast.Call) and name_of(said.func) in SAYS):
                    bare.append(f"{path.name}:{node.lineno}: {ast.unparse(node)}")
    assert count > 80
    assert bare == []


def test_every_mistake_in_a_query_can_be_said() -> None:
    found = []
    for path, module in modules("search"):
        for node in ast.walk(module):
            if isinstance(node, ast.Call) and name_of(node.func) == "QueryError":
                found += [text for part in node.args[:2] for text in texts(part)]
            elif path.name == "dates.py" and isinstance(node, ast.Call) and name_of(node.func) == "ValueError":
                found += texts(node.args[0])
    assert len(found) > 60
    assert [text for text in found if query_sentences.SENTENCES.known(text) is None] == []


def test_what_was_wrong_with_a_query_is_said_again_from_what_was_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    german = {
        "%(problem)s (at character %(place)s): %(mend)s": "%(problem)s (Zeichen %(place)s): %(mend)s",
        "There is no kind “%(value)s”": "Eine Art „%(value)s“ gibt es nicht",
        "the kinds are %(kinds)s": "es gibt %(kinds)s",
    }
    monkeypatch.setattr("archive.articles.sentences.gettext", lambda text: german.get(text, text))
    stored = "There is no kind “x” (at character 1): the kinds are original, update"
    with translation.override("de"):
        assert query_sentences.said(stored) == "Eine Art „x“ gibt es nicht (Zeichen 1): es gibt original, update"


def texts(node: ast.expr) -> list[str]:
    """Return the texts of an expression, with a 7 for whatever is filled in."""
    if isinstance(node, ast.Constant):
        return [node.value]
    if isinstance(node, ast.IfExp):
        return texts(node.body) + texts(node.orelse)
    if isinstance(node, ast.JoinedStr):
        return ["".join(str(part.value) if isinstance(part, ast.Constant) else "7" for part in node.values)]
    return [f"{texts(node.left)[0]}7"] if isinstance(node, ast.BinOp) else []


class Told:
    """What one module tells the trail: names of actions and of subjects, and of the values before and after."""

    def __init__(self, module: ast.Module) -> None:
        self.module = module
        self.functions = [node for node in ast.walk(module) if isinstance(node, ast.FunctionDef)]

    def given(self, argument: str) -> Iterator[str]:
        """Yield all that this argument of `trail.record` can be."""
        for function in self.functions:
            for node in ast.walk(function):
                if isinstance(node, ast.Call) and name_of(node.func) in ("record", "record_export"):
                    for word in node.keywords:
                        if word.arg == argument:
                            yield from self.values(word.value, function)

    def values(self, node: ast.expr, function: ast.FunctionDef) -> Iterator[str]:
        """Yield all texts that an expression of a function can be."""
        if isinstance(node, ast.Constant):
            yield str(node.value)
        elif isinstance(node, ast.IfExp):
            yield from self.values(node.body, function)
            yield from self.values(node.orelse, function)
        elif isinstance(node, ast.BoolOp):
            for part in node.values:
                yield from self.values(part, function)
        elif isinstance(node, ast.JoinedStr):
            parts = [
                [str(part.value)] if isinstance(part, ast.Constant) else FILLED.get(ast.unparse(part.value), ["7"])
                for part in node.values
            ]
            yield from ("".join(one) for one in product(*parts))
        elif isinstance(node, ast.Attribute) and name_of(node.value) == "trail":
            yield getattr(trail, node.attr)
        elif isinstance(node, ast.Name) and node.id.isupper():
            yield getattr(trail, node.id)
        elif isinstance(node, ast.Name):
            yield from self.named(node.id, function)

    def named(self, name: str, function: ast.FunctionDef) -> Iterator[str]:
        """Yield what a variable can be: what it is set to, or what its function is called with."""
        for node in ast.walk(function):
            if isinstance(node, ast.Assign) and name_of(node.targets[0]) == name:
                yield from self.values(node.value, function)
        order = [argument.arg for argument in function.args.args]
        if name in order:
            for caller in self.functions:
                for node in ast.walk(caller):
                    if isinstance(node, ast.Call) and name_of(node.func) == function.name:
                        at = order.index(name)
                        if len(node.args) > at:
                            yield from self.values(node.args[at], caller)


def told(argument: str) -> set[str]:
    """Return what the code gives the trail as this argument."""
    packages = ("articles", "stories", "importing", "web")
    return {value for _path, module in modules(*packages) for value in Told(module).given(argument)}


def test_every_action_that_the_trail_can_name_can_be_said() -> None:
    actions = told("action")
    assert actions <= set(trail_words.ACTIONS), actions - set(trail_words.ACTIONS)
    assert set(trail_words.ACTIONS) - actions == set()
    assert len(actions) > 40


def test_whatever_an_entry_of_the_trail_is_about_can_be_said() -> None:
    subjects = told("subject") | told("job")
    assert len(subjects) > 8
    assert sorted(text for text in subjects if text and trail_words.SENTENCES.known(text) is None) == []


def test_what_the_archive_gives_as_its_own_reason_can_be_said() -> None:
    reasons = {withdraw.REASON.format(run=7, reason="no reason given"), reparse.REASON, "Split from article 7: x"}
    for _path, module in modules("articles", "importing"):
        for node in ast.walk(module):
            if isinstance(node, ast.keyword) and node.arg in ("reason", "status_reason"):
                reasons |= set(texts(node.value))
    assert len(reasons) > 5
    assert [text for text in reasons if any(map(str.isalpha, text)) and SENTENCES.known(text) is None] == []


def test_every_value_that_an_entry_names_can_be_said() -> None:
    names = set()
    for _path, module in modules("articles", "stories", "importing"):
        for node in ast.walk(module):
            if isinstance(node, ast.Call) and name_of(node.func) in ("record", "_note", "_told"):
                given = [word.value for word in node.keywords if word.arg in ("before", "after")] + node.args
                for part in given:
                    dicts = [part] if isinstance(part, ast.Dict) else []
                    names |= {key.value for each in dicts for key in each.keys if isinstance(key, ast.Constant)}
    assert len(names) > 20
    assert names - set(trail_words.NAMES) - {"order", "article", "content", "reason"} == set()
