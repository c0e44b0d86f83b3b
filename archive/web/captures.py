"""The bytes of a capture as they were received: handed out to archivists, never rendered."""

from __future__ import annotations

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.text import get_valid_filename

from archive.models import Capture


@permission_required("archive.download_capture", raise_exception=True)
def download(request, pk: int):
    """Hand out the bytes of a capture as a download that no browser opens by itself."""
    capture = get_object_or_404(Capture.objects.select_related("blob"), pk=pk)
    name = get_valid_filename(capture.file.rsplit("/", 1)[-1].rsplit("\\", 1)[-1] or capture.blob_id[:12])
    response = HttpResponse(capture.blob.content(), content_type="application/octet-stream")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
