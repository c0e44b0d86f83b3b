"""Undo of an import run: everything it brought is withdrawn again as one step, unless something later builds on it.

Nothing is deleted: a new article is withheld, a new version is followed by one that says again what stood before it, a
further capture stays as the record of an arrival. What others built on since is left alone and listed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from archive.articles import legal, operations, status, trail
from archive.articles.permissions import require
from archive.models import (
    Article,
    Attribution,
    CollectionItem,
    ImportItem,
    ImportRun,
    Membership,
    Origin,
    User,
    Version,
)

WITHDRAWABLE = (ImportRun.State.DONE, ImportRun.State.CANCELED)
REASON = "Import run {run} was withdrawn: {reason}"


class NotWithdrawable(operations.ArchiveError):
    """The run is not at an end, or was withdrawn already."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One article that was left alone, and what was built on it."""

    article: Article
    because: str


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """What withdrawing a run does or did: articles withheld, articles set back to an earlier version, those kept."""

    withheld: Sequence[Article]
    set_back: Sequence[Article]
    kept: Sequence[Kept]


def plan(run: ImportRun) -> Withdrawal:
    """Return what withdrawing this run would do, in a fixed number of queries."""
    brought = list(
        run.items.filter(state=ImportItem.State.DONE, article__isnull=False, article__merged_into=None)
        .filter(outcome__in=[ImportItem.Outcome.CREATED, ImportItem.Outcome.NEW_VERSION])
        .select_related("article__current_version", "article__outlet")
        .order_by("position")
    )
    ids = {item.article_id for item in brought}
    because = _built_on(run, ids)
    made = {item.article_id for item in brought if item.outcome == ImportItem.Outcome.CREATED}
    articles = {item.article_id: item.article for item in brought if item.article is not None}
    kept = [Kept(article, because[pk]) for pk, article in articles.items() if pk in because]
    free = [article for pk, article in articles.items() if pk not in because]
    return Withdrawal(
        withheld=[a for a in free if a.pk in made and a.status == Article.Status.USABLE],
        set_back=[a for a in free if a.pk not in made],
        kept=kept,
    )


@transaction.atomic
def withdraw(*, run: ImportRun, by: User, reason: str, at: datetime) -> Withdrawal:
    """Withdraw all that a finished run brought and return what was done; locks the run's row. Needs an archivist."""
    require(by, "import_articles")
    held = ImportRun.objects.select_for_update().get(pk=run.pk)
    if held.state not in WITHDRAWABLE:
        raise NotWithdrawable(
            _("Only a run that is done or canceled can be withdrawn: wait for it, or cancel it first.")
        )
    planned = plan(held)
    said = REASON.format(run=held.pk, reason=reason.strip() or "no reason given")
    for article in planned.withheld:
        status.withhold(article=article, by=by, reason=said, at=at)
    for article in planned.set_back:
        before = _before(article, held)
        if before is not None:
            operations.revert(article=article, to=before, at=at, by=by, reason=said)
    held.state = ImportRun.State.WITHDRAWN
    held.save(update_fields=["state"])
    trail.record(
        action="withdraw import run",
        subject=f"import run {held.pk}",
        by=by,
        at=at,
        reason=reason,
        after={
            "withheld": [a.pk for a in planned.withheld],
            "set_back": [a.pk for a in planned.set_back],
            "kept": [k.article.pk for k in planned.kept],
        },
    )
    return planned


def _built_on(run: ImportRun, ids: set[int]) -> dict[int, str]:
    """Return why articles are left alone: what others did with them after this run."""
    because: dict[int, str] = {}
    for pk in legal.holds(Article(pk=pk) for pk in ids):
        because[pk] = "a legal hold is in force on it"
    for merged in Article.objects.filter(merged_into__in=ids).order_by("pk"):
        because[merged.merged_into_id] = f"article {merged.pk} was merged into it"
    confirmed = Attribution.objects.filter(held_article__in=ids, origin=Origin.EDITOR, rejected_at=None)
    for hop in confirmed.exclude(article__in=ids).order_by("pk"):
        because[hop.held_article_id] = f"an editor named it as a source of article {hop.article_id}"
    collected = CollectionItem.objects.filter(article_id__in=ids).select_related("collection")
    for row in collected:
        because[row.article_id] = f"it is in the collection “{row.collection}”"
    pinned = Membership.objects.filter(article_id__in=ids, pinned=True).select_related("story")
    for place in pinned:
        because[place.article_id] = f"an editor pinned it to the story “{place.story}”"
    last = dict(
        Version.objects.filter(article_id__in=ids, import_item__run=run)
        .order_by("article_id", "number")
        .values_list("article_id", "number")
    )
    others = Version.objects.filter(article_id__in=ids).exclude(import_item__run=run)
    for version in others.order_by("number").values("article_id", "number", "kind"):
        if version["number"] > last.get(version["article_id"], 0):
            because[version["article_id"]] = f"version {version['number']} ({version['kind']}) came after it"
    return because


def _before(article: Article, run: ImportRun) -> Version | None:
    """Return the last version that stood before the run's own."""
    ours = article.versions.filter(import_item__run=run).order_by("number").first()
    if ours is None:
        return None
    return article.versions.filter(number__lt=ours.number).order_by("-number").first()
