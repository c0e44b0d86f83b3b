"""Promises the quotes of a text with their speaker as printed and the rule that found it.

A quote is a span between quotation marks of any style. Spans that a reporting clause interrupts ("..., X said, ...")
and spans that run on over paragraphs are one quote in parts. Marks around a word or two that nobody is said to have
spoken are scare quotes: kept, marked as such, and without a speaker.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

from archive.text.clauses import READ_MORE, Clauses, read_clauses
from archive.text.quote_marks import MASK, Quoted
from archive.text.sourcing import Cue
from archive.text.speech_words import DETERMINERS, MENTAL, PRONOUNS
from archive.text.word_lists import words

_SCARE_WORDS = 3
# Below this a speaker is left unknown rather than guessed.
_LEAST = 0.5
_OPENERS = words("""but and so then when while as if that this in on at by for with after before""")


@dataclass(frozen=True, slots=True)
class Quote:
    """One quote: its words, the [start, end) of each of its parts without marks, and who is said to have spoken it.

    `speaker` is as printed, with its span; `rule` says how it was found and `confidence` how sure that is (0 to 1).
    """

    text: str
    parts: tuple[tuple[int, int], ...]
    speaker: str = ""
    speaker_span: tuple[int, int] | None = None
    rule: str = ""
    confidence: float = 0.0
    is_scare: bool = False

    @property
    def start(self) -> int:
        """Where the first part starts."""
        return self.parts[0][0]

    @property
    def end(self) -> int:
        """Where the last part ends."""
        return self.parts[-1][1]


@dataclass(slots=True)
class _Spoken:
    """One quoted span on its way to becoming a quote."""

    quoted: Quoted
    sentence: int
    cue: Cue | None = None
    rule: str = ""
    confidence: float = 0.0
    continues: int | None = None


def find_quotes(text: str) -> list[Quote]:
    """Return the quotes of `text` in order of their first part."""
    read = read_clauses(text)
    if not read.quoted:
        return []
    masked = read.masked
    starts = [s.start for s in read.sentences]
    quoted = [q for q in read.quoted if not READ_MORE.match(masked, masked.rfind("\n", 0, q.outer_start) + 1)]
    spoken = [_Spoken(q, max(0, bisect_right(starts, q.outer_start) - 1)) for q in quoted]
    for item in spoken:
        _speak(item, text, read)
    for i, item in enumerate(spoken):
        if i:
            _carry_over(spoken[i - 1], item, i, read)
    return _assembled(text, spoken)


def _speak(item: _Spoken, text: str, read: Clauses) -> None:
    """Give the quoted span the reporting clause of its sentence that is nearest in grammar."""
    q, inside, masked = item.quoted, read.cues[item.sentence], read.masked
    best: tuple[float, str, Cue] | None = None
    for cue in inside:
        score, rule = _fit(q, cue, masked)
        if score:
            score *= _soundness(cue, text)
        if score and (best is None or score > best[0]):
            best = (score, rule, cue)
    if best is not None and best[0] >= _LEAST:
        item.confidence, item.rule, item.cue = best


def _soundness(cue: Cue, text: str) -> float:
    """Return how much the source of a clause looks like a speaker: 1 for a name or a pronoun, else less."""
    source = text[cue.source[0] : cue.source[1]]
    words = source.split()
    sound = 1.0
    if cue.word in MENTAL:
        sound *= 0.6
    low = words[0].casefold()
    if low in PRONOUNS or (words[0][0].isupper() and low not in _OPENERS):
        return sound
    if len(words) == 1:
        return sound * (0.8 if low.endswith("s") or low in ("police", "people") else 0.3)
    if low in DETERMINERS:
        return sound * (0.95 if len(words) <= 6 else 0.7)
    return sound * (0.85 if len(words) <= 3 else 0.55)


def _fit(q: Quoted, cue: Cue, masked: str) -> tuple[float, str]:
    """Return how well a reporting clause fits a quoted span of its sentence, and the name of the rule."""
    left, right = min(cue.start, cue.source[0]), max(cue.end, cue.source[1])
    if cue.kind in ("by", "interview"):
        return 0.0, ""
    if left >= q.outer_end:
        between = masked[q.outer_end : left]
        close = not re.sub(rf"[\s,.;:—–{MASK}-]", "", between)
        if cue.kind in ("tells", "inverted", "according", "citing") and close:
            return (0.98, f"quote, {cue.kind}") if MASK not in between else (0.9, f"quote, {cue.kind}")
        if cue.kind == "according" and "\n" not in between:
            return 0.7 - min(len(between), 200) / 1000, "quote ... according to"
        if cue.kind in ("tells", "inverted") and re.search(r",\s*$", between):
            return 0.6 - min(len(between), 200) / 1000, "quote ..., tells"
        return (0.2, "names after") if cue.kind != "colon" else (0.0, "")
    if right <= q.outer_start:
        between = masked[right : q.outer_start] if cue.end >= cue.source[1] else masked[cue.end : q.outer_start]
        gap = len(between.replace(MASK, ""))
        if cue.kind == "names":
            return 0.75 - min(gap, 250) / 500, "names quote"
        if cue.kind == "citing":
            return 0.0, ""
        return 0.95 - min(gap, 300) / 1000, f"{cue.kind} quote"
    return 0.0, ""


def _carry_over(previous: _Spoken, item: _Spoken, i: int, read: Clauses) -> None:
    """Give a quoted span the speaker of the one before it where the text runs on."""
    masked = read.masked
    between = masked[previous.quoted.outer_end : item.quoted.outer_start]
    if previous.quoted.is_open and not between.strip():
        item.continues = i - 1
        item.cue, item.rule, item.confidence = previous.cue, "runs on", previous.confidence
        return
    if item.cue is not None and item.confidence >= 0.5:
        same = item.cue is previous.cue and "\n" not in between
        if same and item.cue.start >= previous.quoted.outer_end and item.cue.end <= item.quoted.outer_start:
            item.continues = i - 1
        return
    if previous.cue is None:
        return
    here = read.sentences[item.sentence]
    alone = not masked[here.start : item.quoted.outer_start].strip(' ¤.,—–-…“"')
    if "\n" not in between and alone and item.sentence - previous.sentence <= 1:
        item.cue, item.rule, item.confidence = previous.cue, "next sentence", min(previous.confidence, 0.9)
        if _clause_only(between):
            item.continues = i - 1
    elif between.count("\n") and not previous.quoted.is_open and alone and item.sentence - previous.sentence == 1:
        whole = not re.sub(rf"[\s{MASK}.,?!…—–-]", "", here.text)
        if whole:
            item.cue, item.rule, item.confidence = previous.cue, "next paragraph", min(previous.confidence, 0.6)


def _clause_only(between: str) -> bool:
    """Return whether nothing but one short reporting clause stands between two spans."""
    return 0 < len(between.strip()) <= 160


def _assembled(text: str, spoken: list[_Spoken]) -> list[Quote]:
    groups: list[list[_Spoken]] = []
    where: dict[int, int] = {}
    for i, item in enumerate(spoken):
        if item.continues is not None and item.continues in where:
            where[i] = where[item.continues]
            groups[where[i]].append(item)
        else:
            where[i] = len(groups)
            groups.append([item])
    quotes = []
    for group in groups:
        named = next((g for g in group if g.cue is not None), None)
        parts = tuple((g.quoted.start, _bare_end(text, g.quoted)) for g in group)
        words = " ".join(text[a:b].strip() for a, b in parts)
        span = named.cue.source if named is not None and named.cue is not None else None
        count = len(re.findall(r"\w+", words))
        scare = (named is None and count <= _SCARE_WORDS) or (
            count == 1 and named is not None and not named.rule.startswith("quote,")
        )
        quotes.append(
            Quote(
                text=words,
                parts=parts,
                speaker=text[span[0] : span[1]] if span else "",
                speaker_span=span,
                rule=named.rule if named is not None else "",
                confidence=round(named.confidence, 3) if named is not None else 0.0,
                is_scare=scare,
            )
        )
    return quotes


def _bare_end(text: str, quoted: Quoted) -> int:
    """Return the end of the span without the comma that belongs to the sentence around it."""
    end = quoted.end
    while end > quoted.start and text[end - 1] in ", \t":
        end -= 1
    return end
