"""What named editors found out about single claims: that origins do not hang on each other, or that there is only one.

The promise: the archive never says either by itself. Each word is an editor's, with their name, their reason and the
articles it was made for; it can be withdrawn and taken up again, and all of it stands in the trail.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from archive.articles import trail
from archive.articles.operations import ArchiveError
from archive.articles.permissions import require
from archive.models import Article, Confirmation, Membership, Story, User, Version

LONGEST_CLAIM = 500


class ConfirmationError(ArchiveError):
    """A confirmation that was refused; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A confirmation as pages show it: `is_shaken` when one of its articles was changed or killed since."""

    row: Confirmation
    articles: Sequence[Article]
    is_shaken: bool

    @property
    def editor(self) -> str:
        """The name of the editor who says so."""
        return self.row.made_by.get_full_name() or self.row.made_by.get_username()


@transaction.atomic
def confirm(
    *,
    story: Story,
    claim: str,
    finding: str,
    origins: Collection[str],
    articles: Collection[Article],
    reason: str,
    by: User,
    at: datetime,
) -> Confirmation:
    """Write down what an editor found out about one claim of a story.

    Raises ConfirmationError when the claim, the reason, the articles or the origins are missing or do not fit: two
    origins at least that do not hang on each other, or exactly one that all of it hangs on.
    """
    require(by, "edit_article")
    claim, reason = " ".join(claim.split()), reason.strip()
    named = list(dict.fromkeys(origins))
    if not claim or len(claim) > LONGEST_CLAIM:
        raise ConfirmationError(
            _("Write the claim in one sentence of at most %(most)s characters.") % {"most": LONGEST_CLAIM}
        )
    if not reason:
        raise ConfirmationError(_("Say how you know: whom you asked, or what you compared."))
    if finding not in Confirmation.Finding.values:
        raise ConfirmationError(_("Choose what you found out about the origins."))
    if finding == Confirmation.Finding.INDEPENDENT and len(named) < 2:
        raise ConfirmationError(_("Choose the origins that do not hang on each other, two at least."))
    if finding == Confirmation.Finding.SINGLE_SOURCE and len(named) != 1:
        raise ConfirmationError(_("Choose the one origin that all of it hangs on."))
    ids = {article.pk for article in articles}
    if not ids or ids != set(Membership.objects.filter(story=story, article__in=ids).values_list("article", flat=True)):
        raise ConfirmationError(_("Choose the articles of this story that make the claim."))
    row = Confirmation.objects.create(
        claim=claim, finding=finding, origins=named, reason=reason, made_by=by, made_at=at
    )
    row.articles.set(ids)
    trail.record(
        action="claim confirmed", subject=f"story {story.pk}", by=by, at=at, reason=reason,
        after={"claim": claim, "finding": finding, "origins": named, "articles": sorted(ids)},
    )  # fmt: skip
    return row


@transaction.atomic
def withdraw(*, confirmation: Confirmation, by: User, at: datetime, back: bool = False) -> None:
    """Withdraw a confirmation, or take it up again; the record of it stays."""
    require(by, "edit_article")
    confirmation.withdrawn_by, confirmation.withdrawn_at = (None, None) if back else (by, at)
    confirmation.save(update_fields=["withdrawn_by", "withdrawn_at"])
    trail.record(
        action="confirmation restored" if back else "confirmation withdrawn",
        subject=f"confirmation {confirmation.pk}",
        by=by,
        at=at,
        before={"claim": confirmation.claim, "finding": confirmation.finding},
    )


def confirmed(articles: Sequence[Article], *, withdrawn: bool = False) -> list[Confirmed]:
    """Return what editors confirmed about claims of these articles, which the caller has found visible.

    One that was also made for an article outside of them is left out: nobody learns what they may not read.
    """
    seen = {article.pk: article for article in articles}
    rows = Confirmation.objects.filter(articles__in=seen, withdrawn_at__isnull=not withdrawn).distinct()
    found = []
    latest: dict[int, datetime] = {}
    for pk, at in (
        Version.objects.filter(article__in=seen).order_by("recorded_at").values_list("article_id", "recorded_at")
    ):
        latest[pk] = at
    for row in rows.select_related("made_by").prefetch_related("articles").order_by("made_at", "pk"):
        ids = sorted(article.pk for article in row.articles.all())
        if not set(ids) <= seen.keys():
            continue
        shaken = any(latest.get(pk, row.made_at) > row.made_at or seen[pk].status != "usable" for pk in ids)
        found.append(Confirmed(row, [seen[pk] for pk in ids], shaken))
    return found


def as_records(found: Sequence[Confirmed]) -> list[dict[str, Any]]:
    """Return confirmations as `show_story --json` prints them (docs/api.md)."""
    return [
        {
            "claim": one.row.claim,
            "finding": one.row.finding,
            "origins": one.row.origins,
            "articles": [article.pk for article in one.articles],
            "reason": one.row.reason,
            "by": one.editor,
            "at": one.row.made_at.isoformat(),
            "changed_since": one.is_shaken,
        }
        for one in found
    ]
