"""What an article is about, as counted terms: stems of its words, numbers with what they count, and the names in it.

The promise: the same text gives the same terms everywhere (placement, repair, related coverage, the benchmark), in
any language; a language without a stemmer, or without capital letters, gets fewer terms and never an error.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable
from functools import lru_cache

import snowballstemmer

# A name is filed beside the words under this mark, so that "May" the person is not "may" the month.
NAME_MARK = "="

# A name that next to no other article holds is filed once more under this mark (archive.stories.similarity).
RARE_MARK = "+"

# The headline says what an article is about three times as densely as the body, and so does its opening once more.
HEADLINE_WEIGHT = 3
OPENING_WORDS = 150
WORDS_KEPT = 120
NAMES_KEPT = 120
TERM_LENGTH = 60

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
# "3-year-old", "5400 block", "21st street": the number tells more with the word after it than alone.
_NUMBERED = re.compile(r"(?<![\w.,$£€])(\d[\d,]*)(?:st|nd|rd|th)?[ \-]+([^\W\d_]+)")
_POSSESSIVE = re.compile(r"['’].*$")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f]")
_SENTENCE_END = re.compile(r"[.!?…:؟。]['\"”’»)\]]*\s*$|\n\s*$")
_JOINER = re.compile(r"^(?: |-|\.| & |\. )$")
# A full stop ends the sentence unless it follows an initial or one of these.
_ABBREVIATED = frozenset({"dr", "gen", "gov", "lt", "mr", "mrs", "ms", "rep", "sen", "sgt", "st"})

_STEMMERS = {
    "ar": "arabic",
    "ca": "catalan",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "es": "spanish",
    "fi": "finnish",
    "fr": "french",
    "hi": "hindi",
    "hu": "hungarian",
    "hy": "armenian",
    "it": "italian",
    "lt": "lithuanian",
    "ne": "nepali",
    "nl": "dutch",
    "no": "norwegian",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sr": "serbian",
    "sv": "swedish",
    "ta": "tamil",
    "tr": "turkish",
    "yi": "yiddish",
}

# Words that say nothing about the event. Other languages are left to idf, which learns theirs from the archive.
_COMMON_WORDS = """
    a about after again all also am an and any are as at be because been before being but by can could did do does
    doing down during each few for from further had has have having he her here hers him his how i if in into is it
    its itself just me more most my no nor not now of off on once only or other our out over own said says same she
    should so some such than that the their them then there these they this those through to too under until up very
    was we were what when where which while who whom why will with would you your
"""
_COMMON = frozenset(_COMMON_WORDS.split())
_PARTICLES = frozenset(
    {"of", "the", "de", "del", "al", "bin", "ibn", "van", "von", "la", "el", "le", "du", "da", "dos", "y"}
)


def script_language(word: str) -> str:
    """Return the language whose stemmer suits the script of the word, "" for a script without one."""
    letter = word[0]
    if letter <= "ɏ":
        return "en"
    if "Ѐ" <= letter <= "ӿ":
        return "ru"
    if "؀" <= letter <= "ۿ":
        return "ar"
    if "Ͱ" <= letter <= "Ͽ":
        return "el"
    return ""


@lru_cache(maxsize=512)
def _stemmer_of(script: str, language: str) -> Callable[[str], str] | None:
    """Return what stems words of the script that this language suits, None where nothing does."""
    code = language if language in _STEMMERS and (script == "en") == (script_of(language) == "en") else script
    name = _STEMMERS.get(code)
    return stemmer(name) if name else None


def stemmer(name: str) -> Callable[[str], str]:
    """Return what stems words by the Snowball algorithm of that name."""
    found = snowballstemmer.stemmer(name)
    # Its own store of words takes longer than stemming them.
    if hasattr(found, "maxCacheSize"):
        found.maxCacheSize = 0
    return found.stemWord


def stem(word: str, language: str) -> str:
    """Return the stem of a lower-case word in that language ("" or unknown: what its script suggests)."""
    stemmed = _stemmer_of(script_language(word), language)
    return stemmed(word) if stemmed else word


def script_of(language: str) -> str:
    """Return the language that stands for the script in which `language` is written ("en" for Latin script)."""
    return {"ru": "ru", "sr": "ru", "ar": "ar", "el": "el"}.get(
        language, "" if language in ("hi", "ne", "ta") else "en"
    )


def word_stems(text: str, language: str = "") -> list[str]:
    """Return the stems of the telling words of a text, in order; runs of CJK or Thai letters become letter pairs."""
    code = language[:2].lower()
    return [told for word in _WORD.findall(text) for told in _told(word, code)]


@lru_cache(maxsize=200_000)
def _told(found: str, code: str) -> tuple[str, ...]:
    """Return the stems that one printed word counts for: one, none or several."""
    word = _without_possessive(found.lower())
    if not word or word in _COMMON:
        return ()
    if not word.isascii() and _CJK.search(word):
        return tuple(word[i : i + 2] for i in range(max(1, len(word) - 1)))
    if word[-1].isdecimal():
        return (word[:TERM_LENGTH],)
    return (stem(word, code)[:TERM_LENGTH],)


def numbered(text: str, language: str = "") -> list[str]:
    """Return the numbers of a text with the stem of the word that follows each, in order: "3 year", "5400 block"."""
    return [term for term, _ in _numbered(text, language[:2].lower())]


def _numbered(text: str, code: str) -> list[tuple[str, str]]:
    """Return each with how it is printed."""
    found = _NUMBERED.finditer(text)
    return [(f"{one[1]} {stem(one[2].lower(), code)}"[:TERM_LENGTH], one[0]) for one in found]


def name_runs(text: str) -> list[str]:
    """Return the runs of capitalised words in a text, in order, as printed.

    A single capitalised word that opens a sentence is left out, as it may be any word.
    """
    return list(_name_runs(text))


@lru_cache(maxsize=512)
def _name_runs(text: str) -> tuple[str, ...]:
    """A text is read for its terms, and a moment later for the reasons why it was placed."""
    runs: list[str] = []
    words: list[str] = []
    opens_sentence = True
    run_opens = False
    last_end = 0
    previous = ""

    def close() -> None:
        while words and words[-1].lower() in _PARTICLES:
            words.pop()
        if words and not (run_opens and len(words) == 1):
            runs.append(" ".join(words))
        words.clear()

    for match in _WORD.finditer(text):
        word = match.group()
        if not words and not word[0].isupper():
            last_end, previous = match.end(), word
            continue
        gap = text[last_end : match.start()]
        if last_end:
            shortened = gap == ". " and (len(previous) == 1 or previous.lower() in _ABBREVIATED)
            opens_sentence = not shortened and bool(_SENTENCE_END.search(gap) or "\n" in gap)
        if words and (opens_sentence or not _JOINER.match(gap)):
            close()
        bare = _without_possessive(word)
        lowered = bare.lower()
        if bare[:1].isupper() and not (not words and lowered in _COMMON):
            if not words:
                run_opens = opens_sentence
            words.append(bare)
            if bare != word:
                close()
        elif words and lowered in _PARTICLES:
            words.append(lowered)
        else:
            close()
        last_end, previous = match.end(), word
    close()
    return tuple(runs)


def name_counts(text: str) -> Counter[str]:
    """Return how often each name stands in a text, lower case; a name of several words counts for its parts too."""
    counts: Counter[str] = Counter()
    for run in _name_runs(text):
        name = run.lower()[:TERM_LENGTH]
        counts[name] += 1
        parts = name.split()
        if len(parts) > 1:
            counts.update(part for part in parts if len(part) > 1 and part not in _COMMON)
    return counts


def term_counts(headline: str, body: str, language: str = "") -> dict[str, float]:
    """Return how much an article speaks of each term, 1 + ln(occurrences), names under NAME_MARK.

    The weights of headline and opening were measured on the three collections of benchmarks.stories.
    """
    counts: Counter[str] = Counter()
    for word in (*word_stems(headline, language), *numbered(headline, language)):
        counts[word] += 1 + HEADLINE_WEIGHT
    stems = word_stems(body, language)
    counts.update(stems)
    counts.update(numbered(body, language))
    counts.update(stems[:OPENING_WORDS])
    for name, count in name_counts(f"{headline}\n{body}").items():
        counts[NAME_MARK + name] = count
    return {term: 1 + math.log(count) for term, count in counts.items()}


def printed_forms(text: str, terms: list[str], language: str = "") -> list[str]:
    """Return terms (stems, or names without their mark) as the text prints them, in the order given; those that the
    text does not print are left out."""
    forms = _forms(text, language[:2].lower())
    return [forms[term] for term in terms if term in forms]


@lru_cache(maxsize=16)
def _forms(text: str, code: str) -> dict[str, str]:
    """Return the names of a text by their lower case, its words by stem and by lower case, and its numbers with the
    word that follows, as first printed."""
    forms: dict[str, str] = {}
    for run in _name_runs(text):
        forms.setdefault(run.lower()[:TERM_LENGTH], run)
    for word in dict.fromkeys(_WORD.findall(text)):
        bare = _without_possessive(word)
        told = _told(word, code)
        if len(told) == 1:
            forms.setdefault(told[0], bare)
        forms.setdefault(bare.lower()[:TERM_LENGTH], bare)
    for term, printed in _numbered(text, code):
        forms.setdefault(term, printed)
    return forms


def _without_possessive(word: str) -> str:
    return _POSSESSIVE.sub("", word) if "'" in word or "’" in word else word
