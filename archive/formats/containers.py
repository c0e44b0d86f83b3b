"""Zip and gzip as containers of any other file: opened one member at a time, limited in size, ratio, count and depth.

Nothing is ever written to disk; names are only labels, and one that would leave its folder is refused all the same.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator

from archive.formats import sniff
from archive.formats.base import Budget, Member, ParseError, ReadContext, Rejected

_CHUNK = 256 * 1024
# Below this size any ratio is harmless, and short repetitive files reach high ones honestly.
_RATIO_FLOOR = 8 * 1024 * 1024
_LITTER = (".DS_Store", "Thumbs.db", "desktop.ini")


class Zip:
    """A zip file. Word, Excel and WACZ files are zips too, and are left to their own formats."""

    name = "zip"

    def recognizes(self, data: bytes, file_name: str) -> float:
        """Return 0.9 for a zip that is not the wrapping of another format."""
        if not data.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
            return 0.0
        return 0.0 if wrapped_kind(data) else 0.9

    def members(self, data: bytes, context: ReadContext, budget: Budget) -> Iterator[Member | Rejected]:
        """Yield the files of the zip, folders and operating system litter left out. Raises ParseError."""
        with open_zip(data) as archive:
            for info in archive.infolist():
                if info.is_dir() or _is_litter(info.filename):
                    continue
                if problem := _unsafe(info):
                    budget.charge(0)
                    yield Rejected(_label(info.filename), problem[0], problem[1], format="zip")
                    continue
                try:
                    content = read_entry(archive, info, context.max_bytes, budget)
                except MemberError as error:
                    yield Rejected(_label(info.filename), str(error), error.mend, format="zip")
                    continue
                yield Member(_label(info.filename), content)


class Gzip:
    """A gzip file of anything; several gzip members in a row are one file, as the standard says."""

    name = "gzip"

    def recognizes(self, data: bytes, file_name: str) -> float:
        """Return 0.9 for gzip data; web archives recognize their own gzip with more."""
        return 0.9 if data.startswith(b"\x1f\x8b") else 0.0

    def members(self, data: bytes, context: ReadContext, budget: Budget) -> Iterator[Member | Rejected]:
        """Yield the one file inside. Raises ParseError for truncated data and for bombs."""
        content = gunzip(data, context.max_bytes, budget.max_ratio)
        budget.charge(len(content))
        inner = context.file_name.rpartition("/")[2]
        yield Member(inner.removesuffix(".gz").removesuffix(".GZ") or "content", content)


ZIP = Zip()
GZIP = Gzip()


class MemberError(Exception):
    """One member is beyond reading; the archive around it is not."""

    def __init__(self, message: str, mend: str) -> None:
        super().__init__(message)
        self.mend = mend


def open_zip(data: bytes) -> zipfile.ZipFile:
    """Open the bytes as a zip. Raises ParseError."""
    try:
        return zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, UnicodeDecodeError) as error:
        raise ParseError(
            "The zip file is damaged: its list of contents can't be read.", mend="Copy or download it again."
        ) from error


def wrapped_kind(data: bytes) -> str:
    """Return "docx", "xlsx", "odt", "wacz", "pptx" for a zip that is the wrapping of one document, else ""."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError, UnicodeDecodeError):
        return ""
    if "word/document.xml" in names:
        return "docx"
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "ppt/presentation.xml" in names:
        return "pptx"
    if "content.xml" in names and "mimetype" in names:
        return "odt"
    if "datapackage.json" in names:
        return "wacz"
    return ""


def check_office(data: bytes, kind: str, most: int = 512 * 1024 * 1024) -> None:
    """Refuse an Office file that is a bomb, damaged, or holds what Office never writes: a document type declaration."""
    with open_zip(data) as archive:
        total = 0
        for info in archive.infolist():
            total += info.file_size
            if total > most or (info.file_size > _RATIO_FLOOR and info.file_size > 400 * max(info.compress_size, 1)):
                raise ParseError(
                    f"The {kind} expands to far more than its size, as a zip bomb does.",
                    mend="Don't open it; ask the sender for the plain text.",
                )
            if info.filename.lower().endswith((".xml", ".rels")):
                try:
                    with archive.open(info) as stream:
                        head = stream.read(sniff.HEAD)
                except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError) as error:
                    raise ParseError(f"The {kind} is damaged.", mend="Open it and save it again.") from error
                if "<!DOCTYPE" in sniff.head_text(head):
                    raise ParseError(
                        f"The {kind} declares XML entities, which can hide a bomb or a file of this machine.",
                        mend="Ask the sender for the plain text.",
                    )


def read_entry(archive: zipfile.ZipFile, info: zipfile.ZipInfo, max_bytes: int, budget: Budget) -> bytes:
    """Return one member's bytes, stopping as soon as it is over a limit. Raises MemberError, and ParseError when the
    whole archive is over `budget`."""
    parts: list[bytes] = []
    size = 0
    try:
        with archive.open(info) as stream:
            while chunk := stream.read(_CHUNK):
                size += len(chunk)
                if size > max_bytes:
                    raise MemberError(
                        f"The file is larger than {max_bytes // 2**20} MB when unpacked.",
                        "Split it, or raise the limit in the settings.",
                    )
                if size > _RATIO_FLOOR and size > info.compress_size * budget.max_ratio:
                    raise MemberError(
                        f"The file unpacks to more than {budget.max_ratio} times its size, as a zip bomb does.",
                        "Don't open it; ask the sender for the plain file.",
                    )
                parts.append(chunk)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError) as error:
        raise MemberError("The file is damaged inside the zip.", "Copy or download the zip again.") from error
    except RuntimeError as error:
        raise MemberError("The file is locked with a password.", "Unlock it and import it again.") from error
    finally:
        budget.charge(size)
    return b"".join(parts)


def gunzip(data: bytes, max_bytes: int, max_ratio: int = 200) -> bytes:
    """Return the content of gzip data. Raises ParseError when it is cut off, damaged, or over a limit."""
    parts: list[bytes] = []
    size = 0
    view = memoryview(data)
    position = 0
    while bytes(view[position : position + 2]) == b"\x1f\x8b":
        stream = zlib.decompressobj(wbits=31)
        while not stream.eof:
            piece = stream.unconsumed_tail or view[position : position + _CHUNK]
            if not stream.unconsumed_tail:
                position += len(piece)
            if not piece:
                raise ParseError("The gzip file is cut off before its end.", mend="Copy or download it again.")
            try:
                chunk = stream.decompress(piece, _CHUNK)
            except zlib.error as error:
                raise ParseError("The gzip file is damaged.", mend="Copy or download it again.") from error
            size += len(chunk)
            if size > max_bytes or (size > _RATIO_FLOOR and size > len(data) * max_ratio):
                raise ParseError(
                    f"The gzip file unpacks to more than {min(max_bytes, len(data) * max_ratio) // 2**20} MB.",
                    mend="Split it, or raise the limit in the settings, if you trust the sender.",
                )
            parts.append(chunk)
        position -= len(stream.unused_data)
    return b"".join(parts)


def peek_gzip(data: bytes, size: int = sniff.HEAD) -> bytes:
    """Return the first bytes inside gzip data, b"" when there are none to be had."""
    try:
        return zlib.decompressobj(wbits=31).decompress(data[: size * 4], size)
    except zlib.error:
        return b""


def _unsafe(info: zipfile.ZipInfo) -> tuple[str, str] | None:
    parts = info.filename.replace("\\", "/").split("/")
    if ".." in parts or info.filename.startswith(("/", "\\")) or ":" in parts[0]:
        return (
            "The name of the file would lead out of its folder.",
            "Ask the sender for an archive with plain names; this one may be an attack.",
        )
    if (info.external_attr >> 16) & 0o170000 == 0o120000:
        return "The entry is a link to another place, not a file.", "Put the file itself into the archive."
    return None


def _label(name: str) -> str:
    """Return the name fit to be shown: no control characters, no more than 300 characters."""
    return "".join(char if char.isprintable() else "�" for char in name.replace("\\", "/"))[-300:]


def _is_litter(name: str) -> bool:
    base = name.rpartition("/")[2]
    return name.startswith("__MACOSX/") or base.startswith("._") or base in _LITTER
