"""The answer for what was killed or withheld: it is gone, why, and what remains."""

from __future__ import annotations

from django.shortcuts import render

from archive.models import Article


def gone(request, article: Article):
    """Answer 410 with the reason, and without a word of the text."""
    return render(request, "articles/gone.html", {"article": article, "section": "search"}, status=410)
