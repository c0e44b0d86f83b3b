"""What editors say about sources and wordings: each word is kept, survives every later run, and can be taken back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils.translation import gettext as _

from archive.articles import trail
from archive.articles.operations import ArchiveError
from archive.articles.permissions import require
from archive.models import Article, Attribution, IndexEntry, Membership, Outlet, QuoteVariant, User, Version
from archive.models.stories import Origin
from archive.text.keys import name_key
from archive.text.outlet_names import bare

from .origins import refresh_held


class EvidenceMissing(ArchiveError):
    """The words that are to prove a source stand nowhere in the article."""


class HopMisplaced(ArchiveError):
    """A source that does not fit into the chain as it was said to."""


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
    """Take back that a source was rejected, or changed: what an editor put in its place goes."""
    require(by, "edit_article")
    attribution.rejected_at = None
    attribution.set_by = by
    attribution.save(update_fields=["rejected_at", "set_by"])
    in_its_place = attribution.version.attributions.filter(order=attribution.order, rejected_at=None)
    in_its_place.exclude(pk=attribution.pk).update(rejected_at=at, set_by=by)
    _told("source restored", attribution, by, at)


@transaction.atomic
def add_source(
    *,
    article: Article,
    name: str,
    evidence: str,
    role: str,
    by: User | None,
    at: datetime,
    kind: str = Attribution.Kind.OUTLET,
    relies_on: int | None = None,
    handed_on_by: Attribution | None = None,
) -> Attribution:
    """Say that an article rests on a source, with the words of the article that prove it; return the new hop.

    It comes after the hops that are there. `relies_on` is the order of the hop that it hands on itself,
    `handed_on_by` the hop that hands it on. Raises EvidenceMissing when the words stand in no field of the current
    version, HopMisplaced when a chain would not fit.
    """
    require(by, "edit_article")
    version = article.current_version
    field, start = find_evidence(version, evidence.strip())
    last = version.attributions.aggregate(last=Max("order"))["last"] or 0
    if not name.strip():
        raise HopMisplaced(_("Give the name of the source."))
    hop = Attribution.objects.create(
        article=article,
        version=version,
        order=last + 1,
        role=role,
        text=evidence.strip(),
        field=field,
        start=start,
        end=start + len(evidence.strip()),
        rule="editor",
        origin=Origin.EDITOR,
        set_by=by,
        **_named(name, kind),
        **_chained(version, last + 1, kind, relies_on),
    )
    _told("source added", hop, by, at)
    if handed_on_by is not None:
        change_source(
            attribution=handed_on_by,
            name=handed_on_by.name,
            kind=handed_on_by.kind,
            role=handed_on_by.role,
            relies_on=hop.order,
            by=by,
            at=at,
        )
    return hop


@transaction.atomic
def change_source(
    *,
    attribution: Attribution,
    name: str,
    kind: str,
    role: str,
    relies_on: int | None,
    by: User | None,
    at: datetime,
) -> Attribution:
    """Correct a source: its name, kind, role, or which hop it hands on. Returns the hop that stands from now on.

    What the machine read is kept as rejected, so that restoring it undoes the change. Raises HopMisplaced when the
    chain would not fit.
    """
    require(by, "edit_article")
    if not name.strip():
        raise HopMisplaced(_("Give the name of the source."))
    before = {"source": attribution.name, "kind": attribution.kind, "relies_on": attribution.relies_on}
    changed = _named(name, kind) | _chained(attribution.version, attribution.order, kind, relies_on) | {"role": role}
    if attribution.origin == Origin.MACHINE:
        Attribution.objects.filter(pk=attribution.pk).update(rejected_at=at, set_by=by)
        attribution.pk = None
        attribution._state.adding = True
    for key, value in changed.items():
        setattr(attribution, key, value)
    attribution.origin, attribution.rule, attribution.confidence = Origin.EDITOR, "editor", 1.0
    attribution.set_by, attribution.rejected_at, attribution.held_article = by, None, None
    attribution.save()
    _told("source changed", attribution, by, at, before=before)
    return attribution


@transaction.atomic
def part_wording(*, variant: QuoteVariant, by: User | None, at: datetime) -> None:
    """Say that a wording is not the utterance of its family, in whatever version of the article it is printed; no later
    run puts it there again."""
    require(by, "edit_article")
    _same_wording(variant).update(rejected_at=at)
    trail.record(
        action="wording taken out", subject=f"quote family {variant.family_id}", by=by, at=at,
        article=variant.quote.article, after={"wording": variant.text},
    )  # fmt: skip


@transaction.atomic
def put_wording_back(*, variant: QuoteVariant, by: User | None, at: datetime) -> None:
    """Take back that a wording was taken out of its family."""
    require(by, "edit_article")
    _same_wording(variant).update(rejected_at=None)
    trail.record(
        action="wording put back", subject=f"quote family {variant.family_id}", by=by, at=at,
        article=variant.quote.article, after={"wording": variant.text},
    )  # fmt: skip


def _same_wording(variant: QuoteVariant) -> QuerySet[QuoteVariant]:
    """Return the wording as all versions of its article print it: a page shows them as one."""
    article = variant.quote.article_id
    return QuoteVariant.objects.filter(family=variant.family_id, quote__article=article, text=variant.text)


def find_evidence(version: Version, evidence: str) -> tuple[str, int]:
    """Return the field of a version in which these words stand, and where. Raises EvidenceMissing."""
    for field in ("source_line", "headline", "standfirst", "body"):
        start = getattr(version, field).find(evidence) if evidence else -1
        if start >= 0:
            return field, start
    raise EvidenceMissing(
        _("These words stand nowhere in the article: copy the passage that names the source as it is printed.")
    )


def carry_over(articles: Iterable[Article]) -> set[int]:
    """Copy the sources that editors named in earlier versions to the current ones, where the words that prove them
    still stand; return the ids of the articles that got some. Runs in the caller's transaction."""
    current = {a.pk: a.current_version for a in articles if a.current_version and a.current_version.number > 1}
    if not current:
        return set()
    said = Attribution.objects.filter(article__in=current, origin=Origin.EDITOR).select_related("version")
    latest: dict[int, int] = {}
    rows: dict[int, list[Attribution]] = defaultdict(list)
    for row in said.order_by("article_id", "version__number", "order"):
        if latest.get(row.article_id) != row.version_id:
            latest[row.article_id], rows[row.article_id] = row.version_id, []
        rows[row.article_id].append(row)
    return {article for article, found in rows.items() if _carry(found, current[article])}


def _carry(rows: Sequence[Attribution], version: Version) -> bool:
    if rows[0].version_id == version.pk:
        return False
    there = {hop.name_key: hop for hop in version.attributions.filter(rejected_at=None)}
    moved: dict[int, int] = {}
    fresh: list[Attribution] = []
    free = (version.attributions.aggregate(last=Max("order"))["last"] or 0) + 1
    for row in rows:
        if row.rejected_at is not None:
            continue
        try:
            field, start = find_evidence(version, row.text)
        except EvidenceMissing:
            continue
        same = there.get(row.name_key)
        order = same.order if same else free
        if same:
            same.delete()
        else:
            free += 1
        moved[row.order] = order
        row.pk, row.version, row.order = None, version, order
        row.field, row.start, row.end = field, start, start + len(row.text)
        fresh.append(row)
    for row in fresh:
        row.relies_on = moved.get(row.relies_on) if row.relies_on is not None else None
    Attribution.objects.bulk_create(fresh)
    return bool(fresh)


def _named(name: str, kind: str) -> dict[str, Any]:
    """Return the fields of a hop that follow from its name."""
    if kind not in Attribution.Kind.values:
        raise HopMisplaced(_("Choose what kind of source it is."))
    outlet = None
    if kind in (Attribution.Kind.OUTLET, Attribution.Kind.RELAY):
        outlet = Outlet.objects.filter(merged_into=None, aliases__key=name_key(name)).first()
    return {"name": name.strip()[:300], "name_key": name_key(bare(name)), "outlet": outlet}


def _chained(version: Version, order: int, kind: str, relies_on: int | None) -> dict[str, Any]:
    """Return the fields of a hop that follow from what it hands on. Raises HopMisplaced for a chain without an end."""
    onward = dict(version.attributions.filter(rejected_at=None).values_list("order", "relies_on"))
    if relies_on is not None and relies_on not in onward:
        raise HopMisplaced(_("The source that it is said to hand on is not among those of the article."))
    following, seen = relies_on, {order}
    while following is not None:
        if following in seen:
            raise HopMisplaced(_("These sources would hand on each other in a circle."))
        seen.add(following)
        following = onward.get(following)
    if kind in (Attribution.Kind.OUTLET, Attribution.Kind.RELAY):
        kind = Attribution.Kind.OUTLET if relies_on is None else Attribution.Kind.RELAY
    return {"relies_on": relies_on, "kind": kind}


def _told(
    action: str, hop: Attribution, by: User | None, at: datetime, before: Mapping[str, Any] | None = None
) -> None:
    after = {"source": hop.name, "role": hop.role, "kind": hop.kind, "relies_on": hop.relies_on}
    trail.record(action=action, article=hop.article, by=by, at=at, before=before, after=after)
    IndexEntry.objects.mark([hop.article_id])
    refresh_held(Membership.objects.filter(article=hop.article_id).values_list("story_id", flat=True))
