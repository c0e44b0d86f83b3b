"""Keeps the quote families of stories: one utterance across articles and versions, each wording in its place.

The promise: a family keeps its address while any of its wordings stays, what an editor put in or took out survives
every later run, and a family that nothing is left of goes.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from archive.models import Article, Quote, QuoteFamily, QuoteVariant, Version
from archive.models.stories import Origin
from archive.stories.annotate import PARAPHRASE
from archive.stories.origins import time_key
from archive.text.quote_families import Family, Text, find_families
from archive.text.quotes import Quote as FoundQuote

from .tables import execute, rows_of

# Stories that have families, or several articles and a quote.
_WORTH_A_LOOK = """
SELECT story.id FROM unnest(%s::bigint[]) AS story (id)
WHERE EXISTS (SELECT FROM archive_quotefamily AS family WHERE family.story_id = story.id)
    OR (SELECT count(*) > 1 FROM archive_membership AS placed WHERE placed.story_id = story.id)
    AND EXISTS (
        SELECT FROM archive_membership AS placed JOIN archive_quote AS quote USING (article_id)
        WHERE placed.story_id = story.id AND quote.field = 'body' AND quote.rule <> %s)
ORDER BY story.id
"""
_FORGET_PARAPHRASES = """
DELETE FROM archive_quote AS quote USING archive_membership AS placed
WHERE placed.story_id = ANY(%s) AND quote.article_id = placed.article_id AND quote.rule = %s
    AND NOT EXISTS (SELECT FROM archive_quotevariant AS variant WHERE variant.quote_id = quote.id)
"""


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
    for story_id, (texts, rows, versions) in _texts(ids).items():
        families = find_families(texts) if any(text.quotes for text in texts) else []
        if families or held[story_id]:
            _store(story_id, families, held[story_id], rows, versions)
    execute(_FORGET_PARAPHRASES, [ids, PARAPHRASE])


_Told = tuple[list[Text], dict[int, list[Quote]], dict[int, Version]]


def _texts(story_ids: Sequence[int]) -> dict[int, _Told]:
    """Return, by story, the versions of its articles as texts in time order, their stored quotes, and the versions by
    id."""
    articles = Article.objects.filter(membership__story__in=story_ids, merged_into=None)
    ranked = sorted(
        articles.only("published_at", "not_before", "membership__story").select_related("membership"), key=time_key
    )
    rows: dict[int, list[Quote]] = defaultdict(list)
    quoted = Quote.objects.filter(article__in=ranked, field="body").exclude(rule=PARAPHRASE)
    for row in quoted.order_by("version_id", "start", "pk"):
        rows[row.version_id].append(row)
    versions: dict[int, list[Version]] = defaultdict(list)
    texts_of = Version.objects.filter(article__in=ranked).only("article_id", "number", "body")
    for version in texts_of.order_by("article_id", "number"):
        versions[version.article_id].append(version)
    found: dict[int, _Told] = {story_id: ([], rows, {}) for story_id in story_ids}
    for article in ranked:
        texts, _, by_id = found[article.membership.story_id]
        for version in versions[article.pk]:
            by_id[version.pk] = version
            said = tuple(
                FoundQuote(row.text, ((row.start, row.end),), row.speaker, is_scare=not row.is_direct)
                for row in rows[version.pk]
            )
            texts.append(Text(version.pk, article.pk, len(texts), version.body, said))
    return found


def _store(
    story_id: int,
    families: Sequence[Family],
    held: Sequence[QuoteFamily],
    rows: dict[int, list[Quote]],
    versions: dict[int, Version],
) -> None:
    unused = {family.pk: family for family in held}
    known = {v.quote_id: f.pk for f in held for v in f.variants.all()}
    for found in families:
        members = [(member, _quote_of(member, rows, versions)) for member in found.members]
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


def _quote_of(member, rows: dict[int, list[Quote]], versions: dict[int, Version]) -> Quote:
    """Return the stored quote of a member; a paraphrase gets a row of its own, which is no direct quote."""
    if member.quote is not None:
        return rows[member.key][member.quote]
    version = versions[member.key]
    return Quote.objects.get_or_create(
        version=version,
        article_id=version.article_id,
        rule=PARAPHRASE,
        field="body",
        start=member.start,
        end=member.end,
        defaults={"text": member.text, "is_direct": False, "confidence": 0.6},
    )[0]
