"""Reads attributions and quotes out of new versions and stores them with their evidence.

The promise: running it again changes nothing that is the same, an editor's word stays as it is, and what an editor
rejected in any version of an article does not come back with the next one. An outlet that others cited before it was
known is attached to those citations by itself.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from archive.models import Article, Attribution, IndexEntry, Outlet, OutletAlias, Quote, Version
from archive.models.stories import Origin
from archive.text import quotes as quote_reader
from archive.text.attributions import ArticleText, KnownOutlet, find_attributions
from archive.text.attributions import Hop as FoundHop
from archive.text.keys import name_key
from archive.text.outlet_mentions import known_names
from archive.text.outlet_names import bare
from archive.text.quotes import Quote as FoundQuote

from .held import Held, held_of
from .rulings import carry_over
from .tables import Statement, answers, insertion, together

PARAPHRASE = "paraphrase"
_MACHINE = str(Origin.MACHINE)
QUOTED_FIELDS = ("headline", "standfirst", "body")

_ATTRIBUTION = {
    "article_id": "bigint", "version_id": "bigint", "order": "smallint", "name": "text", "name_key": "text",
    "description": "text", "kind": "text", "role": "text", "count": "smallint", "outlet_id": "bigint",
    "relies_on": "smallint", "text": "text", "field": "text", "start": "int", "end": "int", "rule": "text",
    "confidence": "float8", "origin": "text",
}  # fmt: skip
_QUOTE = {
    "article_id": "bigint", "version_id": "bigint", "text": "text", "speaker": "text", "speaker_start": "int",
    "speaker_end": "int", "field": "text", "start": "int", "end": "int", "parts": "jsonb", "is_direct": "boolean",
    "rule": "text", "confidence": "float8", "origin": "text",
}  # fmt: skip
# All that is known of outlets, as one number: their names and aliases are read anew only when it changed.
OUTLETS_ASKED = Statement(
    r"""
SELECT (SELECT sum(hashtextextended(concat_ws(E'\t', id, slug, name, merged_into_id), 0)) FROM archive_outlet),
    (SELECT sum(hashtextextended(concat_ws(E'\t', outlet_id, name), 0)) FROM archive_outletalias)
"""
)
# Uses attribution_by_name. An outlet that cites itself stays as it was read.
_ATTACH = """
UPDATE archive_attribution AS hop SET outlet_id = known.outlet
FROM unnest(%s::text[], %s::bigint[]) AS known (key, outlet), archive_article AS article
WHERE hop.name_key = known.key AND hop.outlet_id IS NULL AND hop.kind IN ('outlet', 'relay')
    AND article.id = hop.article_id AND article.outlet_id <> known.outlet
"""


@dataclass(frozen=True, slots=True)
class Book:
    """The outlets of the archive as readers of texts need them: ids and names by slug, and every name by its key."""

    ids: Mapping[str, int]
    names: Mapping[str, tuple[str, ...]]
    by_key: Mapping[str, KnownOutlet]


def annotate(articles: Sequence[Article]) -> set[int]:
    """Store what the versions of these articles state and quote; return the ids of the articles where that changed.

    The current version is always read again, older ones only when nothing was ever read out of them. Runs in the
    caller's transaction; `articles` come with their outlet and current version.
    """
    held = held_of([article.pk for article in articles])
    writes, changed = annotation(articles, held, outlet_book(answers(OUTLETS_ASKED)[0]))
    answers(*writes)
    return changed


def annotation(articles: Sequence[Article], held: Mapping[int, Held], book: Book) -> tuple[list[Statement], set[int]]:
    """Do as `annotate` does, but for the last statements, which are returned; `held` is what `held_of` says of the
    articles, `book` what is known of outlets."""
    by_id = {article.pk: article for article in articles if article.current_version_id}
    if not by_id:
        return [], set()
    versions = _versions_to_read(by_id, held)
    stored = _stored([version for version in versions if held[version.article_id].is_annotated])
    hops: list[tuple] = []
    quotes: list[tuple] = []
    changed: set[int] = set()
    for version in versions:
        article = by_id[version.article_id]
        text = ArticleText(version.headline, version.standfirst, version.body, version.source_line)
        own = book.names.get(article.outlet.slug, (article.outlet.name,))
        read = find_attributions(text, own=own, outlets=book.by_key)
        fresh = _new_attributions(version, read, stored, book.ids)
        said = _new_quotes(version, stored)
        if fresh is not None or said is not None:
            changed.add(article.pk)
        hops += fresh or ()
        quotes += said or ()
    writes = _written(stored, hops, quotes)
    # What editors named in earlier versions is laid over what was read in the current one.
    if any(article.current_version.number > 1 for article in by_id.values()):
        answers(*writes)
        writes = []
        changed |= carry_over(by_id.values())
    if changed:
        writes.append(Statement(IndexEntry.objects.marking, [sorted(changed)]))
    return [*together(writes), _attaching({article.outlet.slug for article in articles}, book)], changed


def outlet_book(asked: Sequence[tuple]) -> Book:
    """Return what is known of the outlets now; `asked` is the answer to OUTLETS_ASKED."""
    return _outlet_book(asked[0])


@lru_cache(maxsize=2)
def _outlet_book(state: tuple) -> Book:
    outlets = known_outlets()
    return Book(
        dict(Outlet.objects.values_list("slug", "pk")),
        {outlet.slug: (outlet.name, *outlet.aliases) for outlet in outlets},
        known_names(outlets),
    )


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


def _attaching(slugs: Iterable[str], book: Book) -> Statement:
    """Return what lets citations of these outlets, made before they were known, point to them."""
    names = [(name, book.ids[slug]) for slug in slugs for name in book.names.get(slug, ())]
    by_key = {name_key(bare(name)): outlet for name, outlet in reversed(names)}
    return Statement(_ATTACH, [list(by_key), list(by_key.values())])


class _Stored:
    """What the archive holds for some versions, by version (rejections by article), and what of it has to go."""

    def __init__(self) -> None:
        self.attributions: dict[int, list[Attribution]] = defaultdict(list)
        self.rejected: dict[int, set[str]] = defaultdict(set)
        self.quotes: dict[int, list[Quote]] = defaultdict(list)
        self.old_attributions: list[int] = []
        self.old_quotes: list[int] = []


def _versions_to_read(by_id: Mapping[int, Article], held: Mapping[int, Held]) -> list[Version]:
    current = [article.current_version for article in by_id.values()]
    with_history = [pk for pk in by_id if held[pk].has_history]
    if not with_history:
        return current
    others = Version.objects.filter(article__in=with_history).exclude(pk__in=[version.pk for version in current])
    return [*current, *others.filter(attributions=None, quotes=None)]


def _stored(versions: Sequence[Version]) -> _Stored:
    stored = _Stored()
    if not versions:
        return stored
    for row in Attribution.objects.filter(version__in=versions).order_by("version_id", "order"):
        stored.attributions[row.version_id].append(row)
    gone = Attribution.objects.filter(article__in={v.article_id for v in versions}, rejected_at__isnull=False)
    for article, key in gone.values_list("article_id", "name_key"):
        stored.rejected[article].add(key)
    for row in Quote.objects.filter(version__in=versions).exclude(rule=PARAPHRASE).order_by("version_id", "pk"):
        stored.quotes[row.version_id].append(row)
    return stored


def _written(stored: _Stored, hops: Iterable[tuple], quotes: Iterable[tuple]) -> list[Statement]:
    if stored.old_attributions:
        Attribution.objects.filter(pk__in=stored.old_attributions).delete()
    if stored.old_quotes:
        Quote.objects.filter(pk__in=stored.old_quotes).delete()
    return [*insertion(Attribution, _ATTRIBUTION, hops), *insertion(Quote, _QUOTE, quotes)]


def _new_attributions(
    version: Version, hops: Sequence[FoundHop], stored: _Stored, ids: Mapping[str, int]
) -> list[tuple] | None:
    """Return what takes the place of the machine's hops of one version, as rows of _ATTRIBUTION; None where they stay
    as they are."""
    said = stored.attributions.get(version.pk, [])
    kept = [row for row in said if row.origin == Origin.EDITOR or row.rejected_at is not None]
    editors = {row.name_key for row in kept}
    taken = {row.order for row in kept if row.rejected_at is None}
    refused = stored.rejected.get(version.article_id, set()) | editors
    keyed = [(hop, name_key(bare(hop.name))) for hop in hops]
    found = [(hop, key) for hop, key in keyed if key not in refused]
    renumbered = _orders([hop for hop, _ in found], taken)
    relied_on = [renumbered.get(hop.relies_on) if hop.relies_on else None for hop, _ in found]
    old = [row for row in said if row not in kept]
    faces = [
        (renumbered[hop.order], hop.name, hop.kind, hop.role, onward, hop.field, hop.start, hop.end, hop.description)
        for (hop, _), onward in zip(found, relied_on, strict=True)
    ]
    if [_face(row) for row in old] == faces:
        return None
    stored.old_attributions += [row.pk for row in old]
    return [
        (
            version.article_id, version.pk, renumbered[hop.order], hop.name, key, hop.description, hop.kind, hop.role,
            hop.count, ids.get(hop.outlet) if hop.outlet else None, onward, hop.text, hop.field, hop.start, hop.end,
            hop.rule[:60], hop.confidence, _MACHINE,
        )
        for (hop, key), onward in zip(found, relied_on, strict=True)
    ]  # fmt: skip


def _orders(hops: Sequence[FoundHop], taken: set[int]) -> dict[int, int]:
    """Return new numbers for the hops that stay, in their order, around those that editors gave."""
    free = (number for number in range(1, len(hops) + len(taken) + 1) if number not in taken)
    return {hop.order: number for hop, number in zip(hops, free, strict=False)}


def _face(row: Attribution) -> tuple:
    return (row.order, row.name, row.kind, row.role, row.relies_on, row.field, row.start, row.end, row.description)


def _new_quotes(version: Version, stored: _Stored) -> list[tuple] | None:
    """Return what takes the place of the machine's quotes of one version, as rows of _QUOTE; None where they stay as
    they are."""
    said = stored.quotes.get(version.pk, [])
    editors = [row for row in said if row.origin == Origin.EDITOR]
    old = [row for row in said if row.origin != Origin.EDITOR]
    fresh = [
        (where, quote)
        for where in QUOTED_FIELDS
        for quote in quote_reader.find_quotes(getattr(version, where))
        if not any(e.field == where and e.start < quote.end and quote.start < e.end for e in editors)
    ]
    if [(q.field, q.start, q.end, q.speaker, q.is_direct, q.rule) for q in old] == [
        (where, q.start, q.end, q.speaker[:300], not q.is_scare, _rule(q)) for where, q in fresh
    ]:
        return None
    stored.old_quotes += [row.pk for row in old]
    return [
        (
            version.article_id, version.pk, quote.text, quote.speaker[:300],
            *(quote.speaker_span or (None, None)), where, quote.start, quote.end, json.dumps(quote.parts),
            not quote.is_scare, _rule(quote), quote.confidence, _MACHINE,
        )
        for where, quote in fresh
    ]  # fmt: skip


def _rule(quote: FoundQuote) -> str:
    return "scare quotes" if quote.is_scare else quote.rule[:60]
