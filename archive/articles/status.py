"""The status verbs: withhold, embargo, kill, reinstate. The record, the reason and the trail always stay.

Each passes through search, stories, feeds, alerts and exports, because all of them start from `visible_to` and from
what the index was last told; both outboxes are marked in the same transaction.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from archive.models import Article, User, Version

from . import journal, trail
from .content import content_of_version
from .operations import ArchiveError, add_version, touch
from .permissions import require
from .titles import give_up_title


class WrongStatus(ArchiveError):
    """The article's status does not allow this verb."""


@transaction.atomic
def withhold(*, article: Article, by: User | None, reason: str, at: datetime) -> None:
    """Take an article out of sight at once, without a new version; locks its row. Needs an editor."""
    require(by, "withhold_article")
    held = _locked(article)
    if held.status == Article.Status.CANCELED:
        raise WrongStatus(_("This article was killed: reinstate it first if it should only be withheld."))
    _set_status(held, Article.Status.WITHHELD, _reason(reason), "withhold", by, at)


@transaction.atomic
def embargo(*, article: Article, by: User | None, until: datetime, reason: str, at: datetime) -> None:
    """Hold an article back until a moment (aware), when it lifts by itself; locks its row. Needs an editor."""
    require(by, "withhold_article")
    if until <= at:
        raise ArchiveError(_("The embargo would be over before it began: choose a moment in the future."))
    held = _locked(article)
    before = held.embargoed_until
    held.embargoed_until = until
    held.save(update_fields=["embargoed_until", "changed_at"])
    give_up_title(held, at=at)
    trail.record(
        action="embargo",
        at=at,
        article=held,
        by=by,
        reason=reason,
        before={"embargoed_until": before.isoformat() if before else None},
        after={"embargoed_until": until.isoformat()},
    )
    touch(held.pk)


@transaction.atomic
def lift_embargo(*, article: Article, by: User | None, reason: str, at: datetime) -> None:
    """End an embargo early; locks the article's row. Needs an editor."""
    require(by, "withhold_article")
    held = _locked(article)
    if held.embargoed_until is None or held.embargoed_until <= at:
        raise WrongStatus(_("There is no embargo on this article any more."))
    trail.record(
        action="lift embargo",
        at=at,
        article=held,
        by=by,
        reason=reason,
        before={"embargoed_until": held.embargoed_until.isoformat()},
        after={"embargoed_until": None},
    )
    held.embargoed_until = None
    held.save(update_fields=["embargoed_until", "changed_at"])
    touch(held.pk)


@transaction.atomic
def lift_due_embargoes(*, at: datetime) -> int:
    """End every embargo that is over at that moment and return how many; safe to call at any time, by many."""
    due = list(
        Article.objects.select_for_update(skip_locked=True)
        .filter(embargoed_until__lte=at)
        .order_by("id")
        .only("id", "embargoed_until")
    )
    for article in due:
        trail.record(
            action="lift embargo",
            at=at,
            article=article,
            job="lift embargoes",
            before={"embargoed_until": article.embargoed_until.isoformat() if article.embargoed_until else None},
            after={"embargoed_until": None},
        )
    Article.objects.filter(pk__in=[article.pk for article in due]).update(embargoed_until=None)
    if due:
        touch(*(article.pk for article in due))
    return len(due)


@transaction.atomic
def kill(*, article: Article, by: User | None, reason: str, at: datetime, job: str = "") -> None:
    """Cancel an article for good reason: a version of kind "kill" says so, the text stays with archivists.

    Locks the article's row. Needs an archivist, or a kill that came by wire (`by` None, `job` says which).
    """
    require(by, "kill_article")
    held = _locked(article)
    if held.status == Article.Status.CANCELED:
        return
    reason = _reason(reason)
    _mark_version(held, Version.Kind.KILL, by, reason, at)
    _set_status(held, Article.Status.CANCELED, reason, "kill", by, at, job)
    _note("kill", held, reason)


@transaction.atomic
def reinstate(*, article: Article, by: User | None, reason: str, at: datetime, job: str = "") -> None:
    """Make a withheld or killed article usable again; locks its row. A kill is taken back by an archivist only."""
    held = _locked(article)
    if held.status == Article.Status.USABLE:
        raise WrongStatus(_("This article is usable already."))
    require(by, "kill_article" if held.status == Article.Status.CANCELED else "withhold_article")
    if held.status == Article.Status.CANCELED:
        _mark_version(held, Version.Kind.REINSTATEMENT, by, _reason(reason), at)
        _note("reinstate", held, reason)
    _set_status(held, Article.Status.USABLE, reason, "reinstate", by, at, job)


def _locked(article: Article) -> Article:
    return Article.objects.select_for_update(of=("self",)).select_related("current_version").get(pk=article.pk)


def _reason(reason: str) -> str:
    if not reason.strip():
        raise ArchiveError(_("Say why: the reason stays with the record."))
    return reason.strip()


def _note(order: str, article: Article, reason: str) -> None:
    """Note an order in the journal, so that an archive restored from an older backup repeats it."""
    assert article.current_version is not None
    content = article.current_version.content_sha256
    journal.note({"order": order, "article": article.pk, "content": content, "reason": reason})


def _mark_version(article: Article, kind: str, by: User | None, reason: str, at: datetime) -> None:
    assert article.current_version is not None
    content = content_of_version(article.current_version)
    add_version(article=article, content=content, at=at, by=by, kind=kind, reason=reason)


def _set_status(
    article: Article, status: str, reason: str, action: str, by: User | None, at: datetime, job: str = ""
) -> None:
    before = article.status
    Article.objects.filter(pk=article.pk).update(status=status, status_reason=reason, changed_at=at)
    if status != Article.Status.USABLE:
        give_up_title(article, at=at)
    trail.record(
        action=action,
        at=at,
        article=article,
        by=by,
        job=job,
        reason=reason,
        before={"status": before},
        after={"status": status},
    )
    touch(article.pk)
