"""Uploads that survive a lost connection: a run, its files, and their chunks, each a small request of its own.

The script of the import page speaks this; without it the page's form sends everything at once. All answers are JSON.
"""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from archive import clock
from archive.articles.operations import ArchiveError
from archive.articles.permissions import require
from archive.importing import run, staging
from archive.models import ImportFile, ImportRun


@require_POST
def open_run(request: HttpRequest) -> JsonResponse:
    """Open a run that files are going to be put into; the same upload asked for twice is the same run."""
    require(request.user, "import_articles")
    said = _body(request)
    token = str(said.get("token", ""))[:64]
    job = ImportRun.objects.filter(created_by=request.user, state=ImportRun.State.STAGING, options__token=token).first()
    if job is None or not token:
        options = {"token": token, "outlet": str(said.get("outlet", ""))[:200]}
        job = run.create(
            origin=ImportRun.Origin.UPLOAD, by=request.user, title=str(said.get("title", ""))[:200], options=options
        )
    files = [{"name": one.name, "size": one.size, "file": one.pk} for one in job.files.order_by("position")]
    return JsonResponse({"run": job.pk, "files": files, "chunk": staging.CHUNK_BYTES})


@require_POST
def open_file(request: HttpRequest, pk: int) -> JsonResponse:
    """Open a file in a run, or say how much of it is there already."""
    job = _mine(request, pk)
    said = _body(request)
    name, size = str(said.get("name", ""))[-500:], int(said.get("size", 0))
    if size > settings.IMPORT_MAX_BYTES:
        limit = settings.IMPORT_MAX_BYTES // 2**20
        text = _("%(name)s is larger than %(limit)s MB: split it, or raise IMPORT_MAX_MB.")
        return JsonResponse({"error": text % {"name": name, "limit": limit}}, status=413)
    known = job.files.filter(name=name, size=size).first()
    file = known or staging.open_file(job, name=name, at=clock.now(), size=size)
    done = file.state != ImportFile.State.RECEIVING
    return JsonResponse({"file": file.pk, "received": size if done else staging.received(file)})


@require_POST
def chunk(request: HttpRequest, pk: int, file: int) -> JsonResponse:
    """Take one chunk of a file, the raw body of the request, at ?start=; the last one closes the file."""
    job = _mine(request, pk)
    row = get_object_or_404(job.files, pk=file)
    start = int(request.GET.get("start", 0))
    if row.state != ImportFile.State.RECEIVING:
        return JsonResponse({"received": row.size})
    if start + len(request.body) > row.size:
        text = _("%(name)s has more bytes than were announced: begin again.")
        return JsonResponse({"error": text % {"name": row.name}}, status=400)
    have = staging.add_chunk(row, start=start, data=request.body)
    if have >= row.size:
        staging.close_file(row)
    return JsonResponse({"received": have})


@require_POST
def begin(request: HttpRequest, pk: int) -> JsonResponse:
    """Have the run read, now that its files are there."""
    job = _mine(request, pk)
    try:
        run.begin(job)
    except ArchiveError as error:
        return JsonResponse({"error": str(error)}, status=409)
    return JsonResponse({"url": reverse("admin:import_run", args=[job.pk])})


def _mine(request: HttpRequest, pk: int) -> ImportRun:
    require(request.user, "import_articles")
    job = get_object_or_404(ImportRun, pk=pk)
    if job.created_by_id != request.user.pk or job.state not in (ImportRun.State.STAGING, ImportRun.State.READING):
        raise Http404
    return job


def _body(request: HttpRequest) -> dict[str, Any]:
    try:
        said = json.loads(request.body or b"{}")
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
