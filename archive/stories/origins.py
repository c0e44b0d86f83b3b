"""Reads the provenance of stories out of the record, and ties hops to the held reports they rest on.

The promise: what a person may not see is neither counted nor named, and the tie to a held report is made by itself
when that report arrives in the story, and taken back when it leaves.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db.models import F, Max, Q, QuerySet

from archive.models import Article, Attribution, Membership, Story, User, Version, VersionChange

from .provenance import Hop, Provenance, Stating, provenance
from .tables import Statement, answers

# Printed times without a zone can be off by so much; a report is not relied on before it is out.
ZONE_SPREAD = timedelta(hours=26)

_MEMBERS = """
SELECT placed.story_id, article.current_version_id, article.id, article.outlet_id, article.published_at
FROM archive_membership AS placed JOIN archive_article AS article ON article.id = placed.article_id
WHERE placed.story_id = ANY(%s::bigint[]) AND article.merged_into_id IS NULL AND article.current_version_id IS NOT NULL
"""
_HOPS = """
SELECT id, version_id, outlet_id, held_article_id FROM archive_attribution
WHERE version_id = ANY(ARRAY(
    SELECT article.current_version_id FROM archive_membership AS placed JOIN archive_article AS article
    ON article.id = placed.article_id WHERE placed.story_id = ANY(%s::bigint[]) AND article.merged_into_id IS NULL
)) AND rejected_at IS NULL
"""
_TIE = """
UPDATE archive_attribution AS hop SET held_article_id = tied.held
FROM unnest(%s::bigint[], %s::bigint[]) AS tied (id, held) WHERE hop.id = tied.id
"""


def refresh_held(story_ids: Iterable[int]) -> None:
    """Tie the hops of these stories' current versions to the held report of the outlet they name, or to none.

    The report is the outlet's latest one in the story that could have been out by then, else its earliest. Runs in the
    caller's transaction.
    """
    answers(*ties_to_held(*answers(*ties_asked(story_ids))))


def ties_asked(story_ids: Iterable[int]) -> list[Statement]:
    """Return what asks for the members and hops of stories; `ties_to_held` reads the answers."""
    ids = list(set(story_ids))
    return [Statement(_MEMBERS, [ids]), Statement(_HOPS, [ids])]


def ties_to_held(placed: Iterable[tuple], hops: Iterable[tuple]) -> list[Statement]:
    """Return what does as `refresh_held`, from the answers to `ties_asked`."""
    members: dict[int, list[_Member]] = defaultdict(list)
    story_of: dict[int, int] = {}
    by_version: dict[int, _Member] = {}
    for story, version, *about in placed:
        member = _Member(*about)
        members[story].append(member)
        story_of[member.article] = story
        by_version[version] = member
    changed: list[tuple[int, int | None]] = []
    for hop, version, outlet, was in hops:
        citing = by_version[version]
        held = _report_of(outlet, citing, members[story_of[citing.article]]) if outlet else None
        if held != was:
            changed.append((hop, held))
    return [Statement(_TIE, [[hop for hop, _ in changed], [held for _, held in changed]])] if changed else []


@dataclass(frozen=True, slots=True)
class _Member:
    article: int
    outlet: int
    at: datetime | None


def _current_hops(articles: Iterable[Article]) -> QuerySet[Attribution]:
    current = [article.current_version_id for article in articles]
    return Attribution.objects.filter(version__in=current, rejected_at=None).order_by("article_id", "order")


def _report_of(outlet: int, citing: _Member, members: Sequence[_Member]) -> int | None:
    """Return the article of that outlet that `citing` most likely rests on."""
    if outlet == citing.outlet:
        return None
    own = [member for member in members if member.outlet == outlet]
    if not own:
        return None

    def at(member: _Member) -> float:
        return member.at.timestamp() if member.at else float("inf")

    if citing.at is not None:
        limit = (citing.at + ZONE_SPREAD).timestamp()
        out = [member for member in own if at(member) <= limit]
        if out:
            return max(out, key=lambda member: (at(member), member.article)).article
    return min(own, key=lambda member: (at(member), member.article)).article


def provenance_of(articles: Sequence[Article]) -> Provenance:
    """Return who relies on whom among these articles (with their outlets), which the caller has found visible."""
    visible = {article.pk for article in articles}
    hops: dict[int, list[Hop]] = defaultdict(list)
    for row in _current_hops(articles):
        hops[row.article_id].append(
            Hop(
                order=row.order,
                name=row.name,
                kind=row.kind,
                role=row.role,
                relies_on=row.relies_on,
                description=row.description,
                outlet=row.outlet_id,
                held=row.held_article_id if row.held_article_id in visible else None,
                confidence=row.confidence,
                text=row.text,
            )
        )
    return provenance([Stating(a.pk, a.outlet.name, hops[a.pk]) for a in articles])


def members_in_order(user: User | None, story: Story, at: datetime) -> list[Article]:
    """Return the articles of a story that this person may see, earliest first, undated ones by their evidence."""
    rows = Article.objects.visible_to(user, at).filter(membership__story=story)
    articles = list(rows.select_related("outlet", "current_version", "membership"))

    return sorted(articles, key=time_key)


def time_key(article: Article) -> tuple[bool, date, bool, float, int]:
    """Return what articles are ordered by in time: an undated one comes last on the day it is not older than."""
    return place_in_time(article.published_at, article.not_before, article.pk)


def place_in_time(
    at: datetime | None, not_before: datetime | None, article: int
) -> tuple[bool, date, bool, float, int]:
    """Return the `time_key` of an article that came out then, or not before then."""
    moment = at or not_before
    day = moment.astimezone(UTC).date() if moment else date.max
    return (moment is None, day, at is None, at.timestamp() if at else 0.0, article)


def as_record(found: Provenance) -> dict[str, Any]:
    """Return roots and unheld sources as `show_story --json` prints them (docs/api.md)."""
    return {
        "roots": [
            {"name": r.name, "kind": r.kind, "articles": list(r.articles), "stated_by": list(r.stated_by)}
            for r in found.roots
        ],
        "unheld_sources": [{"name": u.name, "articles": list(u.articles)} for u in found.unheld],
    }


def stories_with_new_root(user: User | None, *, at: datetime, days: int = 3, limit: int = 30) -> list[dict[str, Any]]:
    """Return the running stories that an article of the last days gave a second stated origin, latest first.

    Each is {"story", "root", "article"}: the newest such origin and the article (with its outlet) that states it.
    """
    since = at - timedelta(days=days)
    running = Story.objects.filter(merged_into=None, article_count__gt=1, memberships__placed_at__gte=since)
    found = []
    for story in running.distinct().order_by("-last_at", "-pk")[: limit * 3]:
        articles = members_in_order(user, story, at)
        placed = {article.pk: article.membership.placed_at for article in articles}
        roots = provenance_of(articles).roots
        if len(roots) < 2:
            continue
        (moment, article), root = max(
            ((min((placed[a], a) for a in root.articles), root) for root in roots), key=lambda pair: pair[0]
        )
        if moment >= since:
            found.append({"story": story, "root": root, "article": next(a for a in articles if a.pk == article)})
        if len(found) == limit:
            break
    return found


@dataclass(frozen=True, slots=True)
class Shaken:
    """Something happened to a report that an article rests on or repeats: "killed", "withheld" or "corrected"."""

    outlet: str
    what: str
    article: int


def shaken_sources(articles: Sequence[Article]) -> dict[int, list[Shaken]]:
    """Return, by article, what happened since to the held reports it rests on or repeats, however many hands between.

    Only the outlet is named: what was killed or withheld shows nowhere, not even by its headline.
    """
    by_id = {article.pk: article for article in articles if article.current_version_id}
    rests_on = _rests_on(by_id)
    corrects = Q(versions__kind=Version.Kind.CORRECTION)
    corrects |= Q(versions__change__kinds__contains=[VersionChange.Kind.CORRECTION_NOTE])
    last_correction = Max("versions__recorded_at", filter=corrects)
    reports = Article.objects.select_related("outlet").annotate(corrected_at=last_correction)
    held = reports.in_bulk(set().union(*rests_on.values()))
    found: dict[int, list[Shaken]] = defaultdict(list)
    for citing, article in sorted(by_id.items()):
        since = article.current_version.recorded_at
        for source in sorted(_behind(citing, rests_on)):
            report = held[source]
            if report.status == Article.Status.CANCELED:
                found[citing].append(Shaken(report.outlet.name, "killed", source))
            elif report.status == Article.Status.WITHHELD:
                found[citing].append(Shaken(report.outlet.name, "withheld", source))
            elif report.corrected_at is not None and report.corrected_at >= since:
                found[citing].append(Shaken(report.outlet.name, "corrected", source))
    return dict(found)


def _rests_on(articles: Iterable[int]) -> dict[int, set[int]]:
    """Return the held reports that these articles rest on or repeat, and those that these rest on in turn."""
    found: dict[int, set[int]] = {}
    asked = set(articles)
    while asked:
        found |= {article: set() for article in asked}
        hops = Attribution.objects.filter(
            article__in=asked, version=F("article__current_version"), held_article__isnull=False, rejected_at=None
        ).exclude(role=Attribution.Role.BACKGROUND)
        copies = Membership.objects.filter(article__in=asked, copy_of__isnull=False)
        both = hops.order_by().values_list("article_id", "held_article_id")
        for citing, source in both.union(copies.order_by().values_list("article_id", "copy_of")):
            found[citing].add(source)
        asked = set().union(*found.values()) - found.keys()
    return found


def _behind(article: int, rests_on: dict[int, set[int]]) -> set[int]:
    """Return all that an article rests on, directly or through others."""
    seen = {article}
    asked = [article]
    while asked:
        for source in rests_on.get(asked.pop(), ()):
            if source not in seen:
                seen.add(source)
                asked.append(source)
    return seen - {article}
