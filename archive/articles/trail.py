"""The trail is written here and read here; nothing else touches its table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from archive.models import Article, TrailEntry, User

EXPORT, EVIDENCE = "export", "evidence pack"


def record(
    *,
    action: str,
    at: datetime,
    article: Article | None = None,
    subject: str = "",
    by: User | None = None,
    job: str = "",
    reason: str = "",
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> TrailEntry:
    """Write one entry; call it in the transaction that makes the change. A change without a person names its job."""
    return TrailEntry.objects.create(
        action=action,
        at=at,
        article=article,
        subject=subject or (f"article {article.pk}" if article else ""),
        user=by,
        job="" if by else (job or "archive"),
        reason=reason,
        before=dict(before or {}),
        after=dict(after or {}),
    )


def entries(
    *,
    article_id: int | None = None,
    user_id: int | None = None,
    action: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    words: str = "",
) -> QuerySet[TrailEntry]:
    """Return the entries that fit, newest first; `until` is exclusive."""
    found = TrailEntry.objects.select_related("user", "article__current_version", "article__outlet")
    if article_id is not None:
        found = found.filter(article_id=article_id)
    if user_id is not None:
        found = found.filter(user_id=user_id)
    if action:
        found = found.filter(action=action)
    if since is not None:
        found = found.filter(at__gte=since)
    if until is not None:
        found = found.filter(at__lt=until)
    if words:
        found = found.filter(Q(reason__icontains=words) | Q(subject__icontains=words))
    return found.order_by("-at", "-id")


def as_record(entry: TrailEntry) -> dict[str, Any]:
    """Return one entry as the JSON that exports print."""
    return {
        "at": entry.at.isoformat(),
        "user": entry.user.username if entry.user else None,
        "job": entry.job or None,
        "action": entry.action,
        "article": entry.article_id,
        "subject": entry.subject,
        "reason": entry.reason,
        "before": entry.before,
        "after": entry.after,
    }


def as_records(found: Iterable[TrailEntry]) -> list[dict[str, Any]]:
    """Return entries as the JSON that exports print."""
    return [as_record(entry) for entry in found]


def record_export(
    *, articles: Iterable[int], form: str, at: datetime, subject: str, by: User | None = None, job: str = ""
) -> None:
    """Note who took which articles out of the archive and in which form, so that a legal request finds every copy."""
    taken = sorted(articles)
    record(action=EXPORT, subject=subject, at=at, by=by, job=job, after={"form": form, "articles": taken})


def exports_of(article_ids: Iterable[int], *, since: datetime | None = None) -> QuerySet[TrailEntry]:
    """Return the exports and evidence packs that took any of these articles along, newest first."""
    ids = list(article_ids)
    named = Q()
    for pk in ids:
        named |= Q(after__articles__contains=pk)
    found = entries(since=since)
    if not ids:
        return found.none()
    return found.filter(Q(action=EXPORT) & named | Q(action=EVIDENCE, article_id__in=ids))


def can_be_rewritten() -> bool:
    """Say whether the role that the site runs as could give itself the right to rewrite the trail.

    It could if it is a superuser or may act as the owner of the table or of the database.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_has_role(relowner, 'MEMBER') OR pg_has_role(datdba, 'MEMBER')"
            " FROM pg_class, pg_database WHERE pg_class.oid = to_regclass(%s) AND datname = current_database()",
            [TrailEntry._meta.db_table],
        )
        row = cursor.fetchone()
    return bool(row and row[0])
