"""The nightly second look: the stories of the last weeks formed anew, with everything known that came later.

The promise: pure; what an editor pinned stays where it is, and what an editor kept apart stays apart.
"""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from archive.text.terms import RARE_MARK

from .similarity import RARE_SHARE, Entry, Shared, belonging, near, required, same_day_told, within_reach

WINDOW_DAYS = 45

# Pairs below this are taken as not near at all: they would only cost memory.
FAINT = 0.01


@dataclass
class _Group:
    members: list[int]
    inside: float = 0.0
    anchor: Hashable | None = None
    barred: set[Hashable] = field(default_factory=set)

    @property
    def asked(self) -> float:
        count = len(self.members)
        return required(self.inside, count * (count - 1) / 2)


def near_pairs(entries: Sequence[Entry]) -> dict[int, dict[int, float]]:
    """Return the nearness of every pair that is more than faint, as rows of positions, both ways round.

    A pair over a month apart counts only when something ties it (`within_reach`).
    """
    holders: dict[str, list[tuple[int, float]]] = defaultdict(list)
    rows: dict[int, dict[int, float]] = {i: {} for i in range(len(entries))}
    for i, entry in enumerate(entries):
        common: dict[int, float] = defaultdict(float)
        rare: dict[int, float] = defaultdict(float)
        for term, weight in entry.vector.items():
            held = holders[term]
            sums = rare if term[0] == RARE_MARK else common
            for j, theirs in held:
                sums[j] += weight * theirs
            held.append((i, weight))
        for j, value in common.items():
            if value + rare.get(j, 0.0) <= FAINT:
                continue
            other = entries[j]
            shared = Shared(value, rare.get(j, 0.0) / RARE_SHARE, same_day_told(entry, other))
            if within_reach(entry.day, other.day, shared):
                nearness = near(shared, entry.day, other.day)
                if nearness > FAINT:
                    rows[i][j] = rows[j][i] = nearness
    return rows


def mend(
    entries: Sequence[Entry],
    anchors: Mapping[int | str, Hashable],
    barred: Mapping[int | str, Iterable[Hashable]] | None = None,
) -> list[list[int | str]]:
    """Return the articles grouped anew by average link, each group a list of article ids.

    `anchors` holds articles that stay in their story (pinned by an editor, or older than the window); two anchored
    stories are never merged. `barred` lists the anchored stories that an editor kept an article out of.
    """
    rows = near_pairs(entries)
    groups: dict[int, _Group] = {}
    links: dict[int, dict[int, float]] = {}
    start: dict[int, int] = {}
    first_of: dict[Hashable, int] = {}
    for i, entry in enumerate(entries):
        anchor = anchors.get(entry.id)
        if anchor is not None and anchor in first_of:
            start[i] = first_of[anchor]
            group = groups[start[i]]
            group.inside += sum(rows[i].get(j, 0.0) for j in group.members)
            group.members.append(i)
            continue
        start[i] = i
        if anchor is not None:
            first_of[anchor] = i
        groups[i] = _Group([i], anchor=anchor, barred=set((barred or {}).get(entry.id, ())))
    for i in range(len(entries)):
        own = links.setdefault(start[i], defaultdict(float))
        for j, value in rows[i].items():
            if start[j] != start[i]:
                own[start[j]] += value

    asked = {key: group.asked for key, group in groups.items()}
    heap: list[tuple[float, int, int, int, int]] = []
    age = dict.fromkeys(groups, 0)

    def push(a: int, b: int) -> None:
        one, other = groups[a], groups[b]
        if one.anchor is not None and other.anchor is not None:
            return
        if one.anchor in other.barred or other.anchor in one.barred:
            return
        mean = links[a][b] / (len(one.members) * len(other.members))
        score = belonging(mean, asked[a], asked[b])
        if score >= 1:
            a, b = min(a, b), max(a, b)
            heapq.heappush(heap, (-score, a, b, age[a], age[b]))

    for a in groups:
        for b in links.get(a, ()):
            if a < b:
                push(a, b)
    while heap:
        _, a, b, age_a, age_b = heapq.heappop(heap)
        if a not in groups or b not in groups or age[a] != age_a or age[b] != age_b:
            continue
        one, other = groups[a], groups.pop(b)
        one.inside += other.inside + links[a].pop(b)
        one.members += other.members
        one.anchor = one.anchor if one.anchor is not None else other.anchor
        one.barred |= other.barred
        asked[a] = one.asked
        age[a] += 1
        for c, value in links.pop(b).items():
            if c != a:
                del links[c][b]
                links[a][c] += value
                links[c][a] = links[a][c]
        for c in links[a]:
            push(a, c)
    return [[entries[i].id for i in sorted(group.members)] for group in groups.values()]


def keep_names(
    groups: Iterable[Sequence[int | str]],
    current: Mapping[int | str, Hashable],
    anchors: Mapping[int | str, Hashable],
) -> list[tuple[Hashable | None, Sequence[int | str]]]:
    """Return each group with the story that it goes on as, None for a new one.

    A group with an anchor keeps that story; otherwise the story that most of its members came from, if no larger
    group claims it.
    """
    groups = list(groups)
    taken: set[Hashable] = set(anchors.values())
    claims: list[tuple[int, int, Hashable]] = []
    named: dict[int, Hashable] = {}
    for i, group in enumerate(groups):
        held = next((anchors[member] for member in group if member in anchors), None)
        if held is not None:
            named[i] = held
            continue
        for story, count in Counter(current[m] for m in group if current.get(m) is not None).items():
            claims.append((count, -i, story))
    for _, negative, story in sorted(claims, key=lambda claim: (-claim[0], -claim[1], str(claim[2]))):
        if -negative not in named and story not in taken:
            named[-negative] = story
            taken.add(story)
    return [(named.get(i), group) for i, group in enumerate(groups)]
