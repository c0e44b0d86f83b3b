"""Corrections by hand: a new version for the text, remembered values for the rest, and never over somebody else's work.

The text before stays as a version, the machine's readings stay beside what the editor set, and the trail tells who
changed what and why. Words of the text stand in versions only, not in the trail, which nobody could erase them from.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from archive.formats.base import DateReading, ParsedTag
from archive.models import Article, User, Version

from . import trail
from .content import Content, changed_fields, content_of_version, published_values
from .operations import ArchiveError, EditConflict, NothingChanged, add_version, set_published, set_tags
from .operations import revert as write_revert
from .permissions import require
from .queries import tags_of


@dataclass(frozen=True, slots=True)
class Correction:
    """What an editor wants an article to say: its text, and where not None its date, tags and language."""

    content: Content
    published: DateReading | None = None
    tags: Sequence[ParsedTag] | None = None


def state_token(article: Article) -> str:
    """Return a token of all that the form of an article edits: when it differs, somebody else was there."""
    parts = [str(article.current_version_id), str(article.published_iso), article.published_precision]
    parts += [f"{tag.kind}:{tag.name}" for tag in tags_of(article)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


@transaction.atomic
def correct(
    *, article: Article, correction: Correction, expected: str, reason: str, by: User, at: datetime
) -> Version | None:
    """Write a correction and return the new version, or None where only date or tags changed. Needs an editor.

    Locks the article's row. Raises EditConflict when the article is no longer as `expected` (see `state_token`), and
    NothingChanged when there is nothing to save.
    """
    require(by, "edit_article")
    if not reason.strip():
        raise ArchiveError(_("Say why: the reason stays with the correction."))
    held = Article.objects.select_for_update(of=("self",)).select_related("current_version").get(pk=article.pk)
    if held.current_version is None:
        raise ArchiveError(_("The text of this article was erased, so there is nothing to correct."))
    if state_token(held) != expected:
        raise EditConflict(_conflict(held))
    number = held.current_version.number
    before = content_of_version(held.current_version)
    fields = changed_fields(before, correction.content)
    changes: dict[str, list] = {}
    version = None
    if fields:
        version = add_version(
            article=held,
            content=correction.content,
            at=at,
            by=by,
            kind=Version.Kind.CORRECTION,
            reason=reason.strip(),
        )
        changes["version"] = [number, version.number]
    if correction.published is not None and _differs(held, correction.published):
        old = held.published_iso
        set_published(article=held, reading=correction.published, by=by, at=at)
        changes["published_at"] = [old, held.published_iso]
    if correction.tags is not None:
        old_tags = [tag.name for tag in tags_of(held)]
        if [(tag.kind, tag.name) for tag in tags_of(held)] != [(tag.kind, tag.name) for tag in correction.tags]:
            set_tags(article=held, tags=correction.tags, at=at, by=by)
            changes["tags"] = [old_tags, [tag.name for tag in tags_of(held)]]
    if not changes:
        raise NothingChanged(_("This is just what the archive holds already, so there is nothing to save."))
    trail.record(
        action="correct",
        at=at,
        article=held,
        by=by,
        reason=reason.strip(),
        before={name: old for name, (old, _) in changes.items()},
        after={name: new for name, (_, new) in changes.items()} | ({"fields": list(fields)} if fields else {}),
    )
    return version


@transaction.atomic
def revert(*, article: Article, number: int, expected: int, reason: str, by: User, at: datetime) -> Version:
    """Write a new version that says again what version `number` said. Needs an editor.

    Raises EditConflict when version `expected` is no longer the current one.
    """
    require(by, "edit_article")
    if not reason.strip():
        raise ArchiveError(_("Say why: the reason stays with the version."))
    to = article.versions.get(number=number)
    version = write_revert(article=article, to=to, at=at, by=by, reason=reason.strip(), expected=expected)
    trail.record(
        action="revert",
        at=at,
        article=article,
        by=by,
        reason=reason.strip(),
        before={"version": expected},
        after={"version": version.number, "says again": number},
    )
    return version


def _conflict(article: Article) -> str:
    version = article.current_version
    if version and version.author:
        said = _("%(who)s wrote version %(number)s while you worked.") % {
            "who": version.author,
            "number": version.number,
        }
    else:
        said = _("Somebody changed this article while you worked.")
    return f"{said} {_('Nothing was overwritten: look at it, then save again if yours is to follow.')}"


def _differs(article: Article, reading: DateReading) -> bool:
    wanted = published_values(reading)
    names = ("published_at", "published_precision", "published_offset")
    return any(getattr(article, name) != wanted[name] for name in names)
