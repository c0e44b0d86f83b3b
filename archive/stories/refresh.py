"""What follows from who is in a story: title, dates, counts, roles, and the evidence for undated members.

The promise: `refresh` derives all of it from the members alone, so a timeline is the same however the story came
together, and an emptied story leads on to where its articles went.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, time

from archive import dispatch
from archive.articles.titles import story_title
from archive.models import Article, Attribution, IndexEntry, Membership, Outlet, OutletLine, Story, Version
from archive.text.normalize import filed_key, line_key

from .evidence import Dated, not_before
from .families import families_asked, found_families, keep_families, quotes_asked, with_families
from .origins import ties_asked, ties_to_held
from .roles import ALL_PAIRS_UP_TO, Part, Told, parts, when
from .tables import Loader, Statement, answers, rows_of, together, underway

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
WHERE outlet_id = ANY({}) AND verdict = %s AND undone_at IS NULL AND (origin <> %s OR seen >= %s)
"""
_OF_OUTLETS = "%s::bigint[]"
_OF_ARTICLES = "ARRAY(SELECT outlet_id FROM archive_article WHERE id = ANY(%s::bigint[]))"
_OF_STORIES = """
ARRAY(SELECT article.outlet_id FROM archive_membership AS placed JOIN archive_article AS article
ON article.id = placed.article_id WHERE placed.story_id = ANY(%s::bigint[]))
"""

_STORY = Loader.of(
    story=(
        Story,
        ("id", "title", "title_is_pinned", "merged_into_id", "first_at", "last_at", "article_count", "outlet_count"),
    )
)
_STORIES = f"SELECT {_STORY.columns} FROM archive_story AS story WHERE id = ANY(%s::bigint[]) ORDER BY id FOR UPDATE"
_MEMBER = Loader.of(
    placed=(Membership, ("id", "article_id", "story_id", "role", "role_is_pinned", "copy_of_id")),
    article=(
        Article,
        ("id", "outlet_id", "published_at", "status", "embargoed_until", "merged_into_id", "current_version_id",
         "not_before", "not_before_reason"),
    ),
    version=(Version, ("id", "headline", "standfirst", "body", "language")),
    outlet=(Outlet, ("id", "name")),
)  # fmt: skip
_MEMBERS = f"""
SELECT {_MEMBER.columns} FROM archive_membership AS placed
JOIN archive_article AS article ON article.id = placed.article_id
JOIN archive_outlet AS outlet ON outlet.id = article.outlet_id
LEFT JOIN archive_version AS version ON version.id = article.current_version_id
WHERE placed.story_id = ANY(%s::bigint[]) ORDER BY placed.article_id
"""
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
    return furniture_from(answers(_furniture(_OF_OUTLETS, outlet_ids))[0])


def furniture_asked(article_ids: Collection[int]) -> Statement:
    """Return what asks for the furniture of these articles' outlets; `furniture_from` reads the answer."""
    return _furniture(_OF_ARTICLES, article_ids)


def furniture_from(rows: Iterable[tuple]) -> dict[int, frozenset[str]]:
    """Return each outlet's learnt furniture, as filed keys, from the answer to `furniture_asked`."""
    found: dict[int, set[str]] = defaultdict(set)
    for outlet, key in rows:
        found[outlet].add(key)
    return {outlet: frozenset(keys) for outlet, keys in found.items()}


def _furniture(of: str, ids: Collection[int]) -> Statement:
    learnt = (OutletLine.Verdict.FURNITURE, OutletLine.Origin.MACHINE, OutletLine.FURNITURE_FROM)
    return Statement(_FURNITURE.format(of), [list(ids), *map(str, learnt)])


def body_of(article: Article, furniture: Mapping[int, frozenset[str]]) -> str:
    """Return the standfirst and body of the current version without its outlet's furniture."""
    version = article.current_version
    known = furniture.get(article.outlet_id, frozenset())
    lines = f"{version.standfirst}\n{version.body}".split("\n")
    return "\n".join(line for line in lines if filed_key(line_key(line)) not in known) if known else "\n".join(lines)


def told_of(article: Article, furniture: Mapping[int, frozenset[str]]) -> Told:
    """Return an article (with current_version) ready to be compared with the other members."""
    version = article.current_version
    return Told(article.pk, article.published_at, version.headline, body_of(article, furniture), version.language)


def sharing_pairs(article_ids: Collection[int]) -> set[tuple[int, int]]:
    """Return the pairs among these articles that share a passage, by their winnowed hashes."""
    return set(rows_of(_SHARING, {"ids": list(article_ids)}))


def refresh(
    story_ids: Iterable[int],
    *,
    at: datetime,
    leads_to: Mapping[int, int] | None = None,
    came_in: Mapping[int, Collection[int]] | None = None,
    along: Sequence[Statement] = (),
    beside: Sequence[Statement] = (),
) -> None:
    """Derive title, dates, counts, roles, evidence, held sources and quote families of stories from their members.

    An emptied story becomes a redirect to `leads_to[story]`; without one it is deleted, if no editor ever touched it.
    Of stories in which nothing changed since but that articles came in, `came_in` names these: the roles of the members
    before them stand. Runs in the caller's transaction, and writes each table once however many stories there are.
    `along` are statements that are carried out before, in the same exchange, `beside` those that may come at any time.
    """
    ids = sorted(set(story_ids))
    if not ids:
        answers(*along, *beside)
        return
    told, placed, learnt, worth_a_look, *ties = answers(
        *along,
        Statement(_STORIES, [ids]),
        Statement(_MEMBERS, [ids]),
        _furniture(_OF_STORIES, ids),
        families_asked(ids),
        *ties_asked(ids),
    )[len(along) :]
    stories = {story.pk: story for story in (_STORY.load(row)[0] for row in told)}
    members: dict[int, list[Membership]] = defaultdict(list)
    for row in map(_member, placed):
        members[row.story_id].append(row)
    furniture = furniture_from(learnt)
    quoting = with_families(worth_a_look)
    # Who comes first where dates are missing follows from these ties, and the order of a quote's wordings from that.
    answers(*ties_to_held(*ties))
    stories_changed: list[Story] = []
    changed: set[int] = set()
    for story in stories.values():
        title = story.title
        if members[story.pk] and _derive(story, members[story.pk], at):
            stories_changed.append(story)
        if story.title != title:
            changed.update(row.article_id for row in members[story.pk])
    sharing = {
        story: sharing_pairs([row.article_id for row in rows])
        for story, rows in members.items()
        if len(rows) > ALL_PAIRS_UP_TO
    }
    with underway(*(quotes_asked(quoting) if quoting else ()), *beside) as said:
        parts_changed = [
            row
            for story in stories
            if members[story]
            for row in _give_parts(members[story], furniture, sharing.get(story), (came_in or {}).get(story))
        ]
    changed.update(row.article_id for row in parts_changed)
    writes = []
    if parts_changed:
        writes.append(Statement(_PARTS, _columns(parts_changed, "pk", "role", "copy_of_id")))
    if stories_changed:
        writes.append(Statement(_DERIVED, [at, *_columns(stories_changed, "pk", *_DERIVED_FIELDS)]))
    if changed:
        writes.append(Statement(IndexEntry.objects.marking, [sorted(changed)]))
        dispatch.index_soon()
    with underway(*together(writes)):
        found = found_families(quoting, said[: len(said) - len(beside)]) if quoting else None
    # Last, as a story that was filled again just now leads nowhere any more.
    for story in stories.values():
        if not members[story.pk]:
            _lead_on(story, (leads_to or {}).get(story.pk))
    if found is not None:
        keep_families(found)


def _member(row: tuple) -> Membership:
    """Return a row of `_MEMBERS` as a membership with its article, version and outlet, as far as they are read."""
    member, member.article, version, member.article.outlet = _MEMBER.load(row)
    if member.article.current_version_id is not None:
        member.article.current_version = version
    return member


def _columns(rows: Sequence[object], *names: str) -> list[list]:
    return [[getattr(row, name) for row in rows] for name in names]


def _give_parts(
    members: Sequence[Membership],
    furniture: Mapping[int, frozenset[str]],
    sharing: Collection[tuple[int, int]] | None,
    came_in: Collection[int] | None,
) -> list[Membership]:
    """Give each member the part it plays, unless an editor did; return those whose part changed.

    `sharing` are the pairs to compare where there are too many to compare all. With `came_in`, only the parts of these
    members and of those after them can have changed.
    """
    if len(members) == 1:
        given = {members[0].article_id: Part("earliest_held")}
    else:
        texts = [told_of(row.article, furniture) for row in members]
        known = {text.id for text in texts}.difference(came_in) if came_in is not None else set()
        # Those from before were compared in another way when they were fewer.
        if sharing is not None and len(known) <= ALL_PAIRS_UP_TO:
            known = set()
        given = parts(texts, sharing, known)
    changed = []
    for row in members:
        part = given.get(row.article_id)
        if part is None:
            continue
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
