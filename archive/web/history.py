"""Pages of an article's history: versions and captures in order, any two compared, and what changed lately."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from archive.articles import compare
from archive.articles.permissions import may
from archive.models import Article, Outlet, Story, Version, VersionChange
from archive.text.changes import Comparison, Section
from archive.text.diff import Row

from .doors import article_or_gone

PAGE = 50

FIELD_NAMES = {
    "headline": gettext_lazy("Headline"),
    "standfirst": gettext_lazy("Standfirst"),
    "byline": gettext_lazy("Byline"),
    "source_line": gettext_lazy("Source as printed"),
    "body": gettext_lazy("Body"),
    "captions": gettext_lazy("Captions"),
}
NEIGHBORS = 1


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the page: what `_diff.html` shows."""

    kind: str
    label: str
    left: Sequence
    right: Sequence
    inline: Sequence


@dataclass(frozen=True, slots=True)
class Stretch:
    """Rows that are shown, or `folded` ones that a click unfolds."""

    folded: bool
    trivial: bool
    rows: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """One field of the comparison."""

    name: str
    stretches: tuple[Stretch, ...]


def history(request, pk: int):
    """Show all versions and captures of an article, who brought each and what changed."""
    article, gone = article_or_gone(request, pk)
    if gone is not None:
        return gone
    entries = compare.history_page(article)
    context = {
        "section": "articles",
        "article": article,
        "entries": list(reversed(entries)),
        "versions": [entry.version for entry in entries],
        "may_edit": may(request.user, "edit_article"),
    }
    return render(request, "articles/history.html", context)


def diff(request, pk: int, before: int | None = None, after: int | None = None):
    """Compare two versions by their permanent address; without numbers, lead to the last two."""
    article, gone = article_or_gone(request, pk)
    if gone is not None:
        return gone
    versions = list(compare.chain(article).filter(article=article).select_related("author").defer(*compare.TEXTS))
    if before is None or after is None:
        return _to_chosen(request, article, versions)
    # The texts of the two alone: a live blog has hundreds of versions.
    by_number = {
        one.number: one for one in article.versions.select_related("author").filter(number__in=[before, after])
    }
    if before not in by_number or after not in by_number:
        raise Http404(_("This article has no such version."))
    compared = compare.compare_versions(by_number[before], by_number[after])
    order = [version.number for version in versions]
    place = order.index(after)
    context = {
        "section": "articles",
        "article": article,
        "before": by_number[before],
        "after": by_number[after],
        "versions": versions,
        "parts": layout(compared),
        "sentence": compare.summary([[c.kind, c.before, c.after] for c in compared.changes]),
        "kinds": [VersionChange.Kind(kind).label for kind in compared.kinds],
        "side": request.GET.get("view") == "side",
        "previous_url": _diff_url(article, order, place - 1),
        "next_url": _diff_url(article, order, place + 1),
        "may_edit": may(request.user, "edit_article"),
    }
    return render(request, "articles/diff.html", context)


def layout(compared: Comparison) -> list[Part]:
    """Lay a comparison out for the page: the fields that differ, each with what stayed folded."""
    return [_part(section) for section in compared.sections if _has_changes(section)]


def changes(request):
    """List the versions that changed something, newest first: by class of change, by outlet, silent ones alone."""
    kinds = [kind for kind in request.GET.getlist("kind") if kind in VersionChange.Kind.values]
    outlet = Outlet.objects.filter(slug=request.GET.get("outlet", "")).first()
    silent = request.GET.get("silent") == "1"
    asked = request.GET.get("story", "")
    story = Story.objects.filter(pk=int(asked)).first() if asked.isdecimal() else None
    found = compare.changed_versions(
        request.user,
        kinds=kinds,
        silent=silent,
        outlet_id=outlet.pk if outlet else None,
        story_id=story.pk if story else None,
    )
    number = int(request.GET.get("page", "")) if request.GET.get("page", "").isdigit() else 1
    first = max(number - 1, 0) * PAGE
    rows = list(found[first : first + PAGE + 1])
    query = request.GET.copy()
    query.pop("page", None)
    base = f"?{query.urlencode()}&page=" if query else "?page="
    context = {
        "section": "changes",
        "changes": [
            {"change": change, "article": change.version.article, "sentence": compare.summary(change.changes)}
            for change in rows[:PAGE]
        ],
        "facets": [{"title": _("What changed"), "choices": _kind_choices(request, kinds)}],
        "silent": silent,
        "outlet": outlet,
        "story": story,
        "previous_url": f"{base}{number - 1}" if number > 1 else "",
        "next_url": f"{base}{number + 1}" if len(rows) > PAGE else "",
    }
    return render(request, "articles/changes.html", context)


def silent_edits(user, limit: int, story_id: int | None = None) -> list[dict]:
    """Return the latest silent edits, of one story if it is given, as `home/_silent_edits.html` shows them."""
    found = compare.changed_versions(user, silent=True, story_id=story_id)[:limit]
    return [
        {
            "change": change,
            "article": change.version.article,
            "url": change_url(change),
            "summary": compare.summary(change.changes),
            "at": change.at,
        }
        for change in found
    ]


def change_url(change: VersionChange) -> str:
    """Return the address that shows a change: the comparison, or the history where it spans a merge."""
    article_id = change.version.article_id
    if change.base.article_id != article_id:
        return reverse("article_history", args=[article_id])
    return reverse("article_diff", args=[article_id, change.base.number, change.version.number])


def _kind_choices(request, chosen: Sequence[str]) -> list[dict]:
    choices = []
    for kind in VersionChange.Kind:
        query = request.GET.copy()
        query.pop("page", None)
        query.setlist("kind", [each for each in chosen if each != kind] + ([] if kind in chosen else [kind.value]))
        choices.append({"label": kind.label, "count": None, "url": f"?{query.urlencode()}", "chosen": kind in chosen})
    return choices


def _to_chosen(request, article: Article, versions: list[Version]):
    numbers = [version.number for version in versions]
    if len(numbers) < 2:
        return redirect("article_history", article.pk)
    asked = [request.GET.get("before", ""), request.GET.get("after", "")]
    before, after = (int(text) if text.isdigit() and int(text) in numbers else None for text in asked)
    before = before if before is not None else numbers[-2]
    after = after if after is not None else numbers[-1]
    view = "?view=side" if request.GET.get("view") == "side" else ""
    return redirect(reverse("article_diff", args=[article.pk, before, after]) + view)


def _diff_url(article: Article, order: list[int], place: int) -> str:
    if not 1 <= place < len(order):
        return ""
    return reverse("article_diff", args=[article.pk, order[place - 1], order[place]])


def _has_changes(section: Section) -> bool:
    return any(row.kind != "same" or row.trivial for row, _ in section.rows)


def _part(section: Section) -> Part:
    """Lay out one field: what stayed and what is trivial is folded, but for the paragraph beside each change."""
    rows = section.rows
    shown = {
        near
        for place, (row, kinds) in enumerate(rows)
        if _is_change(row, kinds)
        for near in range(place - NEIGHBORS, place + NEIGHBORS + 1)
        if near == place or (0 <= near < len(rows) and not _is_change(*rows[near]))
    }
    stretches: list[Stretch] = []
    run: list[Line] = []
    folded = False
    for place, (row, kinds) in enumerate(rows):
        if run and folded != (place not in shown):
            stretches.append(_stretch(folded, run))
            run = []
        folded = place not in shown
        run.append(_line(row, kinds))
    if run:
        stretches.append(_stretch(folded, run))
    return Part(str(FIELD_NAMES[section.field]), tuple(stretches))


def _is_change(row: Row, kinds: Iterable[str]) -> bool:
    return row.kind != "same" and list(kinds) != ["trivial"]


def _stretch(folded: bool, rows: list[Line]) -> Stretch:
    return Stretch(folded, any(row.label for row in rows), tuple(rows))


def _line(row: Row, kinds: Sequence[str]) -> Line:
    labels = [str(VersionChange.Kind(kind).label) for kind in kinds if kind != "paragraph_moved"]
    if row.kind == "moved":
        labels.insert(0, _("moved up") if row.moved_up else _("moved down"))
    label = ", ".join(labels)
    return Line(row.kind, label[:1].upper() + label[1:], row.left, row.right, row.inline)
