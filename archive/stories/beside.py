"""Reads for the pages that lay texts beside each other: two articles, one against its story, a quote's family.

The promise: only what the person may see is laid beside anything, and every answer is worked out from the versions as
they stand.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q

from archive.models import Article, Membership, Quote, QuoteFamily, QuoteVariant, Story, User, Version
from archive.text import align, quote_families
from archive.text.diff import word_runs

from .origins import members_in_order, time_key

Runs = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class PairRow:
    """One row of two texts: kind as in archive.text.align, the runs of either side with what differs marked."""

    kind: str
    left: Runs
    right: Runs


@dataclass(frozen=True, slots=True)
class Pair:
    """Two versions side by side, with how many rows there are of each kind."""

    left: Version
    right: Version
    rows: Sequence[PairRow]
    counts: dict[str, int]


@dataclass(frozen=True, slots=True)
class Lacking:
    """Something other articles of the story say and this one does not."""

    text: str
    said_by: Sequence[Article]


@dataclass(frozen=True, slots=True)
class AgainstStory:
    """One article against the others of its story: what only it says, and what it is missing."""

    article: Article
    others: Sequence[Article]
    only_here: Sequence[str]
    shared: int
    missing: Sequence[Lacking]


@dataclass(frozen=True, slots=True)
class Wording:
    """One variant as the family's page shows it: the runs mark what differs from the fullest wording. `only_in` are the
    versions that print it, where the current one does not."""

    variant: QuoteVariant
    article: Article
    version: Version
    runs: Runs
    lost: Sequence[str]
    changed: Sequence[tuple[str, str]]
    only_in: Sequence[int] = ()


def version_seen_by(user: User | None, article_id: int, at: datetime, number: int | None = None) -> Version:
    """Return a version (the current one without a number) of an article this person may see.

    Raises Article.DoesNotExist or Version.DoesNotExist.
    """
    article = Article.objects.visible_to(user, at).select_related("outlet", "current_version").get(pk=article_id)
    if number is None:
        if article.current_version is None:
            raise Version.DoesNotExist(f"Article {article_id} has no text any more.")
        return article.current_version
    return article.versions.get(number=number)


def side_by_side(left: Version, right: Version) -> Pair:
    """Return two versions laid sentence beside sentence."""
    rows = []
    for row in align.align(left.body, right.body):
        mine, other = " ".join(p.text for p in row.left), " ".join(p.text for p in row.right)
        if mine and other:
            before, after, _ = word_runs(mine, other)
            rows.append(PairRow(row.kind, before, after))
        else:
            rows.append(PairRow(row.kind, ((mine, ""),) if mine else (), ((other, ""),) if other else ()))
    counts = {kind: sum(row.kind == kind for row in rows) for kind in ("both", "reworded", "left", "right")}
    return Pair(left, right, rows, counts)


def against_story(user: User | None, article: Article, at: datetime) -> AgainstStory:
    """Return an article against the other articles of its story that this person may see."""
    membership = Membership.objects.filter(article=article).select_related("story").first()
    members = members_in_order(user, membership.story, at) if membership else []
    others = [a for a in members if a.pk != article.pk and a.current_version]
    texts = [other.current_version.body for other in others]
    body = article.current_version.body if article.current_version else ""
    own = align.only_here(body, texts)
    missing = align.missing_here(body, texts) if others else []
    return AgainstStory(
        article=article,
        others=others,
        only_here=[one.part.text for one in own if not one.elsewhere],
        shared=sum(bool(one.elsewhere) for one in own),
        missing=[Lacking(one.part.text, [others[k] for k in one.said_by]) for one in missing],
    )


def family_page(user: User | None, family: QuoteFamily, at: datetime) -> list[Wording]:
    """Return the wordings of a family that this person may see, in time order; the same words in a later version of
    the same article are told once."""
    visible = Article.objects.visible_to(user, at)
    variants = family.variants.filter(rejected_at=None, quote__article__in=visible).select_related(
        "quote__version", "quote__article__outlet", "quote__article__current_version"
    )

    printed: dict[tuple[int, str], list[QuoteVariant]] = defaultdict(list)
    for variant in sorted(variants, key=lambda v: (*time_key(v.quote.article), v.quote.version.number)):
        printed[variant.quote.article_id, variant.text].append(variant)
    _tell_openly(family, [one for several in printed.values() for one in several])
    wordings = []
    for variant, *later in printed.values():
        quote: Quote = variant.quote
        numbers = sorted({one.quote.version.number for one in (variant, *later)})
        current = quote.article.current_version
        is_current = current is None or current.number in numbers
        lost, changed = quote_families.lost_and_changed(family.label, variant.text)
        runs = word_runs(family.label, variant.text)[2]
        if variant.kind == QuoteVariant.Kind.PARAPHRASED or variant.text == family.label:
            runs = ((variant.text, ""),)
        only_in = () if is_current else numbers
        wordings.append(Wording(variant, quote.article, quote.version, runs, lost, changed, only_in))
    return wordings


def _tell_openly(family: QuoteFamily, shown: Sequence[QuoteVariant]) -> None:
    """Give the family, in memory, the fullest wording and the speaker out of those `shown`, first one first, where its
    own stand in none of them: they come from a text that this person may not read."""
    quoted = [one for one in shown if one.kind != QuoteVariant.Kind.PARAPHRASED] or shown
    if quoted and all(one.text != family.label for one in quoted):
        family.label = max(quoted, key=lambda one: len(one.text.split())).text
        for one in shown:
            if one.kind != QuoteVariant.Kind.PARAPHRASED:
                one.kind = quote_families.variant_kind(family.label, one.text)
    speakers = [one.quote.speaker for one in shown if one.quote.speaker]
    if all(not speaker.startswith(family.speaker) for speaker in speakers):
        family.speaker = speakers[0] if speakers else ""


def families_of(user: User | None, story: Story, at: datetime, limit: int = 12) -> list[QuoteFamily]:
    """Return the families of a story that traveled to most articles this person may see, each with `articles`."""
    visible = Article.objects.visible_to(user, at).filter(membership__story=story)
    held = Q(variants__quote__article__in=visible, variants__rejected_at=None)
    counted = Count("variants__quote__article", distinct=True, filter=held)
    counting = QuoteFamily.objects.filter(story=story).annotate(articles=counted).filter(articles__gt=1)
    families = list(counting.order_by("-articles", "pk")[:limit])
    rows = QuoteVariant.objects.filter(family__in=families, rejected_at=None, quote__article__in=visible)
    shown: dict[int, list[QuoteVariant]] = defaultdict(list)
    for variant in rows.select_related("quote").defer("quote__parts").order_by("pk"):
        shown[variant.family_id].append(variant)
    for family in families:
        _tell_openly(family, shown[family.pk])
    return families


def shared_quotes(story: Story, articles: Sequence[Article]) -> dict[int, str]:
    """Return, by article, its wording of the quote that most of these articles of a story have too."""
    variants = QuoteVariant.objects.filter(family__story=story, rejected_at=None, quote__article__in=articles)
    wordings: dict[int, dict[int, str]] = defaultdict(dict)
    for family, article, text in variants.order_by("pk").values_list("family_id", "quote__article_id", "text"):
        wordings[family].setdefault(article, text)
    found: dict[int, str] = {}
    for held in sorted(wordings.values(), key=len, reverse=True):
        for article, text in held.items() if len(held) > 1 else ():
            found.setdefault(article, text)
    return found
