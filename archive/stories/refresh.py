"""What follows from who is in a story: title, dates, counts, roles, and the evidence for undated members.

The promise: `refresh` derives all of it from the members alone, so a timeline is the same however the story came
together, and an emptied story leads on to where its articles went.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, time

from archive.articles.operations import touch_index
from archive.articles.titles import story_title
from archive.models import Article, Attribution, Membership, OutletLine, Story
from archive.text.normalize import filed_key, line_key

from .evidence import Dated, not_before
from .families import refresh_families
from .origins import refresh_held
from .roles import ALL_PAIRS_UP_TO, Part, Told, parts, told, when
from .tables import execute, rows_of

# Hashes that this many articles share are a form of words (a disclaimer, an agency's boilerplate), not a copy.
SHARED_BY_MANY = 40

# The parts that repeat another member.
COPIES = (Membership.Role.NEAR_COPY, Membership.Role.REWRITE)

_SHARING = """
SELECT DISTINCT one.article_id, other.article_id
FROM archive_texthash AS one JOIN archive_texthash AS other ON other.hash = one.hash
WHERE one.article_id = ANY(%(ids)s) AND other.article_id = ANY(%(ids)s) AND one.article_id < other.article_id
"""


_FURNITURE = """
SELECT outlet_id, key FROM archive_outletline
WHERE outlet_id = ANY(%s) AND verdict = %s AND undone_at IS NULL AND (origin <> %s OR seen >= %s)
"""

_JOINED = ("article__current_version", "article__outlet")
_READ = (
    "story_id", "role", "role_is_pinned", "copy_of_id", "article__outlet_id", "article__published_at",
    "article__status", "article__embargoed_until", "article__merged_into_id", "article__not_before",
    "article__not_before_reason", "article__outlet__name", "article__current_version__headline",
    "article__current_version__standfirst", "article__current_version__body", "article__current_version__language",
)  # fmt: skip
_PARTS = """
UPDATE archive_membership AS placed SET role = part.role, copy_of_id = part.copy_of
FROM unnest(%s::bigint[], %s::text[], %s::bigint[]) AS part (id, role, copy_of) WHERE placed.id = part.id
"""
_DERIVED_FIELDS = ("title", "first_at", "last_at", "article_count", "outlet_count")
_DERIVED = """
UPDATE archive_story AS story SET title = derived.title, first_at = derived.first_at, last_at = derived.last_at,
    article_count = derived.articles, outlet_count = derived.outlets, merged_into_id = NULL, changed_at = %s
FROM unnest(%s::bigint[], %s::text[], %s::timestamptz[], %s::timestamptz[], %s::int[], %s::int[])
    AS derived (id, title, first_at, last_at, articles, outlets)
WHERE story.id = derived.id
"""


def furniture_of(outlet_ids: Collection[int]) -> dict[int, frozenset[str]]:
    """Return each outlet's learnt furniture, as filed keys."""
    found: dict[int, set[str]] = defaultdict(set)
    learnt = [list(outlet_ids), OutletLine.Verdict.FURNITURE, OutletLine.Origin.MACHINE, OutletLine.FURNITURE_FROM]
    for outlet, key in rows_of(_FURNITURE, learnt):
        found[outlet].add(key)
    return {outlet: frozenset(keys) for outlet, keys in found.items()}


def body_of(article: Article, furniture: Mapping[int, frozenset[str]]) -> str:
    """Return the standfirst and body of the current version without its outlet's furniture."""
    version = article.current_version
    known = furniture.get(article.outlet_id, frozenset())
    lines = f"{version.standfirst}\n{version.body}".split("\n")
    return "\n".join(line for line in lines if filed_key(line_key(line)) not in known) if known else "\n".join(lines)


def told_of(article: Article, furniture: Mapping[int, frozenset[str]]) -> Told:
    """Return an article (with current_version) ready to be compared with the other members."""
    version = article.current_version
    return told(article.pk, article.published_at, version.headline, body_of(article, furniture), version.language)


def sharing_pairs(article_ids: Collection[int]) -> set[tuple[int, int]]:
    """Return the pairs among these articles that share a passage, by their winnowed hashes."""
    return set(rows_of(_SHARING, {"ids": list(article_ids)}))


def refresh(story_ids: Iterable[int], *, at: datetime, leads_to: Mapping[int, int] | None = None) -> None:
    """Derive title, dates, counts, roles, evidence, held sources and quote families of stories from their members.

    An emptied story becomes a redirect to `leads_to[story]`; without one it is deleted, if no editor ever touched it.
    Runs in the caller's transaction, and writes each table once however many stories there are.
    """
    ids = sorted(set(story_ids))
    if not ids:
        return
    stories = {story.pk: story for story in Story.objects.select_for_update().filter(pk__in=ids).order_by("pk")}
    members: dict[int, list[Membership]] = defaultdict(list)
    for row in Membership.objects.filter(story__in=ids).select_related(*_JOINED).only(*_READ).order_by("article_id"):
        members[row.story_id].append(row)
    furniture = furniture_of({row.article.outlet_id for rows in members.values() for row in rows})
    refresh_held(ids)
    parts_changed: list[Membership] = []
    stories_changed: list[Story] = []
    changed: set[int] = set()
    for story in stories.values():
        rows = members[story.pk]
        if not rows:
            _lead_on(story, (leads_to or {}).get(story.pk))
            continue
        parts_changed += _give_parts(rows, furniture)
        title = story.title
        if _derive(story, rows, at):
            stories_changed.append(story)
        if story.title != title:
            changed.update(row.article_id for row in rows)
    changed.update(row.article_id for row in parts_changed)
    if parts_changed:
        execute(_PARTS, [[row.pk for row in parts_changed], *_columns(parts_changed, "role", "copy_of_id")])
    if stories_changed:
        execute(_DERIVED, [at, [story.pk for story in stories_changed], *_columns(stories_changed, *_DERIVED_FIELDS)])
    refresh_families(ids)
    if changed:
        touch_index(sorted(changed))


def _columns(rows: Sequence[object], *names: str) -> list[list]:
    return [[getattr(row, name) for row in rows] for name in names]


def _give_parts(members: Sequence[Membership], furniture: Mapping[int, frozenset[str]]) -> list[Membership]:
    """Give each member the part it plays, unless an editor did; return those whose part changed."""
    if len(members) == 1:
        given = {members[0].article_id: Part("earliest_held")}
    else:
        texts = [told_of(row.article, furniture) for row in members]
        several = len(members) > ALL_PAIRS_UP_TO
        given = parts(texts, sharing_pairs([text.id for text in texts]) if several else None)
    changed = []
    for row in members:
        part = given[row.article_id]
        role = row.role if row.role_is_pinned else part.role
        copy_of = part.copy_of if role in COPIES else None
        if (row.role, row.copy_of_id) != (role, copy_of):
            row.role, row.copy_of_id = role, copy_of
            changed.append(row)
    return changed


def _derive(story: Story, members: Sequence[Membership], at: datetime) -> bool:
    """Set what follows from the members; return whether anything of it changed."""
    ordered = sorted((row.article for row in members), key=lambda article: when(article.published_at, article.pk))
    _place_undated(ordered)
    dates = [article.published_at for article in ordered if article.published_at]
    before = [getattr(story, name) for name in _DERIVED_FIELDS] + [story.merged_into_id]
    story.title = story.title if story.title_is_pinned else story_title(story, ordered)
    story.first_at, story.last_at = min(dates, default=None), max(dates, default=None)
    story.article_count, story.outlet_count = len(members), len({article.outlet_id for article in ordered})
    story.merged_into_id = None
    return before != [getattr(story, name) for name in _DERIVED_FIELDS] + [None]


def _place_undated(ordered: Sequence[Article]) -> None:
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
