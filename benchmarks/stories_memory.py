"""An archive in memory, for measuring placement: the lookups of archive.stories.assign on dictionaries.

Every decision is made by the functions that the product uses: terms, similarity, placement, repair, copies.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date

from archive.stories import placement, repair, similarity
from archive.stories.candidates import (
    ARCHIVE_TERMS,
    CANDIDATES,
    COMMON_FROM,
    POSTED_TERMS,
    REWEIGH_GROWTH,
    stories_compared,
    weightiest,
    windows,
    without_frequent,
)
from archive.text.days import days_told
from archive.text.terms import term_counts

Id = str


@dataclass
class MemoryArchive:
    """Articles with their terms, stories and postings, as the database would hold them."""

    counts: dict[Id, dict[str, float]] = field(default_factory=dict)
    entries: dict[Id, similarity.Entry] = field(default_factory=dict)
    told: dict[Id, frozenset[int]] = field(default_factory=dict)
    weighed_at: dict[Id, int] = field(default_factory=dict)
    holding: Counter[str] = field(default_factory=Counter)
    postings: dict[str, dict[Id, float]] = field(default_factory=lambda: defaultdict(dict))
    posted: dict[Id, list[str]] = field(default_factory=dict)
    story_of: dict[Id, int] = field(default_factory=dict)
    members: dict[int, list[Id]] = field(default_factory=lambda: defaultdict(list))
    next_story: int = 1
    links: dict[Id, list[Id]] = field(default_factory=lambda: defaultdict(list))

    def idf(self, term: str) -> float:
        """Return how telling a term is in what the archive holds so far."""
        return similarity.idf(self.holding[term], len(self.counts))

    def add(self, article: Id, headline: str, body: str, day: int | None) -> similarity.Entry:
        """Take an article in: count its terms, weigh it, file its postings."""
        counts = term_counts(headline, body)
        self.counts[article] = counts
        self.holding.update(counts.keys())
        told = days_told(f"{headline}\n{body}", date.fromordinal(day)) if day is not None else ()
        self.told[article] = frozenset(told_day.toordinal() for told_day in told)
        return self._weigh(article, day)

    def _weigh(self, article: Id, day: int | None) -> similarity.Entry:
        entry = similarity.Entry(article, day, similarity.weigh(self.counts[article], self.idf), self.told[article])
        for term in self.posted.get(article, ()):
            del self.postings[term][article]
        self.posted[article] = [term for term, _ in weightiest(entry.vector, POSTED_TERMS)]
        for term in self.posted[article]:
            self.postings[term][article] = entry.vector[term]
        self.entries[article] = entry
        self.weighed_at[article] = len(self.counts)
        return entry

    def _ranked(
        self, entry: similarity.Entry, terms: list[tuple[str, float]], since: int, until: int
    ) -> dict[Id, float]:
        sums: dict[Id, float] = defaultdict(float)
        for term, weight in terms:
            for other, held in self.postings.get(term, {}).items():
                day = self.entries[other].day
                if day is None or since <= day <= until:
                    sums[other] += weight * held
        sums.pop(entry.id, None)
        return dict(sorted(sums.items(), key=lambda pair: (-pair[1], pair[0]))[:CANDIDATES])

    def candidates(self, entry: similarity.Entry, *, to_place: bool = False) -> dict[Id, float]:
        """Return the articles that share weighty terms, with a rough nearness, nearest first: within the window and
        around the days that this one looks back on, and the weightiest over the archive."""
        posted = weightiest(entry.vector, POSTED_TERMS)
        asked = without_frequent(posted, self.holding, len(self.counts)) if to_place else posted
        rare = [pair for pair in posted[:ARCHIVE_TERMS] if self.holding[pair[0]] < COMMON_FROM]
        found = self._ranked(entry, rare, 0, date.max.toordinal())
        for since, until in windows(entry):
            for article, near in self._ranked(entry, asked, since, until).items():
                found[article] = max(near, found.get(article, 0.0))
        return dict(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))

    def place(self, entry: similarity.Entry) -> tuple[placement.Placement, list[list[Id]]]:
        """Place an article; return the decision and the members of the offered stories as they were before."""
        stories = stories_compared(self.candidates(entry, to_place=True), self.story_of)
        views = [placement.StoryView(s, [self.entries[m] for m in self.members[s]]) for s in stories]
        decision = placement.place(entry, views)
        offered = [list(self.members[option.story]) for option in decision.options]
        for option in decision.options:
            if option is not decision.joins and option.is_earlier_part:
                self.links[entry.id].append(str(option.nearest))
        if decision.joins is not None:
            self._put(entry.id, decision.joins.story)
        else:
            self._put(entry.id, self.next_story)
            self.next_story += 1
        return decision, offered

    def _put(self, article: Id, story: int) -> None:
        self.story_of[article] = story
        self.members[story].append(article)

    def repair(self, today: int | None) -> None:
        """Run the nightly pass over the last weeks, without `today` the wide one over all that the archive holds."""
        window = [
            i
            for i, entry in self.entries.items()
            if today is None or entry.day is None or today - entry.day <= repair.WINDOW_DAYS
        ]
        for article in window:
            if len(self.counts) > self.weighed_at[article] * REWEIGH_GROWTH:
                self._weigh(article, self.entries[article].day)
        fresh = set(window)
        stories = {self.story_of[i] for i in window}
        stories |= {self.story_of[earlier] for i in window for earlier in self.links.get(i, ())}
        old = {m: s for s in stories for m in self.members[s] if m not in fresh}
        entries = [self.entries[i] for i in [*old, *window]]
        groups = repair.mend(entries, old)
        current = {entry.id: self.story_of[entry.id] for entry in entries}
        for story in stories:
            self.members[story] = []
        for named, group in repair.keep_names(groups, current, old):
            story = named
            if story is None:
                story = self.next_story
                self.next_story += 1
            for article in group:
                self._put(article, story)

    def related(self, article: Id, limit: int = 10) -> list[Id]:
        """Return the articles nearest to this one, best first."""
        entry = self.entries[article]
        kin = set(self.members[self.story_of[article]]) - {article}
        ids = dict.fromkeys([*self.candidates(entry), *sorted(kin)])
        best = placement.most_related(entry, [self.entries[i] for i in ids], kin, limit)
        return [other.id for other, _ in best]
