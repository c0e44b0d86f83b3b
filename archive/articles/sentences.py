"""Sentences that stand in the database in English and are said in the language of whoever reads the page.

Promise: what is stored is the English sentence, whoever reads it: files, commands and reports have it as it is, and
rows of years ago stay readable (docs/decisions/0062). What is not known is left as it is.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache

from django.utils.translation import gettext

_PLACE = re.compile(r"%\\\((\w+)\\\)s")


class Sentences:
    """A list of sentences, in which a stored one is found again with what was filled into it."""

    def __init__(self, sentences: Collection[str], *, said_places: Collection[str] = ()) -> None:
        """Take the sentences, and the names of places that hold sentences of the list themselves."""
        self.sentences = frozenset(sentences)
        self.said_places = frozenset(said_places)
        # The one with most words of its own goes first: "the host %(host)s" would take many a sentence for itself.
        self.patterns = tuple(
            (sentence, _pattern(sentence)) for sentence in sorted(sentences, key=len, reverse=True) if "%(" in sentence
        )
        self.known = lru_cache(maxsize=4096)(self._known)

    def _known(self, text: str) -> tuple[str, dict[str, str]] | None:
        """Return the sentence that a text is, and what is filled into it; None for one that is not listed."""
        if text in self.sentences:
            return text, {}
        for sentence, pattern in self.patterns:
            if found := pattern.fullmatch(text):
                return sentence, found.groupdict()
        return None

    def said(self, text: str) -> str:
        """Return a stored sentence in the language of whoever reads the page."""
        found = self.known(text)
        if found is None:
            return text
        sentence, filled = found
        if not filled:
            return gettext(sentence)
        places = {name: self.said(part) if name in self.said_places else part for name, part in filled.items()}
        return gettext(sentence) % places


def _pattern(sentence: str) -> re.Pattern[str]:
    """Return what matches a sentence with anything filled into its places."""
    return re.compile(_PLACE.sub(r"(?P<\1>.+?)", re.escape(sentence).replace("%%", "%")), re.DOTALL)
