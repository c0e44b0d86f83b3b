"""The few articles and stories a placement has to look at, fetched from PostgreSQL.

The promise: one question to the postings (the window around the article's day, the undated, and its rarest terms over
the whole archive, each bounded) and one to the stories, however much the archive holds and however many ask at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from .candidates import (
    ARCHIVE_TERMS,
    CANDIDATES,
    COMMON_FROM,
    POSTED_TERMS,
    stories_compared,
    weightiest,
    windows,
)
from .placement import StoryView
from .similarity import MEMBERS_COMPARED, Entry
from .tables import Statement, answers, rows_of
from .vectors import UNDATED, Filed, entry_of

# Uses the primary key of the postings, (term, day, article): OFFSET 0 keeps the planner from reading them all.
_NEAR = """
SELECT asking.number, found.article_id, found.near, placed.story_id
FROM unnest(%(terms)s::text[], %(weights)s::text[], %(since)s::date[], %(until)s::date[]) WITH ORDINALITY
    AS asking (terms, weights, since, until, number)
CROSS JOIN LATERAL (
    SELECT posting.article_id, sum(posting.weight * asked.weight) AS near
    FROM unnest(string_to_array(asking.terms, E'\\t'), string_to_array(asking.weights, E'\\t')::float8[])
        AS asked (term, weight)
    CROSS JOIN LATERAL (
        SELECT article_id, weight FROM archive_posting AS held
        WHERE held.term = asked.term AND held.day >= asking.since AND held.day <= asking.until OFFSET 0
    ) AS posting
    GROUP BY posting.article_id ORDER BY near DESC, posting.article_id LIMIT %(limit)s
) AS found
LEFT JOIN archive_membership AS placed ON placed.article_id = found.article_id
"""
_COMMON = "SELECT term FROM archive_termcount WHERE term = ANY(%s) AND articles >= %s"
_PLACED = "SELECT article_id, story_id FROM archive_membership WHERE article_id = ANY(%s)"
# The members of stories nearest in time to a day, and behind them the vector of each of them once.
_NEAREST_MEMBERS = """
WITH near AS MATERIALIZED (
SELECT asking.number, member.article_id
FROM unnest(%(stories)s::bigint[], %(days)s::date[]) WITH ORDINALITY AS asking (story_id, day, number)
CROSS JOIN LATERAL (
    SELECT vector.article_id
    FROM archive_membership AS placed JOIN archive_termvector AS vector USING (article_id)
    WHERE placed.story_id = asking.story_id
    ORDER BY abs(coalesce(vector.day, asking.day) - asking.day), vector.article_id
    LIMIT %(limit)s
) AS member
)
SELECT number, article_id, NULL, NULL FROM near
UNION ALL
SELECT 0, article_id, day, vector FROM archive_termvector
WHERE article_id = ANY(ARRAY(SELECT article_id FROM near)) AND article_id <> ALL(%(known)s)
"""
_VECTORS = "SELECT article_id, day, vector FROM archive_termvector WHERE article_id = ANY(%s)"

EARLIEST, LATEST = date(1, 1, 1), date(9999, 12, 31)


@dataclass(frozen=True, slots=True)
class Question:
    """One question to the postings: weighed terms within days, both ends included."""

    terms: Sequence[tuple[str, float]]
    since: date
    until: date


def questions(
    entry: Entry, posted: Sequence[tuple[str, float]], asked: Sequence[tuple[str, float]], common: Collection[str]
) -> list[Question]:
    """Return what is asked for an article: in its windows the terms `asked`, over the whole archive those of its
    weightiest terms, `posted`, that are not in `common`, as too many articles hold them."""
    if entry.day is None:
        rare = [pair for pair in posted if pair[0] not in common]
        return [Question(posted, UNDATED, UNDATED), Question(rare, EARLIEST, LATEST)]
    rare = [pair for pair in posted[:ARCHIVE_TERMS] if pair[0] not in common]
    return [
        Question(asked, UNDATED, UNDATED),
        *(Question(asked, date.fromordinal(since), date.fromordinal(until)) for since, until in windows(entry)),
        Question(rare, EARLIEST, LATEST),
    ]


def asking(asked: Sequence[Question]) -> Statement:
    """Return what asks the postings all of these; `heard` reads the answer."""
    values = {
        "terms": ["\t".join(term for term, _ in one.terms) for one in asked],
        "weights": ["\t".join(repr(weight) for _, weight in one.terms) for one in asked],
        "since": [one.since for one in asked],
        "until": [one.until for one in asked],
        "limit": CANDIDATES + 1,
    }
    return Statement(_NEAR, values)


def heard(count: int, rows: Iterable[tuple]) -> tuple[list[list[tuple[int, float]]], dict[int, int]]:
    """Return what each of `count` questions found, (article, nearness), the nearest first and one more than CANDIDATES
    at most; and the stories of all that were found."""
    placed: dict[int, int] = {}
    found: list[list[tuple[int, float]]] = [[] for _ in range(count)]
    for number, article, near, story in rows:
        found[number - 1].append((article, near))
        if story is not None:
            placed[article] = story
    for answer in found:
        answer.sort(key=lambda pair: (-pair[1], pair[0]))
    return found, placed


def ranked(found_by: Iterable[Sequence[tuple[int, float]]], own: int | str) -> dict[int, float]:
    """Return the articles that the answers for an article name, each with its best rough nearness, nearest first."""
    found: dict[int, float] = {}
    for answer in found_by:
        for article, near in answer:
            found[article] = max(near, found.get(article, 0.0))
    found.pop(own, None)  # type: ignore[call-overload]
    return dict(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))


def candidates(entry: Entry) -> dict[int, float]:
    """Return the articles that share weighty terms with this one, with a rough nearness, the nearest first."""
    posted = weightiest(entry.vector, POSTED_TERMS)
    common = {term for (term,) in rows_of(_COMMON, [[term for term, _ in posted], COMMON_FROM])}
    asked = questions(entry, posted, posted, common)
    found, _ = heard(len(asked), answers(asking(asked))[0])
    return ranked(found, entry.id)


def stories_of(article_ids: Iterable[int]) -> dict[int, int]:
    """Return the story of each of these articles that has one."""
    return dict(rows_of(_PLACED, [list(article_ids)]))


def entries(article_ids: Iterable[int]) -> dict[int, Entry]:
    """Return articles as placement sees them; those that were never filed are left out."""
    rows = rows_of(_VECTORS, [list(article_ids)])
    return {article: entry_of(article, day, vector) for article, day, vector in rows}


class Surroundings:
    """What a batch of new articles may be near to: what the archive held before, and those of the batch that were
    placed already. Asked for the whole batch at once, it answers as if the articles came one by one.

    It is ready once `hear` was given the answer to `question`.
    """

    def __init__(self, batch: Sequence[Filed]) -> None:
        """`batch` are the articles in the order in which they are placed."""
        self._batch = [filed.entry for filed in batch]
        self._asked = {one.entry.id: questions(one.entry, one.posted, one.asked, one.common) for one in batch}
        self._answers: dict[int | str, list[list[tuple[int, float]]]] = defaultdict(list)
        self._story: dict[int, int] = {}
        self._members: dict[tuple[int, date], list[int]] = {}
        self._entries: dict[int, Entry] = {}
        self._fresh: dict[str, list[tuple[Entry, float]]] = defaultdict(list)
        self._joined: dict[int, list[int]] = defaultdict(list)
        self._opened: set[int] = set()

    @property
    def question(self) -> Statement:
        """The one question to the postings for all of them."""
        return asking([one for several in self._asked.values() for one in several])

    def hear(self, rows: Iterable[tuple]) -> None:
        """Take the answer to `question`, and fetch the members of the stories that it leads to."""
        asked = [article for article, several in self._asked.items() for _ in several]
        found, self._story = heard(len(asked), rows)
        for article, answer in zip(asked, found, strict=True):
            self._answers[article].append(answer)
        self._fetch([(story, _day(entry)) for entry in self._batch for story in self._stories(entry)])

    def views(self, entry: Entry) -> list[StoryView]:
        """Return the stories of the best candidates, each with its members nearest in time to the article."""
        stories = self._stories(entry)
        day = _day(entry)
        self._fetch([(story, day) for story in stories])
        found = []
        for story in stories:
            members = [self._entries[pk] for pk in (*self._members[story, day], *self._joined[story])]
            members.sort(key=lambda member: (abs(member.day - day.toordinal()) if member.day else 0, member.id))
            if members:
                found.append(StoryView(story, members[:MEMBERS_COMPARED]))
        return found

    def put(self, entry: Entry, story: int, *, is_new: bool) -> None:
        """Let those that come after find this article in that story; `is_new` says that it opened it."""
        if is_new:
            self._opened.add(story)
        for term, weight in weightiest(entry.vector, POSTED_TERMS):
            self._fresh[term].append((entry, weight))
        self._entries[entry.id] = entry  # type: ignore[index]
        self._story[entry.id] = story  # type: ignore[index]
        self._joined[story].append(entry.id)  # type: ignore[arg-type]

    def _stories(self, entry: Entry) -> list[int]:
        found_by = [
            sorted([*held, *self._near(one)], key=lambda pair: (-pair[1], pair[0]))[: CANDIDATES + 1]
            for one, held in zip(self._asked[entry.id], self._answers[entry.id], strict=True)
        ]
        return stories_compared(ranked(found_by, entry.id), self._story)

    def _near(self, asked: Question) -> list[tuple[int, float]]:
        sums: dict[int, float] = defaultdict(float)
        since, until, undated = asked.since.toordinal(), asked.until.toordinal(), UNDATED.toordinal()
        for term, weight in asked.terms:
            for entry, held in self._fresh.get(term, ()):
                if since <= (entry.day or undated) <= until:
                    sums[entry.id] += held * weight  # type: ignore[index]
        return list(sums.items())

    def _fetch(self, pairs: Iterable[tuple[int, date]]) -> None:
        wanted = [pair for pair in dict.fromkeys(pairs) if pair not in self._members]
        if not wanted:
            return
        self._members.update((pair, []) for pair in wanted)
        # Nobody stands yet, in the database, in a story that this batch opened.
        wanted = [pair for pair in wanted if pair[0] not in self._opened]
        if not wanted:
            return
        asked = {story for story, _ in wanted}
        known = {pk for (story, _), members in self._members.items() if story in asked for pk in members}
        values = {
            "stories": [story for story, _ in wanted],
            "days": [day for _, day in wanted],
            "limit": MEMBERS_COMPARED,
            "known": list(known),
        }
        for number, article, day, vector in rows_of(_NEAREST_MEMBERS, values):
            if number:
                self._members[wanted[number - 1]].append(article)
            else:
                self._entries[article] = entry_of(article, day, vector)


def _day(entry: Entry) -> date:
    return date.fromordinal(entry.day) if entry.day else UNDATED
