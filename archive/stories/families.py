"""Keeps the quote families of stories: one utterance across articles and versions, each wording in its place.

The promise: a family keeps its address while any of its wordings stays, what an editor put in or took out survives
every later run, and a family that nothing is left of goes.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from archive.models import Quote, QuoteFamily, QuoteVariant, Version
from archive.models.stories import Origin
from archive.stories.annotate import PARAPHRASE, QUOTED_FIELDS
from archive.stories.origins import time_key
from archive.text.quote_families import Family, Member, Text, find_families
from archive.text.quotes import Quote as FoundQuote

from .tables import execute, insert, rows_of

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

# What is written of variants and of paraphrases, with the types of the columns.
_VARIANT = {
    "family_id": "bigint", "quote_id": "bigint", "kind": "text", "text": "text", "start": "int", "end": "int",
    "origin": "text",
}  # fmt: skip
_PARAPHRASE = {
    "article_id": "bigint", "version_id": "bigint", "text": "text", "speaker": "text", "field": "text", "start": "int",
    "end": "int", "parts": "jsonb", "is_direct": "boolean", "rule": "text", "confidence": "float8", "origin": "text",
}  # fmt: skip

_READ = (
    *QUOTED_FIELDS, "article_id", "number", "article__published_at", "article__not_before",
    "article__membership__story_id", "article__membership__article_id",
)  # fmt: skip

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
    found: dict[int, list[_Told]] = {}
    for story_id, (texts, places) in _texts(ids).items():
        families = find_families(texts) if any(text.quotes for text in texts) else []
        if families or held[story_id]:
            found[story_id] = [(family, [(m, places[m.key]) for m in family.members]) for family in families]
    if _store(found, held):
        execute(_FORGET_PARAPHRASES, [ids, PARAPHRASE])


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a compared text stands: a field of a version, with the stored quotes read out of it."""

    version: Version
    field: str
    quotes: Sequence[Quote]


# A family as it was found, and where each of its wordings stands.
_Told = tuple[Family, list[tuple[Member, _Place]]]


def _texts(story_ids: Sequence[int]) -> dict[int, tuple[list[Text], list[_Place]]]:
    """Return, by story, headline, standfirst and body of every version of its articles as texts in time order, and
    where each text stands.

    A text's key is its position. Each field is one of its own, so that a quote in the headline has its place beside
    the fuller one in the body.
    """
    held = Version.objects.filter(article__membership__story__in=story_ids, article__merged_into=None)
    versions: dict[int, list[Version]] = defaultdict(list)
    for version in held.select_related("article__membership").only(*_READ).order_by("article_id", "number"):
        versions[version.article_id].append(version)
    ranked = sorted((several[0].article for several in versions.values()), key=time_key)
    rows: dict[tuple[int, str], list[Quote]] = defaultdict(list)
    quoted = Quote.objects.filter(article__in=list(versions)).exclude(rule=PARAPHRASE)
    for row in quoted.order_by("version_id", "start", "pk"):
        rows[row.version_id, row.field].append(row)
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


def _store(found: Mapping[int, Sequence[_Told]], held: Mapping[int, Sequence[QuoteFamily]]) -> bool:
    """Write the families of these stories in place of those that are held, a statement a table, however many; return
    whether anything that was held went."""
    quote_of = _quotes_of([one for families in found.values() for _, members in families for one in members])
    fresh: list[QuoteFamily] = []
    renamed: list[QuoteFamily] = []
    pairs: list[tuple[QuoteFamily, dict[int, QuoteVariant], dict[int, Member]]] = []
    is_less = False
    for story_id, families in found.items():
        unused = {family.pk: family for family in held[story_id]}
        known = {v.quote_id: f.pk for f in unused.values() for v in f.variants.all()}
        for told, members in families:
            wanted = {quote_of[_where(*one)]: one[0] for one in members}
            votes = Counter(known[quote] for quote in wanted if known.get(quote) in unused)
            family = unused.pop(votes.most_common(1)[0][0]) if votes else None
            label, speaker = told.label, told.speaker[:300]
            if family is None:
                family = QuoteFamily(label=label, speaker=speaker, story_id=story_id)
                fresh.append(family)
            elif (family.label, family.speaker) != (label, speaker):
                family.label, family.speaker = label, speaker
                renamed.append(family)
            existing = {} if family.pk is None else {v.quote_id: v for v in family.variants.all()}
            pairs.append((family, existing, wanted))
        for family in unused.values():
            _let_go(family)
            is_less = True
    QuoteFamily.objects.bulk_create(fresh)
    if renamed:
        QuoteFamily.objects.bulk_update(renamed, ["label", "speaker"])
    return _sync(pairs) or is_less


def _let_go(family: QuoteFamily) -> None:
    """Remove a family that is found no more, but for what an editor said of it."""
    ours = [v for v in family.variants.all() if v.origin == Origin.EDITOR or v.rejected_at is not None]
    if ours:
        QuoteVariant.objects.filter(family=family).exclude(pk__in=[v.pk for v in ours]).delete()
    else:
        family.delete()


def _sync(pairs: Iterable[tuple[QuoteFamily, dict[int, QuoteVariant], dict[int, Member]]]) -> bool:
    """Make the stored variants of families those that are wanted, but an editor's; return whether any went."""
    gone: list[int] = []
    rows: list[tuple] = []
    for family, existing, wanted in pairs:
        for quote_id, variant in existing.items():
            if variant.origin == Origin.EDITOR or variant.rejected_at is not None:
                wanted.pop(quote_id, None)
            elif quote_id in wanted and _face(wanted[quote_id]) == _face(variant):
                wanted.pop(quote_id)
            else:
                gone.append(variant.pk)
        rows += [(family.pk, quote_id, *_face(member), Origin.MACHINE) for quote_id, member in wanted.items()]
    if gone:
        QuoteVariant.objects.filter(pk__in=gone).delete()
    insert(QuoteVariant, _VARIANT, rows)
    return bool(gone)


def _face(variant: QuoteVariant | Member) -> tuple:
    return (variant.kind, variant.text, variant.start, variant.end)


def _where(member: Member, place: _Place) -> tuple[int, str, int, int, bool]:
    quoted = member.quote is not None
    start, end = (member.quote, 0) if quoted else (member.start, member.end)
    return (place.version.pk, place.field, start, end, quoted)


def _quotes_of(members: Iterable[tuple[Member, _Place]]) -> dict[tuple, int]:
    """Return the stored quotes of members, by where they stand; a paraphrase gets a row of its own, which is no direct
    quote."""
    found: dict[tuple, int] = {}
    retold: dict[tuple, tuple[Member, _Place]] = {}
    for member, place in members:
        if member.quote is not None:
            found[_where(member, place)] = place.quotes[member.quote].pk
        else:
            retold.setdefault(_where(member, place), (member, place))
    if not retold:
        return found

    def stored() -> dict[tuple, int]:
        versions = {version for version, *_ in retold}
        rows = Quote.objects.filter(version__in=versions, rule=PARAPHRASE).order_by("-pk")
        return {
            (v, f, s, e, False): pk for pk, v, f, s, e in rows.values_list("pk", "version", "field", "start", "end")
        }

    held = stored()
    if missing := [one for where, one in retold.items() if where not in held]:
        insert(
            Quote,
            _PARAPHRASE,
            (
                (p.version.article_id, p.version.pk, m.text, "", p.field, m.start, m.end, "[]", False, PARAPHRASE, 0.6,
                 Origin.MACHINE)
                for m, p in missing
            ),
        )  # fmt: skip
        held = stored()
    return found | {where: held[where] for where in retold}
