"""Where an index in a local directory lives: one folder a generation, and a file that names the live one.

The promise: swapping is one rename; a half-built generation never becomes live by itself; what is no longer live is
removed after the swap. The folder is disposable, everything in it can be rebuilt from the database.
"""

from __future__ import annotations

import os
import re
import shutil
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from ..contract import IndexMissing

NAME = re.compile(r"g(\d{6})")
LIVE = "LIVE"
BUILDING = "building"
STARTED = "started"


class Generations:
    """The generations of one engine below a folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        # What the file LIVE said, and which file that was: it is replaced, never written again.
        self._named = root / LIVE
        self._live: tuple[tuple[int, int], Path, bool] | None = None

    def live(self) -> Path:
        """Return the folder of the live generation; raises IndexMissing when there is none."""
        try:
            state = self._named.stat()
            stamp = state.st_ino, state.st_mtime_ns
            if self._live is None or self._live[0] != stamp:
                name = self._named.read_text(encoding="utf8").strip()
                self._live = stamp, self.root / name, bool(NAME.fullmatch(name))
        except (OSError, UnicodeDecodeError):
            raise IndexMissing(f"There is no search index in {self.root}; run: manage.py rebuild_index") from None
        _, folder, named = self._live
        if not named or not folder.is_dir():
            raise IndexMissing(f"The search index in {self.root} is gone; run: manage.py rebuild_index")
        return folder

    def names(self) -> list[str]:
        """Return the generations there are, oldest first."""
        if not self.root.is_dir():
            return []
        return sorted(entry.name for entry in self.root.iterdir() if NAME.fullmatch(entry.name) and entry.is_dir())

    def create(self) -> Path:
        """Return the folder of a new, empty generation."""
        taken = self.names()
        number = int(NAME.fullmatch(taken[-1])[1]) + 1 if taken else 1  # type: ignore[index]
        folder = self.root / f"g{number:06d}"
        folder.mkdir(parents=True)
        write_durably(folder / STARTED, datetime.now(UTC).isoformat())
        return folder

    def started_at(self, folder: Path) -> datetime:
        """Return when a generation was begun; the beginning of time when that can't be read."""
        try:
            return datetime.fromisoformat((folder / STARTED).read_text(encoding="utf8"))
        except (OSError, ValueError):
            return datetime(1970, 1, 1, tzinfo=UTC)

    def building(self) -> Path | None:
        """Return the folder of the generation that is being built, None when there is none."""
        with suppress(OSError):
            name = (self.root / BUILDING).read_text(encoding="utf8").strip()
            if NAME.fullmatch(name) and (self.root / name).is_dir():
                return self.root / name
        return None

    def start_building(self) -> Path:
        """Return a new generation's folder and remember it as the one being built."""
        folder = self.create()
        write_durably(self.root / BUILDING, folder.name)
        return folder

    def promote(self, folder: Path) -> None:
        """Make a generation the live one, then remove the others."""
        write_durably(self.root / LIVE, folder.name)
        if self.building() == folder:
            (self.root / BUILDING).unlink(missing_ok=True)
        for name in self.names():
            if name != folder.name and self.root / name != self.building():
                shutil.rmtree(self.root / name, ignore_errors=True)

    def discard(self, folder: Path) -> None:
        """Remove a generation that is not live."""
        with suppress(IndexMissing):
            if self.live() == folder:
                return
        if self.building() == folder:
            (self.root / BUILDING).unlink(missing_ok=True)
        shutil.rmtree(folder, ignore_errors=True)


def write_durably(path: Path, text: str) -> None:
    """Write a small file so that it is either the old or the new one, also after a loss of power."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    with temporary.open("w", encoding="utf8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Bring a folder's entries to the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def folder_size(folder: Path) -> int:
    """Return the bytes of all files in a folder; files that go meanwhile count as none."""
    total = 0
    for path, _, files in os.walk(folder):
        for file in files:
            with suppress(OSError):
                total += (Path(path) / file).stat().st_size
    return total
