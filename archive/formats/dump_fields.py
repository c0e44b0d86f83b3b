"""What stands around the body of a dump: headline, standfirst, byline, date, source line, captions, tags, outlet.

Each function looks at blocks, marks the ones it has read with a role and a reason, and returns the value.
"""

# ruff: noqa: E501 - tables of words and patterns

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime
from functools import lru_cache

from archive.formats.base import Candidate, DateReading, OutletHints
from archive.formats.dump_blocks import Block
from archive.formats.dump_patterns import BYLINE, MINUTES, RIGHTS, SOURCE, UPDATED
from archive.text.dates import FoundDate, is_later_than
from archive.text.normalize import line_key, same_key

_HEADLINE_WINDOW = 25
_SITE_ICON = re.compile(r"^(?:site icon|site logo|logo(?: of)?)\s+(?P<name>\S.{1,60})$", re.IGNORECASE)
_RIGHTS_NAME = re.compile(
    r"(?:©|\(c\)|copyright)\s*(?:©|\(c\))?\s*(?:(?:19|20)\d\d(?:\s?[-–]\s?(?:(?:19|20)?\d\d|present))?)?[,\s]*(?:by\s+)?(?P<name>[^\W\d_][^.|•·©,;:()]{2,50})",
    re.IGNORECASE,
)
_RIGHTS_WORDS = re.compile(
    r"\b(?:all rights|rights reserved|alle rechte|powered|privacy|terms|copyright|the site|this site|website)\b",
    re.IGNORECASE,
)
_AUTHOR_SPLIT = re.compile(r"\s*(?:,|;|\s&\s|\s(?:and|und|et|y|e|en|och|og|и|і|та|i|a|و)\s)\s*")
_NOT_TAGS = re.compile(
    r"^(?:facebook|twitter|x|whatsapp|linkedin|telegram|pinterest|reddit|e-?mail|print|share|comments?|copy link|instagram|youtube|flipboard|viber|home|news|more|all|next|previous|messenger|line|vk|sms|tumblr)$",
    re.IGNORECASE,
)
_TAGS_LABEL = re.compile(
    r"^(?:tags?|topics?|keywords?|filed under|read more about|related topics|more on|schlagw(?:orte|örter)|themen|stichwörter|mots-clés|etiquetas|temas|tópicos|теги?|темы|теми|tagi|tagged|tagged in|الوسوم|كلمات مفتاحية|主题|标签|タグ)\s*(?:[::]\s*(?P<list>.*))?$",
    re.IGNORECASE,
)


def headline_index(blocks: Sequence[Block], inside: Sequence[bool]) -> int | None:
    """Return the index of the block that is the headline, or None.

    A headline stands close above the body, shares words with it, is followed by a date or byline line, and on many
    pages comes back within a dozen lines. One that does come back right at its date line is also looked for below
    sentences that look like body: those are a ticker.
    """
    flagged = [i for i, flag in enumerate(inside) if flag]
    if not flagged:
        return None
    amount = sum(blocks[i].shape.words for i in flagged)
    first = _body_start(blocks, flagged, amount)
    body_words = Counter(word for i in flagged if i >= first for word in set(blocks[i].shape.tokens) if len(word) > 3)
    best: tuple[float, int] | None = None
    window = range(max(0, first - _HEADLINE_WINDOW), min(len(blocks), first + _HEADLINE_WINDOW))
    date_lines = {
        j for j in range(max(0, window.start - 3), min(len(blocks), window.stop + 9)) if _is_date_line(blocks[j])
    }
    above = 0
    for i in window:
        if above > 0.6 * amount:
            break
        score = _headline_score(blocks, i, first, inside, body_words, date_lines)
        above += blocks[i].shape.words if i >= first and inside[i] else 0
        if score is not None and (best is None or score > best[0] + 1e-9):
            best = (score, i)
    return best[1] if best and best[0] > 1.0 else None


def _body_start(blocks: Sequence[Block], flagged: Sequence[int], amount: int) -> int:
    """Return the index where the body begins: a teaser far above it that looks like body is not its beginning."""
    start, passed = flagged[0], 0
    for i, following in itertools.pairwise(flagged):
        passed += blocks[i].shape.words
        if passed > 0.15 * amount:
            break
        if following - i > 12:
            start = following
    return start


def _headline_score(
    blocks: Sequence[Block],
    i: int,
    first: int,
    inside: Sequence[bool],
    body_words: Counter[str],
    date_lines: Collection[int],
) -> float | None:
    block = blocks[i]
    least = 2 if not block.text.isascii() else 3
    if (
        block.shape.picture
        or block.shape.credit
        or not least <= block.shape.words <= 40
        or block.shape.read_more
        or len(block.text) > 250
    ):
        return None
    if (
        BYLINE.match(block.text)
        or SOURCE.match(block.text)
        or (block.shape.dates and block.shape.words < 10)
        or block.shape.controls > 2
    ):
        return None
    own = {word for word in block.shape.tokens if len(word) > 3}
    # A word of the headline counts fully when the body has it twice.
    shared = sum(min(body_words[word] - (1 if inside[i] else 0), 2) for word in own) / (2 * len(own)) if own else 0.0
    score = 3.0 * shared
    score += 0.4 if 5 <= block.shape.words <= 22 else 0.0
    again = next((j for j in range(i + 1, min(len(blocks), i + 16)) if blocks[j].shape.key == block.shape.key), None)
    dated = next((j for j in range(i + 1, min(len(blocks), i + 10)) if j in date_lines), None)
    if dated is not None and sum(blocks[j].shape.prose for j in range(i + 1, dated)) <= 1:
        score += 1.5
    if any(j in date_lines for j in range(max(0, i - 3), i)):
        score += 0.4
    if again is not None:
        score += 1.2
    elif block.repeats > 1:
        score += 0.4
    score += 0.3 if block.gap else 0.0
    score -= (
        2.0
        if block.shape.sentence and block.text.endswith((".", "。", "։", "।")) and not block.text.endswith("...")
        else 0.0
    )
    score -= 0.8 if block.bullet else 0.0
    score -= 0.7 * block.shape.controls
    score -= 0.08 * max(0, first - i)
    if i > first:
        score -= 0.12 * sum(blocks[j].shape.prose for j in range(first, i))
        if dated is None or again is None:
            return None
    return score


def _is_date_line(block: Block) -> bool:
    """Say whether a block is a date line or a byline: short, and about nothing else."""
    if block.shape.credit or block.shape.words > 25:
        return False
    return bool(BYLINE.match(block.text)) or (bool(block.shape.dates) and not block.shape.prose)


def read_byline(blocks: Sequence[Block]) -> tuple[str, tuple[str, ...]]:
    """Return the byline as printed, without its "By", and the authors it names; marks its block."""
    for block in blocks:
        match = BYLINE.match(block.text)
        if match is None or block.shape.words > 16 or block.shape.prose or block.role in ("headline", "standfirst"):
            continue
        printed = block.text[match.end() :]
        for found in block.shape.dates:
            printed = printed.replace(found.printed, "")
        printed = re.split(r"\s[|•·]\s|\s+[–—-]\s+|\t|(?:published|updated|posted)\b", printed, flags=re.IGNORECASE)[0]
        printed = printed.strip(" ,|•·–—-")
        if not printed or len(printed) > 120:
            continue
        block.role, block.reason = "byline", "byline"
        return printed, split_authors(printed)
    return "", ()


def split_authors(printed: str) -> tuple[str, ...]:
    """Return the single names in a byline, in order, without repeats."""
    names = [name.strip(" .,:") for name in _AUTHOR_SPLIT.split(printed)]
    return tuple(dict.fromkeys(name for name in names if name and not name.isdigit()))


def read_source(blocks: Sequence[Block]) -> str:
    """Return the first printed "Source: ..." line as it stands; marks its block."""
    for block in blocks:
        if block.shape.words <= 45 and SOURCE.match(block.text) and not block.shape.credit:
            block.role, block.reason = "source", "the printed source line"
            return block.text
    return ""


def read_published(blocks: Sequence[Block], near: range, captured_at: datetime) -> DateReading:
    """Return the date of publication with its evidence: a date line at the headline, never one from elsewhere.

    `near` are the indexes of the blocks at the headline and before the body. Every other printed date is kept as a
    candidate with the reason it lost.
    """
    chosen: tuple[Block, FoundDate] | None = None
    lost: list[Candidate] = []
    options: list[tuple[int, int, Block, FoundDate]] = []
    for i, block in enumerate(blocks):
        for position, found in enumerate(block.shape.dates):
            origin = f"line {block.numbers[0]}"
            if reason := _why_not(block, found, i, near, captured_at):
                lost.append(Candidate(found.printed, origin, reason))
            else:
                later = bool(UPDATED.search(block.text[: found.start])) and position == 0
                options.append((1 if later else 0, position, block, found))
    if options:
        options.sort(key=lambda option: (option[0], option[3].precision == "day", option[1], option[2].numbers[0]))
        _, _, block, found = options[0]
        chosen = (block, found)
        for _, _, other, date in options[1:]:
            same = date.value.date() == found.value.date()
            why = (
                "says the same day less exactly"
                if same and date.precision == "day"
                else "another date line was clearer"
            )
            if UPDATED.search(other.text):
                why = "says when the text was changed"
            lost.append(Candidate(date.printed, f"line {other.numbers[0]}", why))
    if chosen is None:
        return DateReading(candidates=tuple(lost[:20]))
    block, found = chosen
    for _, _, other, _date in options:
        if not other.role and not other.shape.prose:
            other.role, other.reason = "date", "date line"
    origin = f"line {block.numbers[0]}"
    return DateReading(
        value=found.value,
        precision=found.precision,
        zone=found.zone,
        printed=found.printed,
        where=origin,
        rule=found.rule,
        candidates=(Candidate(found.printed, origin), *lost[:20]),
    )


def _why_not(block: Block, found: FoundDate, i: int, near: range, captured_at: datetime) -> str:
    if block.role == "caption" or block.shape.credit:
        return "stands in a caption"
    if found.weekday_contradicted:
        return "its weekday contradicts it"
    if is_later_than(found, captured_at):
        return "lies after the capture"
    if i >= near.stop:
        return "stands in or below the article, not at its headline"
    if i < near.start:
        return "stands above the article, not at its headline"
    if block.shape.prose or block.shape.words > 25:
        return "stands in a sentence"
    return ""


def read_tags(blocks: Sequence[Block], start: int, text: Sequence[Block]) -> tuple[str, ...]:
    """Return the tags in the list right below the body; marks its blocks.

    A list is one of tags when it is labeled so, or when at least half of its short entries are spoken of in the text.
    """
    known = ""
    for i in range(start, min(len(blocks), start + 6)):
        label = _TAGS_LABEL.match(blocks[i].text)
        if label and blocks[i].shape.words <= 40:
            blocks[i].role, blocks[i].reason = "tag", "label of the tags"
            if label["list"]:
                return tuple(dict.fromkeys(tag.strip() for tag in re.split(r"[,;|•·#]", label["list"]) if tag.strip()))
            return _marked_tags(_entries(blocks, i + 1, need_bullet=False))
        entries = _entries(blocks, i, need_bullet=True)
        if len(entries) < 2 or any(_NOT_TAGS.match(block.text) for block in entries[:3]):
            continue
        known = known or f" {' '.join(word for block in text for word in block.shape.tokens)} "
        spoken = sum(f" {' '.join(block.shape.tokens)} " in known for block in entries)
        if spoken * 2 >= len(entries):
            return _marked_tags(entries)
    return ()


def _entries(blocks: Sequence[Block], start: int, *, need_bullet: bool) -> list[Block]:
    entries: list[Block] = []
    for block in blocks[start : start + 20]:
        short = (
            block.shape.words <= 5
            and len(block.text) <= 50
            and not block.shape.sentence
            and not block.shape.picture
            and block.shape.key
        )
        if (
            not short
            or block.shape.dates
            or (need_bullet and not block.bullet)
            or (entries and block.gap and not block.bullet)
        ):
            break
        entries.append(block)
    return entries


def _marked_tags(entries: Sequence[Block]) -> tuple[str, ...]:
    for block in entries:
        block.role, block.reason = "tag", "entry of the tag list"
    return tuple(dict.fromkeys(block.text.lstrip("#") for block in entries))


def read_outlet(
    blocks: Sequence[Block], body: Sequence[Block], outlets: Sequence[OutletHints]
) -> tuple[str, str, list[Candidate]]:
    """Return the outlet's name as the page's furniture prints it, the evidence, and the other names it offers.

    Evidence, strongest first: an outlet that the archive knows, as a line of its own; "Site icon NAME"; the line of
    rights; a line that stands at the top of the page and comes back below the article.
    """
    around = [block for block in blocks if block.role not in ("body", "headline", "standfirst", "caption")]
    found: list[tuple[str, str]] = []
    known = {key for hints in outlets for name in (hints.name, *hints.names) if (key := _key_of_name(name))}
    for block in around:
        if block.shape.key in known:
            found.append((block.text, f"line {block.numbers[0]}: the name of a known outlet"))
            break
    for block in around:
        # Most lines of a page are none of these, and a plain look says so sooner than a pattern.
        if block.text[:4].casefold() in ("site", "logo") and (match := _SITE_ICON.match(block.text)):
            found.append((match["name"], f"line {block.numbers[0]}: {block.text}"))
    first = min((block.numbers[0] for block in body), default=0)
    last = max((block.numbers[-1] for block in body), default=0)
    for block in around:
        if (
            block.numbers[0] > last
            and ("©" in block.text or "copyright" in block.shape.key or "(c)" in block.text.casefold())
            and RIGHTS.search(block.text)
            and (match := _RIGHTS_NAME.search(block.text))
        ):
            name = re.split(r"\s+[-–—]\s+", match["name"])[0].strip(" .")
            if not _RIGHTS_WORDS.search(name) and len(name.split()) <= 6:
                found.append((name, f"line {block.numbers[0]}: the line of rights"))
    below = {block.shape.key for block in around if block.numbers[0] > last}
    for block in [block for block in around if block.numbers[0] < first][:12]:
        if (
            block.shape.key in below
            and 1 <= block.shape.words <= 5
            and len(block.text) >= 3
            and not block.bullet
            and not block.shape.controls
        ):
            found.append((block.text, f"line {block.numbers[0]}: at the top of the page and again below the article"))
    unique = {line_key(name): (name, where) for name, where in reversed(found)}
    ordered = [unique[key] for key in dict.fromkeys(line_key(name) for name, _ in found)]
    if not ordered:
        return "", "", []
    candidates = [Candidate(ordered[0][0], ordered[0][1])]
    candidates += [Candidate(name, where, "weaker evidence") for name, where in ordered[1:5]]
    return ordered[0][0], ordered[0][1], candidates


@lru_cache(maxsize=4096)
def _key_of_name(name: str) -> str:
    return same_key(name)


def is_reading_time(block: Block) -> bool:
    """Say whether a block is a reading time such as "3 Min Read"."""
    return not block.text[:1].isalpha() and bool(MINUTES.match(block.text))
