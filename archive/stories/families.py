"""Keeps the quote families of stories: one utterance across articles and versions, each wording in its place.

The promise: a family keeps its address while any of its wordings stays, what an editor put in or took out survives
every later run, and a family that nothing is left of goes.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from archive.models import Quote, QuoteFamily, QuoteVariant
from archive.models.stories import Origin
from archive.stories.annotate import PARAPHRASE, QUOTED_FIELDS
from archive.stories.origins import place_in_time
from archive.text.quote_families import Family, Member, Text, find_families
from archive.text.quotes import Quote as FoundQuote

from .tables import Statement, answers, execute, insertion, rows_of, together

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
WHERE placed.story_id = ANY(%s::bigint[]) AND quote.article_id = placed.article_id AND quote.rule = %s
    AND NOT EXISTS (SELECT FROM archive_quotevariant AS variant WHERE variant.quote_id = quote.id)
"""
_FAMILIES = """
SELECT id, story_id, label, speaker FROM archive_quotefamily WHERE story_id = ANY(%s::bigint[]) ORDER BY id
"""
_VARIANTS = """
SELECT variant.family_id, variant.id, variant.quote_id, variant.kind, variant.text, variant.start, variant."end",
    variant.origin = %s OR variant.rejected_at IS NOT NULL, quote.article_id, variant.rejected_at
FROM archive_quotefamily AS family JOIN archive_quotevariant AS variant ON variant.family_id = family.id
JOIN archive_quote AS quote ON quote.id = variant.quote_id
WHERE family.story_id = ANY(%s::bigint[]) ORDER BY variant.id
"""
_VERSIONS = """
SELECT placed.story_id, article.id, article.published_at, article.not_before, version.id, version.headline,
    version.standfirst, version.body
FROM archive_membership AS placed JOIN archive_article AS article ON article.id = placed.article_id
JOIN archive_version AS version ON version.article_id = article.id
WHERE placed.story_id = ANY(%s::bigint[]) AND article.merged_into_id IS NULL ORDER BY article.id, version.number
"""
_QUOTES = """
SELECT quote.version_id, quote.field, quote.id, quote.text, quote.start, quote."end", quote.speaker, quote.is_direct,
    quote.rule = %s
FROM archive_membership AS placed JOIN archive_quote AS quote ON quote.article_id = placed.article_id
WHERE placed.story_id = ANY(%s::bigint[]) ORDER BY quote.version_id, quote.start, quote.id
"""
_FAMILY_NUMBERS = "SELECT nextval(pg_get_serial_sequence('archive_quotefamily', 'id')) FROM generate_series(1, %s)"
_QUOTE_NUMBERS = "SELECT nextval(pg_get_serial_sequence('archive_quote', 'id')) FROM generate_series(1, %s)"
_RENAME = """
UPDATE archive_quotefamily AS family SET label = told.label, speaker = told.speaker
FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS told (id, label, speaker) WHERE family.id = told.id
"""
_REMOVE_VARIANTS = "DELETE FROM archive_quotevariant WHERE id = ANY(%s::bigint[])"

# What is written of families, variants and paraphrases, with the types of the columns.
_FAMILY = {"id": "bigint", "label": "text", "speaker": "text", "story_id": "bigint", "created_at": "timestamptz"}
_VARIANT = {
    "family_id": "bigint", "quote_id": "bigint", "kind": "text", "text": "text", "start": "int", "end": "int",
    "origin": "text", "rejected_at": "timestamptz",
}  # fmt: skip
_PARAPHRASE = {
    "id": "bigint", "article_id": "bigint", "version_id": "bigint", "text": "text", "speaker": "text", "field": "text",
    "start": "int", "end": "int", "parts": "jsonb", "is_direct": "boolean", "rule": "text", "confidence": "float8",
    "origin": "text",
}  # fmt: skip

# How much of a text's beginning says what a quote in its headline is about.
OPENING = 300


def refresh_families(story_ids: Iterable[int]) -> None:
    """Work out the quote families of these stories anew and store what changed. Runs in the caller's transaction.

    Where only one article quotes anything there are none, so only those that had some are looked at again.
    """
    if ids := with_families(answers(families_asked(story_ids))[0]):
        keep_families(found_families(ids, answers(*quotes_asked(ids))))


def families_asked(story_ids: Iterable[int]) -> Statement:
    """Return what asks which of these stories may have families; `with_families` reads the answer."""
    return Statement(_WORTH_A_LOOK, [list(set(story_ids)), PARAPHRASE])


def with_families(rows: Iterable[tuple]) -> list[int]:
    """Return the stories that the answer to `families_asked` names."""
    return [story for (story,) in rows]


def quotes_asked(story_ids: Sequence[int]) -> list[Statement]:
    """Return what asks for the families and quotes of stories; `found_families` reads the answers."""
    return [
        Statement(_FAMILIES, [story_ids]),
        Statement(_VARIANTS, [str(Origin.EDITOR), story_ids]),
        Statement(_VERSIONS, [story_ids]),
        Statement(_QUOTES, [PARAPHRASE, story_ids]),
    ]


def found_families(story_ids: Sequence[int], rows: Sequence[list[tuple]]) -> Found:
    """Return the families of these stories as their quotes tell; `rows` are the answers to `quotes_asked`."""
    families, variants, versions, quotes = rows
    held: dict[int, list[_Held]] = defaultdict(list)
    by_id: dict[int, _Held] = {}
    for pk, story, label, speaker in families:
        by_id[pk] = _Held(pk, story, label, speaker)
        held[story].append(by_id[pk])
    for family, *variant in variants:
        known = _Variant(*variant)
        by_id[family].variants[known.quote] = known
    told: dict[int, list[_Told]] = {}
    texts_of, retold = _texts(story_ids, versions, quotes)
    for story_id, (texts, places) in texts_of.items():
        found = find_families(texts) if any(text.quotes for text in texts) else []
        if found or held[story_id]:
            told[story_id] = [(family, [(m, places[m.key]) for m in family.members]) for family in found]
    return Found(story_ids, told, held, retold)


def keep_families(found: Found) -> None:
    """Store the families that were found in place of those that are held."""
    if _store(found.told, found.held, found.retold):
        execute(_FORGET_PARAPHRASES, [found.stories, PARAPHRASE])


@dataclass(frozen=True, slots=True)
class _Variant:
    """A stored wording; `is_ruled` says that an editor put it in or took it out, `rejected_at` when the latter."""

    id: int
    quote: int
    kind: str
    text: str
    start: int
    end: int
    is_ruled: bool
    article: int
    rejected_at: datetime | None


@dataclass(slots=True)
class _Held:
    """A family as it is stored, its wordings by their quotes."""

    id: int
    story: int
    label: str
    speaker: str
    variants: dict[int, _Variant] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a compared text stands: a field of a version, with the ids of the stored quotes read out of it."""

    article: int
    version: int
    field: str
    quotes: Sequence[int]


# A family as it was found, and where each of its wordings stands.
_Told = tuple[Family, list[tuple[Member, _Place]]]

# The stored paraphrases, by version, field, start and end.
_Retold = dict[tuple[int, str, int, int], int]


@dataclass(frozen=True, slots=True)
class Found:
    """The families of stories: as they were found, as they are held, and the paraphrases that are stored."""

    stories: Sequence[int]
    told: Mapping[int, Sequence[_Told]]
    held: Mapping[int, Sequence[_Held]]
    retold: _Retold


def _texts(
    story_ids: Sequence[int], versions: Iterable[tuple], quotes: Iterable[tuple]
) -> tuple[dict[int, tuple[list[Text], list[_Place]]], _Retold]:
    """Return, by story, headline, standfirst and body of every version of its articles as texts in time order, and
    where each text stands; and the paraphrases that are stored.

    A text's key is its position. Each field is one of its own, so that a quote in the headline has its place beside
    the fuller one in the body.
    """
    told: dict[int, list[tuple]] = defaultdict(list)
    stories: dict[int, int] = {}
    times: dict[int, tuple] = {}
    for story, article, published_at, not_before, *version in versions:
        told[article].append(tuple(version))
        stories[article] = story
        times[article] = place_in_time(published_at, not_before, article)
    rows: dict[tuple[int, str], list[tuple]] = defaultdict(list)
    retold: _Retold = {}
    for version, where, pk, text, start, end, speaker, is_direct, is_paraphrase in quotes:
        if is_paraphrase:
            retold.setdefault((version, where, start, end), pk)
        else:
            quote = FoundQuote(text, ((start, end),), speaker, is_scare=not is_direct)
            rows[version, where].append((pk, quote))
    by_story: dict[int, tuple[list[Text], list[_Place]]] = {story_id: ([], []) for story_id in story_ids}
    for article in sorted(told, key=times.__getitem__):
        texts, places = by_story[stories[article]]
        for version, *fields in told[article]:
            _, standfirst, body = fields
            for where, text in zip(QUOTED_FIELDS, fields, strict=True):
                found = rows[version, where]
                if found or where == "body":
                    around = "" if where == "body" else f"{standfirst} {body[:OPENING]}"
                    said = tuple(quote for _, quote in found)
                    texts.append(Text(len(places), article, len(places), text, said, around))
                    places.append(_Place(article, version, where, [pk for pk, _ in found]))
    return by_story, retold


def _store(found: Mapping[int, Sequence[_Told]], held: Mapping[int, Sequence[_Held]], retold: _Retold) -> bool:
    """Write the families of these stories in place of those that are held, a statement a table, however many; return
    whether anything that was held went."""
    members = [one for families in found.values() for _, members in families for one in members]
    quote_of, writes = _quotes_of(members, retold)
    fresh: list[_Held] = []
    renamed: list[_Held] = []
    gone: list[int] = []
    pairs: list[tuple[_Held, dict[int, tuple[Member, int]]]] = []
    is_less = False
    for story_id, families in found.items():
        unused = {family.id: family for family in held[story_id]}
        known = {quote: family.id for family in unused.values() for quote in family.variants}
        for told, several in families:
            wanted = {quote_of[_where(*one)]: (one[0], one[1].article) for one in several}
            votes = Counter(known[quote] for quote in wanted if known.get(quote) in unused)
            family = unused.pop(votes.most_common(1)[0][0]) if votes else None
            label, speaker = told.label, told.speaker[:300]
            if family is None:
                family = _Held(0, story_id, label, speaker)
                fresh.append(family)
            elif (family.label, family.speaker) != (label, speaker):
                family.label, family.speaker = label, speaker
                renamed.append(family)
            pairs.append((family, wanted))
        for family in unused.values():
            gone += _let_go(family)
            is_less = True
    if fresh:
        for family, (number,) in zip(fresh, rows_of(_FAMILY_NUMBERS, [len(fresh)]), strict=True):
            family.id = number
    now = datetime.now(UTC)
    writes += insertion(QuoteFamily, _FAMILY, ((f.id, f.label, f.speaker, f.story, now) for f in fresh))
    if renamed:
        columns = [[f.id for f in renamed], [f.label for f in renamed], [f.speaker for f in renamed]]
        writes.append(Statement(_RENAME, columns))
    rows, outdated = _sync(pairs)
    # A wording that changed goes before the one in its place comes.
    if gone or outdated:
        execute(_REMOVE_VARIANTS, [gone + outdated])
    answers(*together([*writes, *insertion(QuoteVariant, _VARIANT, rows)]))
    return is_less or bool(outdated)


def _let_go(family: _Held) -> list[int]:
    """Remove a family that is found no more; return what goes of it where an editor said something of a wording."""
    if any(variant.is_ruled for variant in family.variants.values()):
        return [variant.id for variant in family.variants.values() if not variant.is_ruled]
    QuoteFamily.objects.filter(pk=family.id).delete()
    return []


def _sync(pairs: Iterable[tuple[_Held, dict[int, tuple[Member, int]]]]) -> tuple[list[tuple], list[int]]:
    """Return the variants that families lack of those that are wanted, by quote, each with its article; and the stored
    ones that are wanted no more. An editor's stay as they are, and what was taken out of an article stays out of its
    later versions."""
    gone: list[int] = []
    rows: list[tuple] = []
    for family, wanted in pairs:
        stored = family.variants
        for quote, variant in stored.items():
            if variant.is_ruled:
                wanted.pop(quote, None)
            elif quote in wanted and _face(wanted[quote][0]) == _face(variant):
                wanted.pop(quote)
            else:
                gone.append(variant.id)
        taken_out = {(one.article, one.text): one.rejected_at for one in stored.values() if one.rejected_at}
        rows += [
            (family.id, quote, *_face(member), str(Origin.MACHINE), taken_out.get((article, member.text)))
            for quote, (member, article) in wanted.items()
        ]
    return rows, gone


def _face(variant: _Variant | Member) -> tuple:
    return (variant.kind, variant.text, variant.start, variant.end)


def _where(member: Member, place: _Place) -> tuple[int, str, int, int, bool]:
    quoted = member.quote is not None
    start, end = (member.quote, 0) if quoted else (member.start, member.end)
    return (place.version, place.field, start, end, quoted)


def _quotes_of(members: Iterable[tuple[Member, _Place]], held: _Retold) -> tuple[dict[tuple, int], list[Statement]]:
    """Return the stored quotes of members, by where they stand, and what writes those that are not stored yet: a
    paraphrase gets a row of its own, which is no direct quote."""
    found: dict[tuple, int] = {}
    missing: dict[tuple, tuple[Member, _Place]] = {}
    for member, place in members:
        where = _where(member, place)
        if member.quote is not None:
            found[where] = place.quotes[member.quote]
        elif where[:4] in held:
            found[where] = held[where[:4]]
        else:
            missing.setdefault(where, (member, place))
    if not missing:
        return found, []
    numbers = [number for (number,) in rows_of(_QUOTE_NUMBERS, [len(missing)])]
    found |= dict(zip(missing, numbers, strict=True))
    rows = [
        (pk, p.article, p.version, m.text, "", p.field, m.start, m.end, "[]", False, PARAPHRASE, 0.6,
         str(Origin.MACHINE))
        for pk, (m, p) in zip(numbers, missing.values(), strict=True)
    ]  # fmt: skip
    return found, insertion(Quote, _PARAPHRASE, rows)
