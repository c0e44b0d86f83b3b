"""Puts articles into stories: plan with `archive.stories.placement`, then write what was decided.

The promise: one placer at a time (an advisory lock of the database); what waits in the outbox is placed in batches,
each one transaction, so that a crash repeats harmless work; what an editor pinned or kept apart is never touched.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection, transaction
from django.db.models import F

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

from . import lookup, vectors
from .annotate import annotate
from .locks import stories_lock
from .placement import Option, Placement, Verdict, place
from .reasons import reasons_for
from .refresh import body_of, furniture_of, refresh
from .similarity import Entry

log = logging.getLogger(__name__)

BATCH = 100
MOST_ATTEMPTS = 5
PLACE_LOCK = 0x41524348_11


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


@contextmanager
def one_placer(*, wait: bool) -> Iterator[bool]:
    """Hold the lock of the placer; yields whether it was got. The database lets go of it if this process dies."""
    with connection.cursor() as cursor:
        if wait:
            cursor.execute("SELECT pg_advisory_lock(%s)", [PLACE_LOCK])
            held = True
        else:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [PLACE_LOCK])
            held = cursor.fetchone()[0]
    try:
        yield held
    finally:
        if held:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [PLACE_LOCK])


def place_waiting(*, at: datetime, wait: bool = False, limit: int | None = None) -> Report:
    """Place the articles that wait in the outbox; with `limit`, stop after so many.

    A batch that fails is tried article by article, so that one bad text is put aside with its error and holds up none.
    """
    report = Report()
    with one_placer(wait=wait) as held:
        while held and (limit is None or report.placed + report.failed < limit):
            waiting = PlacementEntry.objects.waiting().filter(attempts__lt=MOST_ATTEMPTS)
            seen = list(waiting.values_list("article_id", "wanted")[: min(BATCH, limit or BATCH)])
            if not seen:
                break
            _carry(seen, report, at)
    return report


def _carry(seen: Sequence[tuple[int, int]], report: Report, at: datetime) -> None:
    try:
        with transaction.atomic():
            stories_lock()
            _place_batch([article for article, _ in seen], report, at)
            for article, wanted in seen:
                PlacementEntry.objects.filter(pk=article).update(done=wanted, done_at=at, attempts=0, last_error="")
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


def _place_batch(article_ids: Sequence[int], report: Report, at: datetime) -> None:
    articles = list(
        Article.objects.filter(pk__in=article_ids, current_version__isnull=False)
        .select_related("current_version", "outlet")
        .order_by(F("published_at").asc(nulls_last=True), "id")
    )
    gone = [article.pk for article in articles if article.merged_into_id]
    touched, leads_to = _take_out(gone)
    articles = [article for article in articles if not article.merged_into_id]
    annotate(articles)
    _file_hashes(articles)
    entries = vectors.file_terms(articles)
    held = dict(Membership.objects.filter(article__in=articles).values_list("article_id", "story_id"))
    barred = exclusions([article.pk for article in articles])
    for article in articles:
        entry = entries[article.pk]
        report.placed += 1
        if article.pk in held:
            touched.add(held[article.pk])
            continue
        touched.add(_place_one(article, entry, barred.get(article.pk, frozenset()), report, at))
    refresh(touched, at=at, leads_to=leads_to)


def _place_one(article: Article, entry: Entry, barred: frozenset[int], report: Report, at: datetime) -> int:
    decision = place(entry, lookup.story_views(entry, lookup.candidates(entry)), barred)
    if decision.joins is not None:
        story = int(decision.joins.story)
        report.joined += 1
    else:
        story = _open(article, at)
        report.suggested += decision.verdict is Verdict.SUGGEST
        report.opened += 1
    near = {int(o.nearest) for o in decision.options}
    others = {a.pk: a for a in Article.objects.filter(pk__in=near).select_related("current_version", "outlet")}
    Membership.objects.create(
        article=article,
        story_id=story,
        role=Membership.Role.REPORT if decision.joins else Membership.Role.EARLIEST_HELD,
        origin=Origin.MACHINE,
        score=round(decision.joins.score, 3) if decision.joins else 0.0,
        reasons=_reasons(article, decision.joins, others),
        placed_at=at,
    )
    _offer(article, story, decision, others)
    report.moves.append(
        Move(article.pk, None, story, decision.verdict, decision.joins.score if decision.joins else 0.0)
    )
    return story


def _open(article: Article, at: datetime) -> int:
    """Open a story with this article, as `refresh` would derive it from the one member."""
    return Story.objects.create(
        title=article.current_version.headline[:300],
        first_at=article.published_at,
        last_at=article.published_at,
        article_count=1,
        outlet_count=1,
        changed_at=at,
    ).pk


def _reasons(article: Article, option: Option | None, others: Mapping[int, Article]) -> list[str]:
    if option is None or int(option.nearest) not in others:
        return []
    return reasons_for(article, others[int(option.nearest)], list(option.shared))


def _offer(article: Article, story: int, decision: Placement, others: Mapping[int, Article]) -> None:
    """Keep the stories worth a look: as suggestions, or as proposed links where the story is older than a month."""
    offered = [option for option in decision.options if option is not decision.joins]
    StorySuggestion.objects.bulk_create(
        StorySuggestion(
            article=article,
            story_id=option.story,
            rank=rank,
            score=round(option.score, 3),
            reasons=_reasons(article, option, others),
        )
        for rank, option in enumerate(offered, start=1)
    )
    for option in offered:
        if option.is_earlier_part and option.story != story:
            StoryLink.objects.get_or_create(
                earlier_id=option.story,
                later_id=story,
                defaults={"score": round(option.score, 3), "reasons": _reasons(article, option, others)},
            )


def exclusions(article_ids: Sequence[int]) -> dict[int, frozenset[int]]:
    """Return the stories that editors kept these articles out of, and those that such stories led on to since."""
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


def _file_hashes(articles: Sequence[Article]) -> None:
    furniture = furniture_of({article.outlet_id for article in articles})
    TextHash.objects.filter(article__in=articles).delete()
    TextHash.objects.bulk_create(
        (
            TextHash(hash=value, article=article)
            for article in articles
            for value in winnow(body_of(article, furniture))
        ),
        batch_size=5000,
    )
