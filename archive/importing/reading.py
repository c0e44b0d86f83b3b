"""Files are read in a process that may die: what comes back is articles, or one clear sentence for each that can't be.

A record that takes longer than its seconds, or a parser that crashes, costs that one member of the upload; the process
is started again behind it and the rest is read on.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import archive

from .child import FRAME, write_frame
from .limits import Limits

_Question = tuple[str, bytes]
_ROOT = Path(archive.__file__).resolve().parent.parent
_CHUNK = 1024 * 1024
# How many files, how many bytes of them, and how many bytes of answers may be on their way at once.
_MOST_AHEAD = 32
_BYTES_AHEAD = 8 * 1024 * 1024
_MOST_GATHERED = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Asked:
    """One file that is to be read, from `member` and `record` on, the member `passed_over` left out."""

    data: bytes
    name: str
    captured_at: datetime
    url: str = ""
    outlet: int | None = None
    outlets_of: Mapping[str, int] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)
    passed_over: str = ""
    on_table: Callable[[Mapping[str, Any]], None] | None = None
    member: int = 0
    record: int = 0
    # What tells files of the same name apart that are on their way at once.
    key: str = ""

    def header(self, limits: Limits, op: str = "read") -> str:
        """Return the request as it is sent."""
        said = {
            "op": op,
            "name": self.name,
            "captured_at": self.captured_at.isoformat(),
            "url": self.url,
            "outlet": self.outlet,
            "outlets_of": dict(self.outlets_of),
            "columns": dict(self.columns),
            "passed_over": self.passed_over,
            "member": self.member,
            "record": self.record,
            "key": self.key,
            "file_bytes": limits.file_bytes,
            "total_bytes": limits.total_bytes,
            "members": limits.members,
            "ratio": limits.ratio,
            "depth": limits.depth,
        }
        return json.dumps(said, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Record:
    """One article or rejected record of a file: where it stood, its bytes, and what was read in it.

    `member` and `place` (from 0) say where to begin after it. `parsed_json` is the article as JSON text, which is
    stored as it came; it is "" for a rejected one.
    """

    member: int
    place: int
    file: str
    record: str
    data: bytes
    format: str = ""
    parsed_json: str = ""
    url: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    captured_at: datetime | None = None
    reason: str = ""
    mend: str = ""

    @property
    def parsed(self) -> dict[str, Any] | None:
        """The article as JSON values, None for a rejected record."""
        return json.loads(self.parsed_json) if self.parsed_json else None


class FileUnreadable(Exception):
    """The file as a whole can't be read; `str(error)` says why in one sentence, `mend` what to do."""

    def __init__(self, message: str, mend: str = "") -> None:
        super().__init__(message)
        self.mend = mend


class _Gone(Exception):
    """The process stopped answering, or answered no more."""


class ReadingProcess:
    """A reading process, started when first needed and again when it was lost."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._process: subprocess.Popen[bytes] | None = None
        self._answers = _Answers()
        self._questions: SimpleQueue[_Question | None] = SimpleQueue()
        self._outlets = ""
        # What was handed over, in order, with its size.
        self._ahead: dict[str, int] = {}

    @property
    def waiting(self) -> int:
        """How many files were handed over that nobody has asked for yet."""
        return len(self._ahead)

    def expects(self, asked: Asked) -> bool:
        """Say whether this file was handed over."""
        return bool(self._ahead) and asked.header(self.limits) in self._ahead

    def learn(
        self, outlets: Mapping[int, Mapping[str, Any]], tables: Mapping[str, Mapping[str, str]] | None = None
    ) -> None:
        """Tell it what is known of outlets and of tables (header key -> column -> field), unless it knows that."""
        said = {"op": "outlets", "outlets": outlets, "tables": tables or {}}
        self._say_outlets(json.dumps(said, ensure_ascii=False))

    def read_ahead(self, asked: Asked) -> bool:
        """Hand over a file that is going to be read soon, so that the process need not wait for it; say whether it was.

        Files are then to be read in the order in which they were handed over.
        """
        room = sum(self._ahead.values()) + len(asked.data) <= _BYTES_AHEAD
        if len(self._ahead) >= _MOST_AHEAD or not room or not self._answers.has_room:
            return False
        header = asked.header(self.limits)
        self._running()
        self._questions.put((header, asked.data))
        self._ahead[header] = len(asked.data)
        return True

    def read(self, asked: Asked) -> Iterator[Record]:
        """Yield the records of a file from its `member` and `record` on. Raises FileUnreadable."""
        here, place, inner = asked.member, asked.record, ""
        crashed_before_member = 0
        while True:
            request = replace(asked, member=here, record=place)
            opened = False
            try:
                for head, raw in self._ask(request.header(self.limits), asked.data):
                    if head["is"] == "member":
                        if opened or head["member"] != here:
                            place = 0
                        here, inner, opened = head["member"], head["file"], True
                        continue
                    if head["is"] == "table":
                        if asked.on_table is not None:
                            asked.on_table(head)
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
                bytes_of_it = self._bytes_of(replace(request, member=here))
                yield Record(here, place, inner, "", bytes_of_it, reason=str(lost), mend=_MEND)
                here, place = here + 1, 0

    def stop(self) -> None:
        """End the process at once."""
        process, self._process = self._process, None
        self._ahead.clear()
        self._answers.close()
        self._questions.put(None)
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

    def _bytes_of(self, asked: Asked) -> bytes:
        """Return the bytes of the member that could not be read, so that they are kept."""
        try:
            for head, raw in self._ask(asked.header(self.limits, op="bytes"), asked.data):
                return raw if head["is"] == "bytes" else b""
        except (_Gone, FileUnreadable):
            self.stop()
        return b""

    def _ask(self, header: str, data: bytes) -> Iterator[tuple[dict[str, Any], bytes]]:
        if self._ahead and next(iter(self._ahead)) != header:
            # Something else is asked for than was handed over: what is on its way is of no use.
            self.stop()
        process = self._running()
        try:
            if self._ahead:
                del self._ahead[header]
            else:
                self._questions.put((header, data))
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

    def _frame(self, process: subprocess.Popen[bytes]) -> tuple[dict[str, Any], bytes]:
        until = time.monotonic() + self.limits.seconds
        sizes = self._take(process, FRAME.size, until)
        head_size, data_size = FRAME.unpack(sizes)
        head = json.loads(self._take(process, head_size, until))
        return head, self._take(process, data_size, until)

    def _take(self, process: subprocess.Popen[bytes], size: int, until: float) -> bytes:
        taken = self._answers.take(size, until)
        if taken is not None:
            return taken
        if self._answers.ended:
            raise _Gone(_why_ended(process))
        raise _Gone(f"Reading it took more than {self.limits.seconds:g} seconds, so it was stopped.")

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
        self._answers = _Answers()
        self._answers.listen(self._process)
        self._questions = SimpleQueue()
        threading.Thread(target=_hand_over, args=(self._questions, self._process), name="asking", daemon=True).start()
        if self._outlets:
            self._questions.put((self._outlets, b""))
        return self._process

    def _say_outlets(self, message: str) -> None:
        if message == self._outlets:
            return
        self._outlets = message
        if self._process is not None and self._process.poll() is None:
            self._questions.put((message, b""))


def _hand_over(questions: SimpleQueue[_Question | None], process: subprocess.Popen[bytes]) -> None:
    """Send what is asked, one after the other: a process that is busy takes nothing in, and nobody need wait for it."""
    assert process.stdin is not None
    while (question := questions.get()) is not None:
        try:
            write_frame(process.stdin, *question)  # type: ignore[arg-type]
        except (OSError, ValueError):
            # It has ended, which whoever waits for its answer will find out.
            return


class _Answers:
    """What the process has answered and nobody has taken yet, gathered by a thread.

    A process that had to wait until its last answer is taken would stand still while records are being stored.
    """

    def __init__(self) -> None:
        self.ended = False
        self._buffer = bytearray()
        self._changed = threading.Condition()
        self._closed = False
        self._wanted = 0

    @property
    def has_room(self) -> bool:
        """Say whether answers to further files may be gathered."""
        return len(self._buffer) < _MOST_GATHERED // 2

    def listen(self, process: subprocess.Popen[bytes]) -> None:
        """Begin to gather what the process writes."""
        assert process.stdout is not None
        # A number of its own, which stays this pipe's when the other is closed and used again.
        number = os.dup(process.stdout.fileno())
        threading.Thread(target=self._gather, args=(number,), name="reading", daemon=True).start()

    def take(self, size: int, until: float) -> bytes | None:
        """Return the next bytes, None when they did not come in time or will not come at all."""
        with self._changed:
            self._wanted = size
            self._changed.notify_all()
            while len(self._buffer) < size:
                left = until - time.monotonic()
                if self.ended or left <= 0:
                    return None
                self._changed.wait(left)
            taken = bytes(self._buffer[:size])
            del self._buffer[:size]
            self._changed.notify_all()
        return taken

    def close(self) -> None:
        """Let go of everything; nothing is gathered any more."""
        with self._changed:
            self._closed = True
            self._buffer.clear()
            self._changed.notify_all()

    def _gather(self, number: int) -> None:
        try:
            while not self._closed and (chunk := os.read(number, _CHUNK)):
                with self._changed:
                    self._buffer += chunk
                    self._changed.notify_all()
                    # One record may be larger than this: whoever waits for it is given way.
                    while len(self._buffer) > _MOST_GATHERED and not self._closed and not self._is_wanted():
                        self._changed.wait()
        finally:
            os.close(number)
            with self._changed:
                self.ended = True
                self._changed.notify_all()

    def _is_wanted(self) -> bool:
        return self._wanted > len(self._buffer)


_MEND = "It is kept as it came; an archivist can download it and see what is wrong."


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
    size = head["parsed_size"]
    return Record(
        member,
        place,
        file,
        head["record"],
        raw[size:],
        format=head["format"],
        parsed_json=raw[:size].decode(),
        url=head["url"],
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
