"""Pages of legal requests, warnings and evidence packs. Archivists decide; two people confirm an erasure."""

from __future__ import annotations

from datetime import UTC, datetime, time

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from archive import clock
from archive.articles import legal, queries
from archive.articles.evidence import evidence_pack
from archive.articles.operations import ArchiveError
from archive.articles.permissions import require
from archive.models import Article, LegalNote, LegalRequest

archivist = permission_required("archive.kill_article", raise_exception=True)


class LegalRequestForm(forms.Form):
    """Who asks for what, on what grounds, about which articles, by when."""

    requester = forms.CharField(label=gettext_lazy("Requester"), max_length=300)
    scope = forms.ChoiceField(label=gettext_lazy("What is asked for"), choices=LegalRequest.Scope.choices)
    articles = forms.CharField(
        label=gettext_lazy("Articles"), help_text=gettext_lazy("Their numbers, with commas or spaces between them.")
    )
    words = forms.CharField(
        label=gettext_lazy("Words in question"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("As they stand in the text; needed to redact a passage."),
    )
    grounds = forms.CharField(label=gettext_lazy("Grounds"), widget=forms.Textarea(attrs={"rows": 3}))
    due = forms.DateField(
        label=gettext_lazy("Deadline"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def clean_articles(self) -> list[Article]:
        """Return the articles named, or say which number stands for none."""
        numbers = self.cleaned_data["articles"].replace(",", " ").split()
        if not all(number.isdigit() for number in numbers):
            raise forms.ValidationError(_("Give article numbers only, such as 12, 15."))
        found = Article.objects.in_bulk([int(number) for number in numbers])
        missing = [number for number in numbers if int(number) not in found]
        if missing:
            raise forms.ValidationError(_("There is no article %(number)s.") % {"number": missing[0]})
        return list(found.values())


@archivist
def index(request):
    """List the requests and receive a new one."""
    form = LegalRequestForm(request.POST or None, initial={"articles": request.GET.get("article", "")})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            made = legal.receive(
                requester=data["requester"],
                scope=data["scope"],
                grounds=data["grounds"],
                words=data["words"],
                articles=data["articles"],
                due_at=datetime.combine(data["due"], time(23, 59), UTC) if data["due"] else None,
                by=request.user,
                at=clock.now(),
            )
        except ArchiveError as error:
            form.add_error(None, str(error))
        else:
            return redirect(made)
    return render(request, "legal/index.html", {"form": form, "requests": legal.requests()[:200]})


@archivist
def detail(request, pk: int):
    """Show a request with every place where the words stand; decide, confirm or lift it."""
    asked = get_object_or_404(LegalRequest.objects.select_related("created_by", "decided_by", "confirmed_by"), pk=pk)
    said = request.POST.get("decision", "")
    if request.method == "POST":
        act, at = request.POST.get("act"), clock.now()
        try:
            if act in ("grant", "refuse"):
                legal.decide(request=asked, grant=act == "grant", decision=said, by=request.user, at=at)
            elif act == "confirm":
                legal.confirm(request=asked, by=request.user, at=at)
            elif act == "lift":
                legal.lift_hold(request=asked, by=request.user, reason=said, at=at)
        except ArchiveError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("Noted."))
            return redirect(asked)
    articles = list(queries.listed(asked.articles.order_by("pk")))
    found = legal.holdings(words=asked.words, by=request.user, articles=articles)
    context = {"asked": asked, "articles": articles, "found": found, "said": said, "most": legal.MOST}
    return render(request, "legal/detail.html", context)


@require_POST
def warn(request, pk: int):
    """Put a warning on an article, or take one off."""
    article = get_object_or_404(Article.objects.visible_to(request.user), pk=pk)
    try:
        if request.POST.get("lift", "").isdigit():
            note = get_object_or_404(LegalNote, pk=int(request.POST["lift"]), article=article)
            legal.lift_warning(note=note, by=request.user, at=clock.now())
        else:
            legal.warn(article=article, text=request.POST.get("text", ""), by=request.user, at=clock.now())
    except ArchiveError as error:
        messages.error(request, str(error))
    return redirect(article)


@require_POST
def evidence(request, pk: int):
    """Hand out an article's evidence pack."""
    require(request.user, "download_capture")
    article = get_object_or_404(Article.objects.select_related("outlet", "current_version"), pk=pk)
    response = HttpResponse(
        evidence_pack(article=article, by=request.user, at=clock.now()), content_type="application/zip"
    )
    response["Content-Disposition"] = f'attachment; filename="evidence-article-{article.pk}.zip"'
    return response
