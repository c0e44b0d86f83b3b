"""What follows from who is in a story: title, dates, counts, roles, and the evidence for undated members.

The promise: `refresh` derives all of it from the members alone, so a timeline is the same however the story came
together, and an emptied story leads on to where its articles went.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime, time

from django.db import connection

from archive.articles.operations import touch_index
from archive.articles.titles import story_title
from archive.models import Article, Attribution, Membership, OutletLine, Quote, Story
from archive.text.normalize import line_key

from .evidence import Dated, not_before
from .families import refresh_families
from .origins import refresh_held
from .roles import ALL_PAIRS_UP_TO, Told, in_time, parts, told

# Hashes that this many articles share are a form of words (a disclaimer, an agency's boilerplate), not a copy.
SHARED_BY_MANY = 40

# The parts that repeat another member.
COPIES = (Membership.Role.NEAR_COPY, Membership.Role.REWRITE)

_SHARING = """
SELECT DISTINCT one.article_id, other.article_id
FROM archive_texthash AS one JOIN archive_texthash AS other ON other.hash = one.hash
WHERE one.article_id = ANY(%(ids)s) AND other.article_id = ANY(%(ids)s) AND one.article_id < other.article_id
"""


def furniture_of(outlet_ids: Collection[int]) -> dict[int, frozenset[str]]:
    """Return each outlet's learnt furniture, as line keys."""
    found: dict[int, set[str]] = defaultdict(set)
    lines = OutletLine.objects.filter(
        outlet__in=outlet_ids, verdict=OutletLine.Verdict.FURNITURE, undone_at=None
    ).values_list("outlet_id", "key")
    for outlet, key in lines:
        found[outlet].add(key)
    return {outlet: frozenset(keys) for outlet, keys in found.items()}


def body_of(article: Article, furniture: Mapping[int, frozenset[str]]) -> str:
    """Return the standfirst and body of the current version without its outlet's furniture."""
    version = article.current_version
    known = furniture.get(article.outlet_id, frozenset())
    lines = f"{version.standfirst}\n{version.body}".split("\n")
    return "\n".join(line for line in lines if line_key(line) not in known) if known else "\n".join(lines)


def told_of(article: Article, furniture: Mapping[int, frozenset[str]]) -> Told:
    """Return an article (with current_version) ready to be compared with the other members."""
    version = article.current_version
    return told(article.pk, article.published_at, version.headline, body_of(article, furniture), version.language)


def sharing_pairs(article_ids: Collection[int]) -> set[tuple[int, int]]:
    """Return the pairs among these articles that share a passage, by their winnowed hashes."""
    with connection.cursor() as cursor:
        cursor.execute(_SHARING, {"ids": list(article_ids)})
        return set(cursor.fetchall())


def refresh(story_ids: Iterable[int], *, at: datetime, leads_to: Mapping[int, int] | None = None) -> None:
    """Derive title, dates, counts, roles, evidence, held sources and quote families of stories from their members.

    An emptied story becomes a redirect to `leads_to[story]`; without one it is deleted, if no editor ever touched it.
    Runs in the caller's transaction.
    """
    ids = sorted(set(story_ids))
    stories = {story.pk: story for story in Story.objects.select_for_update().filter(pk__in=ids).order_by("pk")}
    members: dict[int, list[Membership]] = defaultdict(list)
    rows = Membership.objects.filter(story__in=ids).select_related("article__current_version", "article__outlet")
    for row in rows.order_by("article_id"):
        members[row.story_id].append(row)
    furniture = furniture_of({row.article.outlet_id for rows in members.values() for row in rows})
    refresh_held(ids)
    changed: list[int] = []
    for story in stories.values():
        if members[story.pk]:
            changed += _derive(story, members[story.pk], furniture, at)
        else:
            _lead_on(story, (leads_to or {}).get(story.pk))
    quoting = Quote.objects.filter(article__membership__story__in=ids)
    refresh_families(set(quoting.values_list("article__membership__story", flat=True)))
    if changed:
        touch_index(changed)


def _derive(
    story: Story, members: list[Membership], furniture: Mapping[int, frozenset[str]], at: datetime
) -> list[int]:
    texts = {row.article_id: told_of(row.article, furniture) for row in members}
    given = parts(list(texts.values()), sharing_pairs(list(texts)) if len(members) > ALL_PAIRS_UP_TO else None)
    changed: list[int] = []
    for row in members:
        part = given[row.article_id]
        role = row.role if row.role_is_pinned else part.role
        copy_of = part.copy_of if role in COPIES else None
        if (row.role, row.copy_of_id) != (role, copy_of):
            row.role, row.copy_of_id = role, copy_of
            row.save(update_fields=["role", "copy_of"])
            changed.append(row.article_id)
    by_id = {row.article_id: row.article for row in members}
    ordered = [by_id[member.id] for member in in_time(list(texts.values()))]
    _place_undated(ordered)
    dates = [article.published_at for article in ordered if article.published_at]
    derived = {
        "first_at": min(dates, default=None),
        "last_at": max(dates, default=None),
        "article_count": len(members),
        "outlet_count": len({article.outlet_id for article in ordered}),
        "merged_into_id": None,
        "title": story.title if story.title_is_pinned else story_title(story, ordered),
    }
    if any(getattr(story, name) != value for name, value in derived.items()):
        if derived["title"] != story.title:
            changed += list(by_id)
        for name, value in derived.items():
            setattr(story, name, value)
        story.changed_at = at
        story.save(update_fields=[*(name.removesuffix("_id") for name in derived), "changed_at"])
    return changed


def _place_undated(ordered: list[Article]) -> None:
    undated = [article for article in ordered if article.published_at is None]
    if not undated:
        return
    dated = {
        a.pk: Dated(a.pk, a.published_at.date(), a.current_version.headline, a.current_version.body, a.outlet.name)
        for a in ordered
        if a.published_at
    }
    hops = Attribution.objects.filter(
        version__in=[article.current_version_id for article in undated],
        held_article__in=list(dated),
        role=Attribution.Role.MAIN,
        rejected_at=None,
    )
    rests_on: dict[int, list[Dated]] = defaultdict(list)
    for article_id, held in hops.values_list("article_id", "held_article_id"):
        rests_on[article_id].append(dated[held])
    for article in undated:
        version = article.current_version
        text = f"{version.headline}\n{version.standfirst}\n{version.body}"
        found = not_before(text, list(dated.values()), rests_on[article.pk])
        moment = datetime.combine(found.day, time.min, tzinfo=UTC) if found else None
        reason = found.reason[:300] if found else ""
        if (article.not_before, article.not_before_reason) != (moment, reason):
            article.not_before, article.not_before_reason = moment, reason
            article.save(update_fields=["not_before", "not_before_reason"])


def _lead_on(story: Story, target: int | None) -> None:
    story.article_count = story.outlet_count = 0
    story.first_at = story.last_at = None
    end = _end_of(target, story.pk) if target is not None else None
    if end is not None:
        story.merged_into_id = end
        story.save(update_fields=["merged_into", "article_count", "outlet_count", "first_at", "last_at"])
        return
    touched = story.title_is_pinned or story.edits.exists() or story.merged.exists() or story.exclusions.exists()
    if touched:
        story.save(update_fields=["article_count", "outlet_count", "first_at", "last_at"])
    else:
        story.delete()


def _end_of(target: int, leaving: int) -> int | None:
    """Return where the address of `target` ends, None when it would lead back to the story that is emptied."""
    while target != leaving:
        onward = Story.objects.filter(pk=target).values_list("merged_into", flat=True).first()
        if onward is None:
            return target
        target = onward
    return None
