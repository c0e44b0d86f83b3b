"""Files are read in a process that may die: what comes back is articles, or one clear sentence for each that can't be.

A record that takes longer than its seconds, or a parser that crashes, costs that one member of the upload; the process
is started again behind it and the rest is read on.
"""

from __future__ import annotations

import atexit
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import archive

from .child import FRAME, write_frame
from .limits import Limits

_ROOT = Path(archive.__file__).resolve().parent.parent
_CHUNK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Record:
    """One article or rejected record of a file: where it stood, its bytes, and what was read in it.

    `member` and `place` (from 0) say where to begin after it. `parsed` is None for a rejected one.
    """

    member: int
    place: int
    file: str
    record: str
    data: bytes
    format: str = ""
    parsed: Mapping[str, Any] | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    captured_at: datetime | None = None
    reason: str = ""
    mend: str = ""


class FileUnreadable(Exception):
    """The file as a whole can't be read; `str(error)` says why in one sentence, `mend` what to do."""

    def __init__(self, message: str, mend: str = "") -> None:
        super().__init__(message)
        self.mend = mend


class _Gone(Exception):
    """The process stopped answering, or answered no more."""


class ReadingProcess:
    """A reading process of this process's own, started when first needed and again when it was lost."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._process: subprocess.Popen[bytes] | None = None
        self._buffer = bytearray()
        self._outlets = ""

    def learn(
        self, outlets: Mapping[int, Mapping[str, Any]], tables: Mapping[str, Mapping[str, str]] | None = None
    ) -> None:
        """Tell it what is known of outlets and of tables (header key -> column -> field), unless it knows that."""
        said = {"op": "outlets", "outlets": outlets, "tables": tables or {}}
        self._say_outlets(json.dumps(said, ensure_ascii=False))

    def read(
        self,
        data: bytes,
        *,
        name: str,
        captured_at: datetime,
        url: str = "",
        outlet: int | None = None,
        outlets_of: Mapping[str, int] | None = None,
        columns: Mapping[str, str] | None = None,
        passed_over: str = "",
        on_table: Callable[[Mapping[str, Any]], None] | None = None,
        member: int = 0,
        record: int = 0,
    ) -> Iterator[Record]:
        """Yield the records of a file from `member` and `record` on, the member `passed_over` left out.

        Raises FileUnreadable.
        """
        request: dict[str, Any] = {
            "op": "read",
            "name": name,
            "captured_at": captured_at.isoformat(),
            "url": url,
            "outlet": outlet,
            "outlets_of": dict(outlets_of or {}),
            "columns": dict(columns or {}),
            "passed_over": passed_over,
            "file_bytes": self.limits.file_bytes,
            "total_bytes": self.limits.total_bytes,
            "members": self.limits.members,
            "ratio": self.limits.ratio,
            "depth": self.limits.depth,
        }
        here, place, inner = member, record, ""
        crashed_before_member = 0
        while True:
            request |= {"op": "read", "member": here, "record": place}
            opened = False
            try:
                for head, raw in self._ask(request, data):
                    if head["is"] == "member":
                        if opened or head["member"] != here:
                            place = 0
                        here, inner, opened = head["member"], head["file"], True
                        continue
                    if head["is"] == "table":
                        if on_table is not None:
                            on_table(head)
                        continue
                    yield _record(head, raw, here, place, inner)
                    place += 1
                return
            except _Gone as lost:
                self.stop()
                if not opened:
                    crashed_before_member += 1
                    if crashed_before_member > 1:
                        raise FileUnreadable(str(lost), _MEND) from lost
                    continue
                bytes_of_it = self._bytes_of(request | {"member": here}, data)
                yield Record(here, place, inner, "", bytes_of_it, reason=str(lost), mend=_MEND)
                here, place = here + 1, 0

    def stop(self) -> None:
        """End the process at once."""
        process, self._process = self._process, None
        self._buffer.clear()
        if process is None:
            return
        process.kill()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                try:
                    stream.close()
                except OSError:
                    continue
        process.wait()

    def _bytes_of(self, request: Mapping[str, Any], data: bytes) -> bytes:
        """Return the bytes of the member that could not be read, so that they are kept."""
        try:
            for head, raw in self._ask({**request, "op": "bytes"}, data):
                return raw if head["is"] == "bytes" else b""
        except (_Gone, FileUnreadable):
            self.stop()
        return b""

    def _ask(self, request: Mapping[str, Any], data: bytes) -> Iterator[tuple[dict[str, Any], bytes]]:
        process = self._running()
        try:
            self._send(process, json.dumps(request, ensure_ascii=False), data)
            while True:
                head, raw = self._frame(process)
                if head["is"] == "end":
                    return
                if head["is"] == "error":
                    raise FileUnreadable(head["reason"], head["mend"])
                yield head, raw
                if head["is"] == "bytes":
                    return
        except GeneratorExit:
            # Whoever asked went away in the middle: the rest of the answer must not be taken for the next one.
            self.stop()
            raise

    def _send(self, process: subprocess.Popen[bytes], header: str, data: bytes) -> None:
        assert process.stdin is not None
        try:
            write_frame(process.stdin, header, data)  # type: ignore[arg-type]
        except (BrokenPipeError, ConnectionResetError) as error:
            raise _Gone("The program that reads files stopped while it was handed this one.") from error

    def _frame(self, process: subprocess.Popen[bytes]) -> tuple[dict[str, Any], bytes]:
        until = time.monotonic() + self.limits.seconds
        self._fill(process, FRAME.size, until)
        head_size, data_size = FRAME.unpack(self._buffer[: FRAME.size])
        whole = FRAME.size + head_size + data_size
        self._fill(process, whole, until)
        head = json.loads(bytes(self._buffer[FRAME.size : FRAME.size + head_size]))
        raw = bytes(self._buffer[FRAME.size + head_size : whole])
        del self._buffer[:whole]
        return head, raw

    def _fill(self, process: subprocess.Popen[bytes], size: int, until: float) -> None:
        assert process.stdout is not None
        number = process.stdout.fileno()
        while len(self._buffer) < size:
            left = until - time.monotonic()
            ready = select.select([number], [], [], max(left, 0))[0]
            if not ready:
                raise _Gone(f"Reading it took more than {self.limits.seconds:g} seconds, so it was stopped.")
            chunk = os.read(number, _CHUNK)
            if not chunk:
                raise _Gone(_why_ended(process))
            self._buffer += chunk

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is None:
            return self._process
        self.stop()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "archive.importing.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=_ROOT,
            # Its small sums gain nothing from threads, each of which maps memory of its own.
            env={**os.environ, "ARCHIVE_READER_MEMORY": str(self.limits.address_space), "OPENBLAS_NUM_THREADS": "1"},
        )
        if self._outlets:
            self._send(self._process, self._outlets, b"")
        return self._process

    def _say_outlets(self, message: str) -> None:
        if message == self._outlets:
            return
        self._outlets = message
        if self._process is not None and self._process.poll() is None:
            try:
                self._send(self._process, message, b"")
            except _Gone:
                self.stop()


_MEND = "It is kept as it came; an archivist can download it and see what is wrong."
_readers: dict[int, ReadingProcess] = {}


def reader(limits: Limits) -> ReadingProcess:
    """Return the reading process of this process, one for all files it reads."""
    mine = _readers.get(os.getpid())
    if mine is None:
        # What a parent process left behind here after a fork is the parent's.
        _readers.clear()
        mine = _readers[os.getpid()] = ReadingProcess(limits)
        atexit.register(mine.stop)
    mine.limits = limits
    return mine


def _record(head: Mapping[str, Any], raw: bytes, member: int, place: int, file: str) -> Record:
    if head["is"] == "rejected":
        return Record(
            member,
            place,
            file,
            head["record"],
            raw,
            format=head.get("format", ""),
            reason=head["reason"],
            mend=head["mend"],
        )
    captured_at = datetime.fromisoformat(head["captured_at"]) if head["captured_at"] else None
    return Record(
        member,
        place,
        file,
        head["record"],
        raw,
        format=head["format"],
        parsed=head["parsed"],
        facts=head["facts"],
        captured_at=captured_at,
    )


def _why_ended(process: subprocess.Popen[bytes]) -> str:
    code = process.wait()
    if code == -signal.SIGKILL:
        return "Reading it needed more memory than the machine could give, so it was stopped."
    if code < 0:
        return f"It made its parser crash ({signal.Signals(-code).name})."
    return "The program that reads files ended unexpectedly."
