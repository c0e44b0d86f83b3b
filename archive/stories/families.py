"""Keeps the quote families of stories: one utterance across articles and versions, each wording in its place.

The promise: a family keeps its address while any of its wordings stays, what an editor put in or took out survives
every later run, and a family that nothing is left of goes.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from archive.models import Article, Quote, QuoteFamily, QuoteVariant, Version
from archive.models.stories import Origin
from archive.stories.annotate import PARAPHRASE, QUOTED_FIELDS
from archive.stories.origins import time_key
from archive.text.quote_families import Family, Member, Text, find_families
from archive.text.quotes import Quote as FoundQuote

from .tables import execute, rows_of

# Stories that have families, or several articles and a quote.
_WORTH_A_LOOK = """
SELECT story.id FROM unnest(%s::bigint[]) AS story (id)
WHERE EXISTS (SELECT FROM archive_quotefamily AS family WHERE family.story_id = story.id)
    OR (SELECT count(*) > 1 FROM archive_membership AS placed WHERE placed.story_id = story.id)
    AND EXISTS (
        SELECT FROM archive_membership AS placed JOIN archive_quote AS quote USING (article_id)
        WHERE placed.story_id = story.id AND quote.rule <> %s)
ORDER BY story.id
"""
_FORGET_PARAPHRASES = """
DELETE FROM archive_quote AS quote USING archive_membership AS placed
WHERE placed.story_id = ANY(%s) AND quote.article_id = placed.article_id AND quote.rule = %s
    AND NOT EXISTS (SELECT FROM archive_quotevariant AS variant WHERE variant.quote_id = quote.id)
"""

# How much of a text's beginning says what a quote in its headline is about.
OPENING = 300


def refresh_families(story_ids: Iterable[int]) -> None:
    """Work out the quote families of these stories anew and store what changed. Runs in the caller's transaction.

    Where only one article quotes anything there are none, so only those that had some are looked at again.
    """
    ids = [story for (story,) in rows_of(_WORTH_A_LOOK, [list(set(story_ids)), PARAPHRASE])]
    if not ids:
        return
    held: dict[int, list[QuoteFamily]] = defaultdict(list)
    for family in QuoteFamily.objects.filter(story__in=ids).order_by("pk").prefetch_related("variants"):
        held[family.story_id].append(family)
    for story_id, (texts, places) in _texts(ids).items():
        families = find_families(texts) if any(text.quotes for text in texts) else []
        if families or held[story_id]:
            _store(story_id, families, held[story_id], places)
    execute(_FORGET_PARAPHRASES, [ids, PARAPHRASE])


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a compared text stands: a field of a version, with the stored quotes read out of it."""

    version: Version
    field: str
    quotes: Sequence[Quote]


def _texts(story_ids: Sequence[int]) -> dict[int, tuple[list[Text], list[_Place]]]:
    """Return, by story, headline, standfirst and body of every version of its articles as texts in time order, and
    where each text stands.

    A text's key is its position. Each field is one of its own, so that a quote in the headline has its place beside
    the fuller one in the body.
    """
    articles = Article.objects.filter(membership__story__in=story_ids, merged_into=None)
    ranked = sorted(
        articles.only("published_at", "not_before", "membership__story").select_related("membership"), key=time_key
    )
    rows: dict[tuple[int, str], list[Quote]] = defaultdict(list)
    quoted = Quote.objects.filter(article__in=ranked).exclude(rule=PARAPHRASE)
    for row in quoted.order_by("version_id", "start", "pk"):
        rows[row.version_id, row.field].append(row)
    versions: dict[int, list[Version]] = defaultdict(list)
    texts_of = Version.objects.filter(article__in=ranked).only("article_id", "number", *QUOTED_FIELDS)
    for version in texts_of.order_by("article_id", "number"):
        versions[version.article_id].append(version)
    by_story: dict[int, tuple[list[Text], list[_Place]]] = {story_id: ([], []) for story_id in story_ids}
    for article in ranked:
        texts, places = by_story[article.membership.story_id]
        for version in versions[article.pk]:
            for field in QUOTED_FIELDS:
                found = rows[version.pk, field]
                said = tuple(
                    FoundQuote(row.text, ((row.start, row.end),), row.speaker, is_scare=not row.is_direct)
                    for row in found
                )
                if said or field == "body":
                    around = "" if field == "body" else f"{version.standfirst} {version.body[:OPENING]}"
                    texts.append(Text(len(places), article.pk, len(places), getattr(version, field), said, around))
                    places.append(_Place(version, field, found))
    return by_story


def _store(
    story_id: int,
    families: Sequence[Family],
    held: Sequence[QuoteFamily],
    places: Sequence[_Place],
) -> None:
    unused = {family.pk: family for family in held}
    known = {v.quote_id: f.pk for f in held for v in f.variants.all()}
    for found in families:
        members = [(member, _quote_of(member, places)) for member in found.members]
        votes = Counter(known[quote.pk] for _, quote in members if known.get(quote.pk) in unused)
        family = unused.pop(votes.most_common(1)[0][0]) if votes else None
        label, speaker = found.label, found.speaker[:300]
        if family is None:
            family = QuoteFamily.objects.create(label=label, speaker=speaker, story_id=story_id)
            existing: dict[int, QuoteVariant] = {}
        else:
            existing = {v.quote_id: v for v in family.variants.all()}
            if (family.label, family.speaker) != (label, speaker):
                family.label, family.speaker = label, speaker
                family.save(update_fields=["label", "speaker"])
        wanted = {
            quote.pk: QuoteVariant(
                family=family, quote=quote, kind=member.kind, text=member.text, start=member.start, end=member.end
            )
            for member, quote in members
        }
        _sync(existing, wanted)
    for family in unused.values():
        ours = [v for v in family.variants.all() if v.origin == Origin.EDITOR or v.rejected_at is not None]
        if ours:
            QuoteVariant.objects.filter(family=family).exclude(pk__in=[v.pk for v in ours]).delete()
        else:
            family.delete()


def _sync(existing: dict[int, QuoteVariant], wanted: dict[int, QuoteVariant]) -> None:
    """Make a family's stored variants those that are wanted; an editor's stay as they are."""
    gone = []
    for quote_id, variant in existing.items():
        if variant.origin == Origin.EDITOR or variant.rejected_at is not None:
            wanted.pop(quote_id, None)
            continue
        fresh = wanted.get(quote_id)
        if fresh is not None and _face(fresh) == _face(variant):
            wanted.pop(quote_id)
        else:
            gone.append(variant.pk)
    QuoteVariant.objects.filter(pk__in=gone).delete()
    QuoteVariant.objects.bulk_create(wanted.values())


def _face(variant: QuoteVariant) -> tuple:
    return (variant.kind, variant.text, variant.start, variant.end)


def _quote_of(member: Member, places: Sequence[_Place]) -> Quote:
    """Return the stored quote of a member; a paraphrase gets a row of its own, which is no direct quote."""
    place = places[member.key]
    if member.quote is not None:
        return place.quotes[member.quote]
    return Quote.objects.get_or_create(
        version=place.version,
        article_id=place.version.article_id,
        rule=PARAPHRASE,
        field=place.field,
        start=member.start,
        end=member.end,
        defaults={"text": member.text, "is_direct": False, "confidence": 0.6},
    )[0]
