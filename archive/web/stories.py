"""Stories: what is running, one of them as a timeline, as a chronology to print, as a file; and what editors do."""

from __future__ import annotations

import csv
import json
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from archive import clock
from archive.articles import trail
from archive.articles.permissions import may
from archive.models import (
    Article,
    Membership,
    Outlet,
    Story,
    StoryEdit,
    StoryLink,
    StorySuggestion,
    Version,
    VersionChange,
)
from archive.stories import confirmations, lists, operations, queries, sentences
from archive.stories.beside import families_of, shared_quotes
from archive.stories.origins import provenance_of, stories_with_new_root

from . import pictures
from .history import silent_edits

PAGE = 30
SILENT_EDITS = 8
LONGEST_QUOTE = 60

# A longer story opens in its compact view.
FULL_UP_TO = 60

# Weaker suggestions stand on the article's own side only: a story's page would fill with them.
OFFERED_FROM = 0.5
ROLE_LABELS = {
    "earliest_held": gettext_lazy("earliest held"),
    "report": "",
    "follow_up": gettext_lazy("follow-up"),
    "rewrite": gettext_lazy("rewrite"),
    "near_copy": gettext_lazy("near-copy"),
}

SHAKEN = {
    "killed": gettext_lazy("relies on a report by %(outlet)s that was killed"),
    "withheld": gettext_lazy("relies on a report by %(outlet)s that is withheld"),
    "corrected": gettext_lazy("relies on a report by %(outlet)s that was corrected"),
}
VIEWS = ("running", "all", "origins")


def stories(request):
    """List stories: those that run, all of them narrowed by words, tag, person or outlet, those with a new origin."""
    at = clock.now()
    chosen = {name: request.GET.get(name, "").strip() for name in ("q", "tag", "person", "outlet")}
    asked = request.GET.get("view", "")
    view = asked if asked in VIEWS else "all" if any(chosen.values()) else "running"
    found = lists.running_stories(request.user, at=at)
    if view != asked and not found.exists():
        view = "all"
    if view != "running":
        found = lists.stories_shown(
            request.user,
            at=at,
            words=chosen["q"],
            tag=chosen["tag"],
            person=chosen["person"],
            outlet=chosen["outlet"],
        )
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    context = {
        "section": "stories",
        "view": view,
        "chosen": chosen,
        "filtered": any(chosen.values()),
        "page": page,
        "stories": lists.with_newest(request.user, page.object_list, at=at) if view != "origins" else [],
        "new_roots": stories_with_new_root(request.user, at=at) if view == "origins" else [],
        "outlets": Outlet.objects.filter(merged_into=None, is_held=True).order_by("name") if view == "all" else [],
        "previous_url": _page_url(request, page.previous_page_number()) if page.has_previous() else "",
        "next_url": _page_url(request, page.next_page_number()) if page.has_next() else "",
    }
    return render(request, "stories/stories.html", context)


def story(request, pk: int):
    """Show a story as a timeline; a merged one leads to the story it became part of."""
    held, elsewhere = _story_or_elsewhere(request, pk)
    if elsewhere is not None:
        return elsewhere
    course = _course(request, held)
    if not course.items and not course.lanes:
        raise Http404(_("There is no such story, or nothing of it that you may read."))
    context = _context(request, held, course)
    lists.visited(user=request.user, story=held, at=clock.now())
    return render(request, "stories/story.html", context)


def chronology(request, pk: int):
    """Show a story on one page to print and take away."""
    held, elsewhere = _story_or_elsewhere(request, pk)
    if elsewhere is not None:
        return elsewhere
    course = _course(request, held)
    found = provenance_of(course.articles)
    context = {"section": "stories", "story": held, "days": _days(course, held, found), "found": found}
    return render(request, "stories/chronology.html", context | {"course": course, "printed_at": clock.now()})


def export(request, pk: int, form: str):
    """Give a story away as JSON, CSV, or a picture (SVG)."""
    held, elsewhere = _story_or_elsewhere(request, pk)
    if elsewhere is not None:
        return elsewhere
    record = queries.story_record(held.pk, request.user, at=clock.now())
    name = f"story-{held.pk}.{form}"
    if form in ("json", "csv"):
        trail.record_export(
            articles=[row["article"] for row in record["articles"]],
            form=form,
            subject=f"story {held.pk}",
            by=request.user,
            at=clock.now(),
        )
    if form == "json":
        answer = HttpResponse(json.dumps(record, ensure_ascii=False), content_type="application/json")
    elif form == "csv":
        answer = HttpResponse(content_type="text/csv; charset=utf-8")
        _write_csv(answer, record)
    elif form == "svg":
        picture = _lanes(_course(request, held))
        answer = render(request, "stories/lanes.svg", {"picture": picture, "story": held}, content_type="image/svg+xml")
    else:
        raise Http404(_("A story can be had as JSON, CSV or SVG."))
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@require_POST
@permission_required("archive.edit_article", raise_exception=True)
def act(request, pk: int):
    """Do what an editor asks for: one of join, remove, pin, unpin, merge, split, rename, role, undo, accept and
    reject."""
    held = get_object_or_404(Story, pk=pk)
    data, at, by = request.POST, clock.now(), request.user
    # The filters and the view that the reader had.
    kept = f"?{request.GET.urlencode()}" if request.GET else ""
    try:
        where, said = _act(data, held, by, at)
    except operations.StoryError as error:
        messages.error(request, str(error))
        return redirect(reverse("story", args=[held.pk]) + kept)
    except (Article.DoesNotExist, Story.DoesNotExist, KeyError, ValueError):
        messages.error(request, _("There is no such article or story: give the number that stands in its address."))
        return redirect("story", held.pk)
    messages.success(request, said)
    return redirect(reverse("story", args=[where]) + (kept if where == held.pk else ""))


def _act(data, held: Story, by, at: datetime) -> tuple[int, str]:
    what = data.get("what", "")
    if what == "remove":
        operations.remove(article=Article.objects.get(pk=data["article"]), by=by, at=at)
        return held.pk, _("The article was taken out. The machine will not put it here again.")
    if what in ("pin", "unpin"):
        operations.pin(article=Article.objects.get(pk=data["article"]), pinned=what == "pin", by=by, at=at)
        return held.pk, _("The machine will leave it here.") if what == "pin" else _("The machine may move it again.")
    if what == "join":
        operations.join(article=Article.objects.get(pk=_number(data["article"])), story=held, by=by, at=at)
        return held.pk, _("The article is part of this story from now on.")
    if what == "merge":
        into = queries.live_story(_number(data["into"]))
        operations.merge(story=held, into=into, by=by, at=at)
        return into.pk, _("The two are one story now. The old address leads here.")
    if what == "split":
        articles = list(Article.objects.filter(pk__in=data.getlist("article")))
        new, _edit = operations.split(story=held, articles=articles, title=data.get("title", ""), by=by, at=at)
        return new.pk, _("These articles are a story of their own now.")
    if what == "rename":
        operations.rename(story=held, title=data.get("title", ""), by=by, at=at)
        return held.pk, _("The story has its new name.")
    if what == "undo":
        edit = get_object_or_404(StoryEdit, pk=data["edit"])
        operations.undo(edit=edit, by=by, at=at)
        return queries.live_story(held.pk).pk, _("It is as it was before.")
    if what in ("accept", "reject"):
        link = get_object_or_404(StoryLink, pk=data["link"])
        operations.decide_link(link=link, accept=what == "accept", story=held, by=by, at=at)
        return held.pk, _("Noted.")
    if what == "role":
        article = Article.objects.get(pk=data["article"])
        operations.set_role(article=article, role=data.get("role", ""), by=by, at=at)
        return held.pk, _("Noted.")
    raise operations.StoryError(_("That is nothing that can be done to a story."))


def _number(text: str) -> int:
    """Return the last number in an address such as /stories/12/, or the number itself. Raises ValueError."""
    return int(next((part for part in reversed(text.split("/")) if part.strip().isdecimal()), text))


def _story_or_elsewhere(request, pk: int):
    try:
        held = queries.live_story(pk)
    except Story.DoesNotExist as error:
        raise Http404(_("There is no such story.")) from error
    if held.pk != pk:
        return held, HttpResponsePermanentRedirect(request.path.replace(f"/{pk}/", f"/{held.pk}/", 1))
    return held, None


def _course(request, held: Story) -> queries.Timeline:
    return queries.timeline(
        request.user,
        held,
        at=clock.now(),
        outlet=request.GET.get("outlet", ""),
        role=request.GET.get("role", ""),
        since=_day(request.GET.get("since")),
        until=_day(request.GET.get("until")),
    )


def _context(request, held: Story, course: queries.Timeline) -> dict[str, object]:
    editing = may(request.user, "edit_article")
    found = provenance_of(course.articles)
    chosen = {name: request.GET.get(name, "") for name in ("outlet", "role", "since", "until", "view")}
    return {
        "section": "stories",
        "story": held,
        "course": course,
        "days": _days(course, held, found, actions="stories/_entry_actions.html" if editing else ""),
        "full": chosen["view"] == "full" or (chosen["view"] != "compact" and len(course.items) <= FULL_UP_TO),
        "chosen": chosen,
        "filtered": any(chosen[name] for name in ("outlet", "role", "since", "until")),
        "compact_url": _with(request, view="compact"),
        "full_url": _with(request, view="full"),
        "roles": [(value, ROLE_LABELS.get(value) or label, count) for value, label, count in course.roles],
        "lanes": _lanes(course),
        "volume": _volume(course, held),
        "slices": _shares(request, course),
        "new_count": sum(item.is_new for item in course.items),
        "found": found,
        "families": families_of(request.user, held, clock.now()),
        "by_machine": any(item.by_machine for item in course.items),
        "confirmed": confirmations.confirmed(course.articles),
        "silent_edits": silent_edits(request.user, SILENT_EDITS, story_id=held.pk),
        "parts": [(role, Membership.Role(role).label) for role in operations.SET_BY_HAND] if editing else [],
        "editing": editing,
        "edits": StoryEdit.objects.filter(story=held).select_related("done_by").order_by("-pk")[:12] if editing else [],
        "offered": _offered(request, held) if editing else [],
    }


def _offered(request, held: Story) -> list[StorySuggestion]:
    visible = Article.objects.visible_to(request.user)
    rows = StorySuggestion.objects.filter(story=held, article__in=visible, score__gte=OFFERED_FROM)
    rows = rows.exclude(article__membership__story=held)
    return list(rows.select_related("article__outlet", "article__current_version").order_by("-score")[:6])


@dataclass(frozen=True, slots=True)
class _Known:
    """What the entries of a timeline share: lanes of outlets; by article, the source not held that it rests on and the
    quote it shares; the source not held that most of the articles rest on; the article that may be called first report;
    what editors may do."""

    lanes: dict[int, int]
    unheld: dict[int, str]
    most_missed: str
    quotes: dict[int, str]
    first: int | None
    actions: str


def _days(course: queries.Timeline, held: Story, found, actions: str = "") -> list[dict[str, object]]:
    known = _Known(
        lanes={lane.outlet.pk: position % 8 + 1 for position, lane in enumerate(course.lanes)},
        unheld={article: source.name for source in reversed(found.unheld) for article in source.rest_on_it},
        most_missed=next((source.name for source in found.unheld if source.resting), ""),
        quotes=shared_quotes(held, course.articles),
        first=course.earliest if course.earliest and found.is_first_report(course.earliest) else None,
        actions=actions,
    )
    return [
        {
            "day": group.day,
            "label": None if group.day else _("No evidence of a date"),
            "entries": [_entry(item, known) for item in group.items],
        }
        for group in course.days
    ]


def _entry(item: queries.Item, known: _Known) -> dict[str, object]:
    placed = ""
    if item.is_undated and item.day:
        placed = _("not before %(day)s: %(why)s") % {
            "day": formats.date_format(item.day, "j M Y"),
            "why": sentences.said(item.article.not_before_reason),
        }
    why = [sentences.said(reason) for reason in item.reasons]
    if quote := known.quotes.get(item.article.pk):
        why.append(_("quote “%(words)s”") % {"words": Truncator(quote).chars(LONGEST_QUOTE)})
    return {
        "article": item.article,
        "membership": item.membership,
        "lane": known.lanes.get(item.article.outlet_id, 1),
        "role": item.role,
        "role_label": _("first report") if item.article.pk == known.first else ROLE_LABELS.get(item.role, ""),
        "placed": placed,
        "doubt": _("the order could be the other way round: a time zone is not known") if item.order_unsure else "",
        "why": "; ".join(why),
        "is_new": item.is_new,
        "by_machine": item.by_machine,
        "note": _note(item, known),
        "actions": known.actions,
    }


def _note(item: queries.Item, known: _Known) -> str:
    """Say what a copy repeats, what the earliest held rests on, and which versions came later."""
    said = []
    if item.role == "earliest_held" and item.article.pk in known.unheld:
        said.append(_("rests on %(name)s, whose report is not held") % {"name": known.unheld[item.article.pk]})
    elif item.role == "earliest_held" and known.most_missed:
        said.append(_("others here rest on %(name)s, whose report is not held") % {"name": known.most_missed})
    if item.membership.copy_of is not None:
        said.append(_("repeats %(outlet)s") % {"outlet": item.membership.copy_of.outlet.name})
    for version in item.versions:
        when = version.issued_at or version.recorded_at
        what = _what_came(version)
        at = formats.date_format(timezone.localtime(when), "j M Y, H:i")
        said.append(_("version %(n)s: %(what)s, %(at)s") % {"n": version.number, "what": what, "at": at})
    for source in item.shaken:
        said.append(SHAKEN[source.what] % {"outlet": source.outlet})
    return " · ".join(said)


def _what_came(version: Version) -> str:
    """Return what a later version is: a change without a note, a correction also where only its text says so."""
    change = getattr(version, "change", None)
    if change is not None and change.is_silent:
        return _("changed, no note found")
    if change is not None and VersionChange.Kind.CORRECTION_NOTE in change.kinds:
        return str(Version.Kind.CORRECTION.label)
    return version.get_kind_display()


def _lanes(course: queries.Timeline) -> pictures.Lanes | None:
    events = []
    for item in course.items:
        if item.day is None:
            continue
        # Late on the day it is not older than, yet not where the next day begins.
        moment = item.article.published_at or datetime.combine(item.day, time(20), tzinfo=UTC)
        events.append(
            pictures.Event(
                at=moment,
                outlet=item.article.outlet.name,
                label=item.version.headline,
                url=f"#article-{item.article.pk}",
                sure=not item.is_undated,
                mark={"earliest_held": "1", "follow_up": "+", "rewrite": "≈", "near_copy": "="}.get(item.role, "")
                + ("*" if item.by_machine else ""),
            )
        )
    return pictures.lanes(events) if len(events) > 1 else None


def _volume(course: queries.Timeline, held: Story) -> pictures.Histogram | None:
    if len(course.volume) < 2:
        return None
    address = reverse("story", args=[held.pk])
    counts = [
        (f"{day.day} {day:%b %Y}", count, f"{address}?since={day}&until={day}" if count else "")
        for day, count in course.volume
    ]
    return pictures.histogram(counts)


def _shares(request, course: queries.Timeline) -> tuple[pictures.Slice, ...]:
    """Return how the story's articles are shared among its outlets; one outlet alone is no picture."""
    counts = Counter(item.article.outlet for item in course.items)
    rows = [(outlet.name, count, _with(request, outlet=outlet.slug)) for outlet, count in counts.items()]
    lanes = {lane.outlet.name: position % 8 + 1 for position, lane in enumerate(course.lanes)}
    return pictures.share(rows, lanes=lanes) if len(rows) > 1 else ()


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _with(request, **values: str) -> str:
    query = request.GET.copy()
    for name, value in values.items():
        query.pop(name, None)
        if value:
            query[name] = value
    return f"?{query.urlencode()}" if query else "?"


def _page_url(request, number: int) -> str:
    return _with(request, page=str(number))


def _write_csv(answer: HttpResponse, record: dict) -> None:
    writer = csv.writer(answer)
    columns = ("article", "outlet", "headline", "published_at", "not_before", "role", "placed", "reasons") + (
        "repeats",
        "order_unsure",
        "versions",
        "shaken",
    )
    writer.writerow(columns)
    for row in record["articles"]:
        shaken = "; ".join(f"{source['outlet']}: {source['what']}" for source in row["shaken"])
        values = row | {"reasons": "; ".join(row["reasons"]), "shaken": shaken}
        # A cell that begins like a formula would be run by a spreadsheet.
        cells = [str(values[name] if values[name] is not None else "") for name in columns]
        writer.writerow([f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell for cell in cells])
