"""What every format promises: bytes in, parsed articles out, and one clear sentence when that is impossible."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, NamedTuple, Protocol

Precision = Literal["instant", "minute", "day", "inferred", "unknown"]
TagKind = Literal["topic", "person", "place", "organisation"]
Signal = Literal["", "update", "correction", "kill", "withhold", "reinstatement"]


class ParseError(Exception):
    """A file that can't be read.

    `str(error)` is one sentence for the person who brought the file: what is wrong and where;
    `mend` is one sentence that says what to do about it.
    """

    def __init__(self, message: str, *, mend: str = "") -> None:
        super().__init__(message)
        self.mend = mend


@dataclass(frozen=True, slots=True)
class Candidate:
    """One value that a page offers for a field: where it came from, and why it lost ("" for the chosen one)."""

    value: str
    origin: str
    lost_because: str = ""


@dataclass(frozen=True, slots=True)
class DateReading:
    """A date with its evidence.

    `value` is aware when the zone is known (precision instant), naive as printed when it is not (minute), naive
    midnight for a day, None when unknown. `printed` is the string as it stood, `where` the place it stood
    ("line 97", "JSON-LD datePublished"), `rule` what read it, `zone` the zone as printed or "" when none was given.
    """

    value: datetime | None = None
    precision: Precision = "unknown"
    zone: str = ""
    printed: str = ""
    where: str = ""
    rule: str = ""
    candidates: tuple[Candidate, ...] = ()


@dataclass(frozen=True, slots=True)
class ParsedTag:
    """A subject label as the file gives it; `code` is an IPTC Media Topic code such as "medtop:11000000" or ""."""

    name: str
    kind: TagKind = "topic"
    code: str = ""


class Line(NamedTuple):
    """One non-blank line of the document as received and what became of it.

    `number` counts from 1 in the received text. `role` is "body", "headline", "standfirst", "byline", "date",
    "source", "tag", "caption" or "furniture"; `reason` says why a line that is not body was taken out of it.
    """

    number: int
    text: str
    role: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Post:
    """One stamped entry of a live blog."""

    headline: str
    body: str
    published: DateReading


@dataclass(frozen=True, slots=True)
class ParsedArticle:
    """One article as one file gives it. Text fields are "" when the file does not say; `body` is one paragraph a line.

    `guid` is the outlet's own identifier, `about_guid` that of an earlier item which this one kills, corrects or
    replaces under a name of its own; `url` the address (canonical where the page names one); `raw` the bytes of
    this record where the file holds several, else empty for the whole file. `outlet_name` is as printed, with
    `outlet_evidence` saying where. `source_line` is a printed "Source: ..." line. `candidates` maps a field name
    (headline, byline, published_at, outlet) to what the file offered for it, the chosen one first. `record` says where
    in the file it stood ("line 7", "june/042.xml") and `captured_at` when its bytes were fetched, where the file knows.
    `is_record` is set when the bytes are the whole record of another archive, earlier versions included.
    """

    format: str
    headline: str = ""
    standfirst: str = ""
    byline: str = ""
    authors: tuple[str, ...] = ()
    dateline: str = ""
    credit: str = ""
    source_line: str = ""
    body: str = ""
    language: str = ""
    outlet_name: str = ""
    outlet_evidence: str = ""
    url: str = ""
    guid: str = ""
    about_guid: str = ""
    kind: Literal["article", "live_blog"] = "article"
    published: DateReading = field(default_factory=DateReading)
    issued_at: datetime | None = None
    provider_version: str = ""
    signal: Signal = ""
    editor_note: str = ""
    embargoed_until: datetime | None = None
    urgency: int | None = None
    slugline: str = ""
    tags: tuple[ParsedTag, ...] = ()
    captions: tuple[str, ...] = ()
    usage_terms: str = ""
    usage_expires_at: datetime | None = None
    page: str = ""
    edition: str = ""
    posts: tuple[Post, ...] = ()
    candidates: Mapping[str, Sequence[Candidate]] = field(default_factory=dict)
    lines: tuple[Line, ...] = ()
    warnings: tuple[str, ...] = ()
    raw: bytes = b""
    record: str = ""
    captured_at: datetime | None = None
    is_record: bool = False


@dataclass(frozen=True, slots=True)
class Rejected:
    """One record of a file that could not be read while the rest could: a broken line, a damaged member of a zip.

    `record` says which ("line 7", "june/042.xml"), `reason` and `mend` are one sentence each, `raw` its bytes.
    """

    record: str
    reason: str
    mend: str = ""
    raw: bytes = b""
    format: str = ""


@dataclass(frozen=True, slots=True)
class Member:
    """One file inside a container. `url` and `captured_at` are what the container says of it (web archives do), and
    `warning` what is wrong with it there though it can be read.

    `opened` is set for a container that is itself a file of articles, so that it is read and not opened again. A
    message hands what it says to its attachments: `held` is its embargo line and `embargoed_until` the end of it,
    `sender` the outlet of a file that names none.
    """

    name: str
    data: bytes
    url: str = ""
    captured_at: datetime | None = None
    media_type: str = ""
    warning: str = ""
    opened: bool = False
    held: str = ""
    embargoed_until: datetime | None = None
    sender: str = ""


@dataclass(frozen=True, slots=True)
class OutletHints:
    """What the archive has learnt about one outlet, handed to the formats so that they stay free of the database.

    `furniture` holds normalised recurring lines (see archive.text.normalize.line_key), `body_lines` lines an editor
    restored; `headline_origin`, `byline_origin` and `published_origin` are the origins of the candidates that editors
    picked for this outlet, several of one value joined by " = ".
    """

    name: str
    names: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    language: str = ""
    time_zone: str = ""
    headline_origin: str = ""
    byline_origin: str = ""
    published_origin: str = ""
    furniture: frozenset[str] = frozenset()
    body_lines: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ReadContext:
    """What a format may know besides the bytes. `captured_at` (aware) caps every date that is read."""

    captured_at: datetime
    file_name: str = ""
    url: str = ""
    outlet: OutletHints | None = None
    outlets: tuple[OutletHints, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)
    max_bytes: int = 64 * 1024 * 1024


class Format(Protocol):
    """A kind of file that can be read. One module of this package each, listed in `archive.formats.registry`."""

    name: str

    def recognizes(self, data: bytes, file_name: str) -> float:
        """Return how sure it is, 0 to 1, that `data` (the whole file) is of this format; the content decides, the
        name only breaks ties."""
        ...

    def read(self, data: bytes, context: ReadContext) -> Iterator[ParsedArticle | Rejected]:
        """Yield the articles in the file, lazily where the format allows, and a Rejected for each record that can't be
        read while others can. Raises ParseError when nothing can."""
        ...


class Container(Protocol):
    """A kind of file that holds other files. Listed in the registry like a format; its members are known by content."""

    name: str

    def recognizes(self, data: bytes, file_name: str) -> float:
        """Return how sure it is, 0 to 1, that `data` is of this kind."""
        ...

    def members(self, data: bytes, context: ReadContext, budget: Budget) -> Iterator[Member | Rejected]:
        """Yield what it holds one by one, each charged to `budget`. Raises ParseError."""
        ...


@dataclass(slots=True)
class Budget:
    """What one upload may expand to, nesting included. `charge` and `descend` raise ParseError when it is used up."""

    max_total: int = 4 * 1024 * 1024 * 1024
    max_members: int = 250_000
    max_ratio: int = 200
    max_depth: int = 4
    total: int = 0
    count: int = 0

    def charge(self, size: int) -> None:
        """Count one more member of `size` bytes."""
        self.count += 1
        self.total += size
        if self.count > self.max_members:
            raise ParseError(
                f"The archive holds more than {self.max_members:,} files.", mend="Split it into smaller archives."
            )
        if self.total > self.max_total:
            raise ParseError(
                f"The archive expands to more than {self.max_total // 2**20:,} MB.",
                mend="Split it into smaller archives.",
            )

    def descend(self, depth: int) -> None:
        """Refuse archives nested more than `max_depth` deep."""
        if depth > self.max_depth:
            raise ParseError(
                f"Archives are nested more than {self.max_depth} deep.", mend="Unpack the inner ones and import those."
            )
