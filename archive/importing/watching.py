"""Folders and feeds that are looked at by themselves; what is new comes in through the same pipeline as everything.

A page that was taken in once is captured again on a rhythm that slows with its age, so that a silent edit becomes a
version. What each source offered stands in the database, so a look that is interrupted goes on where it was.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from archive import clock
from archive.articles import bulk
from archive.articles.content import url_key
from archive.models import Article, Capture, ImportRun, WatchedAddress, WatchedSource

from . import fetching, run, staging
from .limits import configured
from .readers import reader
from .reading import Asked, FileUnreadable

# How long after one capture the next one follows, the first times; the last step is repeated.
RHYTHM = (
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=3),
    timedelta(days=3),
    timedelta(days=30),
)
POLL_SECONDS = 40.0
ADDRESSES_A_POLL = 30
# A file that was written to a moment ago may not be whole yet.
SETTLED = timedelta(seconds=2)
_LONGEST_PAUSE = timedelta(days=1)


def poll(*, at: datetime, seconds: float = POLL_SECONDS) -> list[int]:
    """Look at every source that is due, and capture the addresses that are; return the runs that came of it."""
    until = time.monotonic() + seconds
    runs: list[int] = []
    while time.monotonic() < until:
        with transaction.atomic():
            due = WatchedSource.objects.filter(is_active=True).filter(Q(next_at=None) | Q(next_at__lte=at))
            source = due.select_for_update(skip_locked=True, of=("self",)).order_by("next_at", "id").first()
            if source is None:
                break
            # Taken: whoever polls next finds it due again only after its pause, even if this process dies now.
            source.next_at = at + timedelta(minutes=source.every_minutes)
            source.save(update_fields=["next_at"])
        runs.extend(_look(source, at))
    runs.extend(capture_due(at=at, until=until))
    return runs


def capture_due(*, at: datetime, until: float) -> list[int]:
    """Fetch the addresses whose time has come and import what changed; return the runs that came of it."""
    files: dict[int, list[tuple[WatchedAddress, fetching.Fetched]]] = {}
    for _ in range(ADDRESSES_A_POLL):
        if time.monotonic() >= until:
            break
        address = _take_due(at)
        if address is None:
            break
        fetched = _capture(address, at)
        if fetched is not None:
            files.setdefault(address.source_id, []).append((address, fetched))
    runs = []
    for source in WatchedSource.objects.filter(pk__in=list(files)).select_related("outlet"):
        news = [
            staging.NewFile(page.file_name, page.data, url=page.url, captured_at=at) for _, page in files[source.pk]
        ]
        runs.append(_import(source, news, at))
    return runs


def next_capture(address: WatchedAddress, at: datetime) -> datetime | None:
    """Return when an address that was captured `address.captures` times is to be captured again."""
    if not address.source.recaptures:
        return None
    return at + RHYTHM[min(max(address.captures, 1), len(RHYTHM)) - 1]


def _look(source: WatchedSource, at: datetime) -> list[int]:
    try:
        runs = _look_at_folder(source, at) if source.kind == WatchedSource.Kind.FOLDER else _look_at_feed(source, at)
    except fetching.TooSoon as error:
        WatchedSource.objects.filter(pk=source.pk).update(next_at=error.free_at)
        return []
    except (fetching.FetchError, FileUnreadable, OSError) as error:
        failures = source.failures + 1
        pause = min(timedelta(minutes=source.every_minutes) * 2 ** min(failures, 8), _LONGEST_PAUSE)
        sentence = f"{error.strerror}: {source.place}" if isinstance(error, OSError) else str(error)
        WatchedSource.objects.filter(pk=source.pk).update(
            failures=failures, last_error=sentence, looked_at=at, next_at=at + pause
        )
        return []
    WatchedSource.objects.filter(pk=source.pk).update(failures=0, last_error="", looked_at=at)
    return runs


def _look_at_folder(source: WatchedSource, at: datetime) -> list[int]:
    """Import the files of a folder that are new or were changed; links are not followed out of it."""
    root = Path(source.place)
    if not root.is_dir():
        raise FileNotFoundError(2, "There is no such folder", source.place)
    known = {row.key: row for row in source.addresses.all()}
    news: list[staging.NewFile] = []
    seen: list[WatchedAddress] = []
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if path.is_symlink() or not path.is_file() or any(part.startswith(".") for part in Path(name).parts):
            continue
        about = path.stat()
        if about.st_size > settings.IMPORT_MAX_BYTES or at.timestamp() - about.st_mtime < SETTLED.total_seconds():
            continue
        stamp = f"{about.st_size} {about.st_mtime_ns}"
        row = known.get(name[:500])
        if row is not None and row.modified == stamp:
            continue
        data = path.read_bytes()
        sha256 = hashlib.sha256(data).hexdigest()
        if row is None or row.sha256 != sha256:
            news.append(staging.NewFile(name, data, captured_at=at))
        row = row or WatchedAddress(source=source, place=str(path)[:2000], key=name[:500], first_seen_at=at)
        row.modified, row.sha256, row.captured_at, row.captures = stamp, sha256, at, row.captures + 1
        seen.append(row)
    if not seen:
        return []
    with transaction.atomic():
        # What was seen and the run that brings it in are one step: neither is there without the other.
        for row in seen:
            row.save()
        return [_import(source, news, at)] if news else []


def _look_at_feed(source: WatchedSource, at: datetime) -> list[int]:
    """Note the addresses that a feed offers; a feed whose items have none is imported as it is."""
    fetched = fetching.fetch(source.place, at=at, etag=source.etag, modified=source.modified, robots=True)
    if not fetched.is_new:
        return []
    process = reader(configured())
    links: list[str] = []
    bare = False
    for record in process.read(Asked(fetched.data, name="feed.xml", captured_at=at, url=fetched.url)):
        if not record.parsed_json:
            continue
        link = record.url
        if url_key(link):
            links.append(link)
        else:
            bare = True
    with transaction.atomic():
        new = _note(source, links, at)
        WatchedSource.objects.filter(pk=source.pk).update(etag=fetched.etag, modified=fetched.modified)
        if bare and not links:
            return [_import(source, [staging.NewFile("feed.xml", fetched.data, url="", captured_at=at)], at)]
    return [] if not new else capture_due(at=clock.now(), until=time.monotonic() + POLL_SECONDS / 2)


def _note(source: WatchedSource, links: Iterable[str], at: datetime) -> int:
    wanted = {url_key(link): link for link in links}
    known = set(source.addresses.filter(key__in=list(wanted)).values_list("key", flat=True))
    rows = [
        WatchedAddress(source=source, place=link[:2000], key=key, first_seen_at=at, next_at=at)
        for key, link in wanted.items()
        if key not in known
    ]
    WatchedAddress.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def _take_due(at: datetime) -> WatchedAddress | None:
    """Return the next address that is due, put off for a while so that nobody else takes it; uses its own index."""
    with transaction.atomic():
        rows = WatchedAddress.objects.filter(next_at__lte=at, source__is_active=True)
        rows = rows.exclude(source__kind=WatchedSource.Kind.FOLDER).select_related("source")
        address = rows.select_for_update(skip_locked=True, of=("self",)).order_by("next_at", "id").first()
        if address is not None:
            WatchedAddress.objects.filter(pk=address.pk).update(next_at=at + timedelta(minutes=5))
        return address


def _capture(address: WatchedAddress, at: datetime) -> fetching.Fetched | None:
    """Fetch one address; return what came where it is news, else None. Notes what happened either way."""
    rows = WatchedAddress.objects.filter(pk=address.pk)
    try:
        fetched = fetching.fetch(address.place, at=at, etag=address.etag, modified=address.modified, robots=True)
    except fetching.TooSoon as error:
        rows.update(next_at=error.free_at)
        return None
    except fetching.FetchError as error:
        pause = min(RHYTHM[0] * 2 ** min(address.failures, 12), RHYTHM[-1])
        rows.update(failures=address.failures + 1, last_error=str(error), next_at=at + pause)
        return None
    sha256 = hashlib.sha256(fetched.data).hexdigest() if fetched.is_new else address.sha256
    is_news = fetched.is_new and sha256 != address.sha256
    address.captures += 1
    held = Article.objects.filter(url_key=address.key).values_list("pk", flat=True).first()
    with transaction.atomic():
        rows.update(
            captures=address.captures,
            captured_at=at,
            next_at=next_capture(address, at),
            etag=fetched.etag,
            modified=fetched.modified,
            sha256=sha256,
            article_id=held,
            failures=0,
            last_error="",
        )
        if fetched.is_new and not is_news:
            _keep_arrival(fetched, sha256, at)
    return fetched if is_news else None


def _keep_arrival(page: fetching.Fetched, sha256: str, at: datetime) -> None:
    """Record that an address sent the same bytes once more: a further capture of the version that they are known as.

    Bytes that are no version, because they were rejected or wait for a decision, leave only the note of the look.
    """
    known = Capture.objects.filter(blob=sha256, url=page.url[:2000], version__isnull=False)
    before = known.order_by("-captured_at", "-id").first()
    if before is None or before.article_id is None or before.version_id is None:
        return
    arrival = bulk.StoredCapture(
        blob=sha256,
        format=before.format,
        captured_at=at,
        file=before.file,
        record=before.record,
        url=before.url,
        reading=before.reading,
    )
    bulk.add_captures([(before.article_id, before.version_id, arrival)])


def _import(source: WatchedSource, files: list[staging.NewFile], at: datetime) -> int:
    job = run.create(
        origin=ImportRun.Origin.WATCH,
        by=source.created_by,
        title=source.place,
        options={"auto": True, "outlet": source.outlet.name if source.outlet else "", "source": source.pk},
    )
    staging.add_files(job, files, at=at)
    run.begin(job)
    return job.pk
