"""What was killed, reinstated or erased after a backup was made is so again after its restore."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from archive.models import Article, Version

from . import erasure, status


@transaction.atomic
def replay(lines: Iterable[dict[str, Any]], *, at: datetime) -> int:
    """Repeat the orders of a journal, oldest first; return how many were repeated.

    An order whose article is not in the archive, whose text is another one by now, or which stands already, is passed
    over, so that a journal may be replayed any number of times.
    """
    whole_before: set[int] = set()
    return sum(_repeat(line, at, whole_before) for line in lines)


def _repeat(line: dict[str, Any], at: datetime, whole_before: set[int]) -> bool:
    article = Article.objects.filter(pk=line["article"]).select_related("current_version").first()
    if article is None:
        return False
    if "cuts" in line:
        return erasure.repeat(article, line, at=at, whole_before=whole_before)
    if not Version.objects.filter(article=article, content_sha256=line["content"]).exists():
        return False
    if line["order"] == "kill" and article.status != Article.Status.CANCELED:
        status.kill(article=article, by=None, reason=line["reason"], at=at, job="restore")
        return True
    if line["order"] == "reinstate" and article.status == Article.Status.CANCELED:
        status.reinstate(article=article, by=None, reason=line["reason"], at=at, job="restore")
        return True
    return False
