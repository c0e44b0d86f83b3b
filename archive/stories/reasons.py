"""Why an article stands in a story, in the words an editor checks it by."""

from __future__ import annotations

from archive.models import Article, Version
from archive.text.fingerprint import containment, shingles

from .terms import printed_forms

# From this share of common wording on, it is worth saying.
SHARED_WORDING = 0.05


def reasons_for(article: Article, nearest: Article, shared: list[str]) -> list[str]:
    """Return what brings two articles (with current_version and outlet) together, the strongest first.

    `shared` are the terms they share, as placement knows them; they are given as the article prints them.
    """
    mine, theirs = article.current_version, nearest.current_version
    reasons = []
    printed = printed_forms(_text(mine), shared, mine.language)
    if printed:
        reasons.append("shares: " + ", ".join(printed))
    if article.published_at and nearest.published_at:
        days = abs((article.published_at.date() - nearest.published_at.date()).days)
        reasons.append("same day" if days == 0 else f"{days} day{'s' if days > 1 else ''} apart")
    wording = containment(shingles(_text(mine)), shingles(_text(theirs)))
    if wording >= SHARED_WORDING:
        reasons.append(f"{wording:.0%} of its wording")
    reasons.append(f"nearest: {theirs.headline} ({nearest.outlet.name})")
    return reasons


def _text(version: Version) -> str:
    return f"{version.headline}\n{version.standfirst}\n{version.body}"
