"""One article by hand: a pasted text, an address, or the page that is open in the reporter's browser."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from archive import clock
from archive.articles.operations import ArchiveError
from archive.articles.permissions import require
from archive.importing import fetching, run, staging
from archive.importing.sentences import said
from archive.models import ImportRun


class PasteForm(forms.Form):
    """An address, or a text, and whose it is."""

    url = forms.URLField(label=gettext_lazy("Address"), required=False, max_length=2000, assume_scheme="https")
    text = forms.CharField(
        label=gettext_lazy("Text"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 14}),
        help_text=gettext_lazy("Headline first, then the paragraphs, or the whole page as it was copied."),
    )
    outlet = forms.CharField(label=gettext_lazy("Outlet"), required=False, max_length=200)

    def clean(self) -> dict[str, str]:
        """Ask for one of the two."""
        values = super().clean() or {}
        if not self.errors and not values.get("url") and not values.get("text", "").strip():
            raise forms.ValidationError(_("Paste a text, or give an address."))
        return values


def paste(request: HttpRequest) -> HttpResponse:
    """Take in a pasted text or fetch an address, and lead to its preview."""
    require(request.user, "import_articles")
    form = PasteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            job = _begun(request, form.cleaned_data)
        except ArchiveError as error:
            form.add_error("url" if form.cleaned_data["url"] else "text", said(str(error)))
        else:
            return redirect("admin:import_run", pk=job.pk)
    return render(
        request, "imports/paste.html", {"form": form, "section": "imports"}, status=422 if form.errors else 200
    )


def send(request: HttpRequest) -> HttpResponse:
    """Receive the page that the bookmarklet sends from another window, ready to be imported with one click."""
    require(request.user, "import_articles")
    if request.method == "POST":
        html = request.POST.get("html", "")
        form = PasteForm({"url": request.POST.get("url", ""), "text": html})
        if form.is_valid() and html.strip():
            name = "page.html"
            job = _stage(request, staging.NewFile(name, html.encode(), url=form.cleaned_data["url"]), "")
            return redirect("admin:import_run", pk=job.pk)
        messages.error(request, _("The page did not arrive: paste its text or its address instead."))
        return redirect("admin:import_paste")
    address = request.GET.get("url", "")
    response = render(
        request, "imports/send.html", {"address": address, "section": "imports", "bookmarklet": _bookmarklet()}
    )
    # The page that sends must be able to reach this window; nothing is imported without a click here.
    response.headers["Cross-Origin-Opener-Policy"] = "unsafe-none"
    return response


def _begun(request: HttpRequest, values: dict[str, str]) -> ImportRun:
    if values["text"].strip():
        file = staging.NewFile("pasted text.txt", values["text"].encode(), url=values["url"])
    else:
        page = fetching.fetch(values["url"], at=clock.now())
        file = staging.NewFile(page.file_name, page.data, url=page.url)
    return _stage(request, file, values["outlet"])


def _stage(request: HttpRequest, file: staging.NewFile, outlet: str) -> ImportRun:
    job = run.create(
        origin=ImportRun.Origin.PASTE,
        by=request.user,
        title=file.url or _("Pasted text"),
        options={"single": True, "outlet": outlet},
    )
    staging.add_files(job, [file], at=clock.now())
    run.begin(job)
    return job


def _bookmarklet() -> str:
    """Return the address that a browser keeps as a bookmark: it opens the archive and hands it the page."""
    site = settings.SITE_URL
    target = f"{site}{reverse('admin:import_send')}"
    return (
        "javascript:(()=>{const w=open('"
        + target
        + "?url='+encodeURIComponent(location.href));let n=0;const t=setInterval(()=>{if(++n>60)clearInterval(t);"
        "w.postMessage({archive:1,url:location.href,html:document.documentElement.outerHTML},'" + site + "')},500);"
        "addEventListener('message',e=>{if(e.origin==='" + site + "'&&e.data==='archive:got')clearInterval(t)})})()"
    )
