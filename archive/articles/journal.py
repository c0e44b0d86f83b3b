"""The journal beside the database: erasures, kills and reinstatements, so that an archive restored from an older backup
repeats what was ordered since. It holds places and numbers, never the words the archive gave up."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction


def path() -> Path:
    """Return where the journal of this archive lies."""
    return Path(settings.ARCHIVE_HOME) / "journal.jsonl"


def note(line: dict[str, Any]) -> None:
    """Write one line, safely on disk, once the transaction has committed."""

    def write() -> None:
        file = path()
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("a", encoding="utf8") as journal:
            journal.write(json.dumps(line, ensure_ascii=False) + "\n")
            journal.flush()
            os.fsync(journal.fileno())

    transaction.on_commit(write)


def lines(file: Path | None = None) -> Iterator[dict[str, Any]]:
    """Yield the lines of a journal, by default this archive's own, oldest first."""
    file = file or path()
    if file.exists():
        for text in file.read_text(encoding="utf8").splitlines():
            yield json.loads(text)
