"""What an archive that is open to the public shows without a sign-in: these pages, for reading, and the full text only
of outlets that are marked as owned or licensed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from archive.models import Article, Outlet

FREE = {Outlet.Rights.OWNED, Outlet.Rights.LICENSED}


def public(view: Callable[..., Any]) -> Callable[..., Any]:
    """Mark a view as one that a public archive shows to anyone; `newsroom.middleware` reads the mark."""
    view.public = True  # type: ignore[attr-defined]
    return view


def may_read_text(user, article: Article) -> bool:
    """Say whether this reader may have the full text: everyone at the desk, and the public where the rights allow."""
    return user.is_authenticated or article.outlet.rights in FREE
