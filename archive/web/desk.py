"""The desk's page of an article: the status verbs, merging and splitting with the evidence beside it, and the trail."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db.models import prefetch_related_objects
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from archive import clock
from archive.articles import compare, merging, queries, status, suggestions, trail
from archive.articles.operations import ArchiveError
from archive.articles.permissions import may
from archive.models import Article, MergeRecord

from .doors import article_or_gone
from .history import layout

editor = permission_required("archive.withhold_article", raise_exception=True)
archivist = permission_required("archive.merge_article", raise_exception=True)
TRAIL_SHOWN = 50


class WhyForm(forms.Form):
    """The reason of a status verb."""

    reason = forms.CharField(label=gettext_lazy("Why"), widget=forms.Textarea(attrs={"rows": 2}))


class EmbargoForm(WhyForm):
    """Until when an article is held back, in a zone that is named, and why."""

    until = forms.DateTimeField(
        label=gettext_lazy("Until"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    zone = forms.CharField(label=gettext_lazy("Time zone"))

    def clean(self) -> dict:
        """Read the moment in the zone that was named."""
        cleaned = super().clean()
        if cleaned.get("until") and cleaned.get("zone"):
            try:
                zone = ZoneInfo(cleaned["zone"].strip())
            except (KeyError, ValueError, OSError):
                self.add_error("zone", _("Name a zone such as Europe/Kyiv."))
            else:
                cleaned["until"] = cleaned["until"].replace(tzinfo=zone)
        return cleaned


# Verb -> the operation, its form, what the button says, and what it does, told in a sentence.
VERBS = {
    "withhold": (
        status.withhold,
        WhyForm,
        gettext_lazy("Withhold"),
        gettext_lazy("Out of sight at once, until it is reinstated."),
    ),
    "embargo": (
        status.embargo,
        EmbargoForm,
        gettext_lazy("Embargo"),
        gettext_lazy("Out of sight until a moment, when it comes back by itself."),
    ),
    "lift": (
        status.lift_embargo,
        WhyForm,
        gettext_lazy("Lift the embargo"),
        gettext_lazy("To be seen at once."),
    ),
    "kill": (
        status.kill,
        WhyForm,
        gettext_lazy("Kill"),
        gettext_lazy("The text is hidden for good; the record and the reason stay, and the address explains."),
    ),
    "reinstate": (
        status.reinstate,
        WhyForm,
        gettext_lazy("Reinstate"),
        gettext_lazy("To be seen again by everyone."),
    ),
}


@editor
def desk(request, pk: int):
    """Show what the desk can do with an article, and do it."""
    article, gone = article_or_gone(request, pk)
    if gone is not None and not _may_reinstate(request, article):
        return gone
    verb = request.POST.get("verb", "")
    failed: dict[str, forms.Form] = {}
    if request.method == "POST":
        if verb not in VERBS:
            raise Http404
        form = VERBS[verb][1](request.POST, prefix=verb)
        if form.is_valid() and _carry_out(request, verb, article, form):
            return redirect("article_desk", pk) if may(request.user, "view_restricted") else redirect("home")
        failed[verb] = form
    hidden = gone is not None
    prefetch_related_objects([article], queries.legal_warnings())
    context = {
        "section": "articles",
        "article": article,
        "hidden": hidden,
        "verbs": [_verb(request, name, failed.get(name)) for name in _open_verbs(request, article)],
        "may_merge": may(request.user, "merge_article"),
        "suggestions": suggestions.same_article(request.user, article) if may(request.user, "merge_article") else [],
        "versions": [] if hidden else list(article.versions.order_by("number")),
        "merges": merging.records_of(article),
        "entries": trail.entries(article_id=article.pk)[:TRAIL_SHOWN],
    }
    return render(request, "articles/desk.html", context, status=409 if failed else 200)


@archivist
def merge(request, pk: int, other: int):
    """Show two articles side by side that may be one, and make the first part of the second."""
    source, gone = article_or_gone(request, pk)
    target, other_gone = article_or_gone(request, other)
    if gone is not None or other_gone is not None:
        return gone or other_gone
    form = WhyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            merging.merge_articles(
                source=source, target=target, by=request.user, reason=form.cleaned_data["reason"], at=clock.now()
            )
        except ArchiveError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Merged. It can be undone on the desk's page of the article."))
            return redirect("article_desk", target.pk)
    compared = None
    if source.current_version and target.current_version:
        compared = compare.compare_versions(source.current_version, target.current_version)
    context = {
        "section": "articles",
        "article": source,
        "target": target,
        "form": form,
        "parts": layout(compared) if compared else [],
        "shared": suggestions.shared(source, target),
    }
    return render(request, "articles/merge.html", context)


@archivist
@require_POST
def split(request, pk: int):
    """Take the chosen versions out into an article of their own."""
    article = get_object_or_404(Article, pk=pk)
    numbers = [int(number) for number in request.POST.getlist("number") if number.isdigit()]
    try:
        new, _record = merging.split_article(
            article=article,
            numbers=numbers,
            by=request.user,
            reason=request.POST.get("reason", "").strip(),
            at=clock.now(),
        )
    except ArchiveError as error:
        messages.error(request, str(error))
        return redirect("article_desk", pk)
    messages.success(request, _("Split off as article %(n)s.") % {"n": new.pk})
    return redirect("article_desk", new.pk)


@archivist
@require_POST
def undo_merge(request, pk: int, record: int):
    """Take a merge or a split back."""
    held = get_object_or_404(MergeRecord, pk=record)
    try:
        merging.undo(record=held, by=request.user, at=clock.now())
    except ArchiveError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Undone."))
    return redirect("article_desk", pk)


@archivist
def find_merge(request, pk: int):
    """Lead from a number to the comparison of two articles."""
    number = request.GET.get("other", "").strip()
    if not number.isdigit() or not Article.objects.filter(pk=number).exists():
        messages.error(request, _("There is no article of that number."))
        return redirect("article_desk", pk)
    return redirect("article_merge", pk, int(number))


def _may_reinstate(request, article: Article) -> bool:
    """Say whether an editor who can't read a withheld article may still bring it back."""
    return article.status == Article.Status.WITHHELD and may(request.user, "withhold_article")


def _open_verbs(request, article: Article) -> list[str]:
    at = clock.now()
    embargoed = article.embargoed_until is not None and article.embargoed_until > at
    verbs = {
        Article.Status.USABLE: ["withhold", "lift" if embargoed else "embargo", "kill"],
        Article.Status.WITHHELD: ["reinstate", "kill"],
        Article.Status.CANCELED: ["reinstate"],
    }[article.status]
    if not may(request.user, "kill_article"):
        verbs = [verb for verb in verbs if verb != "kill"]
        if article.status == Article.Status.CANCELED:
            return []
    return verbs


def _verb(request, name: str, failed: forms.Form | None) -> dict:
    _operation, form, label, words = VERBS[name]
    initial = {"zone": timezone.get_current_timezone_name()}
    return {
        "name": name,
        "label": label,
        "words": words,
        "open": failed is not None,
        "form": failed or form(prefix=name, initial=initial),
    }


def _carry_out(request, verb: str, article: Article, form: forms.Form) -> bool:
    values = {name: value for name, value in form.cleaned_data.items() if name != "zone"}
    try:
        VERBS[verb][0](article=article, by=request.user, at=clock.now(), **values)
    except ArchiveError as error:
        if verb in _open_verbs(request, article):
            form.add_error(None, str(error))
        else:
            # Somebody else was quicker: the form is not offered any more, so its error needs another place.
            messages.error(request, str(error))
        return False
    messages.success(request, _("Done: %(verb)s.") % {"verb": VERBS[verb][2]})
    return True
