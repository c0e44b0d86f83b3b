"""From text to the terms that are compared: one analysis for the index, the query and the marks in a snippet.

The promise: what folds together here folds together everywhere, on every engine, because no engine analyzes text
itself. A token has a form (lower case, accents and typographic marks folded) and a stem (of the form, in the article's
language). Stems carry their language ("en:elect"), so a word of a query is stemmed once for each language held and
matches an article only as that article's language would have it. Languages without a stemmer are folded only.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Sequence
from functools import cache

import snowballstemmer

from .stopwords import STOP_WORDS

STEMMERS = {
    "ar": "arabic", "ca": "catalan", "da": "danish", "de": "german", "el": "greek", "en": "english", "es": "spanish",
    "et": "estonian", "eu": "basque", "fi": "finnish", "fr": "french", "ga": "irish", "hi": "hindi", "hu": "hungarian",
    "hy": "armenian", "id": "indonesian", "it": "italian", "lt": "lithuanian", "ne": "nepali", "nl": "dutch",
    "no": "norwegian", "pt": "portuguese", "ro": "romanian", "ru": "russian", "sr": "serbian", "sv": "swedish",
    "ta": "tamil", "tr": "turkish", "yi": "yiddish",
}  # fmt: skip
CACHE_SIZE = 150_000
LONGEST_TERM = 60


def _marks() -> str:
    """Return the combining marks as ranges of a character class: a mark belongs to the word it stands in."""
    ranges, start, last = [], None, -2
    for point in range(0x300, 0x20F0):
        if unicodedata.category(chr(point)) not in ("Mn", "Mc"):
            continue
        if point != last + 1:
            if start is not None:
                ranges.append((start, last))
            start = point
        last = point
    assert start is not None
    ranges.append((start, last))
    return "".join(f"{chr(first)}-{chr(end)}" for first, end in ranges)


IDEOGRAPHS = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
LETTERS_ONLY = rf"[^\W_{IDEOGRAPHS}]+"
WORD_PIECE = rf"{LETTERS_ONLY}(?:[{_marks()}]+(?:{LETTERS_ONLY})?)*"
TOKEN = re.compile(rf"[{IDEOGRAPHS}]|{WORD_PIECE}(?:['’ʼ]{WORD_PIECE})*")
# Of text without letters beyond ASCII the same, found several times as quickly.
PLAIN_TOKEN = re.compile(r"[A-Za-z0-9]+(?:'[A-Za-z0-9]+)*")
TYPOGRAPHIC = (*((mark, " ") for mark in "“”„‘–—…«»•·\u00a0\u2009\u202f"), *((mark, "'") for mark in "’ʼ"))
DROPPED_MARKS = re.compile("[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u0640]")
LETTERS = str.maketrans({"ø": "o", "đ": "d", "ł": "l", "æ": "ae", "œ": "oe", "ı": "i", "ð": "d", "þ": "th", "ى": "ي"})
APOSTROPHE = re.compile("['’ʼ]")
ELIDED = {"l", "d", "j", "m", "n", "s", "t", "c", "qu", "dell", "nell", "sull", "all", "dall", "un"}


def base_language(tag: str) -> str:
    """Return the language of a BCP 47 tag without region or script, "" for none: "pt-BR" is "pt"."""
    return re.split(r"[-_]", tag.strip().lower(), maxsplit=1)[0]


def fold(token: str) -> str:
    """Return the form of a token: lower case, without accents, possessive 's and elided article."""
    if token.isascii() and token.isalnum():
        return token.lower()[:LONGEST_TERM]
    lowered = token.casefold().translate(LETTERS)
    pieces = APOSTROPHE.split(lowered)
    if len(pieces) > 1:
        if pieces[-1] == "s":
            pieces.pop()
        if len(pieces) > 1 and pieces[0] in ELIDED:
            pieces.pop(0)
        lowered = "".join(pieces)
    if lowered.isascii():
        return lowered[:LONGEST_TERM]
    # Cyrillic й is a letter of its own, which its stemmers need; as a composed letter it has no mark to drop.
    kept = "й".join(
        unicodedata.normalize("NFKC", DROPPED_MARKS.sub("", unicodedata.normalize("NFKD", part)))
        for part in unicodedata.normalize("NFC", lowered).split("й")
    )
    return kept[:LONGEST_TERM] or lowered[:LONGEST_TERM]


@cache
def _stemmer(language: str) -> object | None:
    name = STEMMERS.get(language)
    return snowballstemmer.stemmer(name) if name else None


def stem(form: str, language: str) -> str:
    """Return the term under which a form is filed in a language: "en:elect"; without a stemmer the form itself."""
    stemmer = _stemmer(language)
    if stemmer is None:
        return f":{form}"
    return f"{language}:{stemmer.stemWord(form) or form}"  # type: ignore[attr-defined]


class Terms(dict[str, tuple[str, str]]):
    """Raw token -> (form, stem) in one language, remembered; emptied when it has grown past its size."""

    def __init__(self, language: str) -> None:
        super().__init__()
        self.language = language

    def __missing__(self, token: str) -> tuple[str, str]:
        if len(self) >= CACHE_SIZE:
            self.clear()
        form = fold(token)
        found = (sys.intern(form), sys.intern(stem(form, self.language)))
        self[token] = found
        return found


class Part(dict[str, str]):
    """Raw token -> its form or its stem in one language: a `Terms` by one of its sides, for the quickest look-up."""

    def __init__(self, language: str, side: int) -> None:
        super().__init__()
        self.terms, self.side = terms_of(language), side

    def __missing__(self, token: str) -> str:
        if len(self) >= CACHE_SIZE:
            self.clear()
        self[token] = found = self.terms[token][self.side]
        return found


@cache
def terms_of(language: str) -> Terms:
    """Return the table of raw tokens to (form, stem) for a language as `stemming_language` names it."""
    return Terms(language)


@cache
def forms_of(language: str) -> Part:
    """Return the table of raw tokens to forms for a language as `stemming_language` names it."""
    return Part(language, 0)


@cache
def stems_of(language: str) -> Part:
    """Return the table of raw tokens to stems for a language as `stemming_language` names it."""
    return Part(language, 1)


def raw_tokens(text: str) -> list[str]:
    """Return the tokens of a text in order, in lower case but not folded yet."""
    return printed_tokens(typewritten(text.lower()))


def analyze(text: str, language: str) -> list[tuple[str, str]]:
    """Return (form, stem) of each token of a text in a language, in order."""
    table = terms_of(stemming_language(language))
    return [table[token] for token in raw_tokens(text)]


@cache
def stemming_language(language: str) -> str:
    """Return the language as the analysis knows it: its base tag when there is a stemmer, else ""."""
    base = base_language(language)
    base = {"nb": "no", "nn": "no", "bs": "sr", "hr": "sr"}.get(base, base)
    return base if base in STEMMERS else ""


def typewritten(text: str) -> str:
    """Return the text with a typewriter's marks for typographic ones; its tokens stay, each in its place."""
    if not text.isascii():
        for mark, plain in TYPOGRAPHIC:
            text = text.replace(mark, plain)
    return text


def printed_tokens(text: str) -> list[str]:
    """Return the tokens of a text in order, as they are printed."""
    return (PLAIN_TOKEN if text.isascii() else TOKEN).findall(text)


def places_of(tokens: Sequence[str], text: str, chosen: Sequence[int]) -> list[tuple[int, int]]:
    """Return start and end of some tokens of a text, chosen by their numbers in order; `tokens` are all there are."""
    found, last = [], -1
    end = 0
    for number in chosen:
        for token in tokens[last + 1 : number]:
            end = text.index(token, end) + len(token)
        start = text.index(tokens[number], end)
        end = start + len(tokens[number])
        found.append((start, end))
        last = number
    return found


def forms(text: str) -> list[str]:
    """Return the forms of a text, in order."""
    return [form for form, _ in analyze(text, "")]


def is_stop_word(form: str, language: str) -> bool:
    """Say whether a form is too common in a language to be asked for."""
    return form in STOP_WORDS.get(language, frozenset())


RUN = 4


def name_terms(names: tuple[str, ...]) -> set[str]:
    """Return the terms under which names are filed: every run of up to four words, and "=" with each whole name."""
    found: set[str] = set()
    for name in names:
        words = forms(name)
        if words:
            found.add("=" + " ".join(words))
        for start in range(len(words)):
            for length in range(1, min(RUN, len(words) - start) + 1):
                found.add(" ".join(words[start : start + length]))
    return found


def name_query(text: str, exact: bool) -> tuple[str, ...]:
    """Return the terms that all must be filed for a name to match: see `name_terms`."""
    words = forms(text)
    if exact:
        return ("=" + " ".join(words),)
    if len(words) <= RUN:
        return (" ".join(words),)
    return tuple(" ".join(words[start : start + RUN]) for start in range(len(words) - RUN + 1))


def guess_language(text: str) -> str:
    """Return the language that a text's script and most common words speak for, "" when they do not say."""
    found = forms(text[:4000])
    if not found:
        return ""
    counts = {language: sum(form in words for form in found) for language, words in STOP_WORDS.items()}
    best = max(counts, key=lambda language: counts[language])
    return best if counts[best] >= max(2, len(found) // 12) else ""
