"""The process that reads files: no database, no settings, limited memory, and nothing lost when it is killed.

It is started as `python -m archive.importing.child` and speaks in frames over its standard streams: eight bytes with
the length of a JSON header, eight with the length of the bytes that follow it, then both. It is fed one file at a time
and answers with one frame for each article (as JSON text) or rejected record, each with the bytes of that record, then
"end" or "error". Parsers may crash, hang or eat memory here; the parent only sees a stream that stops.
"""

from __future__ import annotations

import contextlib
import ctypes
import dataclasses
import hashlib
import json
import os
import resource
import signal
import struct
import sys
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from archive.formats import registry
from archive.formats.base import Budget, Member, OutletHints, ParsedArticle, ParseError, ReadContext, Rejected
from archive.text.fingerprint import text_key_of, winnow_of
from archive.text.keys import name_key
from archive.text.normalize import words

from . import serial

FRAME = struct.Struct("!QQ")
# Passages of the very longest texts tell nothing more; the first few hundred find every copy.
MOST_PASSAGES = 400


def write_frame(stream: BinaryIO, header: str, data: bytes = b"") -> None:
    """Write one frame and flush it."""
    head = header.encode()
    stream.write(FRAME.pack(len(head), len(data)))
    stream.write(head)
    if data:
        stream.write(data)
    stream.flush()


def read_frame(stream: BinaryIO) -> tuple[bytes, bytes] | None:
    """Return header and data of the next frame, None when the other side has gone."""
    lengths = stream.read(FRAME.size)
    if len(lengths) < FRAME.size:
        return None
    head_size, data_size = FRAME.unpack(lengths)
    head, data = stream.read(head_size), stream.read(data_size)
    if len(head) < head_size or len(data) < data_size:
        return None
    return head, data


def header_key(names: Iterable[str]) -> str:
    """Return the key of a table's header: the same columns in the same order are the same kind of table."""
    return hashlib.sha256("\x1f".join(name.strip().casefold() for name in names).encode()).hexdigest()


def facts_of(headline: str, standfirst: str, body: str) -> dict[str, Any]:
    """Return what matching compares: the key of the text, its length in words, and hashes of its passages."""
    tokens = words("\n".join((headline, standfirst, body)))
    return {
        "text_key": text_key_of(tokens),
        "words": len(tokens),
        "passages": sorted(winnow_of(tokens))[:MOST_PASSAGES],
    }


class Reader:
    """Reads one file after another with what the archive knows of its outlets."""

    def __init__(self, out: BinaryIO) -> None:
        self.out = out
        self.outlets: dict[int, OutletHints] = {}
        self.tables: dict[str, dict[str, str]] = {}

    def learn(self, request: dict[str, Any]) -> None:
        """Take in what the archive knows of its outlets."""
        self.tables = request["tables"]
        self.outlets = {int(key): serial.hints_from_json(value) for key, value in request["outlets"].items()}

    def read(self, request: dict[str, Any], data: bytes) -> None:
        """Answer with every record of a file, beginning at the member and record that are asked for."""
        context = ReadContext(
            captured_at=datetime.fromisoformat(request["captured_at"]),
            file_name=request.get("name", ""),
            url=request.get("url", ""),
            outlet=self.outlets.get(request.get("outlet") or 0),
            outlets=tuple(self.outlets.values()),
            columns=request.get("columns") or {},
            max_bytes=request["file_bytes"],
        )
        budget = Budget(
            max_total=request["total_bytes"],
            max_members=request["members"],
            max_ratio=request["ratio"],
            max_depth=request["depth"],
        )
        said = request.get("outlets_of") or {}
        try:
            packed = registry.container_of(data, context.file_name) is not None
            for index, member in enumerate(registry.expand(data, context, budget)):
                if index < request.get("member", 0):
                    continue
                if isinstance(member, Member) and member.name == request.get("passed_over"):
                    continue
                skip = request.get("record", 0) if index == request.get("member", 0) else 0
                if request["op"] == "bytes":
                    self._send({"is": "bytes"}, member.data if isinstance(member, Member) else member.raw)
                    return
                home = said.get(member.name.rpartition("/")[2]) if said and isinstance(member, Member) else None
                inner = dataclasses.replace(context, outlet=self.outlets.get(home)) if home else context
                self._member(index, member, inner, skip, packed=packed)
        except ParseError as error:
            self._send({"is": "error", "reason": str(error), "mend": error.mend})
        except MemoryError:
            self._send({"is": "error", "reason": "The file needs more memory than a file may take.", "mend": _SPLIT})
        except RecursionError:
            self._send({"is": "error", "reason": "The file is nested too deeply to be read.", "mend": _RESAVE})
        except Exception as error:
            print(f"{request.get('name')}: {type(error).__name__}: {error}", file=sys.stderr)
            self._send({"is": "error", "reason": f"The file can't be read ({type(error).__name__}).", "mend": _RESAVE})
        else:
            self._send({"is": "end"})

    def _member(self, index: int, member: Member | Rejected, context: ReadContext, skip: int, *, packed: bool) -> None:
        name = member.name if isinstance(member, Member) else member.record
        self._send({"is": "member", "member": index, "file": name if packed else ""})
        if isinstance(member, Rejected):
            self._send({"is": "rejected", "reason": member.reason, "mend": member.mend, "record": ""}, member.raw)
            return
        try:
            for place, one in enumerate(self._records(member, context)):
                if place >= skip:
                    self._record(one, member, packed=packed)
        except (ParseError, MemoryError, RecursionError) as error:
            if isinstance(error, MemoryError):
                error = ParseError("The file needs more memory than a file may take.", mend=_SPLIT)
            elif isinstance(error, RecursionError):
                error = ParseError("The file is nested too deeply to be read.", mend=_RESAVE)
            self._send({"is": "rejected", "reason": str(error), "mend": error.mend, "record": ""}, member.data)
        except Exception as error:
            print(f"{name}: {type(error).__name__}: {error}", file=sys.stderr)
            reason = f"The file can't be read ({type(error).__name__})."
            self._send({"is": "rejected", "reason": reason, "mend": _RESAVE, "record": ""}, member.data)

    def _records(self, member: Member, context: ReadContext) -> Iterator[ParsedArticle | Rejected]:
        table = registry.columns_of(member.data, member.name)
        if table is not None:
            names, mapping, sample = table
            chosen = {**self.tables.get(header_key(names), {}), **context.columns}
            shown = {**mapping, **chosen}
            self._send({"is": "table", "names": names, "columns": shown, "sample": sample, "file": member.name})
            context = dataclasses.replace(context, columns=chosen)
        at_home: dict[str, Iterator[tuple[int, ParsedArticle | Rejected]]] = {}
        for place, one in enumerate(registry.read_member(member, context)):
            home = self._known_now(one, context)
            if home is None:
                yield one
                continue
            if home.name not in at_home:
                at_home[home.name] = enumerate(registry.read_member(member, dataclasses.replace(context, outlet=home)))
            second = next((found for number, found in at_home[home.name] if number == place), one)
            yield one if isinstance(second, Rejected) else second

    def _known_now(self, one: ParsedArticle | Rejected, context: ReadContext) -> OutletHints | None:
        """Return the outlet that only the reading told, where it says more with what is known of it: a page with its
        furniture, an embargo or a right of use with its time zone."""
        if context.outlet is not None or isinstance(one, Rejected):
            return None
        is_page = bool(one.lines) and not one.record
        is_bounded = one.embargoed_until is not None or one.usage_expires_at is not None
        home = _home_of(one, self.outlets.values()) if is_page or is_bounded else None
        if home is None:
            return None
        is_learnt = bool(home.furniture or home.body_lines or _has_habits(home))
        return home if (is_page and is_learnt) or (is_bounded and home.time_zone) else None

    def _record(self, one: ParsedArticle | Rejected, member: Member, *, packed: bool) -> None:
        if isinstance(one, Rejected):
            header = {"is": "rejected", "reason": one.reason, "mend": one.mend, "record": one.record}
            self._send(header | {"format": one.format}, one.raw or member.data)
            return
        if packed and (member.url or member.captured_at):
            one = dataclasses.replace(one, url=one.url or member.url, captured_at=one.captured_at or member.captured_at)
        # Beside the header, not in it: whoever stores it need not take it apart.
        parsed = serial.dumps(serial.to_json(one)).encode()
        header = {
            "is": "article",
            "format": one.format,
            "record": one.record,
            "url": one.url,
            "captured_at": one.captured_at.isoformat() if one.captured_at else None,
            # A record that shares its file's bytes with others can't be known again by them.
            "facts": facts_of(one.headline, one.standfirst, one.body) | {"own_bytes": bool(one.raw) or not one.record},
            "parsed_size": len(parsed),
        }
        self._send(header, parsed + (one.raw or member.data))

    def _send(self, header: dict[str, Any], data: bytes = b"") -> None:
        write_frame(self.out, serial.dumps(header), data)


_SPLIT = "Split it into smaller files."
_RESAVE = "Save it again from the program it came from, or import its text."


def _has_habits(home: OutletHints) -> bool:
    return bool(home.headline_origin or home.byline_origin or home.published_origin)


def _home_of(one: ParsedArticle, outlets: Iterable[OutletHints]) -> OutletHints | None:
    key = name_key(one.outlet_name)
    host = (urlsplit(one.url).hostname or "").removeprefix("www.") if one.url else ""
    for outlet in outlets:
        if key and any(key == name_key(name) for name in (outlet.name, *outlet.names)):
            return outlet
        if host and any(host == known or host.endswith(f".{known}") for known in outlet.hosts):
            return outlet
    return None


def main() -> None:
    """Serve requests until the parent goes away."""
    # A parser that loops for ever must not outlive a parent that was killed.
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)
    # Parsers that print must not break the stream of frames.
    out = os.fdopen(os.dup(1), "wb", buffering=256 * 1024)
    os.dup2(2, 1)
    source = os.fdopen(os.dup(0), "rb", buffering=256 * 1024)
    limit = int(os.environ.get("ARCHIVE_READER_MEMORY", "0"))
    if limit:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    reader = Reader(out)
    while (frame := read_frame(source)) is not None:
        request = json.loads(frame[0])
        if request["op"] == "outlets":
            reader.learn(request)
        else:
            reader.read(request, frame[1])


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError, KeyboardInterrupt):
        main()
