"""Pages of collections: the list, one dossier with its notes, collecting from anywhere, and handing it on."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime, time

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.syndication.views import Feed
from django.core import signing
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from archive import clock
from archive.articles import collections, queries
from archive.articles import trail as trails
from archive.articles.citation import citation_html, citation_text
from archive.articles.export import export_records
from archive.articles.operations import ArchiveError
from archive.models import Article, Collection, ResearchRequest, User

PAGE = 30
FEED_SALT = "archive.collection-feed"
FORMULA = ("=", "+", "-", "@", "\t", "\r")


class CollectionForm(forms.ModelForm):
    """Name, description and who sees a collection."""

    class Meta:
        model = Collection
        fields = ("name", "description", "is_shared")
        widgets = {"description": forms.Textarea(attrs={"rows": 3})}


class RequestForm(forms.Form):
    """What is to be found out, for whom, by when and by whom."""

    question = forms.CharField(label=gettext_lazy("Question"), widget=forms.Textarea(attrs={"rows": 2}))
    asker = forms.CharField(label=gettext_lazy("Asked by"), max_length=200, required=False)
    due = forms.DateField(
        label=gettext_lazy("Needed by"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    assignee = forms.ModelChoiceField(
        User.objects.filter(is_active=True).order_by("username"), label=gettext_lazy("Assigned to"), required=False
    )


class CollectForm(forms.Form):
    """Which collection an article goes into: one that is there, or a new one."""

    collection = forms.ModelChoiceField(
        Collection.objects.none(),
        label=gettext_lazy("Collection"),
        required=False,
        empty_label=gettext_lazy("A new one"),
    )
    name = forms.CharField(label=gettext_lazy("Name of the new one"), max_length=200, required=False)
    note = forms.CharField(label=gettext_lazy("Note"), widget=forms.Textarea(attrs={"rows": 2}), required=False)

    def __init__(self, *args, user: User, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["collection"].queryset = collections.visible(user)

    def clean(self) -> dict:
        """Ask for a name where no collection was chosen."""
        cleaned = super().clean()
        if not cleaned.get("collection") and not (cleaned.get("name") or "").strip():
            self.add_error("name", _("Choose a collection, or give a new one a name."))
        return cleaned


def index(request):
    """List the collections this person may see, and make a new one."""
    form = CollectionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = collections.create(
            name=form.cleaned_data["name"],
            description=form.cleaned_data["description"],
            is_shared=form.cleaned_data["is_shared"],
            by=request.user,
            at=clock.now(),
        )
        return redirect(made)
    context = {
        "section": "collections",
        "form": form,
        "collections": collections.visible(request.user),
        "put_away": collections.visible(request.user, put_away=True).filter(owner=request.user),
        "requests": collections.open_requests(request.user),
    }
    return render(request, "collections/index.html", context)


def detail(request, pk: int):
    """Show one collection with its articles, notes and requests; save its name, description and sharing."""
    order = "time" if request.GET.get("order") == "time" else "own"
    first = 0 if request.GET.get("all") == "1" else (max(_number(request.GET.get("page")) or 1, 1) - 1) * PAGE
    page = _page(request, pk, order=order, offset=first, limit=None if request.GET.get("all") == "1" else PAGE)
    form = CollectionForm(request.POST or None, instance=page.collection)
    if request.method == "POST" and form.is_valid():
        try:
            collections.edit(collection=page.collection, by=request.user, at=clock.now(), **form.cleaned_data)
        except ArchiveError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Saved."))
            return redirect("collection", pk)
    mine = page.collection.owner_id == request.user.pk
    context = {
        "section": "collections",
        "page": page,
        "collection": page.collection,
        "form": form,
        "request_form": RequestForm(),
        "mine": mine,
        "may_write": mine or request.user.has_perm("archive.edit_article"),
        "timeline": order == "time",
        "entries": page.entries,
        "total": page.total,
        **({} if request.GET.get("all") == "1" else _ways_on(page, order, first)),
        "feed_url": reverse("collection_feed", args=[feed_token(request.user, page.collection)]),
    }
    return render(request, "collections/detail.html", context)


def collect(request):
    """Put an article into a collection, from any list."""
    article = get_object_or_404(
        queries.listed(Article.objects.visible_to(request.user)), pk=request.GET.get("article") or None
    )
    form = CollectForm(request.POST or None, user=request.user)
    back = request.POST.get("next") or request.headers.get("referer", "")
    if request.method == "POST" and form.is_valid():
        at = clock.now()
        collection = form.cleaned_data["collection"] or collections.create(
            name=form.cleaned_data["name"], by=request.user, at=at
        )
        new = collections.add(
            collection=collection, articles=[article], by=request.user, at=at, note=form.cleaned_data["note"]
        )
        said = _("Collected in “%(name)s”.") if new else _("It was in “%(name)s” already.")
        messages.success(request, said % {"name": collection.name})
        return redirect(back if _is_ours(request, back) else article)
    return render(request, "collections/collect.html", {"article": article, "form": form, "next": back})


@require_POST
def change_item(request, pk: int, article_id: int):
    """Move an article of a collection, note something on it, or take it out."""
    collection = _collection(request, pk)
    act, at = request.POST.get("act"), clock.now()
    try:
        if act in ("up", "down"):
            step = -1 if act == "up" else 1
            collections.move(collection=collection, article_id=article_id, step=step, by=request.user, at=at)
        elif act == "note":
            note = request.POST.get("note", "")
            collections.set_note(collection=collection, article_id=article_id, note=note, by=request.user, at=at)
        elif act == "remove":
            collections.remove(collection=collection, article_id=article_id, by=request.user, at=at)
            messages.success(request, _("Taken out of the collection."))
    except ArchiveError as error:
        messages.error(request, str(error))
    return redirect(f"{reverse('collection', args=[pk])}#article-{article_id}")


@require_POST
def put_away(request, pk: int):
    """Take a collection out of the lists, or back into them."""
    collection = _collection(request, pk)
    back = request.POST.get("back") == "1"
    collections.put_away(collection=collection, by=request.user, at=clock.now(), back=back)
    return redirect("collection", pk) if back else redirect("collections")


@require_POST
def ask(request, pk: int):
    """Add a research request to a collection."""
    collection = _collection(request, pk)
    form = RequestForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("The request was not saved: say what is to be found out, and check the date."))
        return redirect("collection", pk)
    due = form.cleaned_data["due"]
    collections.ask(
        collection=collection,
        asker=form.cleaned_data["asker"],
        question=form.cleaned_data["question"],
        due_at=datetime.combine(due, time(23, 59), UTC) if due else None,
        assignee=form.cleaned_data["assignee"],
        by=request.user,
        at=clock.now(),
    )
    return redirect(f"{reverse('collection', args=[pk])}#requests")


@require_POST
def answer(request, pk: int, request_id: int):
    """Answer a research request of a collection."""
    collection = _collection(request, pk)
    asked = get_object_or_404(ResearchRequest, pk=request_id, collection=collection)
    collections.answer(request=asked, text=request.POST.get("answer", ""), by=request.user, at=clock.now())
    return redirect(f"{reverse('collection', args=[pk])}#requests")


def export(request, pk: int, form: str):
    """Hand a collection on as JSON Lines or CSV, with its notes."""
    if form not in ("jsonl", "csv"):
        raise Http404(_("A collection is handed on as jsonl or csv."))
    page = _page(request, pk)
    _note_export(request.user, page, form)
    name = slugify(page.collection.name) or f"collection-{pk}"
    notes = {article.pk: item.note for item, article in page.entries}
    if form == "jsonl":
        records = export_records(collections.articles_of(request.user, page.collection))
        lines = (json.dumps(r | {"note": notes.get(r["article"], "")}, ensure_ascii=False) + "\n" for r in records)
        response = StreamingHttpResponse(lines, content_type="application/x-ndjson")
    else:
        response = HttpResponse(content_type="text/csv; charset=utf-8")
        writer = csv.writer(response)
        writer.writerow(["article", "outlet", "headline", "published_at", "published_precision", "url", "note"])
        for item, article in page.entries:
            headline = article.current_version.headline
            row = [article.pk, article.outlet.name, headline, article.published_iso or ""]
            row += [article.published_precision, article.url, item.note]
            writer.writerow([_inert(value) for value in row])
    response["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    return response


def _note_export(user: User, page: collections.CollectionPage, form: str) -> None:
    taken = [article.pk for _item, article in page.entries]
    subject = f"collection {page.collection.pk}"
    trails.record_export(articles=taken, form=form, subject=subject, by=user, at=clock.now())


def citation(request, pk: int):
    """Give an article's citation as text and as HTML, to copy."""
    try:
        page = queries.article_page(request.user, pk, number=_number(request.GET.get("version")))
    except (Article.DoesNotExist, ArchiveError) as error:
        raise Http404(str(error)) from error
    context = {
        "article": page.article,
        "text": citation_text(page.article, page.version),
        "html": citation_html(page.article, page.version),
    }
    return render(request, "collections/citation.html", context)


def feed_token(user: User, collection: Collection) -> str:
    """Return what stands in the address of a person's feed of a collection, so that feed readers need no sign-in."""
    return signing.dumps([user.pk, collection.pk], salt=FEED_SALT, compress=True)


class CollectionFeed(Feed):
    """The articles of a collection as Atom, as far as the person whose address it is may see them."""

    feed_type = Atom1Feed
    item_guid_is_permalink = False

    def get_object(self, request, token: str) -> tuple[User, Collection]:
        """Return whose feed this is and of which collection."""
        try:
            user_id, collection_id = signing.loads(token, salt=FEED_SALT)
        except signing.BadSignature as error:
            raise Http404 from error
        user = get_object_or_404(User, pk=user_id, is_active=True)
        return user, get_object_or_404(Collection.objects.visible_to(user), pk=collection_id)

    def title(self, held: tuple[User, Collection]) -> str:
        """Return the collection's name."""
        return held[1].name

    def subtitle(self, held: tuple[User, Collection]) -> str:
        """Return the collection's description."""
        return held[1].description

    def link(self, held: tuple[User, Collection]) -> str:
        """Return the collection's page."""
        return held[1].get_absolute_url()

    def items(self, held: tuple[User, Collection]) -> list[tuple]:
        """Return what was added last first."""
        return list(collections.page(held[0], held[1].pk, order="added", limit=50).entries)

    def item_title(self, entry) -> str:
        """Return the headline."""
        return entry[1].current_version.headline

    def item_description(self, entry) -> str:
        """Return the outlet, the standfirst and the note, escaped by the feed writer."""
        item, article = entry
        return " — ".join(part for part in (article.outlet.name, article.current_version.standfirst, item.note) if part)

    def item_link(self, entry) -> str:
        """Return the article's page."""
        return entry[1].get_absolute_url()

    def item_guid(self, entry) -> str:
        """Return an identifier that stays."""
        return f"collection-{entry[0].collection_id}-article-{entry[1].pk}"

    def item_updateddate(self, entry) -> datetime:
        """Return when it was added."""
        return entry[0].added_at


feed = login_not_required(CollectionFeed())


def _page(request, pk: int, **wanted) -> collections.CollectionPage:
    try:
        return collections.page(request.user, pk, **wanted)
    except Collection.DoesNotExist as error:
        raise Http404 from error


def _collection(request, pk: int) -> Collection:
    return get_object_or_404(Collection.objects.visible_to(request.user), pk=pk)


def _ways_on(page: collections.CollectionPage, order: str, first: int) -> dict[str, object]:
    """Return where on the way through a collection this page stands, with the addresses before and after it."""
    query = "order=time&" if order == "time" else ""
    last = min(first + PAGE, page.total)
    return {
        "first": first + 1,
        "last": last,
        "previous_url": f"?{query}page={first // PAGE}" if first else "",
        "next_url": f"?{query}page={first // PAGE + 2}" if last < page.total else "",
    }


def _is_ours(request, url: str) -> bool:
    return url_has_allowed_host_and_scheme(url, {request.get_host()}, require_https=request.is_secure())


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdigit() else None


def _inert(value: object) -> object:
    """Return a cell that no spreadsheet takes for a formula."""
    return "'" + value if isinstance(value, str) and value.startswith(FORMULA) else value
