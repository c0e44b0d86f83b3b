"""Saved searches and alerts: save, name, share, watch; each with a feed of its own."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from archive import clock
from archive.alerts import operations, queries
from archive.articles.query_sentences import said
from archive.models import SavedSearch, User
from archive.search import QueryError, parse

from .search import SearchFeed

FEED_SALT = "archive.saved-search-feed"
PAGE = 100


class SavedSearchForm(forms.ModelForm):
    """Name, query, who sees it and how often it tells what it found."""

    webhook = forms.URLField(
        label=gettext_lazy("Also to a chat webhook"),
        help_text=gettext_lazy("An address that takes {“text”: …} as JSON, as most chats do."),
        required=False,
        assume_scheme="https",
        max_length=500,
    )

    class Meta:
        model = SavedSearch
        fields = ("name", "query", "is_shared", "often", "by_mail", "webhook")
        widgets = {"query": forms.TextInput()}

    def clean_query(self) -> str:
        """Refuse a query that can't be read, with its mend."""
        text = self.cleaned_data["query"].strip()
        try:
            parse(text, clock.now().date())
        except QueryError as error:
            raise forms.ValidationError(said(str(error))) from error
        return text


def index(request: HttpRequest) -> HttpResponse:
    """List the saved searches a person may see, and save a new one."""
    initial = {"query": request.GET.get("q", ""), "name": request.GET.get("q", "")[:200]}
    form = SavedSearchForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        search = operations.save_search(search=form.save(commit=False), owner=request.user, at=clock.now())
        messages.success(request, _("Saved."))
        return redirect(search)
    searches = SavedSearch.objects.visible_to(request.user).select_related("owner").order_by("name", "pk")
    return render(request, "searches/index.html", {"section": "saved_searches", "searches": searches, "form": form})


def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a saved search, and let its owner change it."""
    search = get_object_or_404(SavedSearch.objects.visible_to(request.user), pk=pk)
    own = search.owner_id == request.user.pk
    form = SavedSearchForm(request.POST if own and request.method == "POST" else None, instance=search) if own else None
    if form is not None and form.is_bound and form.is_valid():
        operations.save_search(search=form.save(commit=False), owner=request.user, at=clock.now())
        messages.success(request, _("Saved."))
        return redirect(search)
    context = {
        "section": "saved_searches",
        "search": search,
        "form": form,
        "alerts": queries.alerts_of(request.user, clock.now()).filter(search=search)[:PAGE] if own else (),
        "feed_url": reverse("saved_search_feed", args=[signing.dumps([request.user.pk, pk], salt=FEED_SALT)]),
    }
    return render(request, "searches/detail.html", context)


@require_POST
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Remove a saved search of one's own, with its alerts."""
    get_object_or_404(SavedSearch, pk=pk, owner=request.user).delete()
    messages.success(request, _("Removed."))
    return redirect("saved_searches")


def alerts(request: HttpRequest) -> HttpResponse:
    """Show what the saved searches found; a POST marks all of it as seen. The masthead asks for its bell alone."""
    if request.method == "POST":
        operations.mark_seen(user=request.user, at=clock.now())
        return redirect("alerts")
    if request.headers.get("X-Part"):
        return render(request, "components/_bell.html")
    found = queries.alerts_of(request.user, clock.now())[:PAGE]
    return render(request, "searches/alerts.html", {"section": "saved_searches", "alerts": found})


class SavedSearchFeed(SearchFeed):
    """The newest hits of a saved search as Atom, as far as the person whose address it is may see them."""

    def get_object(self, request: HttpRequest, token: str) -> tuple[User | None, str]:
        """Return whose feed this is and of which query."""
        try:
            user_id, pk = signing.loads(token, salt=FEED_SALT)
        except signing.BadSignature as error:
            raise Http404 from error
        user = get_object_or_404(User, pk=user_id, is_active=True)
        return user, get_object_or_404(SavedSearch.objects.visible_to(user), pk=pk).query


feed = login_not_required(SavedSearchFeed())
