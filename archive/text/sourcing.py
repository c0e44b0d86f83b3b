"""Promises, for each sentence, who is said to say something: the words that name the source, and the words of telling.

This is the one reader of English reporting clauses, shared by attributions (who relies on whom) and quotes (who
speaks). It works on text whose quoted spans are masked (`quote_marks.mask_quoted`), so that verbs inside a quote do
not count. Every answer is a place in the text, never a rewritten string.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from archive.text.clause_tokens import Token, is_noun, tokens_of
from archive.text.quote_marks import MASK
from archive.text.sentences import Sentence
from archive.text.speech_words import (
    ADDRESSING,
    AUXILIARY,
    BE,
    DAYS,
    DETERMINERS,
    INVERTING,
    NAMING,
    PREPOSITIONS,
    PRONOUNS,
    STOPS_LEFT,
    STOPS_RIGHT,
    STOPS_RIGHT_LONG,
    TELLING,
    TELLING_ING,
)

CueKind = Literal["tells", "inverted", "according", "by", "citing", "colon", "names", "interview"]


@dataclass(frozen=True, slots=True)
class Cue:
    """One reporting clause: the source's span, the span of the telling words, and whom it was told to (or None)."""

    kind: CueKind
    word: str
    start: int
    end: int
    source: tuple[int, int]
    addressee: tuple[int, int] | None = None


def _after(leads: str, rest: str) -> tuple[re.Pattern[str], frozenset[str]]:
    """Return the pattern of any of these leads (one a "|") with what follows, and words of which one must be there."""
    each = [lead.strip() for lead in leads.replace("\n", " ").split("|")]
    longest = frozenset(max(re.findall(r"\w+", lead), key=len) for lead in each)
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, each))})\s+{rest}".replace(r"\ ", " "), re.I), longest


_BY = _after(
    """reported|published|released|obtained|reviewed|seen|conducted|broken|revealed|quoted|written|cited|told|compiled|
    commissioned|sponsored|broadcast|aired|provided|interviewed|posted|first reported|issued""",
    r"(?:(?:earlier|first|on|last|this|\w+day|week|month|exclusively)\s+){0,3}(?:by|in|to)\s+",
)
_CITING = _after(
    """citing|quoting|with reference to|referring to|reference to|references to|cites|cited|quoted|quotes|credited to|
    as quoted by|as reported by|via""",
    "",
)
_ACCORDING = _after("according to|in the words of|in the view of|as per", "")
_INTERVIEW = _after(
    """interview|interviewed|interviews|conversation|appearance|op-ed|editorial|article|column|piece|essay|statement""",
    r"(?:\w+\s+){0,2}?(?:with|by|on|in|for|to|published in|published by)\s+",
)
_LEADS = ((_ACCORDING, "according"), (_BY, "by"), (_CITING, "citing"), (_INTERVIEW, "interview"))
_PLAIN = re.compile(r"\w+")
_VERBS = TELLING | NAMING | TELLING_ING


_ISSUED = re.compile(
    r"\s+(?:an?\s+|the\s+)?(?:\w+\s+){0,2}?(?:warning|statement|communiqué|report|denial|appeal|alert|apology)"
)


def find_cues(masked: str, sentence: Sentence) -> list[Cue]:
    """Return the reporting clauses of one sentence of the masked text, in order of their telling words."""
    reader = _Reader(masked[sentence.start : sentence.end], sentence.start)
    return sorted(reader.cues(), key=lambda cue: cue.start)


class _Reader:
    """Reads one sentence; positions inside are the sentence's own until `_cue` turns them into the text's."""

    def __init__(self, text: str, base: int) -> None:
        self.text = text
        self.base = base
        self.tokens: list[Token] = []
        self.subject: tuple[int, int] | None = None

    def cues(self) -> list[Cue]:
        found: list[Cue] = []
        taken: set[int] = set()
        # Most sentences tell nothing: their words say so before anything is looked at in its place.
        plain = frozenset(_PLAIN.findall(self.text.casefold()))
        leads = [(pattern, kind) for (pattern, needed), kind in _LEADS if not needed.isdisjoint(plain)]
        tells = ":" in self.text or not _VERBS.isdisjoint(plain)
        if leads or tells:
            self.tokens = tokens_of(self.text)
        for pattern, kind in leads:
            for match in pattern.finditer(self.text):
                source = self._phrase_right(match.end(), STOPS_RIGHT_LONG)
                if source and match.start() not in taken:
                    taken.add(match.start())
                    word = match.group(0).split()[0].casefold()
                    found.append(self._cue(kind, word, match.start(), match.end(), source))  # type: ignore[arg-type]
        if not tells:
            return found
        for i, token in enumerate(self.tokens):
            low = token.low
            if low in TELLING or low in NAMING:
                cue = self._finite(i)
            elif low in TELLING_ING:
                cue = self._participle(i)
            elif token.text == ":" and i and token.start > 0:
                cue = self._colon(i)
            else:
                continue
            if cue is not None:
                found.append(cue)
                if cue.kind != "names" or self.subject is None:
                    self.subject = (cue.source[0] - self.base, cue.source[1] - self.base)
        return found

    def _cue(
        self,
        kind: CueKind,
        word: str,
        start: int,
        end: int,
        source: tuple[int, int],
        addressee: tuple[int, int] | None = None,
    ) -> Cue:
        base = self.base
        told = (addressee[0] + base, addressee[1] + base) if addressee else None
        return Cue(kind, word, start + base, end + base, (source[0] + base, source[1] + base), told)

    def _finite(self, i: int) -> Cue | None:
        """Read the clause around a finite verb of telling or naming at token `i`."""
        token = self.tokens[i]
        kind: CueKind = "tells" if token.low in TELLING else "names"
        if is_noun(self.tokens, i):
            return None
        if token.low == "issued" and not _ISSUED.match(self.text, token.end):
            return None
        j = i - 1
        while j >= 0 and (self.tokens[j].low in AUXILIARY or self.tokens[j].low.endswith("ly")):
            j -= 1
        if j >= 0 and self.tokens[j].low in BE:
            return None
        if j >= 0 and self.tokens[j].low == "to":
            return self._infinitive(i, j, kind)
        inverted = self._inverted(i)
        if inverted is not None:
            return self._cue("inverted", token.low, token.start, token.end, inverted)
        if j >= 0 and self.tokens[j].low in ("and", "but", "then"):
            source = self.subject or self._first_phrase(j)
        else:
            source = self._phrase_left(j)
        if source is None:
            return None
        addressee = self._phrase_right(token.end, STOPS_RIGHT) if token.low in ADDRESSING else None
        return self._cue(kind, token.low, token.start, token.end, source, addressee)

    def _infinitive(self, i: int, j: int, kind: CueKind) -> Cue | None:
        """Read "went on to say", "continued to argue": the subject of the verb in front of "to"."""
        if j < 1 or self.tokens[j - 1].low not in (
            "on",
            "continued",
            "continues",
            "appeared",
            "seemed",
            "wanted",
            "refused",
            "failed",
            "declined",
            "used",
        ):
            return None
        k = j - 1
        while k >= 0 and self.tokens[k].low in (
            "on",
            "went",
            "goes",
            "continued",
            "continues",
            "appeared",
            "seemed",
            "wanted",
            "refused",
            "failed",
            "declined",
            "used",
        ):
            k -= 1
        source = self._phrase_left(k)
        token = self.tokens[i]
        return self._cue(kind, token.low, token.start, token.end, source) if source else None

    def _participle(self, i: int) -> Cue | None:
        """Read ", adding that ...": its subject is that of the clause in front of it, else the sentence's."""
        token = self.tokens[i]
        if i and self.tokens[i - 1].low in BE | {"to", "of", "without", "for", "from", "about"}:
            if self.tokens[i - 1].low not in BE:
                return None
            source = self._phrase_left(i - 2)
        else:
            source = self.subject or self._first_phrase(i)
        addressee = self._phrase_right(token.end, STOPS_RIGHT) if token.low in ADDRESSING else None
        return self._cue("tells", token.low, token.start, token.end, source, addressee) if source else None

    def _colon(self, i: int) -> Cue | None:
        """Read "X: ..." where X is a name or a noun phrase of at most six words that opens the sentence."""
        words = self.tokens[:i]
        if not 1 <= len(words) <= 6 or any(not w.is_word for w in words):
            return None
        if not words[0].text[0].isupper() or any(w.low in TELLING | NAMING | BE for w in words):
            return None
        return self._cue("colon", ":", self.tokens[i].start, self.tokens[i].end, (words[0].start, words[-1].end))

    def _inverted(self, i: int) -> tuple[int, int] | None:
        """Return the subject that follows the verb at `i` ("..., said the mayor"), or None."""
        token = self.tokens[i]
        if token.low not in INVERTING:
            return None
        before = self.tokens[i - 1] if i else None
        quote_before = before is not None and (
            before.text[0] == MASK or (before.text in ",.?!;—–-…" and i > 1 and self.tokens[i - 2].text[0] == MASK)
        )
        if not (quote_before or before is None or before.text in ",—–"):
            return None
        following = self.tokens[i + 1] if i + 1 < len(self.tokens) else None
        if following is None or not following.is_word:
            return None
        low = following.low
        if low in (
            "that",
            "in",
            "on",
            "at",
            "it",
            "there",
            "during",
            "to",
            "so",
            "when",
            "if",
            "of",
            "with",
            "as",
            "by",
        ):
            return None
        if not (following.text[0].isupper() or low in DETERMINERS | PRONOUNS or quote_before):
            return None
        phrase = self._phrase_right(token.end, STOPS_RIGHT)
        if phrase is None or quote_before:
            return phrase
        rest = self.text[phrase[1] :].lstrip()
        ends = not rest or rest[0] in ",.;:—–(" or rest.split(None, 1)[0].casefold() in ("who", "in", "at", "during")
        return phrase if ends and before is not None and self._has_clause(i - 1) else None

    def _has_clause(self, j: int) -> bool:
        """Return whether the tokens in front of `j` hold a clause of their own: more than a name and its apposition."""
        words = [t for t in self.tokens[:j] if t.is_word]
        lower = [t for t in words if t.text[0].islower()]
        verbs = sum(t.low in BE | AUXILIARY or t.low.endswith("ed") for t in lower)
        return len(words) >= 4 and verbs > 0

    def _first_phrase(self, limit: int) -> tuple[int, int] | None:
        """Return the noun phrase that opens the sentence in front of token `limit`."""
        i = 0
        while i < limit and not self.tokens[i].is_word:
            i += 1
        start = i
        if i < limit and self.tokens[i].low in PREPOSITIONS:
            while i < limit and self.tokens[i].text != ",":
                i += 1
            start = i + 1
        end = start
        while (
            end < limit
            and self.tokens[end].is_word
            and (
                self.tokens[end].text[0].isupper()
                or self.tokens[end].low in DETERMINERS | PRONOUNS | {"of"}
                or (end == start + 1 and self.tokens[start].low in DETERMINERS)
            )
        ):
            end += 1
        if end == start:
            return None
        return self.tokens[start].start, self.tokens[end - 1].end

    def _phrase_right(self, position: int, stops: frozenset[str]) -> tuple[int, int] | None:
        """Return the noun phrase that starts at `position`, up to punctuation or a word in `stops`."""
        start = end = -1
        count = 0
        for token in self.tokens:
            if token.start < position:
                continue
            low = token.low
            if not token.is_word:
                if token.text in ("’", "'", "“", "&", "/", "%") or (
                    token.text == "." and end > 0 and token.start == end and self._abbreviated(end)
                ):
                    continue
                break
            if count and (low in stops or (low in DAYS and stops is STOPS_RIGHT)):
                break
            if count == 0 and low in ("that", "which", "who", "when", "if", "how", "why", "what", "whether"):
                return None
            if start < 0:
                start = token.start
            end = token.end
            count += 1
            if count >= 16:
                break
            if count == 1 and low in PRONOUNS and low not in ("one", "some", "many", "others", "both"):
                break
        if start < 0:
            return None
        text = self.text[start:end]
        return (start, end) if any(c.isalpha() for c in text) else None

    def _abbreviated(self, end: int) -> bool:
        word = self.text[:end].rsplit(None, 1)[-1]
        return len(word) <= 2 or word.casefold() in ("jr", "sr", "inc", "st")

    def _phrase_left(self, j: int, depth: int = 0) -> tuple[int, int] | None:
        """Return the noun phrase that ends with token `j`, stepping over appositions and asides between commas."""
        if j < 0 or depth > 4:
            return None
        token = self.tokens[j]
        if token.text in ",—–)-" and not token.is_word:
            return self._over_aside(j, depth)
        if token.low in ("who", "which", "that") and j > 0:
            k = j - 1
            if self.tokens[k].text == ",":
                k -= 1
            return self._phrase_left(k, depth + 1)
        start = j
        k = j
        while k >= 0 and self._belongs_left(k):
            start = k
            k -= 1
        if not (self.tokens[j].is_word and self._belongs_left(j)):
            return None
        return self._trim(start, j)

    def _belongs_left(self, k: int) -> bool:
        token = self.tokens[k]
        if token.is_word:
            return token.low not in STOPS_LEFT and token.low not in TELLING_ING
        return token.text in "’'&/%." and k > 0 and token.start == self.tokens[k - 1].end and token.text != "."

    def _over_aside(self, j: int, depth: int) -> tuple[int, int] | None:
        """Step from the comma (or dash, or bracket) at `j` to the phrase in front of the aside it closes."""
        if j > 0 and self.tokens[j - 1].text[0] == MASK:
            return None
        opener = {")": "(", "—": "—", "–": "–", "-": "-"}.get(self.tokens[j].text, ",")
        k = j - 1
        while k >= 0 and self.tokens[k].text != opener:
            if self.tokens[k].text in ":;" or self.tokens[k].text[0] == MASK:
                return None
            k -= 1
        aside = self.tokens[k + 1 : j]
        if not aside:
            return None
        first = aside[0]
        if k < 0:
            return self._trim(0, j - 1) if first.text[0].isupper() and first.low not in PREPOSITIONS else None
        is_list = len(aside) <= 3 and all(t.text[0].isupper() for t in aside if t.is_word) and aside[0].low not in DAYS
        left = self._phrase_left(k - 1, depth + 1)
        if left is not None and self._titles(left, aside):
            return left[0], aside[-1].end
        if left is not None and not (is_list and depth == 0 and self._lower_before(k)):
            return left
        return self._trim(k + 1, j - 1)

    def _titles(self, left: tuple[int, int], aside: list[Token]) -> bool:
        """Return whether `left` is the office of the person whom the aside names ("The mayor, Ana Ruiz, said")."""
        named = 2 <= len(aside) <= 4 and all(t.is_word and t.text[0].isupper() and t.low not in DAYS for t in aside)
        words = self.text[left[0] : left[1]].split()
        return named and len(words) > 1 and words[0].casefold() in ("the", "its", "his", "her", "their", "our")

    def _lower_before(self, k: int) -> bool:
        return k > 0 and self.tokens[k - 1].is_word and self.tokens[k - 1].text[0].islower()

    def _trim(self, start: int, end: int) -> tuple[int, int] | None:
        """Return the span of tokens start..end without leading connectives, days and prepositional phrases."""
        while start <= end and (
            self.tokens[start].low
            in (
                "and",
                "but",
                "then",
                "so",
                "or",
                "meanwhile",
                "still",
                "yet",
                "also",
                "now",
                "later",
                "earlier",
                "today",
                "yesterday",
                "instead",
                "indeed",
                "however",
                "again",
                "once",
                "here",
                "perhaps",
                "sometimes",
            )
            or not self.tokens[start].is_word
        ):
            start += 1
        while end >= start and (
            self.tokens[end].low in DAYS
            or not self.tokens[end].is_word
            or self.tokens[end].low in AUXILIARY - {"all", "both"}
        ):
            end -= 1
        if start > end:
            return None
        if self.tokens[start].low in PREPOSITIONS:
            k = end
            while (
                k > start
                and (self.tokens[k].text[0].isupper() or not self.tokens[k].is_word)
                and self.tokens[k].low not in DAYS
            ):
                k -= 1
            if k < end:
                begin = k + 1
                if self.tokens[k].low in DETERMINERS:
                    begin = k
                start = begin
            elif self.tokens[end].low in PRONOUNS:
                start = end
            else:
                d = end
                while d > start and self.tokens[d].low not in DETERMINERS:
                    d -= 1
                if d == start:
                    return None
                start = d
        elif self.tokens[end].low in PRONOUNS and self.tokens[end].low not in ("one", "some", "many", "others", "both"):
            start = end
        for k in range(end, start, -1):
            if (
                self.tokens[k].low == "and"
                and k < end
                and self.tokens[k - 1].text[0].islower()
                and not self.tokens[k + 1].text[0].islower()
            ):
                start = k + 1
                break
        return self.tokens[start].start, self.tokens[end].end
