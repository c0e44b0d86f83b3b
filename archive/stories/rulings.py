"""What editors say about sources and wordings: each word is kept, survives every later run, and can be taken back."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Max

from archive.articles import trail
from archive.articles.operations import ArchiveError
from archive.articles.permissions import require
from archive.models import Article, Attribution, IndexEntry, Membership, Outlet, QuoteVariant, User
from archive.models.stories import Origin
from archive.text.keys import name_key
from archive.text.outlet_names import bare

from .origins import refresh_held


class EvidenceMissing(ArchiveError):
    """The words that are to prove a source stand nowhere in the article."""


@transaction.atomic
def reject_source(*, attribution: Attribution, by: User | None, at: datetime) -> None:
    """Say that an article does not rest on this source; no later run brings it back."""
    require(by, "edit_article")
    attribution.rejected_at = at
    attribution.set_by = by
    attribution.save(update_fields=["rejected_at", "set_by"])
    _told("source rejected", attribution, by, at)


@transaction.atomic
def restore_source(*, attribution: Attribution, by: User | None, at: datetime) -> None:
    """Take back that a source was rejected."""
    require(by, "edit_article")
    attribution.rejected_at = None
    attribution.set_by = by
    attribution.save(update_fields=["rejected_at", "set_by"])
    _told("source restored", attribution, by, at)


@transaction.atomic
def add_source(*, article: Article, name: str, evidence: str, role: str, by: User | None, at: datetime) -> Attribution:
    """Say that an article rests on a source, with the words of the article that prove it; return the new hop.

    It comes after the hops that are there. Raises EvidenceMissing when the words stand in no field of the current
    version.
    """
    require(by, "edit_article")
    version = article.current_version
    field, start = _find(version, evidence.strip())
    last = version.attributions.aggregate(last=Max("order"))["last"] or 0
    key = name_key(bare(name))
    outlet = next((o for o in Outlet.objects.filter(merged_into=None, aliases__key=name_key(name))), None)
    hop = Attribution.objects.create(
        article=article,
        version=version,
        order=last + 1,
        name=name.strip()[:300],
        name_key=key,
        kind=Attribution.Kind.OUTLET,
        role=role,
        outlet=outlet,
        text=evidence.strip(),
        field=field,
        start=start,
        end=start + len(evidence.strip()),
        rule="editor",
        origin=Origin.EDITOR,
        set_by=by,
    )
    _told("source added", hop, by, at)
    return hop


@transaction.atomic
def part_wording(*, variant: QuoteVariant, by: User | None, at: datetime) -> None:
    """Say that a wording is not the utterance of its family; no later run puts it there again."""
    require(by, "edit_article")
    variant.rejected_at = at
    variant.save(update_fields=["rejected_at"])
    trail.record(
        action="wording taken out", subject=f"quote family {variant.family_id}", by=by, at=at,
        article=variant.quote.article, after={"wording": variant.text},
    )  # fmt: skip


@transaction.atomic
def put_wording_back(*, variant: QuoteVariant, by: User | None, at: datetime) -> None:
    """Take back that a wording was taken out of its family."""
    require(by, "edit_article")
    variant.rejected_at = None
    variant.save(update_fields=["rejected_at"])
    trail.record(
        action="wording put back", subject=f"quote family {variant.family_id}", by=by, at=at,
        article=variant.quote.article, after={"wording": variant.text},
    )  # fmt: skip


def _find(version, evidence: str) -> tuple[str, int]:
    for field in ("source_line", "headline", "standfirst", "body"):
        start = getattr(version, field).find(evidence) if evidence else -1
        if start >= 0:
            return field, start
    raise EvidenceMissing(
        "These words stand nowhere in the article: copy the passage that names the source as it is printed."
    )


def _told(action: str, hop: Attribution, by: User | None, at: datetime) -> None:
    trail.record(action=action, article=hop.article, by=by, at=at, after={"source": hop.name, "role": hop.role})
    IndexEntry.objects.mark([hop.article_id])
    refresh_held(Membership.objects.filter(article=hop.article_id).values_list("story_id", flat=True))
