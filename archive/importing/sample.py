"""The small sample for newcomers: one invented event as four outlets tell it, brought in like any other import."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from pathlib import Path

from django.utils.translation import gettext as _

from archive.models import ImportRun, User

from . import run, staging

FOLDER = Path(__file__).resolve().parent.parent / "samples" / "lindholm"


def sample_zip() -> bytes:
    """Return the files of the sample as one zip, to be imported by hand."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as made:
        for path in sorted(FOLDER.iterdir()):
            made.writestr(path.name, path.read_bytes())
    return held.getvalue()


def load_sample(*, by: User | None, at: datetime) -> ImportRun:
    """Start the import of the sample and return its run; the workers do the rest, and it can be withdrawn as one."""
    manifest = FOLDER / "manifest.csv"
    job = run.create(
        origin=ImportRun.Origin.SAMPLE,
        by=by,
        title=_("Sample: the Lindholm barrier"),
        options={"auto": True, "manifest": staging.read_manifest(manifest.read_bytes())},
    )
    files = sorted(path for path in FOLDER.iterdir() if path != manifest)
    staging.add_files(job, (staging.NewFile(path.name, path.read_bytes()) for path in files), at=at)
    run.begin(job)
    return job
