"""The import pages: bring files, see what they would become, correct it, confirm, watch, and take the report home.

Every act is a form that works without JavaScript; the script only sends large files in pieces and refreshes progress.
"""

from __future__ import annotations

import csv
import json
from dataclasses import asdict
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from archive import clock
from archive.articles.operations import ArchiveError, find_outlet
from archive.articles.permissions import may, require
from archive.importing import decisions, run, staging
from archive.importing import withdraw as withdrawing
from archive.importing.progress import progress as progress_of
from archive.importing.progress import report as report_of
from archive.models import ImportItem, ImportRun, Outlet

from .import_views import FILTERS, counts, filtered, item_view, questions_by_name, tables

PAGE = 15
FORMULA = ("=", "+", "-", "@", "\t", "\r")


class UploadForm(forms.Form):
    """What the page asks for beside the files."""

    title = forms.CharField(max_length=200, required=False)
    outlet = forms.CharField(max_length=200, required=False)


def index(request: HttpRequest) -> HttpResponse:
    """Show the runs and take new files."""
    require(request.user, "import_articles")
    if request.method == "POST":
        return _upload(request)
    page = max(int(request.GET.get("page", "1") or 1), 1)
    start = (page - 1) * PAGE
    runs = list(ImportRun.objects.select_related("created_by").order_by("-id")[start : start + PAGE + 1])
    outlets = Outlet.objects.filter(merged_into=None).order_by("name").values_list("name", flat=True)[:2000]
    context = {
        "runs": runs[:PAGE],
        "previous_url": f"?page={page - 1}" if page > 1 else "",
        "next_url": f"?page={page + 1}" if len(runs) > PAGE else "",
        "outlets": outlets,
        "most_mb": settings.IMPORT_MAX_BYTES // 2**20,
        "section": "imports",
    }
    return render(request, "imports/index.html", context)


def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a run: how far it is, what its items would become or became, and what can be done with it."""
    require(request.user, "import_articles")
    job = get_object_or_404(ImportRun.objects.select_related("created_by"), pk=pk)
    now = progress_of(job)
    context: dict[str, Any] = {
        "run": job,
        "progress": now,
        "section": "imports",
        "may_download": _may_download(request),
    }
    if request.headers.get("X-Part"):
        return render(request, "imports/_state.html", context)
    chosen = request.GET.get("show", "")
    rows = filtered(job, chosen)
    after = _number(request.GET.get("after"))
    page = list((rows.filter(position__gt=after) if after is not None else rows).select_related("outlet")[: PAGE + 1])
    more = len(page) > PAGE
    page = page[:PAGE]
    query = {"show": chosen} if chosen else {}
    found = counts(job, now)
    context |= {
        "filters": [
            {"name": name, "label": label, "count": found[name], "chosen": name == chosen}
            for name, (label, _count) in FILTERS.items()
        ],
        "show": chosen,
        "items": [item_view(one) for one in page],
        "next_url": "?" + urlencode({**query, "after": page[-1].position}) if more else "",
        "previous_url": "?" + urlencode(query) if after is not None else "",
        "new_names": questions_by_name(job) if job.state == ImportRun.State.PREVIEW else [],
        "hosts": _hosts(job) if job.state == ImportRun.State.PREVIEW else [],
        "outlets": Outlet.objects.filter(merged_into=None).order_by("name").values_list("name", flat=True)[:2000],
        "tables": tables(job) if job.state == ImportRun.State.PREVIEW else [],
        "here": request.get_full_path(),
    }
    return render(request, "imports/run.html", context)


def progress(request: HttpRequest, pk: int) -> JsonResponse:
    """Say where a run stands, for scripts."""
    require(request.user, "import_articles")
    now = progress_of(get_object_or_404(ImportRun, pk=pk))
    return JsonResponse(asdict(now) | {"share": round(now.share, 4)})


@require_POST
def act(request: HttpRequest, pk: int) -> HttpResponse:
    """Do one thing with a whole run."""
    require(request.user, "import_articles")
    job = get_object_or_404(ImportRun, pk=pk)
    deed = request.POST.get("do", "")
    try:
        said = _done(request, job, deed)
    except ArchiveError as error:
        messages.error(request, str(error))
    else:
        if said:
            messages.success(request, said)
    return redirect(_back(request, job))


def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what withdrawing a run would do and what it would leave alone; a POST does it."""
    require(request.user, "import_articles")
    job = get_object_or_404(ImportRun.objects.select_related("created_by"), pk=pk)
    reason = request.POST.get("reason", "")
    if request.method == "POST":
        try:
            done = withdrawing.withdraw(run=job, by=request.user, reason=reason, at=clock.now())
        except ArchiveError as error:
            messages.error(request, str(error))
        else:
            said = _("Withdrawn: %(withheld)s withheld, %(back)s set back, %(kept)s left alone.")
            counts = {"withheld": len(done.withheld), "back": len(done.set_back), "kept": len(done.kept)}
            messages.success(request, said % counts)
            return redirect(job)
    planned = withdrawing.plan(job)
    context = {
        "run": job,
        "reason": reason,
        "section": "imports",
        "is_open": job.state in withdrawing.WITHDRAWABLE,
        "kept": planned.kept,
        "parts": [
            (_("Withheld: the run brought them"), planned.withheld),
            (_("Set back to the version before"), planned.set_back),
        ],
    }
    return render(request, "imports/withdraw.html", context)


def item(request: HttpRequest, pk: int, item: int) -> HttpResponse:
    """Show one item with all that can be corrected about it."""
    require(request.user, "import_articles")
    row = get_object_or_404(ImportItem.objects.select_related("run", "outlet", "article"), pk=item, run_id=pk)
    context = {
        "run": row.run,
        "item": item_view(row, whole=True),
        "outlets": Outlet.objects.filter(merged_into=None).order_by("name").values_list("name", flat=True)[:2000],
        "may_download": _may_download(request),
        "section": "imports",
    }
    return render(request, "imports/item.html", context)


@require_POST
def decide(request: HttpRequest, pk: int, item: int) -> HttpResponse:
    """Take one decision about one item."""
    require(request.user, "import_articles")
    row = get_object_or_404(ImportItem.objects.select_related("run"), pk=item, run_id=pk)
    try:
        _decided(request, row, request.POST.get("do", ""))
    except ArchiveError as error:
        messages.error(request, str(error))
        if request.POST.get("do") == "correct":
            # What was typed stays in the form.
            context = {"run": row.run, "item": item_view(row, whole=True) | {"values": request.POST.dict()}}
            outlets = Outlet.objects.filter(merged_into=None).order_by("name").values_list("name", flat=True)[:2000]
            return render(
                request, "imports/item.html", context | {"outlets": outlets, "section": "imports"}, status=422
            )
    return redirect(_back(request, row.run))


def original(request: HttpRequest, pk: int, item: int) -> HttpResponse:
    """Hand out the bytes of an item as they came, as a download and never to be rendered."""
    require(request.user, "download_capture")
    row = get_object_or_404(ImportItem.objects.select_related("blob"), pk=item, run_id=pk)
    if row.blob is None:
        raise Http404
    response = HttpResponse(row.blob.content(), content_type="application/octet-stream")
    name = row.file.rpartition("/")[2] or "capture"
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{urlencode({'': name})[1:]}"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def report(request: HttpRequest, pk: int, form: str) -> HttpResponse:
    """Hand out what became of each item, as JSON or CSV."""
    require(request.user, "import_articles")
    job = get_object_or_404(ImportRun, pk=pk)
    result = report_of(job)
    if form == "json":
        response = HttpResponse(json.dumps(result, ensure_ascii=False), content_type="application/json")
    elif form == "csv":
        response = HttpResponse(content_type="text/csv; charset=utf-8")
        out = csv.writer(response)
        out.writerow(["file", "record", "outcome", "article", "reason", "what to do"])
        for one in result["items"]:
            names = ("file", "record", "outcome", "article", "reason", "mend")
            out.writerow([_harmless(one.get(name)) for name in names])
    else:
        raise Http404
    response.headers["Content-Disposition"] = f'attachment; filename="import-{job.pk}.{form}"'
    return response


def _upload(request: HttpRequest) -> HttpResponse:
    form = UploadForm(request.POST)
    files = request.FILES.getlist("files")
    if not files or not form.is_valid():
        messages.error(request, _("Choose at least one file."))
        return redirect("admin:imports")
    too_large = next((one for one in files if (one.size or 0) > settings.IMPORT_MAX_BYTES), None)
    if too_large is not None:
        limit = settings.IMPORT_MAX_BYTES // 2**20
        text = _("%(name)s is larger than %(limit)s MB: split it, or raise IMPORT_MAX_MB.")
        messages.error(request, text % {"name": too_large.name, "limit": limit})
        return redirect("admin:imports")
    manifest = next((one for one in files if staging.is_manifest(one.name or "", one.read(1000))), None)
    options: dict[str, Any] = {"outlet": form.cleaned_data["outlet"].strip()}
    for one in files:
        one.seek(0)
    if manifest is not None:
        options["manifest"] = staging.read_manifest(manifest.read())
        files.remove(manifest)
    title = form.cleaned_data["title"].strip() or (files[0].name if len(files) == 1 else "")
    title = title or ngettext("%(count)s file", "%(count)s files", len(files)) % {"count": len(files)}
    job = run.create(origin=ImportRun.Origin.UPLOAD, by=request.user, title=title, options=options)
    staging.add_files(job, (staging.NewFile(one.name or "file", one.read()) for one in files), at=clock.now())
    try:
        run.begin(job)
    except ArchiveError as error:
        messages.error(request, str(error))
        return redirect("admin:imports")
    return redirect("admin:import_run", pk=job.pk)


def _done(request: HttpRequest, job: ImportRun, deed: str) -> str:
    """Carry out what a button of the run page says, and return what to tell."""
    at = clock.now()
    if deed == "confirm":
        return _("The import has begun.") if run.confirm(job, at=at) else ""
    if deed == "pause":
        run.pause(job)
        return _("The run is paused.")
    if deed == "resume":
        run.resume(job)
        return _("The run goes on.")
    if deed == "cancel":
        run.cancel(job, at=at)
        return _("The run is canceled; what it had imported stays.")
    if deed == "retry":
        count = run.retry(job)
        return ngettext("%(count)s item is tried again.", "%(count)s items are tried again.", count) % {"count": count}
    if deed == "make_outlets":
        count = decisions.make_new_outlets(job=job, by=request.user)
        return ngettext("%(count)s outlet was made.", "%(count)s outlets were made.", count) % {"count": count}
    if deed == "outlet_for_all":
        name = request.POST.get("outlet", "").strip()
        outlet = _outlet(name)
        host, printed = request.POST.get("host", ""), request.POST.get("printed", "")
        count = decisions.choose_outlet_for_all(
            job=job, outlet=outlet, name=name, host=host, printed=printed, by=request.user
        )
        return ngettext("%(count)s item has an outlet now.", "%(count)s items have an outlet now.", count) % {
            "count": count
        }
    if deed == "columns":
        file_id = _number(request.POST.get("file")) or 0
        names = job.options.get("tables", {}).get(str(file_id), {}).get("names", [])
        columns = {name: request.POST.get(f"column-{place}", "") for place, name in enumerate(names)}
        run.read_table_again(job, file_id=file_id, columns=columns, by=request.user)
        return _("The table is read again; tables with the same columns will be read so, too.")
    if deed == "leave_out_all":
        ids = [int(value) for value in request.POST.getlist("item") if value.isdigit()]
        count = decisions.leave_out_all(job=job, items=ids, by=request.user)
        return ngettext("%(count)s item is left out.", "%(count)s items are left out.", count) % {"count": count}
    raise decisions.DecisionError(_("Choose what to do."))


def _decided(request: HttpRequest, row: ImportItem, deed: str) -> None:
    said, by, at = request.POST, request.user, clock.now()
    if deed == "correct":
        name = said.get("outlet", "").strip()
        if name and name != said.get("outlet_was", ""):
            decisions.choose_outlet(item=row, outlet=_outlet(name), name=name, by=by)
        decisions.correct(item=row, fields=said.dict(), by=by, at=at)
    elif deed == "outlet":
        name = said.get("outlet", "").strip()
        decisions.choose_outlet(item=row, outlet=_outlet(name), name=name, by=by)
    elif deed == "choose":
        what, _sep, ids = said.get("choice", "").partition(":")
        article, _sep, version = ids.partition(":")
        decisions.choose(item=row, what=what, article_id=_number(article), version_id=_number(version), by=by)
    elif deed in ("leave_out", "take_in"):
        decisions.leave_out(item=row, out=deed == "leave_out", by=by)
    elif deed in ("restore", "remove"):
        number = _number(said.get("line")) or 0
        decisions.set_line(item=row, number=number, is_body=deed == "restore", by=by, at=at)
    elif deed == "pick":
        decisions.pick(item=row, field=said.get("field", ""), place=_number(said.get("place")) or 0, by=by, at=at)
    else:
        raise decisions.DecisionError(_("Choose what to do."))


def _hosts(job: ImportRun) -> list[str]:
    rows = job.items.filter(state=ImportItem.State.QUESTION, plan__ask="outlet").exclude(host="")
    return sorted(rows.values_list("host", flat=True).distinct()[:200])


def _outlet(name: str) -> Outlet | None:
    return find_outlet(name=name) if name else None


def _may_download(request: HttpRequest) -> bool:
    return may(request.user, "download_capture")


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdigit() else None


def _back(request: HttpRequest, job: ImportRun) -> str:
    there = request.POST.get("next", "")
    own = f"/admin/imports/{job.pk}/"
    return there if there.startswith(own) else own


def _harmless(value: Any) -> Any:
    """Return a cell that no spreadsheet takes for a formula."""
    return "'" + value if isinstance(value, str) and value.startswith(FORMULA) else value
