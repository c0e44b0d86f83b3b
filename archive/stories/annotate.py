"""Reads attributions and quotes out of new versions and stores them with their evidence.

The promise: running it again changes nothing that is the same, an editor's word stays as it is, and what an editor
rejected in any version of an article does not come back with the next one. An outlet that others cited before it was
known is attached to those citations by itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.db.models import Q

from archive.models import Article, Attribution, IndexEntry, Outlet, OutletAlias, Quote, Version
from archive.models.stories import Origin
from archive.text import quotes as quote_reader
from archive.text.attributions import ArticleText, KnownOutlet, find_attributions
from archive.text.attributions import Hop as FoundHop
from archive.text.keys import name_key
from archive.text.outlet_mentions import known_names
from archive.text.outlet_names import bare

from .rulings import carry_over

PARAPHRASE = "paraphrase"
QUOTED_FIELDS = ("headline", "standfirst", "body")


def annotate(articles: Sequence[Article]) -> set[int]:
    """Store what the versions of these articles state and quote; return the ids of the articles where that changed.

    The current version is always read again, older ones only when nothing was ever read out of them. Runs in the
    caller's transaction; `articles` come with their outlet and current version.
    """
    by_id = {article.pk: article for article in articles if article.current_version_id}
    if not by_id:
        return set()
    versions = _versions_to_read(by_id)
    outlets = known_outlets()
    names = {outlet.slug: (outlet.name, *outlet.aliases) for outlet in outlets}
    book = known_names(outlets)
    ids = dict(Outlet.objects.values_list("slug", "pk"))
    stored = _stored(versions)
    changed: set[int] = set()
    for version in versions:
        article = by_id[version.article_id]
        text = ArticleText(version.headline, version.standfirst, version.body, version.source_line)
        own = names.get(article.outlet.slug, (article.outlet.name,))
        hops = find_attributions(text, own=own, outlets=book)
        said = stored.attributions[version.pk]
        if _store_attributions(version, hops, said, stored.rejected[article.pk], ids):
            changed.add(article.pk)
        if _store_quotes(version, stored.quotes[version.pk]):
            changed.add(article.pk)
    changed |= carry_over(by_id.values())
    attach_outlets({article.outlet_id for article in articles})
    IndexEntry.objects.mark(changed)
    return changed


def known_outlets() -> list[KnownOutlet]:
    """Return every outlet with its aliases; one that was merged away counts as an alias of where it went."""
    aliases: dict[int, list[str]] = defaultdict(list)
    for outlet, name in OutletAlias.objects.values_list("outlet_id", "name"):
        aliases[outlet].append(name)
    rows = list(Outlet.objects.values_list("pk", "slug", "name", "merged_into_id"))
    for pk, _, name, into in rows:
        if into is not None:
            aliases[into] += [name, *aliases[pk]]
    return [KnownOutlet(slug, name, tuple(aliases[pk])) for pk, slug, name, into in rows if into is None]


def attach_outlets(outlet_ids: Iterable[int]) -> None:
    """Let citations of these outlets, made before they were known, point to them; uses attribution_by_name."""
    for outlet in Outlet.objects.filter(pk__in=set(outlet_ids)).prefetch_related("aliases"):
        keys = {name_key(bare(name)) for name in (outlet.name, *(alias.name for alias in outlet.aliases.all()))}
        citing = Attribution.objects.filter(name_key__in=keys, outlet=None, kind__in=("outlet", "relay"))
        citing.exclude(article__outlet=outlet).update(outlet=outlet)


class _Stored:
    """What the archive holds for some versions, by version (rejections by article)."""

    def __init__(self) -> None:
        self.attributions: dict[int, list[Attribution]] = defaultdict(list)
        self.rejected: dict[int, set[str]] = defaultdict(set)
        self.quotes: dict[int, list[Quote]] = defaultdict(list)


def _versions_to_read(by_id: dict[int, Article]) -> list[Version]:
    current = [article.current_version for article in by_id.values()]
    others = Version.objects.filter(article__in=by_id).exclude(pk__in=[version.pk for version in current])
    unread = others.filter(attributions=None, quotes=None)
    return [*current, *unread]


def _stored(versions: Sequence[Version]) -> _Stored:
    stored = _Stored()
    for row in Attribution.objects.filter(version__in=versions).order_by("version_id", "order"):
        stored.attributions[row.version_id].append(row)
    gone = Attribution.objects.filter(article__in={v.article_id for v in versions}, rejected_at__isnull=False)
    for article, key in gone.values_list("article_id", "name_key"):
        stored.rejected[article].add(key)
    for row in Quote.objects.filter(version__in=versions).exclude(rule=PARAPHRASE).order_by("version_id", "pk"):
        stored.quotes[row.version_id].append(row)
    return stored


def _store_attributions(
    version: Version, hops: Sequence[FoundHop], said: Sequence[Attribution], rejected: set[str], ids: dict[str, int]
) -> bool:
    """Replace the machine's hops of one version where they differ; return whether they did."""
    kept = [row for row in said if row.origin == Origin.EDITOR or row.rejected_at is not None]
    editors = {row.name_key for row in kept}
    taken = {row.order for row in kept if row.rejected_at is None}
    found = [hop for hop in hops if name_key(bare(hop.name)) not in rejected | editors]
    renumbered = _orders(found, taken)
    fresh = [
        Attribution(
            article_id=version.article_id,
            version=version,
            order=renumbered[hop.order],
            name=hop.name,
            name_key=name_key(bare(hop.name)),
            description=hop.description,
            kind=hop.kind,
            role=hop.role,
            count=hop.count,
            outlet_id=ids.get(hop.outlet) if hop.outlet else None,
            relies_on=renumbered.get(hop.relies_on) if hop.relies_on else None,
            text=hop.text,
            field=hop.field,
            start=hop.start,
            end=hop.end,
            rule=hop.rule[:60],
            confidence=hop.confidence,
        )
        for hop in found
    ]
    old = [row for row in said if row not in kept]
    if [_face(row) for row in old] == [_face(row) for row in fresh]:
        return False
    Attribution.objects.filter(pk__in=[row.pk for row in old]).delete()
    Attribution.objects.bulk_create(fresh)
    return True


def _orders(hops: Sequence[FoundHop], taken: set[int]) -> dict[int, int]:
    """Return new numbers for the hops that stay, in their order, around those that editors gave."""
    free = (number for number in range(1, len(hops) + len(taken) + 1) if number not in taken)
    return {hop.order: number for hop, number in zip(hops, free, strict=False)}


def _face(row: Attribution) -> tuple:
    return (row.order, row.name, row.kind, row.role, row.relies_on, row.field, row.start, row.end, row.description)


def _store_quotes(version: Version, said: Sequence[Quote]) -> bool:
    """Replace the machine's quotes of one version where they differ; return whether they did."""
    editors = [row for row in said if row.origin == Origin.EDITOR]
    old = [row for row in said if row.origin != Origin.EDITOR]
    fresh = [
        quote
        for field in QUOTED_FIELDS
        for quote in _read_quotes(version, field)
        if not any(e.field == field and e.start < quote.end and quote.start < e.end for e in editors)
    ]
    if [(q.field, q.start, q.end, q.speaker, q.is_direct, q.rule) for q in old] == [
        (q.field, q.start, q.end, q.speaker, q.is_direct, q.rule) for q in fresh
    ]:
        return False
    Quote.objects.filter(Q(pk__in=[row.pk for row in old])).delete()
    Quote.objects.bulk_create(fresh)
    return True


def _read_quotes(version: Version, field: str) -> list[Quote]:
    return [
        Quote(
            article_id=version.article_id,
            version=version,
            text=quote.text,
            speaker=quote.speaker[:300],
            speaker_start=quote.speaker_span[0] if quote.speaker_span else None,
            speaker_end=quote.speaker_span[1] if quote.speaker_span else None,
            field=field,
            start=quote.start,
            end=quote.end,
            parts=[list(part) for part in quote.parts],
            is_direct=not quote.is_scare,
            rule="scare quotes" if quote.is_scare else quote.rule[:60],
            confidence=quote.confidence,
        )
        for quote in quote_reader.find_quotes(getattr(version, field))
    ]
