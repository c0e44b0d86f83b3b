"""Promises the words and marks of a sentence, and which of them only look like verbs of telling."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from archive.text.quote_marks import MASK
from archive.text.speech_words import DETERMINERS, PREPOSITIONS, PRONOUNS
from archive.text.word_lists import words


class Token(NamedTuple):
    """One word or mark of a sentence, with its place; `low` is the word without regard to case."""

    text: str
    start: int
    end: int
    low: str

    @property
    def is_word(self) -> bool:
        """Whether it is a word or number rather than a mark."""
        return self.text[0].isalnum() or self.text[0] in "$@#"


TOKEN = re.compile(
    rf"{MASK}+|[^\W_](?:\.[^\W_])+\.?|(?:Mr|Mrs|Ms|Dr|Sen|Rep|Gov|Gen|Lt|Col|Sgt|St|Jr|Sr|Rev|Prof|Sens|Reps)\.|"
    rf"\b[A-Z]\.(?=\s)|[@#$]?\w+(?:[’'&./-]\w+)*[’']?|[^\w\s]"
)

# Verbs of telling that are nouns as well.
_NOUNS_TOO = words(
    """report reports claims claim states state notes note estimates estimate shows show views attacks attack calls
    call questions promises quotes uses use points hopes hope fears demands thought felt brands labels tweets
    says find finds raises supports plans write warns reads"""
)


def tokens_of(sentence: str) -> list[Token]:
    """Return the words and marks of a sentence in order."""
    return [Token(m[0], m.start(), m.end(), m[0].casefold()) for m in TOKEN.finditer(sentence)]


def is_noun(tokens: Sequence[Token], i: int) -> bool:
    """Return whether the word at `i` stands as a noun ("the report", "his claims", "police reports of")."""
    low = tokens[i].low
    if tokens[i].text == "States":
        return True
    if low not in _NOUNS_TOO:
        return False
    before = tokens[i - 1] if i else None
    if before is None:
        return True
    if before.low in DETERMINERS - {"some", "many", "most", "others"} or before.low in PREPOSITIONS:
        return True
    after = tokens[i + 1].low if i + 1 < len(tokens) else ""
    if low in ("report", "show") and not (
        (before.low.endswith(("s", "media")) and before.text[0].islower()) or before.low in PRONOUNS
    ):
        return True
    if (
        low == "shows"
        and before.text[0].isupper()
        and (before.text.isupper() or after not in ("that", "a", "the", "an", "how"))
    ):
        return True
    if before.low.endswith(("’s", "'s", "s’", "s'")) and low in (
        "report",
        "reports",
        "show",
        "shows",
        "claim",
        "claims",
        "estimate",
        "estimates",
    ):
        return True
    return low in ("reports", "report", "claims", "states", "notes", "attacks", "estimates") and after in (
        "of",
        "from",
        "about",
    )
