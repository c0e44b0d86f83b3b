"""How an article is cited: what it is, when it was put out as far as that is known, and which version was read."""

from __future__ import annotations

from datetime import UTC, timedelta, timezone

from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from archive.models import Article, Version


def printed_date(article: Article) -> str:
    """Return the date in words, never surer than it is."""
    if article.published_at is None:
        if article.not_before is not None:
            return _("undated, not before %(day)s") % {"day": date_format(article.not_before.astimezone(UTC), "j F Y")}
        return _("undated")
    if article.published_offset is not None:
        value = article.published_at.astimezone(timezone(timedelta(minutes=article.published_offset)))
        return f"{date_format(value, 'j F Y, H:i')} {value:%z}"
    value = article.published_at.astimezone(UTC)
    if article.published_precision == Article.Precision.MINUTE:
        return _("%(moment)s (no time zone given)") % {"moment": date_format(value, "j F Y, H:i")}
    if article.published_precision == Article.Precision.INFERRED:
        return _("%(day)s (inferred)") % {"day": date_format(value, "j F Y")}
    return date_format(value, "j F Y")


def citation_text(article: Article, version: Version) -> str:
    """Return the citation as one line of plain text."""
    parts = [article.byline_of(version), f"“{version.headline}”", article.outlet.name, printed_date(article)]
    said = ", ".join(part for part in parts if part) + "."
    if article.url:
        said += f" {article.url}."
    return said + " " + _held_as(article, version)


def citation_html(article: Article, version: Version) -> SafeString:
    """Return the citation as HTML to paste into a document; everything in it is escaped."""
    byline = f"{printed}, " if (printed := article.byline_of(version)) else ""
    headline = format_html('“<a href="{}">{}</a>”' if article.url else "“{1}”", article.url, version.headline)
    return format_html(
        "{}{}, <cite>{}</cite>, {}. {}",
        byline,
        headline,
        article.outlet.name,
        printed_date(article),
        _held_as(article, version),
    )


def _held_as(article: Article, version: Version) -> str:
    return _("Newsroom Archive, article %(article)d, version %(number)d.") % {
        "article": article.pk,
        "number": version.number,
    }
