"""The words templates need that Django does not have: dates with their certainty, icons, marked text, directions.

Promise: everything here escapes what it did not write itself, and a date never looks surer than it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone

from django import template
from django.urls import reverse
from django.utils import formats
from django.utils import timezone as zones
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from archive.articles import query_sentences, trail_words
from archive.articles.languages import language_name
from archive.importing.sentences import said
from archive.models import Article
from archive.stories.sentences import rule_said
from archive.stories.sentences import said as said_why

register = template.Library()
register.filter(language_name)
register.filter("said", said)
register.filter("said_why", said_why)
register.filter("rule_said", rule_said)
register.filter("said_of_query", query_sentences.said)
register.filter("said_of_trail", trail_words.said)

RIGHT_TO_LEFT = frozenset({"ar", "arc", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"})

DAY = "j M Y"
MINUTE = "j M Y, H:i"

# Drawn on a 20 by 20 grid, stroked, colored by the text around them.
ICONS = {
    "search": "M9 15.5a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13ZM14 14l4 4",
    "person": "M10 9.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7ZM3.5 17.5c.5-3.5 3-5.5 6.5-5.5s6 2 6.5 5.5",
    "bell": "M4.5 14.5V9a5.5 5.5 0 0 1 11 0v5.5H4.5ZM3 14.5h14M8.5 17.5h3",
    "contrast": "M10 17.5a7.5 7.5 0 1 0 0-15 7.5 7.5 0 0 0 0 15ZM10 2.5v15",
    "keyboard": "M2 5.5h16v9.5H2ZM5 8.5h.01M8 8.5h.01M11 8.5h.01M14.5 8.5h.01M6 12h8",
    "plus": "M10 4v12M4 10h12",
    "arrow": "M4 10h12M11 5l5 5-5 5",
    "back": "M16 10H4M9 5l-5 5 5 5",
    "download": "M10 3v10M6 9.5l4 4 4-4M3.5 17h13",
    "link": "M8 12l4-4M6.5 9.5l-2 2a3 3 0 0 0 4.200 4.200l2-2M13.5 10.5l2-2a3 3 0 0 0-4.200-4.200l-2 2",
    "clock": "M10 17.5a7.5 7.5 0 1 0 0-15 7.5 7.5 0 0 0 0 15ZM10 6v4.5l3 1.800",
    "file": "M5 2.5h6.5L15.5 6.5v11H5ZM11.5 2.5v4h4",
    "collect": "M5 2.5h10v15l-5-4-5 4Z",
    "warning": "M10 3 2.5 17h15ZM10 8v4M10 14.5h.01",
    "lock": "M4.5 9h11v8.5h-11ZM7 9V6a3 3 0 0 1 6 0v3",
    "print": "M5.5 7.5v-5h9v5M5.5 14H3V7.5h14V14h-2.5M5.5 11.5h9v6h-9Z",
}


@register.simple_tag
def icon(name: str) -> SafeString:
    """Draw a named icon. It is decoration: the words beside it, or the label around it, say the same."""
    return format_html(
        '<svg class="icon" viewBox="0 0 20 20" aria-hidden="true" focusable="false"><path d="{}"/></svg>', ICONS[name]
    )


@register.simple_tag
def page_url(name: str, *args: object) -> str:
    """Return the address of a named page, to be kept under a name. Raises NoReverseMatch, which `{% url … as … %}`
    would swallow: a link to a page that does not exist would then vanish unseen."""
    return reverse(name, args=args)


@register.filter
def number(value: int | float | None) -> str:
    """Print a number in the reader's way: 21578 as 21,578 in English."""
    return "" if value is None else formats.number_format(value, force_grouping=True)


@register.filter
def lane(position: int) -> int:
    """Return the lane (1 to 8) of the outlet at this position, counted from 0."""
    return int(position) % 8 + 1


@register.filter
def direction(language: str | None) -> str:
    """Return which way a language is written: "rtl", "ltr", or "auto" when the language is not known."""
    if not language:
        return "auto"
    return "rtl" if language.split("-")[0].lower() in RIGHT_TO_LEFT else "ltr"


@register.simple_tag
def text_attributes(language: str | None) -> SafeString:
    """Return the lang and dir attributes of a text in this language."""
    if not language:
        return mark_safe(' dir="auto"')
    return format_html(' lang="{}" dir="{}"', language, direction(language))


@register.filter
def marked(runs: Iterable[tuple[str, bool]]) -> SafeString:
    """Print runs of (text, is marked) with <mark> around the marked ones; everything is escaped."""
    return format_html_join("", "{}", ((format_html("<mark>{}</mark>", text) if on else text,) for text, on in runs))


@register.simple_tag
def moment(value: datetime | None) -> SafeString:
    """Print a moment in the reader's zone; the exact time in UTC is one hover away."""
    if value is None:
        return SafeString("")
    return format_html(
        '<time datetime="{}" title="{} UTC">{}</time>',
        value.isoformat(),
        formats.date_format(value.astimezone(UTC), "j M Y, H:i:s"),
        formats.date_format(zones.localtime(value), MINUTE),
    )


@register.simple_tag
def day(value: date | datetime | None) -> SafeString:
    """Print a day."""
    if value is None:
        return SafeString("")
    return format_html('<time datetime="{}">{}</time>', value.strftime("%Y-%m-%d"), formats.date_format(value, DAY))


@register.simple_tag
def published(article) -> SafeString:
    """Print when the outlet first put an article out, as surely as it is known and no surer.

    A moment with a zone is shown in the reader's zone; a wall time without one is shown as printed and said to have
    none. What is printed on the page opens by a hover, a tap or a key.
    """
    shown, told = _dated(article)
    return _opening(_time(article, shown, told), told)


@register.simple_tag
def published_time(article) -> SafeString:
    """Print the same date where what it rests on stands right below it, or opens with it."""
    return _time(article, *_dated(article))


@register.simple_tag
def published_clock(article) -> SafeString:
    """Print the time of day alone, where the day already stands above it; what is not known is said."""
    at, precision, told = article.published_at, article.published_precision, _dated(article)[1]
    if at is None:
        shown = _("undated")
    elif precision in ("day", "inferred"):
        shown = _("that day") if precision == "day" else _("about that day")
    else:
        shown = formats.date_format(zones.localtime(at) if precision == "instant" else at.astimezone(UTC), "H:i")
    return _opening(_time(article, shown, told), told)


def _dated(article) -> tuple[str, str]:
    """Return an article's date in words, and what it rests on."""
    said = article.published_printed
    told = _("printed “%(printed)s”") % {"printed": said} if said else _("no date is printed on the page")
    at, precision = article.published_at, article.published_precision
    if at is None:
        told = said_why(article.not_before_reason) or told
        if article.not_before is None:
            return _("undated"), told
        return _("undated, not before %(day)s") % {"day": formats.date_format(article.not_before, DAY)}, told
    if precision == "instant":
        return formats.date_format(zones.localtime(at), MINUTE), told
    if precision == "minute":
        told = _("%(title)s; no time zone given") % {"title": told}
        return formats.date_format(at.astimezone(UTC), MINUTE), told
    day = formats.date_format(at.astimezone(UTC), DAY)
    return (_("about %(day)s") % {"day": day} if precision == "inferred" else day), told


def _time(article, shown: str, told: str) -> SafeString:
    if article.published_at is None:
        return format_html('<span class="undated" title="{}">{}</span>', told, shown)
    return format_html('<time datetime="{}" title="{}">{}</time>', article.published_iso, told, shown)


def _opening(shown: SafeString, told: str) -> SafeString:
    """Return a date that opens what it rests on over the text below it, one at a time; nothing moves."""
    return format_html(
        '<details class="evidence evidence--over" name="printed" data-menu><summary>{}</summary>'
        '<div class="evidence__body">{}</div></details>',
        shown,
        told,
    )


# What the readers call a kind of file, in words. A reader that is not listed is shown by its own name.
FORMAT_NAMES = {
    "archive": gettext_lazy("archive export"),
    "csv": gettext_lazy("table (CSV)"),
    "docx": gettext_lazy("Word document"),
    "eml": gettext_lazy("mail"),
    "feed": gettext_lazy("feed"),
    "gzip": gettext_lazy("gzip file"),
    "html_page": gettext_lazy("saved page"),
    "json": gettext_lazy("JSON"),
    "mhtml": gettext_lazy("saved page (MHTML)"),
    "newsml1": gettext_lazy("NewsML 1"),
    "newsml_g2": gettext_lazy("NewsML-G2"),
    "ninjs": gettext_lazy("ninjs"),
    "nitf": gettext_lazy("NITF"),
    "pdf": gettext_lazy("PDF"),
    "press_export": gettext_lazy("press database export"),
    "rtf": gettext_lazy("RTF document"),
    "text_dump": gettext_lazy("text dump"),
    "wacz": gettext_lazy("web archive (WACZ)"),
    "warc": gettext_lazy("web archive (WARC)"),
    "webarchive": gettext_lazy("saved page (webarchive)"),
    "xlsx": gettext_lazy("table (Excel)"),
    "zip": gettext_lazy("zip file"),
}


@register.filter
def format_name(name: str) -> str:
    """Return what a format is called in words: "text dump" for text_dump."""
    return str(FORMAT_NAMES.get(name, name))


# What the fields of an article are called on a form.
FIELD_NAMES = {
    "headline": gettext_lazy("headline"),
    "standfirst": gettext_lazy("standfirst"),
    "byline": gettext_lazy("byline"),
    "body": gettext_lazy("body"),
    "published_at": gettext_lazy("date of publication"),
    "issued_at": gettext_lazy("date of this version"),
    "outlet": gettext_lazy("outlet"),
    "url": gettext_lazy("address"),
    "guid": gettext_lazy("the outlet's id"),
    "language": gettext_lazy("language"),
    "dateline": gettext_lazy("dateline"),
    "credit": gettext_lazy("credit"),
    "source_line": gettext_lazy("source line"),
    "slugline": gettext_lazy("slugline"),
    "page": gettext_lazy("page"),
    "edition": gettext_lazy("edition"),
    "provider_version": gettext_lazy("the outlet's number of the version"),
    "editor_note": gettext_lazy("note to editors"),
    "embargoed_until": gettext_lazy("end of the embargo"),
    "urgency": gettext_lazy("urgency"),
    "usage_terms": gettext_lazy("usage terms"),
    "usage_expires_at": gettext_lazy("end of the right to use"),
    "status": gettext_lazy("status"),
    "captions": gettext_lazy("captions"),
    "tags": gettext_lazy("tags"),
    "labels": gettext_lazy("labels"),
    "places": gettext_lazy("places"),
    "people": gettext_lazy("people"),
    "organisations": gettext_lazy("organisations"),
}


@register.filter
def field_name(name: str) -> str:
    """Return what a field of an article is called in words; a name that is not listed stays as it is."""
    return str(FIELD_NAMES.get(name, name))


@register.filter
def trail_facts(values: dict[str, object]) -> list[tuple[str, str]]:
    """Return what an entry of the trail names, before or after, as pairs of words."""
    return list(trail_words.facts(values, field_name))


@register.filter
def precision_name(precision: str) -> str:
    """Return how sure a date is, in words."""
    return str(Article.Precision(precision).label) if precision in Article.Precision.values else precision


@register.filter
def read_date(reading) -> str:
    """Print a date as a reader found it, with its zone where one was printed; "" where none was found."""
    if reading.value is None:
        return ""
    if reading.precision == "day":
        return formats.date_format(reading.value, DAY)
    return f"{formats.date_format(reading.value, MINUTE)} {reading.zone}".strip()


@register.filter
def printed_zone(article) -> str:
    """Say which zone an article's date was printed in, such as "UTC+03:00", or that none was given."""
    if article.published_offset is None:
        return _("none given")
    return str(datetime.now(timezone(timedelta(minutes=article.published_offset))).tzinfo)


@register.filter
def versions_known(article) -> int:
    """Return how many versions an article has: as many as its list has marks of, else its current number."""
    marks = getattr(article, "version_marks", None)
    if marks is not None:
        return len(marks)
    return article.current_version.number if article.current_version else 0


# A list shows so many of an article's versions at most: its latest.
MOST_MARKS = 24


@dataclass(frozen=True, slots=True)
class Mark:
    """One version in the ribbon of a list: where it stands, and what shape says its kind."""

    x: int
    kind: str
    is_silent: bool


@dataclass(frozen=True, slots=True)
class Ribbon:
    """The marks of a ribbon and how wide it is."""

    marks: tuple[Mark, ...]

    @property
    def width(self) -> int:
        """Return the width in the picture's own units."""
        return 8 * len(self.marks) - 2


@register.filter
def ribbon(article) -> Ribbon | None:
    """Return the marks of an article's versions in a list, oldest first; None where there is but one."""
    known = getattr(article, "version_marks", None) or []
    if len(known) < 2:
        return None
    marks = (Mark(8 * place, mark.rstrip("~"), mark.endswith("~")) for place, mark in enumerate(known[-MOST_MARKS:]))
    return Ribbon(tuple(marks))


STATUS_BADGES = {
    "withheld": "badge--caution",
    "canceled": "badge--bad",
}

KIND_BADGES = {
    "correction": "badge--caution",
    "kill": "badge--bad",
    "reinstatement": "badge--good",
}

ROLE_BADGES = {
    "earliest_held": "badge--info",
    "follow_up": "badge--good",
}


@register.filter
def badge_class(value: str) -> str:
    """Return the class of the badge for a status, a kind of version, or a role in a story."""
    return STATUS_BADGES.get(value) or KIND_BADGES.get(value) or ROLE_BADGES.get(value) or ""


@register.filter
def share_of(part: float, whole: float) -> int:
    """Return `part` as whole percents of `whole`, 0 when there is nothing to share."""
    return round(100 * part / whole) if whole else 0


@register.filter
def paragraphs(text: str) -> list[str]:
    """Return the paragraphs of a body, one a line."""
    return [line for line in text.split("\n") if line.strip()]
