"""Two texts side by side, as a person would lay them: paragraphs that stayed, changed, moved, came and went, and inside
a changed paragraph the words.

Paragraphs are aligned by what they say (spacing and the style of quotes and dashes do not count), changed ones are
paired by the words they share, and pairs that are out of order are moves. Inside a pair, sentences are aligned before
words, so that an inserted sentence never smears over its neighbors. Nothing is lost: the left runs of all rows spell
the text before, the right runs the text after.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Literal

from rapidfuzz.distance import Indel

from archive.text.normalize import fold_typography, same_key
from archive.text.sentences import split_sentences

Kind = Literal["same", "changed", "added", "removed", "moved"]
Runs = tuple[tuple[str, str], ...]

PAIRED = 0.4
MOVED = 0.6
SENTENCE_PAIRED = 0.35
CONTAINED = 0.9
RARE = 8
SMALL = 12

_TOKEN = re.compile(r"(\w+(?:['’.,:/\-‑–]\w+)*|[^\w\s])(\s*)")
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Row:
    """One paragraph of the two texts: `before` is "" where it was added, `after` where it was removed.

    `left`, `right` and `inline` are runs of (text, mark) with mark "", "ins" or "del". `trivial` says that only
    spacing, typographic quotes, dashes or the breaks between paragraphs differ. A moved paragraph may be changed as
    well; `moved_up` says which way it went.
    """

    kind: Kind
    before: str
    after: str
    left: Runs
    right: Runs
    inline: Runs
    trivial: bool = False
    moved_up: bool = False


def diff_texts(before: str, after: str) -> list[Row]:
    """Return the rows that lead from one text to the other, in the order of the text after; one paragraph a line."""
    old, new, leveled = _level(_paragraphs(before), _paragraphs(after))
    pairs = _align([same_key(text) for text in old], [same_key(text) for text in new], old, new)
    in_order = _longest_in_order(pairs)
    moved = {j: i for i, j in pairs if (i, j) not in in_order}
    leaving = {i for i, _ in pairs}
    rows: list[Row] = []
    i = 0
    anchors = {j: i for i, j in in_order}
    for j, text in enumerate(new):
        if j in moved:
            rows.append(_moved(old[moved[j]], text, up=_went_up(moved[j], j, in_order)))
            continue
        # What went stands before what came in its place.
        anchor = anchors.get(j)
        until = (
            anchor if anchor is not None else next((anchors[k] for k in range(j, len(new)) if k in anchors), len(old))
        )
        rows.extend(_removed(old[k]) for k in range(i, until) if k not in leaving)
        i = max(i, until)
        if anchor is None:
            rows.append(Row("added", "", text, (), ((text, "ins"),), ((text, "ins"),)))
        else:
            rows.append(_pair(old[anchor], text, trivial=anchor in leveled))
            i = anchor + 1
    rows.extend(_removed(old[k]) for k in range(i, len(old)) if k not in leaving)
    return rows


def diff_line(before: str, after: str) -> Row | None:
    """Return the row of a field of one line (headline, byline), or None where both are empty."""
    if not before and not after:
        return None
    if not before:
        return Row("added", "", after, (), ((after, "ins"),), ((after, "ins"),))
    if not after:
        return _removed(before)
    return _pair(before, after)


def word_runs(before: str, after: str) -> tuple[Runs, Runs, Runs]:
    """Return left, right and inline runs of two forms of one paragraph: sentences aligned first, then words."""
    old, new = _sentences(before), _sentences(after)
    steps: list[tuple[str, str, str]] = []
    pairs = _pair_in_order(old, new)
    i = j = 0
    for left, right in [*pairs, (len(old), len(new))]:
        steps.extend((text, "", "del") for text in old[i:left])
        steps.extend(("", text, "ins") for text in new[j:right])
        if left < len(old) and right < len(new):
            steps.extend(_words(old[left], new[right]))
        i, j = left + 1, right + 1
    return (
        _joined((gone, mark) for gone, _, mark in steps),
        _joined((come, mark) for _, come, mark in steps),
        _joined((gone if mark == "del" else come, mark) for gone, come, mark in steps),
    )


def _paragraphs(text: str) -> list[str]:
    return [line for line in text.split("\n") if line.strip()]


def _removed(text: str) -> Row:
    return Row("removed", text, "", ((text, "del"),), (), ((text, "del"),))


def _pair(before: str, after: str, *, trivial: bool = False) -> Row:
    if before == after:
        plain = ((after, ""),)
        return Row("same", before, after, plain, plain, plain, trivial=trivial)
    if _same_words(before, after):
        return Row("same", before, after, ((before, ""),), ((after, ""),), ((after, ""),), trivial=True)
    left, right, inline = word_runs(before, after)
    return Row("changed", before, after, left, right, inline)


def _moved(before: str, after: str, *, up: bool) -> Row:
    pair = _pair(before, after)
    return Row("moved", before, after, pair.left, pair.right, pair.inline, trivial=pair.kind == "same", moved_up=up)


def _same_words(before: str, after: str) -> bool:
    """Return whether two texts differ in spacing and typographic characters only; case and punctuation do count."""
    return "".join(fold_typography(before).split()) == "".join(fold_typography(after).split())


def _level(old: list[str], new: list[str]) -> tuple[list[str], list[str], set[int]]:
    """Break paragraphs that the other side has in pieces at the same places; return both, and which old ones broke."""
    new_broken, _ = _break_like(new, old)
    old_broken, pieces = _break_like(old, new_broken)
    return old_broken, new_broken, pieces


def _break_like(texts: list[str], model: list[str]) -> tuple[list[str], set[int]]:
    keys = [same_key(text) for text in model]
    known = set(keys)
    starts: dict[str, list[int]] = defaultdict(list)
    for position, key in enumerate(keys):
        if len(key) >= SMALL:
            starts[key[:SMALL]].append(position)
    out: list[str] = []
    broken: set[int] = set()
    for text in texts:
        key = same_key(text)
        parts = [] if key in known else _parts(text, key, keys, starts.get(key[:SMALL], []))
        if len(parts) > 1:
            broken.update(range(len(out), len(out) + len(parts)))
        out.extend(parts or [text])
    return out, broken


def _parts(text: str, key: str, keys: list[str], starts: list[int]) -> list[str]:
    """Return `text` cut where the paragraphs of the model that spell it are cut, or nothing."""
    for start in starts:
        end, length = start, 0
        while end < len(keys) and length < len(key) and key.startswith(keys[end], length):
            length += len(keys[end])
            end += 1
        if length != len(key) or end - start < 2:
            continue
        cuts = list(accumulate(len(piece) for piece in keys[start:end]))
        parts: list[str] = []
        begin = spelled = 0
        for word in re.finditer(r"\S+\s*", text):
            spelled += len(same_key(word.group()))
            if len(parts) < len(cuts) and spelled == cuts[len(parts)]:
                parts.append(text[begin : word.end()].strip())
                begin = word.end()
        if len(parts) == len(cuts):
            return parts
    return []


def _align(
    old_keys: Sequence[str], new_keys: Sequence[str], old: Sequence[str], new: Sequence[str]
) -> list[tuple[int, int]]:
    """Return the pairs of paragraphs that are one paragraph on both sides, in order or not."""
    pairs = _equal(old_keys, new_keys)
    free_old = sorted(set(range(len(old))) - {i for i, _ in pairs})
    free_new = sorted(set(range(len(new))) - {j for _, j in pairs})
    elsewhere: dict[str, list[int]] = defaultdict(list)
    for j in reversed(free_new):
        elsewhere[new_keys[j]].append(j)
    for i in free_old:
        if old_keys[i] and elsewhere[old_keys[i]]:
            pairs.append((i, elsewhere[old_keys[i]].pop()))
    taken_old, taken_new = {i for i, _ in pairs}, {j for _, j in pairs}
    free_old = [i for i in free_old if i not in taken_old]
    free_new = [j for j in free_new if j not in taken_new]
    anchors = sorted(pairs)
    for score, i, j in _similar(free_old, free_new, old, new):
        if i in taken_old or j in taken_new:
            continue
        if score >= MOVED or _between_same_anchors(i, j, anchors):
            pairs.append((i, j))
            taken_old.add(i)
            taken_new.add(j)
    return sorted(pairs)


def _between_same_anchors(i: int, j: int, anchors: list[tuple[int, int]]) -> bool:
    position = bisect_left(anchors, (i, -1))
    above = anchors[position - 1][1] if position else -1
    below = anchors[position][1] if position < len(anchors) else j + 1
    return above < j < below


def _similar(
    left: Sequence[int], right: Sequence[int], old: Sequence[str], new: Sequence[str], least: float = PAIRED
) -> list[tuple[float, int, int]]:
    """Return (share of common words, i, j) of promising pairs, best first.

    Where there are many, only pairs that share a word which few paragraphs have are looked at.
    """
    words_old = {i: set(_WORD.findall(old[i].casefold())) for i in left}
    words_new = {j: set(_WORD.findall(new[j].casefold())) for j in right}
    if len(left) <= SMALL and len(right) <= SMALL:
        candidates = {(i, j) for i in left for j in right}
    else:
        holders: dict[str, list[int]] = defaultdict(list)
        for j, words in words_new.items():
            for word in words:
                holders[word].append(j)
        candidates = {
            (i, j)
            for i, words in words_old.items()
            for word in words
            if len(holders.get(word, ())) <= RARE
            for j in holders.get(word, ())
        }
    found = []
    for i, j in candidates:
        smaller, larger = sorted((len(words_old[i]), len(words_new[j])))
        if smaller:
            common = len(words_old[i] & words_new[j])
            score = 2 * common / (smaller + larger)
            # A sentence that stayed of a paragraph that went still is that paragraph, where it stands in its place.
            if smaller > 1 and common >= CONTAINED * smaller:
                score = max(score, least)
            if score >= least:
                found.append((score, i, j))
    return sorted(found, key=lambda row: (-row[0], abs(row[1] - row[2]), row[1], row[2]))


def _equal(left: Sequence[Hashable], right: Sequence[Hashable]) -> list[tuple[int, int]]:
    """Return the pairs of equal items on a longest common way through both."""
    pairs: list[tuple[int, int]] = []
    for step in Indel.opcodes(left, right):
        if step.tag == "equal":
            pairs.extend(zip(range(step.src_start, step.src_end), range(step.dest_start, step.dest_end), strict=True))
    return pairs


def _longest_in_order(pairs: list[tuple[int, int]]) -> set[tuple[int, int]]:
    """Return the most pairs that keep their order on both sides; `pairs` is sorted by its first number."""
    ends: list[int] = []
    last: list[int] = []
    before: list[int] = []
    for position, (_, j) in enumerate(pairs):
        place = bisect_left(ends, j)
        before.append(last[place - 1] if place else -1)
        if place == len(ends):
            ends.append(j)
            last.append(position)
        else:
            ends[place], last[place] = j, position
    chosen: set[tuple[int, int]] = set()
    position = last[-1] if last else -1
    while position >= 0:
        chosen.add(pairs[position])
        position = before[position]
    return chosen


def _went_up(i: int, j: int, in_order: set[tuple[int, int]]) -> bool:
    above_old = sum(1 for left, _ in in_order if left < i)
    above_new = sum(1 for _, right in in_order if right < j)
    return above_new < above_old


def _sentences(paragraph: str) -> list[str]:
    """Return the sentences of one paragraph, each with the space that follows it."""
    starts = [sentence.start for sentence in split_sentences(paragraph)] or [0]
    starts[0] = 0
    return [paragraph[a:b] for a, b in zip(starts, [*starts[1:], len(paragraph)], strict=True)]


def _pair_in_order(old: list[str], new: list[str]) -> list[tuple[int, int]]:
    """Return the pairs of sentences that are one sentence on both sides, in order."""
    if len(old) == 1 and len(new) == 1:
        return [(0, 0)]
    pairs = _equal([same_key(text) for text in old], [same_key(text) for text in new])
    done: list[tuple[int, int]] = []
    i = j = 0
    for left, right in [*pairs, (len(old), len(new))]:
        inside = _similar(range(i, left), range(j, right), old, new, SENTENCE_PAIRED)
        used: list[tuple[int, int]] = []
        for _, a, b in inside:
            if all((a < x and b < y) or (a > x and b > y) for x, y in used):
                used.append((a, b))
        done.extend(sorted(used))
        if left < len(old):
            done.append((left, right))
        i, j = left + 1, right + 1
    return done


def _words(before: str, after: str) -> list[tuple[str, str, str]]:
    """Return the steps (text before, text after, mark) between two forms of one sentence.

    A speck of common words between two changes is taken into them: it would tear the reading apart.
    """
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    codes = Indel.opcodes([fold_typography(word) for word, _ in old], [fold_typography(word) for word, _ in new])
    spans: list[tuple[bool, int, int, int, int]] = [
        (code.tag == "equal", code.src_start, code.src_end, code.dest_start, code.dest_end) for code in codes
    ]
    for at in range(1, len(spans) - 1):
        equal, a, b, c, d = spans[at]
        around = sum(span[2] - span[1] + span[4] - span[3] for span in (spans[at - 1], spans[at + 1]))
        if equal and around >= 5 and b - a <= 2 and not any(len(word) > 3 for word, _ in old[a:b]):
            spans[at] = (False, a, b, c, d)
    steps: list[tuple[str, str, str]] = []
    gone = come = ""
    for equal, a, b, c, d in spans:
        left, right = "".join(map("".join, old[a:b])), "".join(map("".join, new[c:d]))
        if equal:
            steps += [(gone, "", "del"), ("", come, "ins"), (left, right, "")]
            gone = come = ""
        else:
            gone, come = gone + left, come + right
    return [*steps, (gone, "", "del"), ("", come, "ins")]


def _joined(runs: Iterable[tuple[str, str]]) -> Runs:
    out: list[tuple[str, str]] = []
    for text, mark in runs:
        if not text:
            continue
        if out and out[-1][1] == mark:
            out[-1] = (out[-1][0] + text, mark)
        else:
            out.append((text, mark))
    return tuple(out)
