"""A document of one article as paragraphs: which is the headline, the byline, the date, and where the text begins.

For PDF, DOCX and RTF, which say how a line looks and not what it is. What their styles do say (a title, a subtitle)
comes in as hints.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from archive.formats import blocks, embargo, fields, rows, stamps
from archive.formats.base import Candidate, DateReading, ParsedArticle, ParseError, ReadContext
from archive.text import dates

_LABEL = re.compile(r"^([^\W\d_][\w /-]{1,24}?)\s*:\s+(\S.*)$")
_BY = re.compile(r"^(?:by|von|par|por|di|door|av|af|od|автор)\b[\s:]", re.I)
_PAGE = re.compile(r"^(?:page|pg\.?|p\.|seite|s\.|pagina|página)\s*([A-Z]{0,2}\d{1,4})\b", re.I)
_EDITION = re.compile(r"\b([A-Z][\w-]*(?: [A-Z][\w-]*){0,2} [Ee]dition|[A-Z][\w-]*ausgabe)\b")
_GENERIC_TITLE = re.compile(
    r"^(?:untitled|document\d*|dokument\d*|microsoft word|word document|print|layout \d|"
    r".*\.(?:docx?|rtf|pdf|indd|odt|txt|html?))",
    re.I,
)
_HEAD = 12  # how many paragraphs may precede the text
_KNOWN = frozenset(
    (
        "headline",
        "standfirst",
        "byline",
        "published_at",
        "outlet",
        "url",
        "guid",
        "language",
        "dateline",
        "page",
        "edition",
        "tags",
        "credit",
        "slugline",
        "usage_terms",
    )
)


@dataclass(frozen=True, slots=True)
class Hints:
    """What the file says beside its text. `title` is its metadata, `headline` and `standfirst` what its styles mark."""

    headline: str = ""
    standfirst: str = ""
    title: str = ""
    author: str = ""
    outlet: str = ""
    language: str = ""
    created: str = ""


def article(paragraphs: Sequence[str], hints: Hints, context: ReadContext, kind: str) -> ParsedArticle:
    """Return the article. Raises ParseError when there is no text."""
    lines = [line for line in (blocks.clean(paragraph) for paragraph in paragraphs) if line]
    if not lines:
        raise ParseError("The document holds no text.", mend="If it is a scan, run text recognition (OCR) first.")
    held, until = embargo.find(lines, context, hints.language)
    if held:
        lines = [line for line in lines if line != held]
    head = _Head(hints, context)
    start = head.read(lines)
    body = [*head.kept, *lines[start:]]
    title = "" if _GENERIC_TITLE.match(hints.title) or len(hints.title) < 8 else hints.title
    headline, headlines = fields.choose(
        (head.values.get("headline", ""), "label"),
        (hints.headline, "style of a heading"),
        (head.headline, "first line"),
        (title, "title of the file"),
    )
    body = [line for place, line in enumerate(body) if place > 3 or line not in (headline, hints.standfirst)]
    warnings = (
        [f"The embargo line “{held[:120]}” names no date; the item is withheld."] if held and until is None else []
    )
    byline = head.values.get("byline") or head.byline
    tags = head.values.get("tags", "")
    outlet, evidence = next(
        (
            (name, where)
            for name, where in (
                (head.values.get("outlet", ""), "label"),
                (head.outlet, "date line"),
                (hints.outlet, "metadata of the file"),
            )
            if name
        ),
        ("", ""),
    )
    return ParsedArticle(
        format=kind,
        headline=headline,
        standfirst=head.values.get("standfirst") or hints.standfirst or head.standfirst,
        byline=byline,
        authors=fields.authors_of(byline),
        dateline=head.values.get("dateline", ""),
        credit=head.values.get("credit", ""),
        body="\n".join(body),
        language=head.values.get("language") or hints.language,
        outlet_name=outlet,
        outlet_evidence=evidence if outlet else "",
        url=head.values.get("url", "") if head.values.get("url", "").startswith("http") else "",
        guid=head.values.get("guid", ""),
        published=head.published(),
        signal="withhold" if warnings else fields.signal_in_words(headline),
        editor_note=held,
        embargoed_until=until,
        slugline=head.values.get("slugline", ""),
        tags=rows.tags_in(tags),
        usage_terms=head.values.get("usage_terms", ""),
        page=head.values.get("page") or head.page,
        edition=head.values.get("edition") or head.edition,
        candidates={"headline": headlines},
        warnings=tuple(warnings),
    )


class _Head:
    """The lines above the text, sorted."""

    def __init__(self, hints: Hints, context: ReadContext) -> None:
        self.hints = hints
        self.context = context
        self.values: dict[str, str] = {}
        self.headline = self.standfirst = self.byline = self.page = self.edition = self.outlet = ""
        self.kept: list[str] = []
        self.date: DateReading | None = None

    def read(self, lines: Sequence[str]) -> int:
        """Sort the lines and return where the text begins.

        A single line between the headline and a byline or date is the standfirst; more of them belong to the text, as
        does all that follows the last line that says what it is.
        """
        start = 0
        pending: list[str] = []
        for place, line in enumerate(lines[:_HEAD]):
            if line in (self.hints.headline, self.hints.standfirst) or self._known(line, place):
                self.kept += pending
                pending = []
            elif not (self.headline or self.hints.headline or "headline" in self.values) and len(line) <= 300:
                self.headline = line
            else:
                pending.append(line)
                if len(line) > 300 or len(pending) > 1:
                    break
                continue
            start = place + 1
        if len(self.kept) == 1 and not self.hints.standfirst:
            self.standfirst = self.kept.pop()
        return start

    def _known(self, line: str, place: int) -> bool:
        """Take a line that says what it is; say whether it did."""
        if len(line) > 240:
            return False
        if (match := _LABEL.match(line)) and (field := rows.guess([match[1]]).get(match[1])) in _KNOWN:
            self.values.setdefault(field, match[2])
            return True
        if len(line) < 120 and _BY.match(line) and line[-1] not in ".!?" and fields.authors_of(line):
            self.byline = self.byline or line
            return True
        if len(line) < 100 and (self.date is None or self.date.value is None):
            found = dates.read_date(line, language=self.hints.language)
            if found and self._is_date_line(line, found.printed):
                self.date = stamps.read_printed(
                    found.printed, where=f"line {place + 1}", context=self.context, language=self.hints.language
                )
                self._place(line)
                return True
        return bool(len(line) < 60 and self._place(line))

    def _is_date_line(self, line: str, printed: str) -> bool:
        """Say whether a line with a date is made of little else: a place or a paper, a page, an edition."""
        rest = _EDITION.sub("", line.replace(printed, " "))
        pieces = [piece.strip(" ,.-–—()") for piece in re.split(r"[|·•;,]|\s{2,}", rest)]
        words = [piece for piece in pieces if piece and not _PAGE.match(piece)]
        if len(" ".join(words).split()) > 5 or line[-1] in "!?":
            return False
        names = {fields.letters(name) for outlet in self.context.outlets for name in (outlet.name, *outlet.names)}
        paged = any(_PAGE.match(piece) for piece in pieces)
        for piece in words:
            if fields.letters(piece) in names or (paged and len(piece.split()) > 1 and not self.outlet):
                self.outlet = piece
        return True

    def _place(self, line: str) -> bool:
        for part in re.split(r"\s*[|·•;]\s*|,\s+|\s{3,}", line):
            if (match := _PAGE.match(part)) and not self.page:
                self.page = match[1]
            if (match := _EDITION.search(part)) and not self.edition:
                self.edition = match[1]
        return bool(_PAGE.match(line) or _EDITION.fullmatch(line))

    def published(self) -> DateReading:
        """Return the printed date; the day the file was made only among the candidates that lost."""
        labelled = self.values.get("published_at", "")
        readings = []
        if labelled:
            readings.append(
                stamps.read_printed(labelled, where="labelled date", context=self.context, language=self.hints.language)
            )
        if self.date:
            readings.append(self.date)
        best = stamps.best(readings)
        if not self.hints.created:
            return best
        made = Candidate(self.hints.created, "metadata of the file", "says when the file was made, not the article")
        return DateReading(
            best.value, best.precision, best.zone, best.printed, best.where, best.rule, (*best.candidates, made)
        )
