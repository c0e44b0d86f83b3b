"""The evidence pack of an article: bytes as received, hashes, times, trail, and a readable PDF, in one zip."""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
from datetime import datetime

from django.db import transaction

from archive.models import Article, Capture, User, Version

from . import trail
from .export import export_records
from .permissions import require
from .queries import history

README = """Evidence pack of article {article}, made {at:%Y-%m-%d %H:%M} UTC.

article.pdf      the article, its versions, captures and trail, to read
record.json      the whole record as the archive exports it
versions.json    every version in full, with the sha256 of its text
trail.json       who did what with it, when and why
captures/        the bytes as they were received
SHA256SUMS       the sha256 of every file here; check it with: sha256sum --check SHA256SUMS
"""


@transaction.atomic
def evidence_pack(*, article: Article, by: User, at: datetime) -> bytes:
    """Return the pack as a zip and note in the trail who took it. Needs an archivist."""
    # Imported where it is used: it holds more memory than searching and showing together.
    from .pdf import article_pdf

    require(by, "download_capture")
    versions = list(history(article))
    captures = list(article.captures.select_related("blob", "version").order_by("captured_at", "id"))
    entries = list(trail.entries(article_id=article.pk))
    (record,) = export_records(Article.objects.filter(pk=article.pk))
    files = {
        "README.txt": README.format(article=article.pk, at=at).encode(),
        "article.pdf": article_pdf(article, versions, captures, entries, at=at),
        "record.json": _json(record),
        "versions.json": _json([_version(version) for version in versions]),
        "trail.json": _json(trail.as_records(entries)),
    }
    for capture in captures:
        files[f"captures/{_name(capture)}"] = capture.blob.content()
    sums = "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in sorted(files.items()))
    files["SHA256SUMS"] = sums.encode()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as pack:
        for name, data in files.items():
            pack.writestr(zipfile.ZipInfo(name, at.timetuple()[:6]), data, zipfile.ZIP_DEFLATED)
    trail.record(action=trail.EVIDENCE, article=article, by=by, at=at, after={"captures": len(captures)})
    return packed.getvalue()


def _version(version: Version) -> dict[str, object]:
    names = ("number", "kind", "headline", "standfirst", "byline", "dateline", "credit", "source_line", "body")
    values: dict[str, object] = {name: getattr(version, name) for name in names}
    return values | {
        "issued_at": version.issued_at.isoformat() if version.issued_at else None,
        "recorded_at": version.recorded_at.isoformat(),
        "author": version.author.get_username() if version.author else None,
        "reason": version.reason,
        "content_sha256": version.content_sha256,
        "capture": version.capture.blob_id if version.capture else None,
    }


def _name(capture: Capture) -> str:
    """Return a name for a capture's bytes that is safe in any file system and never twice the same."""
    last = capture.file.replace("\\", "/").rsplit("/", 1)[-1]
    return f"{capture.pk}-{re.sub(r'[^A-Za-z0-9._-]+', '_', last).strip('.') or 'capture'}"


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=2).encode()
