"""The nightly repair pass: `archive.stories.repair` on the stories of the last weeks, or once a week on the latest
articles whatever their age, and what it decided, written.

The promise: memberships an editor pinned stay where they are, exclusions hold, and story addresses survive.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q

from archive.models import Article, Membership, Origin, Story, StoryLink, StorySuggestion, TermVector

from . import lookup, repair, vectors
from .assign import Move, Report, exclusions, one_placer
from .candidates import REWEIGH_GROWTH
from .locks import stories_lock
from .reasons import printed_of, reasons_for
from .refresh import refresh
from .similarity import Entry, nearness, shared_terms

# One pass looks at no more articles than this, the latest first: a day that brings years of back issues must not
# take the memory of the machine.
MOST_ARTICLES = 6000
WEIGHED_AT_ONCE = 500


def repair_recent(*, at: datetime, today: date | None = None, is_wide: bool = False, dry_run: bool = False) -> Report:
    """Form the stories of the last weeks anew and write what changed; with `dry_run` only say what would change.

    `today` is the last day of the window: by default the latest day that the archive holds articles of. A wide pass
    looks at the latest articles however long ago they came out: what is known now can part or join what the last weeks
    do not reach, above all while the archive is young.
    """
    report = Report()
    with one_placer(wait=True), transaction.atomic():
        stories_lock()
        window = _latest() if is_wide else _window(today)
        _weigh_anew(window)
        groups, current = _mend(window)
        for story, members in groups:
            for article in members:
                if current[article] != story:
                    report.moves.append(Move(article, current[article], int(story or 0), "repair"))
        report.moved = len(report.moves)
        if dry_run:
            transaction.set_rollback(True)
            return report
        _write(groups, current, at)
    return report


def _latest() -> list[int]:
    found = TermVector.objects.filter(article__membership__isnull=False).order_by("-day", "-article_id")
    return list(found.values_list("article_id", flat=True)[:MOST_ARTICLES])


def _window(today: date | None) -> list[int]:
    """Return the articles of the last weeks and the undated ones, the latest first."""
    rows = TermVector.objects.filter(article__membership__isnull=False)
    latest = today or rows.exclude(day=None).order_by("-day").values_list("day", flat=True).first()
    if latest is None:
        return list(rows.order_by("-article_id").values_list("article_id", flat=True)[:MOST_ARTICLES])
    recent = Q(day__gt=latest - timedelta(repair.WINDOW_DAYS), day__lte=latest)
    # Undated articles take part when the story they stand in is of these weeks, or when they stand alone.
    near = Q(day=None) & (
        Q(article__membership__story__last_at__date__gt=latest - timedelta(repair.WINDOW_DAYS))
        | Q(article__membership__story__last_at=None)
    )
    found = rows.filter(recent | near).order_by("-day", "-article_id")
    return list(found.values_list("article_id", flat=True)[:MOST_ARTICLES])


def _weigh_anew(article_ids: Sequence[int]) -> None:
    """Weigh the articles again whose idf is from when the archive was much smaller."""
    before = vectors.articles_counted() / REWEIGH_GROWTH
    stale = list(
        TermVector.objects.filter(article__in=article_ids, weighed_among__lt=before).values_list(
            "article_id", flat=True
        )
    )
    for start in range(0, len(stale), WEIGHED_AT_ONCE):
        articles = list(
            Article.objects.filter(pk__in=stale[start : start + WEIGHED_AT_ONCE]).select_related("current_version")
        )
        vectors.weigh_again(articles)


def _mend(window: Sequence[int]) -> tuple[list[tuple[int | None, list[int]]], dict[int, int]]:
    """Return the groups, each with the story it goes on as, and where each article stands now."""
    stories = set(lookup.stories_of(window).values())
    earlier, decided = _tied(stories)
    stories |= earlier
    rows = list(Membership.objects.filter(story__in=stories).values_list("article_id", "story_id", "pinned", "origin"))
    current = {article: story for article, story, _, _ in rows}
    fresh = set(window)
    kept_out = exclusions(list(current))
    # A story that an editor put something into, or kept something out of, stays as the editor saw it: formed anew,
    # nobody could say what was put where. Others may still come to it.
    seen = {story for barred in kept_out.values() for story in barred}
    seen |= {story for _, story, pinned, origin in rows if pinned or origin == Origin.EDITOR}
    # Two stories of which an editor said how they are tied stay two.
    seen |= decided
    anchors = {article: story for article, story, _, _ in rows if story in seen or article not in fresh}
    entries = lookup.entries(current)
    ordered: list[Entry] = [entries[article] for article in sorted(current) if article in entries]
    anchors = {article: story for article, story in anchors.items() if article in entries}
    groups = repair.mend(ordered, anchors, kept_out)  # type: ignore[misc]
    named = repair.keep_names(groups, current, anchors)
    return [(story, list(members)) for story, members in named], current  # type: ignore[misc,arg-type]


def _tied(stories: set[int]) -> tuple[set[int], set[int]]:
    """Return the older stories proposed as earlier parts of these, and all whose tie an editor decided on."""
    rows = StoryLink.objects.filter(Q(later__in=stories) | Q(later__merged_into__in=stories))
    earlier: set[int] = set()
    decided: set[int] = set()
    for link in rows.select_related("earlier", "later"):
        ends = {link.earlier.merged_into_id or link.earlier_id, link.later.merged_into_id or link.later_id}
        if link.state == StoryLink.State.PROPOSED:
            earlier |= ends
        else:
            decided |= ends
    return earlier, decided


def _write(groups: Sequence[tuple[int | None, list[int]]], current: dict[int, int], at: datetime) -> None:
    touched: set[int] = set()
    went: dict[int, Counter[int]] = defaultdict(Counter)
    for named, members in groups:
        moving = [article for article in members if current[article] != named]
        story = named
        if story is None:
            story = Story.objects.create(title="", changed_at=at).pk
        for article in members:
            went[current[article]][story] += 1
        if not moving:
            continue
        touched |= {story} | {current[article] for article in moving}
        _move(moving, [m for m in members if m not in moving], story, at)
    leads_to = {story: targets.most_common(1)[0][0] for story, targets in went.items()}
    StorySuggestion.objects.filter(story__in=touched, article__membership__story__in=touched).delete()
    refresh(touched, at=at, leads_to=leads_to)


def _move(moving: Sequence[int], staying: Sequence[int], story: int, at: datetime) -> None:
    among = [*staying, *moving]
    entries = lookup.entries(among)
    articles = {
        article.pk: article
        for article in Article.objects.filter(pk__in=among).select_related("current_version", "outlet")
    }
    rows = {row.article_id: row for row in Membership.objects.filter(article__in=moving)}
    for article in moving:
        entry = entries[article]
        others = [entries[other] for other in among if other != article and other in entries]
        row = rows[article]
        row.story_id, row.placed_at, row.reasons, row.score = story, at, [], 0.0
        if others:
            nearest = max(others, key=lambda other: nearness(entry, other))
            row.score = round(nearness(entry, nearest), 3)
            row.reasons = reasons_for(
                printed_of(articles[article]), printed_of(articles[int(nearest.id)]), shared_terms(entry, nearest)
            )
        row.save(update_fields=["story", "placed_at", "reasons", "score"])
