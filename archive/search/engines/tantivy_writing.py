"""How Tantivy's index on the local disk is written: by one writer at a time, which may stay open from commit to commit.

The promise: what was committed is found and durable at once, whatever Tantivy merges beside it; a commit that failed
leaves nothing behind for the next; the writer goes only when its merges are over, so segments never pile up and another
process can write then. A manifest of checksums beside the files lets `verify` read what Tantivy maps without looking.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import tantivy
from tantivy import Query

from ..contract import ArticleDocuments, EngineError, IndexDamaged, changed_articles
from .generations import Generations, write_durably
from .tantivy_schema import prepare

HEAP = 160_000_000
MANIFEST = "manifest.json"
FREQUENT_FILE = "frequent.json"
SEGMENT_FILE = re.compile(r"([0-9a-f]{32})\..+")


@contextmanager
def damage_named(folder: Path) -> Iterator[None]:
    """Turn whatever Tantivy raises over a broken index, its panics included, into IndexDamaged."""
    try:
        yield
    except EngineError:
        raise
    except BaseException as error:
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        message = f"The search index in {folder} can't be used ({error}); run: manage.py rebuild_index"
        if "LockBusy" in str(error) or "Lockfile" in str(error):
            raise EngineError("Another process is writing the search index; try again in a moment.") from error
        raise IndexDamaged(message) from error


def frequent_of(folder: Path) -> frozenset[str]:
    """Return the stems whose pairs an index files; chosen once, before anything is in it."""
    try:
        return frozenset(json.loads((folder / FREQUENT_FILE).read_text(encoding="utf8")))
    except FileNotFoundError:
        return frozenset()


Prepared = tuple[list[int], list[tantivy.Document]]


def prepared(articles: Sequence[ArticleDocuments], frequent: frozenset[str]) -> Prepared:
    """Return the numbers of the articles, in order, and the documents to add."""
    entries = changed_articles(articles)
    return sorted(entries), [prepare(document, frequent) for entry in entries.values() for document in entry.documents]


class Writer:
    """Tantivy's writer on one folder, opened when there is something to write, by one process at a time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._writer: Any = None

    @property
    def is_open(self) -> bool:
        """Whether no other process can write."""
        return self._writer is not None

    def open(self) -> tantivy.Index:
        """Return the index, ready to be written to."""
        if self._writer is None:
            self.index = tantivy.Index.open(str(self.folder))
            self._writer = self.index.writer(HEAP, 1)
            # What a killed writer was merging would look as if it were merged now.
            self._writer.garbage_collect_files()
        return self.index

    def replace(self, articles: Sequence[ArticleDocuments]) -> None:
        """Make the index hold exactly these documents of these articles, in one commit."""
        self.commit(*prepared(articles, frequent_of(self.folder)))

    def commit(self, numbers: list[int], documents: list[tantivy.Document]) -> None:
        """Commit exactly these documents of these articles."""
        fields = self.open().schema
        try:
            if numbers:
                # By query: deleting by term takes the number for a signed one and would find nothing.
                self._writer.delete_documents_by_query(Query.term_set_query(fields, "article", numbers))
            for document in documents:
                self._writer.add_document(document)
            self._writer.commit()
        except BaseException:
            # What was added before it failed must not come along with the next commit.
            self.close()
            raise

    def is_merging(self) -> bool:
        """Say whether there are segments that the newest commit does not hold: they are being written, or about to go.

        A merge that is just about to begin is not seen; `close` waits for it all the same.
        """
        if self._writer is None:
            return False
        held = segments_of(self.folder)
        found = (SEGMENT_FILE.fullmatch(path.name) for path in self.folder.iterdir())
        return any(file[1] not in held for file in found if file)

    def close(self) -> None:
        """Wait for the merges, drop what is no longer needed, let the index go and note the checksums of its files."""
        if self._writer is None:
            return
        writer, self._writer = self._writer, None
        try:
            writer.garbage_collect_files()
        finally:
            writer.wait_merging_threads()
        note_checksums(self.folder)


class LiveWriting:
    """The live index, held open from commit to commit: Tantivy merges beside them and none waits for it."""

    def __init__(self, generations: Generations) -> None:
        self.generations = generations
        self._writer: Writer | None = None

    def replace(self, articles: Sequence[ArticleDocuments]) -> None:
        """Make the live index hold exactly these documents of these articles."""
        folder = self.generations.live()
        with damage_named(folder):
            if self._writer is None or self._writer.folder != folder:
                self.close()
                self._writer = Writer(folder)
            self._writer.replace(articles)

    def tidy(self) -> None:
        """Note the checksums of what was written; every commit looks for what there is to merge."""
        if self._writer is not None:
            with damage_named(self._writer.folder):
                note_checksums(self._writer.folder)

    def finish(self) -> bool:
        """Let the index go where nothing is merged any more; says whether it had been let go of before."""
        if self._writer is None or not self._writer.is_open:
            return True
        with damage_named(self._writer.folder):
            if not self._writer.is_merging():
                self._writer.close()
        return False

    def close(self) -> None:
        """Wait for the merges and let the index go."""
        if self._writer is not None:
            with damage_named(self._writer.folder):
                self._writer.close()


def segments_of(folder: Path) -> set[str]:
    """Return the segments that the newest commit holds, as their files begin."""
    segments = json.loads((folder / "meta.json").read_text(encoding="utf8"))["segments"]
    return {segment["segment_id"].replace("-", "") for segment in segments}


def files_of(folder: Path) -> set[str]:
    """Return the names of the files that the newest commit needs."""
    names = segments_of(folder)
    return {path.name for path in folder.iterdir() if path.name.split(".")[0] in names}


def note_checksums(folder: Path) -> None:
    """Write the size and checksum of every file of the newest commit; files never change, so each is read once."""
    known: dict[str, list[int]] = {}
    with suppress(OSError, ValueError):
        known = json.loads((folder / MANIFEST).read_text(encoding="utf8"))
    noted = {}
    for name in sorted(files_of(folder)):
        with suppress(FileNotFoundError):
            noted[name] = known.get(name) or checksum(folder / name)
    write_durably(folder / MANIFEST, json.dumps(noted))


def is_sound(folder: Path, name: str, noted: list[int]) -> bool:
    """Say whether a file is as it was noted; one that a merge took away since it was listed was."""
    try:
        return checksum(folder / name) == noted
    except FileNotFoundError:
        return name.split(".")[0] not in segments_of(folder)


def checksum(path: Path) -> list[int]:
    """Return size and CRC-32 of a file."""
    size = crc = 0
    with path.open("rb") as file:
        while part := file.read(1 << 20):
            size, crc = size + len(part), zlib.crc32(part, crc)
    return [size, crc]
