"""Puts articles into stories: plan with `archive.stories.placement`, then write what was decided.

The promise: one placer at a time (an advisory lock of the database); what waits in the outbox is placed in batches,
each one transaction, so that a crash repeats harmless work; a batch comes out as its articles would one by one; what an
editor pinned or kept apart is never touched.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import F

from archive.articles.titles import story_title
from archive.models import (
    Article,
    Membership,
    Origin,
    PlacementEntry,
    Story,
    StoryExclusion,
    StoryLink,
    StorySuggestion,
    TextHash,
)
from archive.text.fingerprint import winnow

from . import vectors
from .annotate import OUTLETS_ASKED, Book, annotation, outlet_book
from .held import Held, arrived
from .locks import LOCK_TO_PLACE
from .lookup import Surroundings
from .placement import Option, Placement, Verdict, place
from .reasons import Printed, printed_by_id, printed_of, reasons_for
from .refresh import body_of, furniture_asked, furniture_from, refresh
from .tables import Statement, answers, execute, insertion, rows_of, together, underway

log = logging.getLogger(__name__)

BATCH = 200
MOST_ATTEMPTS = 5
PLACE_LOCK = 0x41524348_11

# What is written of stories opened, members, suggestions and links, with the types of the columns.
_STORY = {
    "id": "bigint", "title": "text", "title_is_pinned": "boolean", "created_at": "timestamptz",
    "changed_at": "timestamptz", "first_at": "timestamptz", "last_at": "timestamptz", "article_count": "int",
    "outlet_count": "int",
}  # fmt: skip
_MEMBERSHIP = {
    "article_id": "bigint", "story_id": "bigint", "role": "text", "role_is_pinned": "boolean", "origin": "text",
    "pinned": "boolean", "score": "float8", "reasons": "jsonb", "placed_at": "timestamptz",
}  # fmt: skip
_SUGGESTION = {
    "article_id": "bigint", "story_id": "bigint", "rank": "smallint", "score": "float8", "reasons": "jsonb",
}  # fmt: skip
_LINK = {
    "earlier_id": "bigint", "later_id": "bigint", "state": "text", "score": "float8", "reasons": "jsonb",
    "created_at": "timestamptz",
}  # fmt: skip
_WAITING = """
SELECT article_id, wanted FROM archive_placemententry WHERE wanted > done AND attempts < %s
ORDER BY wanted_at, article_id LIMIT %s
"""
_STORY_NUMBERS = "SELECT nextval(pg_get_serial_sequence('archive_story', 'id')) FROM generate_series(1, %s)"
_KEPT_PASSAGES = "SELECT hash, article_id FROM archive_texthash WHERE article_id = ANY(%s::bigint[])"
_REMOVE_PASSAGES = """
DELETE FROM archive_texthash AS kept USING unnest(%s::bigint[], %s::bigint[]) AS gone (hash, article_id)
WHERE kept.hash = gone.hash AND kept.article_id = gone.article_id
"""
_DONE = """
UPDATE archive_placemententry AS entry SET done = seen.wanted, done_at = %s, attempts = 0, last_error = ''
FROM unnest(%s::bigint[], %s::bigint[]) AS seen (id, wanted) WHERE entry.article_id = seen.id
"""


@dataclass(frozen=True, slots=True)
class Move:
    """One article's place as planned: `before` and `after` are stories, None before it has one, 0 for a new one."""

    article: int
    before: int | None
    after: int
    verdict: str
    score: float = 0.0


@dataclass(slots=True)
class Report:
    """What a run did, or would do."""

    placed: int = 0
    joined: int = 0
    suggested: int = 0
    opened: int = 0
    moved: int = 0
    failed: int = 0
    moves: list[Move] = field(default_factory=list)

    def note(self, article: int, story: int, decision: Placement) -> None:
        """Count an article that had no story, and what was decided."""
        self.joined += decision.verdict is Verdict.JOIN
        self.suggested += decision.verdict is Verdict.SUGGEST
        self.opened += decision.joins is None
        score = decision.joins.score if decision.joins else 0.0
        self.moves.append(Move(article, None, story, decision.verdict, score))

    def add(self, other: Report) -> None:
        """Count what another run did as well."""
        self.placed += other.placed
        self.joined += other.joined
        self.suggested += other.suggested
        self.opened += other.opened
        self.moved += other.moved
        self.failed += other.failed
        self.moves += other.moves


@contextmanager
def one_placer(*, wait: bool) -> Iterator[bool]:
    """Hold the lock of the placer; yields whether it was got. The database lets go of it if this process dies."""
    if wait:
        execute("SELECT pg_advisory_lock(%s)", [PLACE_LOCK])
        held = True
    else:
        held = rows_of("SELECT pg_try_advisory_lock(%s)", [PLACE_LOCK])[0][0]
    try:
        yield held
    finally:
        if held:
            execute("SELECT pg_advisory_unlock(%s)", [PLACE_LOCK])


def place_waiting(*, at: datetime, wait: bool = False, limit: int | None = None) -> Report:
    """Place the articles that wait in the outbox; with `limit`, stop after so many.

    A batch that fails is tried article by article, so that one bad text is put aside with its error and holds up none.
    """
    report = Report()
    with one_placer(wait=wait) as held:
        while held and (limit is None or report.placed + report.failed < limit):
            seen = rows_of(_WAITING, [MOST_ATTEMPTS, min(BATCH, limit or BATCH)])
            if not seen:
                break
            _carry(seen, report, at)
    return report


def _carry(seen: Sequence[tuple[int, int]], report: Report, at: datetime) -> None:
    try:
        with transaction.atomic():
            done = Report()
            _place_batch(seen, done, at)
        report.add(done)
    except Exception as error:
        if len(seen) > 1:
            log.exception("A batch of %s articles could not be placed; trying them one by one.", len(seen))
            for one in seen:
                _carry([one], report, at)
            return
        article = seen[0][0]
        log.exception("Article %s could not be placed.", article)
        PlacementEntry.objects.filter(pk=article).update(
            attempts=F("attempts") + 1, last_error=f"{type(error).__name__}: {error}"[:2000]
        )
        report.failed += 1


def _place_batch(seen: Sequence[tuple[int, int]], report: Report, at: datetime) -> None:
    """Place articles, each given with what its entry in the outbox asks for, and note there that it was done."""
    ids = [article for article, _ in seen]
    # What is lost with the machine is lost together with its place in the outbox, and is placed again.
    articles, held, (outlets, learnt) = arrived(ids, LOCK_TO_PLACE, OUTLETS_ASKED, furniture_asked(ids))
    gone = [article.pk for article in articles if article.merged_into_id]
    touched, leads_to = _take_out(gone) if gone else (set(), {})
    articles = [article for article in articles if not article.merged_into_id]
    held = {article.pk: held[article.pk] for article in articles}
    filed, writes = _read(articles, held, outlet_book(outlets), furniture_from(learnt))
    if known := [filed[pk] for pk, known in held.items() if known.weighed is not None]:
        answers(*vectors.filing(known, are_new=False))
    fresh = [filed[pk] for pk, known in held.items() if known.weighed is None]
    report.placed += len(articles)
    newcomers = [article for article in articles if held[article.pk].story is None]
    touched |= {known.story for known in held.values() if known.story is not None}
    came_in: dict[int, list[int]] = {}
    if newcomers:
        barred = exclusions([article.pk for article in newcomers if held[article.pk].is_kept_out])
        surroundings = Surroundings([filed[article.pk] for article in newcomers])
        numbers = Statement(_STORY_NUMBERS, [len(newcomers)])
        with underway(surroundings.question, numbers) as answered:
            filing = vectors.filing(fresh, are_new=True)
        surroundings.hear(answered[0])
        # Where there are several, those that come first lead the next ones to stories that are still to be fetched.
        early, late = (writes, []) if len(newcomers) == 1 else ([], writes)
        with underway(*early):
            decided = _decide(newcomers, filed, surroundings, [number for (number,) in answered[1]], barred)
        printed = _printed(decided)
        with underway(*late):
            placing = _opening([(story, one) for one, story, decision in decided if decision.joins is None], at)
            writes = together(placing + _writing(decided, printed, at))
        for article, story, decision in decided:
            if decision.joins is not None:
                came_in.setdefault(story, []).append(article.pk)
            report.note(article.pk, story, decision)
    else:
        filing = vectors.filing(fresh, are_new=True)
    beside = together([*filing, Statement(_DONE, [at, ids, [wanted for _, wanted in seen]])])
    unchanged = {story: joined for story, joined in came_in.items() if story not in touched}
    refresh(touched | came_in.keys(), at=at, leads_to=leads_to, came_in=unchanged, along=writes, beside=beside)


def _read(
    articles: Sequence[Article], held: Mapping[int, Held], book: Book, furniture: Mapping[int, frozenset[str]]
) -> tuple[dict[int, vectors.Filed], list[Statement]]:
    """Count and weigh these articles, and read what they state, quote and share with others; return how they are filed
    and what writes what was read."""
    counting = vectors.Counting(articles, {pk: known.weighed for pk, known in held.items()})

    def read() -> list[Statement]:
        return annotation(articles, held, book)[0] + _filing_of_passages(articles, held, furniture)

    if any(known.is_annotated or known.has_passages or known.has_history for known in held.values()):
        writes = read()
        return counting.weigh(answers(*counting.changes)), writes
    # New texts are read without asking the database anything: it counts their terms meanwhile.
    with underway(*counting.changes) as counted:
        writes = read()
    return counting.weigh(counted), writes


def _decide(
    articles: Sequence[Article],
    filed: Mapping[int, vectors.Filed],
    surroundings: Surroundings,
    numbers: Iterable[int],
    barred: Mapping[int, frozenset[int]],
) -> list[tuple[Article, int, Placement]]:
    """Return where each of these articles, which have no story yet, belongs; `numbers` are those of stories to open."""
    free = iter(numbers)
    decided: list[tuple[Article, int, Placement]] = []
    for article in articles:
        entry = filed[article.pk].entry
        decision = place(entry, surroundings.views(entry), barred.get(article.pk, frozenset()))
        story = next(free) if decision.joins is None else int(decision.joins.story)
        surroundings.put(entry, story, is_new=decision.joins is None)
        decided.append((article, story, decision))
    return decided


def _opening(opened: Iterable[tuple[int, Article]], at: datetime) -> list[Statement]:
    """Return what opens stories with one article each, as `refresh` would derive them from the one member."""
    return insertion(
        Story,
        _STORY,
        (
            (number, story_title(Story(pk=number), [one]), False, at, at, one.published_at, one.published_at, 1, 1)
            for number, one in opened
        ),
    )


def _printed(decided: Sequence[tuple[Article, int, Placement]]) -> dict[int, Printed]:
    """Return what reasons are read from: these articles, and those nearest to them of the stories worth a look."""
    printed = {article.pk: printed_of(article) for article, _, _ in decided}
    near = {int(option.nearest) for _, _, decision in decided for option in decision.options}
    return printed | printed_by_id(near - printed.keys())


def _writing(
    decided: Sequence[tuple[Article, int, Placement]], printed: Mapping[int, Printed], at: datetime
) -> list[Statement]:
    """Return what writes where articles were placed and why, and keeps the stories worth a look: as suggestions, or
    as proposed links where the story is older than a month."""
    members, offers, links = [], [], []
    for article, story, decision in decided:
        joins = decision.joins
        role = Membership.Role.REPORT if joins else Membership.Role.EARLIEST_HELD
        score, because = (round(joins.score, 3), _reasons(article, joins, printed)) if joins else (0.0, "[]")
        members.append((article.pk, story, role, False, Origin.MACHINE, False, score, because, at))
        for rank, option in enumerate((option for option in decision.options if option is not joins), start=1):
            score, because = round(option.score, 3), _reasons(article, option, printed)
            offers.append((article.pk, option.story, rank, score, because))
            if option.is_earlier_part and option.story != story:
                links.append((option.story, story, StoryLink.State.PROPOSED, score, because, at))
    return [
        *insertion(Membership, _MEMBERSHIP, members),
        *insertion(StorySuggestion, _SUGGESTION, offers),
        *insertion(StoryLink, _LINK, links, "ON CONFLICT DO NOTHING"),
    ]


def _reasons(article: Article, option: Option, printed: Mapping[int, Printed]) -> str:
    nearest = printed.get(int(option.nearest))
    reasons = reasons_for(printed[article.pk], nearest, list(option.shared)) if nearest else []
    return json.dumps(reasons, ensure_ascii=False)


def exclusions(article_ids: Collection[int]) -> dict[int, frozenset[int]]:
    """Return the stories that editors kept these articles out of, and those that such stories led on to since."""
    if not article_ids:
        return {}
    found: dict[int, set[int]] = {}
    rows = StoryExclusion.objects.filter(article__in=article_ids).select_related("story")
    for row in rows:
        story = row.story
        found.setdefault(row.article_id, set()).add(story.pk)
        while story.merged_into is not None:
            story = story.merged_into
            found[row.article_id].add(story.pk)
    return {article: frozenset(stories) for article, stories in found.items()}


def _take_out(article_ids: Sequence[int]) -> tuple[set[int], dict[int, int]]:
    """Take articles that were merged into another out of their stories; return the stories and where they lead."""
    rows = list(Membership.objects.filter(article__in=article_ids).select_related("article"))
    leads_to: dict[int, int] = {}
    for row in rows:
        kept = Membership.objects.filter(article=row.article.merged_into).values_list("story_id", flat=True).first()
        if kept is not None:
            leads_to[row.story_id] = kept
    Membership.objects.filter(article__in=article_ids).delete()
    StorySuggestion.objects.filter(article__in=article_ids).delete()
    TextHash.objects.filter(article__in=article_ids).delete()
    vectors.forget(article_ids)
    return {row.story_id for row in rows}, leads_to


def _filing_of_passages(
    articles: Sequence[Article], held: Mapping[int, Held], furniture: Mapping[int, frozenset[str]]
) -> list[Statement]:
    """Return what keeps the winnowed hashes of these articles' texts, writing only what differs from those kept."""
    known = [article.pk for article in articles if held[article.pk].has_passages]
    kept = set(rows_of(_KEPT_PASSAGES, [known])) if known else set()
    wanted = {(value, article.pk) for article in articles for value in winnow(body_of(article, furniture))}
    writes = insertion(TextHash, {"hash": "bigint", "article_id": "bigint"}, sorted(wanted - kept))
    if gone := kept - wanted:
        writes.append(Statement(_REMOVE_PASSAGES, [[value for value, _ in gone], [article for _, article in gone]]))
    return writes
