"""Reads on stories for pages, commands and exports: only what the person may see, in a bounded number of queries."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from archive.articles.queries import legal_warnings
from archive.models import (
    Article,
    Membership,
    Origin,
    Story,
    StoryLink,
    StorySuggestion,
    StoryVisit,
    User,
    Version,
)

from . import confirmations, lookup
from .origins import Shaken, as_record, provenance_of, shaken_sources
from .placement import NEAR, most_related

# Printed times without a zone can be this far apart from each other in truth: the widest two zones in use.
ZONE_SPREAD = timedelta(hours=26)
# How the reason begins that names another article by its headline.
NEAREST = "nearest: "
# So many that follow in a timeline are held against each of its articles.
NEIGHBORS = 24


@dataclass(frozen=True, slots=True)
class Item:
    """One member as the timeline shows it. `day` is where it stands, None when nothing is known of its date."""

    membership: Membership
    article: Article
    version: Version
    day: date | None
    is_undated: bool
    reasons: Sequence[str] = ()
    versions: Sequence[Version] = ()
    shaken: Sequence[Shaken] = ()
    is_new: bool = False
    order_unsure: bool = False

    @property
    def role(self) -> str:
        """The role as exports spell it."""
        return self.membership.role

    @property
    def by_machine(self) -> bool:
        """Whether the machine placed it and no editor confirmed that."""
        return self.membership.origin == Origin.MACHINE and not self.membership.pinned


@dataclass(frozen=True, slots=True)
class Day:
    """The members of one day, in order; `day` is None for those that nothing is known of."""

    day: date | None
    items: Sequence[Item]


@dataclass(frozen=True, slots=True)
class Lane:
    """One outlet's column in the picture."""

    outlet: Any
    count: int


@dataclass(frozen=True, slots=True)
class Tie:
    """A story before or after this one, and the link that says so."""

    link: StoryLink
    story: Story
    is_earlier: bool


@dataclass(frozen=True, slots=True)
class Timeline:
    """All that the page of a story shows of its course: `items` are those that fit the filters, `articles` all members.
    `earliest` is the earliest held of these. `hidden` members are there, but not for this person."""

    story: Story
    items: Sequence[Item]
    articles: Sequence[Article]
    earliest: int | None
    days: Sequence[Day]
    lanes: Sequence[Lane]
    volume: Sequence[tuple[date, int]]
    new_since: datetime | None
    links: Sequence[Tie] = ()
    hidden: int = 0
    roles: Sequence[tuple[str, str, int]] = field(default=())


@dataclass(frozen=True, slots=True)
class Related:
    """An article near another."""

    article: Article
    nearness: float
    story: int | None
    same_story: bool

    @property
    def is_worth_a_look(self) -> bool:
        """Whether it is near enough to show on a page: half as near as the members of a story have to be."""
        return self.same_story or self.nearness >= NEAR / 2


def live_story(story_id: int) -> Story:
    """Return the story, or the one it was merged into, however often. Raises Story.DoesNotExist."""
    story = Story.objects.get(pk=story_id)
    seen = {story.pk}
    while story.merged_into_id is not None and story.merged_into_id not in seen:
        seen.add(story.merged_into_id)
        story = Story.objects.get(pk=story.merged_into_id)
    return story


def timeline(
    user: User | None,
    story: Story,
    *,
    at: datetime,
    outlet: str = "",
    role: str = "",
    since: date | None = None,
    until: date | None = None,
) -> Timeline:
    """Return a story's course as this person may see it, narrowed by outlet (slug), role and days."""
    rows = list(
        Membership.objects.filter(story=story)
        .select_related("article__outlet", "article__current_version", "copy_of__outlet", "placed_by")
        .prefetch_related(legal_warnings("article__"))
        .order_by("article_id")
    )
    shown = set(Article.objects.visible_to(user, at).filter(membership__story=story).values_list("pk", flat=True))
    last_visit = None
    if user is not None and user.pk:
        last_visit = StoryVisit.objects.filter(user=user, story=story).values_list("seen_at", flat=True).first()
    visible = [row for row in rows if row.article_id in shown]
    named = _named_in_reasons(shown)
    everything = in_order([_item(row, last_visit, named) for row in visible])
    chosen = [
        item
        for item in everything
        if (not outlet or item.article.outlet.slug == outlet)
        and (not role or item.role == role)
        and (since is None or (item.day is not None and item.day >= since))
        and (until is None or (item.day is not None and item.day <= until))
    ]
    chosen = _with_versions(chosen)
    return Timeline(
        story=story,
        items=chosen,
        articles=[item.article for item in everything],
        earliest=next((i.article.pk for i in everything if i.role == Membership.Role.EARLIEST_HELD), None),
        days=_days(chosen),
        lanes=_lanes(everything),
        volume=_volume(everything),
        new_since=last_visit,
        links=links_of(story),
        hidden=len(rows) - len(visible),
        roles=[
            (value, str(label), sum(item.role == value for item in everything))
            for value, label in Membership.Role.choices
            if any(item.role == value for item in everything)
        ],
    )


def links_of(story: Story) -> list[Tie]:
    """Return the ties of a story to earlier and later ones that no editor rejected, each other story once."""
    rows = StoryLink.objects.exclude(state=StoryLink.State.REJECTED).filter(
        Q(later=story) | Q(later__merged_into=story) | Q(earlier=story) | Q(earlier__merged_into=story)
    )
    found: dict[int, Tie] = {}
    for row in rows.select_related("earlier__merged_into", "later__merged_into").order_by("pk"):
        earlier, later = (end.merged_into or end for end in (row.earlier, row.later))
        if earlier.pk != later.pk:
            other = earlier if later.pk == story.pk else later
            found[other.pk] = Tie(row, other, other is earlier)
    return sorted(found.values(), key=lambda tie: not tie.is_earlier)


def _named_in_reasons(articles: Collection[int]) -> frozenset[str]:
    """Return how a reason names these articles, under whichever of their headlines."""
    versions = Version.objects.filter(article__in=articles).order_by()
    rows = versions.values_list("headline", "article__outlet__name").distinct()
    return frozenset(f"{NEAREST}{headline} ({outlet})" for headline, outlet in rows)


def _shown(reasons: Iterable[str], named: frozenset[str]) -> list[str]:
    """Return the reasons without one that names an article which is not among those shown: nobody reads the headline
    of what was killed, withheld or embargoed beside another text."""
    return [reason for reason in reasons if not reason.startswith(NEAREST) or reason in named]


def why_here(user: User | None, article: Article, *, at: datetime) -> list[str]:
    """Return why an article stands in its story, as far as this person may read it."""
    row = getattr(article, "membership", None)
    if row is None or not any(reason.startswith(NEAREST) for reason in row.reasons):
        return row.reasons if row else []
    kin = Article.objects.visible_to(user, at).filter(membership__story=row.story_id)
    return _shown(row.reasons, _named_in_reasons(kin.values_list("pk", flat=True)))


def _item(row: Membership, last_visit: datetime | None, named: frozenset[str]) -> Item:
    article = row.article
    moment = article.published_at or article.not_before
    return Item(
        membership=row,
        article=article,
        version=article.current_version,
        day=moment.astimezone(UTC).date() if moment else None,
        is_undated=article.published_at is None,
        reasons=_shown(row.reasons, named),
        is_new=last_visit is not None and row.placed_at > last_visit,
    )


def in_order(items: Sequence[Item]) -> list[Item]:
    """Return members in the order of the timeline: undated ones at the end of the day they are not older than, those
    without any evidence last. Those whose order unknown time zones could reverse are marked, even when another stands
    between them."""

    def key(item: Item) -> tuple[bool, date, bool, float, int]:
        at = item.article.published_at
        return (item.day is None, item.day or date.max, at is None, at.timestamp() if at else 0.0, item.article.pk)

    ordered = sorted(items, key=key)
    unsure: set[int] = set()
    for place, one in enumerate(ordered):
        for other in ordered[place + 1 : place + 1 + NEIGHBORS]:
            pair = {one.article.pk, other.article.pk}
            if not pair <= unsure and _may_swap(one.article, other.article):
                unsure |= pair
    return [replace(item, order_unsure=item.article.pk in unsure) for item in ordered]


def _may_swap(one: Article, other: Article) -> bool:
    """Say whether the outlets' plausible time zones could reverse the order of two printed times."""
    if one.published_at is None or other.published_at is None:
        return False
    if one.published_offset is not None and other.published_offset is not None:
        return False
    if Article.Precision.DAY in (one.published_precision, other.published_precision):
        return one.published_at.date() == other.published_at.date()
    zones = {outlet.time_zone for outlet in (one.outlet, other.outlet)}
    if one.outlet_id == other.outlet_id or (len(zones) == 1 and zones != {""}):
        return False
    return abs(other.published_at - one.published_at) < ZONE_SPREAD


def _with_versions(items: Sequence[Item]) -> list[Item]:
    """Give each item its later versions: what changed about it after it first came out."""
    found: dict[int, list[Version]] = {}
    ids = [item.article.pk for item in items]
    later = Version.objects.filter(article__in=ids, number__gt=1).select_related("change")
    for version in later.order_by("article_id", "number"):
        found.setdefault(version.article_id, []).append(version)
    shaken = shaken_sources([item.article for item in items])
    return [
        replace(item, versions=found.get(item.article.pk, ()), shaken=shaken.get(item.article.pk, ())) for item in items
    ]


def _days(items: Sequence[Item]) -> list[Day]:
    days: list[Day] = []
    for item in items:
        if not days or days[-1].day != item.day:
            days.append(Day(item.day, []))
        days[-1].items.append(item)  # type: ignore[attr-defined]
    return days


def _lanes(items: Sequence[Item]) -> list[Lane]:
    counts: dict[int, int] = {}
    outlets: dict[int, Any] = {}
    for item in items:
        counts[item.article.outlet_id] = counts.get(item.article.outlet_id, 0) + 1
        outlets.setdefault(item.article.outlet_id, item.article.outlet)
    return [Lane(outlets[pk], count) for pk, count in counts.items()]


def _volume(items: Sequence[Item]) -> list[tuple[date, int]]:
    """Return how many dated articles each day had, from the first to the last, days without any included up to a
    year's span; longer stories give only the days that had some."""
    counts: dict[date, int] = {}
    for item in items:
        if item.day is not None and not item.is_undated:
            counts[item.day] = counts.get(item.day, 0) + 1
    if not counts:
        return []
    first, last = min(counts), max(counts)
    if (last - first).days > 366:
        return sorted(counts.items())
    return [(first + timedelta(i), counts.get(first + timedelta(i), 0)) for i in range((last - first).days + 1)]


def story_record(story_id: int, user: User | None = None, *, at: datetime | None = None) -> dict[str, Any]:
    """Return a story as `show_story --json` prints it (docs/api.md). Without a user it holds what everyone may see."""
    from archive import clock

    story = live_story(story_id)
    course = timeline(user, story, at=at or clock.now())
    articles = course.articles
    found = provenance_of(articles)
    return {
        "story": story.pk,
        "title": story.title,
        "summary": found.sentence(),
        "articles": [
            {
                "article": item.article.pk,
                "outlet": item.article.outlet.slug,
                "headline": item.version.headline,
                "published_at": item.article.published_iso,
                "role": item.role,
                "not_before": item.article.not_before.date().isoformat() if item.article.not_before else None,
                "not_before_reason": item.article.not_before_reason or None,
                "placed": "machine" if item.by_machine else "editor",
                "reasons": list(item.reasons),
                "repeats": item.membership.copy_of_id,
                "order_unsure": item.order_unsure,
                "versions": len(item.versions) + 1,
                "shaken": [{"outlet": source.outlet, "what": source.what} for source in item.shaken],
            }
            for item in course.items
        ],
        "confirmed": confirmations.as_records(confirmations.confirmed(articles)),
    } | as_record(found)


def related_articles(articles: QuerySet[Article], article_id: int, *, limit: int = 10) -> list[Related]:
    """Return those of `articles` (already narrowed to what the person may see) nearest to one article, best first."""
    own = lookup.entries([article_id]).get(article_id)
    if own is None:
        return []
    story = lookup.stories_of([article_id]).get(article_id)
    kin = set(Membership.objects.filter(story=story).values_list("article_id", flat=True)) if story else set()
    entries = lookup.entries([*lookup.candidates(own), *kin])
    ranked = most_related(own, entries.values(), kin, limit=len(entries))
    wanted = {int(entry.id): value for entry, value in ranked}
    held = {
        article.pk: article
        for article in articles.filter(pk__in=wanted).select_related("outlet", "current_version", "membership")
    }
    rows = []
    for pk, value in wanted.items():
        if pk in held and len(rows) < limit:
            placed = getattr(held[pk], "membership", None)
            rows.append(
                Related(held[pk], value, placed.story_id if placed else None, bool(placed and placed.story_id == story))
            )
    return rows


def suggestions_for(user: User | None, article: Article, *, at: datetime) -> list[StorySuggestion]:
    """Return the stories offered for an article that this person can see something of, best first."""
    seen = Article.objects.visible_to(user, at).filter(membership__story=OuterRef("story"))
    found = StorySuggestion.objects.filter(Exists(seen), article=article, story__merged_into=None)
    offered = list(found.exclude(story__memberships__article=article).select_related("story").order_by("rank"))
    members = Article.objects.visible_to(user, at).filter(membership__story__in=[offer.story_id for offer in offered])
    named = _named_in_reasons(members.values_list("pk", flat=True)) if offered else frozenset()
    for offer in offered:
        offer.reasons = _shown(offer.reasons, named)
    return offered
