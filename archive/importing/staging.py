"""Files and the records in them wait in the database from the first byte: a restart loses none and doubles none.

A small file is stored as the bytes it is; a large or packed one in chunks until every record in it has bytes of its
own. Records become items in batches, each batch in the same transaction as the mark of how far the file was read.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import F, Max
from django.db.models.functions import Length
from django.utils import formats
from django.utils.translation import gettext as _

from archive.articles.bulk import copy_rows, store_blobs
from archive.articles.content import host_of
from archive.articles.operations import ArchiveError
from archive.formats import registry
from archive.models import ImportChunk, ImportFile, ImportItem, ImportRun

from . import serial
from .reading import Record

CHUNK_BYTES = 1024 * 1024
SMALL_BYTES = 4 * 1024 * 1024
# Room for the records of one file between its place and the next one's.
PLACES = 10_000_000
_MOST_TABLES = 40
MANIFEST_COLUMNS = ("file", "outlet", "url", "published_at", "tags", "headline", "byline", "guid", "language")


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file on its way into a run."""

    name: str
    data: bytes
    url: str = ""
    captured_at: datetime | None = None


def add_files(run: ImportRun, files: Iterable[NewFile], *, at: datetime) -> int:
    """Put files into a run that is still being filled and return how many; large ones one transaction each."""
    count = 0
    batch: list[NewFile] = []
    size = 0
    for one in files:
        count += 1
        if _is_kept_whole(one):
            batch.append(one)
            size += len(one.data)
            if len(batch) < 200 and size < 16 * SMALL_BYTES:
                continue
            _add_small(run, batch, at)
            batch, size = [], 0
            continue
        if batch:
            _add_small(run, batch, at)
            batch, size = [], 0
        with transaction.atomic():
            row = open_file(run, name=one.name, at=one.captured_at or at, url=one.url)
            for start in range(0, len(one.data), CHUNK_BYTES):
                add_chunk(row, start=start, data=one.data[start : start + CHUNK_BYTES])
            close_file(row)
    if batch:
        _add_small(run, batch, at)
    return count


def open_file(run: ImportRun, *, name: str, at: datetime, url: str = "", size: int = 0) -> ImportFile:
    """Return a new file of the run that is going to be received in chunks; locks the run's row."""
    with transaction.atomic():
        ImportRun.objects.select_for_update().get(pk=run.pk)
        return ImportFile.objects.create(
            run=run,
            position=_next_position(run),
            name=name[-500:],
            size=size,
            url=url,
            captured_at=at,
            state=ImportFile.State.RECEIVING,
        )


def add_chunk(file: ImportFile, *, start: int, data: bytes) -> int:
    """Keep one chunk of a file and return how many bytes are there without a gap; it may come twice."""
    if data:
        ImportChunk.objects.bulk_create([ImportChunk(file=file, start=start, data=data)], ignore_conflicts=True)
    return received(file)


def received(file: ImportFile) -> int:
    """Return how many bytes of a file are there without a gap, from where an upload may go on."""
    end = 0
    for start, size in file.chunks.order_by("start").values_list("start", Length("data")):
        if start > end:
            break
        end = max(end, start + size)
    return end


def close_file(file: ImportFile) -> None:
    """Say that the file is whole. Raises ArchiveError when bytes of it are missing."""
    have = received(file)
    if file.size and have != file.size:
        raise ArchiveError(
            _("%(file)s has %(size)s bytes, but %(have)s have arrived: send the rest.")
            % {
                "file": file.name,
                "size": formats.number_format(file.size, force_grouping=True),
                "have": formats.number_format(have, force_grouping=True),
            }
        )
    ImportFile.objects.filter(pk=file.pk).update(size=have, state=ImportFile.State.WAITING)


def bytes_of(file: ImportFile) -> bytes:
    """Return the bytes of a file that waits."""
    if file.blob is not None:
        return file.blob.content()
    parts = file.chunks.order_by("start").values_list("data", flat=True)
    return b"".join(bytes(part) for part in parts.iterator(chunk_size=16))


def read_manifest(data: bytes) -> dict[str, dict[str, str]]:
    """Return what a manifest says, file name -> row. Raises ArchiveError that names the columns it needs."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    head = text.partition("\n")[0]
    rows = csv.DictReader(io.StringIO(text), delimiter=";" if head.count(";") > head.count(",") else ",")
    names = {(name or "").strip().lower(): name for name in rows.fieldnames or ()}
    if "file" not in names:
        raise ArchiveError(_("The manifest needs a column “file”, and beside it outlet, url, published_at or tags."))
    out: dict[str, dict[str, str]] = {}
    for row in rows:
        said = {key: (row.get(names[key]) or "").strip() for key in MANIFEST_COLUMNS if key in names}
        if said.get("file"):
            out[said.pop("file")] = {key: value for key, value in said.items() if value}
    return out


def is_manifest(name: str, data: bytes) -> bool:
    """Say whether a file among others is the manifest of the rest: its name, and a first line with file and outlet."""
    if name.rpartition("/")[2].lower() != "manifest.csv":
        return False
    head = data[:1000].decode("utf-8-sig", "replace").partition("\n")[0].lower()
    columns = {part.strip().strip('"') for part in head.replace(";", ",").split(",")}
    return {"file", "outlet"} <= columns


def adopt_manifest(run: ImportRun) -> None:
    """Take a manifest among the files of a run for what it is: what it says goes to the run, the file itself goes."""
    if run.options.get("manifest"):
        return
    for file in run.files.filter(name__iendswith="manifest.csv", size__lte=SMALL_BYTES):
        data = bytes_of(file)
        if is_manifest(file.name, data):
            run.options = {**run.options, "manifest": read_manifest(data)}
            run.save(update_fields=["options"])
            file.delete()
            return


def manifest_in(data: bytes) -> tuple[str, dict[str, dict[str, str]]]:
    """Return the name of the manifest inside a zip, and what it says; an empty name when there is none."""
    if not data.startswith(b"PK"):
        return "", {}
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for info in archive.infolist():
                if info.filename.rpartition("/")[2].lower() != "manifest.csv" or info.file_size > SMALL_BYTES:
                    continue
                with archive.open(info) as stream:
                    inner = stream.read(SMALL_BYTES)
                if is_manifest(info.filename, inner):
                    return info.filename, read_manifest(inner)
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, ValueError, EOFError):
        # A zip that is broken is rejected with its reason when it is read.
        return "", {}
    return "", {}


def note_table(run: ImportRun, file: ImportFile, table: Mapping[str, Any]) -> None:
    """Keep the columns of a table with its run, so that the preview can ask what they hold."""
    shown = {name: table[name] for name in ("names", "columns", "sample", "file")}
    tables = {**run.options.get("tables", {}), str(file.pk): shown}
    if len(tables) <= _MOST_TABLES:
        run.options = {**run.options, "tables": tables}
        ImportRun.objects.filter(pk=run.pk).update(options=run.options)


def drop_chunks(run: ImportRun) -> None:
    """Let go of the chunks of a run whose records all have bytes of their own."""
    ImportChunk.objects.filter(file__run=run).delete()


def said_of(run: ImportRun, *names: str) -> dict[str, str]:
    """Return what the run's manifest and options say of a file, under its whole name or the last part of it."""
    manifest: Mapping[str, dict[str, str]] = run.options.get("manifest", {})
    row: dict[str, str] = {}
    for name in names:
        row = manifest.get(name) or manifest.get(name.rpartition("/")[2]) or {}
        if row:
            break
    outlet = row.get("outlet") or run.options.get("outlet", "")
    return {**row, "outlet": outlet} if outlet else dict(row)


class Stager:
    """Gathers records and writes them as items, together with how far each file was read."""

    def __init__(self, run: ImportRun, *, most: int = 200) -> None:
        self.run = run
        self.most = most
        self._records: list[tuple[ImportFile, Record]] = []
        self._done: list[ImportFile] = []
        self._size = 0

    def add(self, file: ImportFile, record: Record) -> bool:
        """Take one record in; say whether a batch was written by that."""
        self._records.append((file, record))
        self._size += len(record.data)
        if len(self._records) >= self.most or self._size > 32 * 1024 * 1024:
            self.flush()
            return True
        return False

    def finish(self, file: ImportFile) -> None:
        """Note that a file has been read to its end."""
        self._done.append(file)

    def flush(self) -> None:
        """Write what was gathered in one transaction. Raises ArchiveError when another reader was ahead."""
        if not self._records and not self._done:
            return
        with transaction.atomic():
            self._write()
        self._records, self._done, self._size = [], [], 0

    def _write(self) -> None:
        blobs = store_blobs(record.data for _, record in self._records)
        taken: dict[int, int] = {}
        last: dict[int, Record] = {}
        rows = []
        for (file, record), blob in zip(self._records, blobs, strict=True):
            place = taken.setdefault(file.pk, file.taken)
            taken[file.pk] = place + 1
            last[file.pk] = record
            rows.append(_item_row(self.run, file, record, blob, file.position * PLACES + place))
        by_pk = {file.pk: file for file, _ in self._records}
        moved = _note_places([(by_pk[pk], count, last[pk]) for pk, count in taken.items()])
        if missing := taken.keys() - moved:
            raise ArchiveError(_("%(file)s is being read by another worker.") % {"file": by_pk[min(missing)].name})
        copy_rows(ImportItem, rows)
        for pk, count in taken.items():
            by_pk[pk].taken = count
        done = [file.pk for file in self._done]
        if done:
            ImportFile.objects.filter(pk__in=done).update(state=ImportFile.State.READ)
            # A table stays until the run is done: its columns may be chosen anew.
            tables = [int(pk) for pk in self.run.options.get("tables", {})]
            ImportChunk.objects.filter(file_id__in=done).exclude(file_id__in=tables).delete()


def _note_places(rows: Sequence[tuple[ImportFile, int, Record]]) -> set[int]:
    """Write how far each file was read (records taken, the last one of them) and return the ids of those that stood
    where this reader left them."""
    if not rows:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE archive_importfile AS file SET taken = now.taken, member = now.member, member_taken = now.place"
            " FROM unnest(%s::bigint[], %s::int[], %s::int[], %s::int[], %s::int[])"
            " AS now (file, before, taken, member, place)"
            " WHERE file.id = now.file AND file.taken = now.before RETURNING file.id",
            [
                [file.pk for file, _, _ in rows],
                [file.taken for file, _, _ in rows],
                [count for _, count, _ in rows],
                [record.member for _, _, record in rows],
                [record.place + 1 for _, _, record in rows],
            ],
        )
        return {pk for (pk,) in cursor.fetchall()}


def fail_file(run: ImportRun, file: ImportFile, data: bytes, *, reason: str, mend: str) -> None:
    """Turn a file that can't be read into one rejected item that keeps its bytes."""
    with transaction.atomic():
        blob = store_blobs([data])[0]
        record = Record(0, 0, "", "", data, reason=reason, mend=mend)
        try:
            with transaction.atomic():
                copy_rows(ImportItem, [_item_row(run, file, record, blob, file.position * PLACES + file.taken)])
        except IntegrityError:
            return
        ImportFile.objects.filter(pk=file.pk).update(state=ImportFile.State.FAILED, taken=F("taken") + 1, blob_id=blob)
        ImportChunk.objects.filter(file=file).exclude(file__blob=None).delete()


def _item_row(run: ImportRun, file: ImportFile, record: Record, blob: str, position: int) -> dict[str, Any]:
    rejected = not record.parsed_json
    name = record.file or file.name
    said = {} if rejected else said_of(run, f"{file.name}/{record.file}" if record.file else file.name, name)
    return {
        "run_id": run.pk,
        "source_id": file.pk,
        "position": position,
        "file": name[-500:],
        "record": record.record[:120],
        "blob_id": blob,
        "captured_at": record.captured_at or file.captured_at,
        "url": file.url,
        "state": ImportItem.State.FAILED if rejected else ImportItem.State.READY,
        "format": record.format[:32],
        "parsed": record.parsed_json or "{}",
        "plan": serial.dumps({"facts": record.facts} if record.facts else {}),
        "decision": serial.dumps({"said": said} if said else {}),
        "text_key": record.facts.get("text_key", ""),
        "host": host_of(record.url or said.get("url") or file.url)[:253],
        "keys": [],
        "outcome": ImportItem.Outcome.REJECTED if rejected else "",
        "reason": record.reason,
        "mend": record.mend,
        "attempts": 0,
    }


def _is_kept_whole(one: NewFile) -> bool:
    return len(one.data) <= SMALL_BYTES and registry.container_of(one.data, one.name) is None


def _add_small(run: ImportRun, files: Sequence[NewFile], at: datetime) -> None:
    with transaction.atomic():
        ImportRun.objects.select_for_update().get(pk=run.pk)
        blobs = store_blobs(one.data for one in files)
        position = _next_position(run)
        ImportFile.objects.bulk_create(
            ImportFile(
                run=run,
                position=position + index,
                name=one.name[-500:],
                size=len(one.data),
                url=one.url,
                captured_at=one.captured_at or at,
                blob_id=blob,
            )
            for index, (one, blob) in enumerate(zip(files, blobs, strict=True))
        )


def _next_position(run: ImportRun) -> int:
    last = run.files.aggregate(last=Max("position"))["last"]
    return 0 if last is None else last + 1
