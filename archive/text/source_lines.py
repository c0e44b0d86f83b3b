"""Promises the hops that a printed source line or a headline's suffix states, in the order they are printed.

"Source: A, as reported by B" is B resting on A; "Source: B; Ana Ruiz, spokesperson for C, in a briefing" is B having
carried the words of a named speaker.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from archive.text.outlet_mentions import OutletLookup
from archive.text.sources import Source, anonymous, read_source

LABEL = re.compile(
    r"^\W*(?:Sources?|Via|Quellen?|Fuentes?|Fonte|Источники?|Джерел[оа]|Źródło|Kaynak|المصدر)\s*[:：]\s*", re.I
)
_REPORTED_BY = re.compile(
    r"^(?P<inner>.+?),?\s+(?:as\s+)?(?:first\s+)?(?:reported|cited|quoted|relayed|carried|told|"
    r"published)\s+(?:by|to|in)\s+(?P<outer>.+)$",
    re.I,
)
_VIA = re.compile(r"^(?P<inner>.+?),?\s+(?:via|über|через|vía)\s+(?P<outer>.+)$", re.I)
_CITING = re.compile(
    r"^(?P<outer>.+?),?\s+(?:citing|quoting|with reference to|referring to|со ссылкой на|з посиланням на|"
    r"unter Berufung auf|"
    r"citando a|citant)\s+(?P<inner>.+)$",
    re.I,
)

_LIST_WORD = re.compile(r"^\W*(?:and|und|и|та|et|y)\s+")


@dataclass(frozen=True, slots=True)
class LineHop:
    """One source of a source line: its span in the line, and the index of the hop it relies on or None."""

    source: Source
    start: int
    end: int
    relies_on: int | None
    rule: str


def read_source_line(line: str, lookup: OutletLookup) -> list[LineHop]:
    """Return the hops of a source line in order from the article outwards; the own outlet is left out."""
    label = LABEL.match(line)
    hops: list[LineHop] = []
    pending: int | None = None
    for start, end in _parts(line, label.end() if label else 0, lookup):
        chain = list(_chain(line, start, end, lookup))
        if not chain:
            continue
        first = len(hops)
        for k, (source, a, b, rule) in enumerate(chain):
            hops.append(LineHop(source, a, b, first + k + 1 if k + 1 < len(chain) else None, rule))
        named = chain[0][0].kind in ("person", "institution", "document")
        if pending is not None and named:
            carrier = hops[pending]
            hops[pending] = LineHop(carrier.source, carrier.start, carrier.end, first, "source line, carried by")
        pending = len(hops) - 1 if chain[-1][0].kind == "outlet" else None
    return hops


def _parts(line: str, start: int, lookup: OutletLookup) -> Iterator[tuple[int, int]]:
    """Yield the [start, end) of the parts between semicolons and line breaks, and of the outlets of a plain list."""
    for match in re.finditer(r"[^;\n]+", line[start:]):
        a, b = start + match.start(), start + match.end()
        while a < b and (line[a].isspace() or line[a] in "•-–—,"):
            a += 1
        while b > a and (line[b - 1].isspace() or line[b - 1] in ".,"):
            b -= 1
        names = list(re.finditer(r"(?:(?!,\s|\s(?:and|und|и|та|et|y)\s).)+", line[a:b]))
        names = [n for n in names if n.group(0).strip(", ") not in ("", "and", "und", "и", "та", "et", "y")]
        if len(names) > 1 and all(lookup.resolve(_LIST_WORD.sub("", n.group(0)).strip(", ")) for n in names):
            for name in names:
                bare_name = _LIST_WORD.sub("", name.group(0)).strip(", ")
                at = line.index(bare_name, a + name.start())
                yield at, at + len(bare_name)
        elif b > a:
            yield a, b


def _chain(line: str, start: int, end: int, lookup: OutletLookup) -> Iterator[tuple[Source, int, int, str]]:
    """Yield the sources of one part from the article outwards, each with its span."""
    text = line[start:end]
    for pattern in (_REPORTED_BY, _VIA, _CITING):
        match = pattern.match(text)
        if match is None:
            continue
        outer = list(_chain(line, start + match.start("outer"), start + match.end("outer"), lookup))
        inner = list(_chain(line, start + match.start("inner"), start + match.end("inner"), lookup))
        if outer and inner:
            yield from ((s, a, b, "source line, relayed") for s, a, b, _ in outer)
            yield from inner
            return
    if lookup.is_own(text):
        return
    source = _whole(text, lookup)
    if source is not None:
        yield source, start, end, "source line"


def _whole(text: str, lookup: OutletLookup) -> Source | None:
    """Return the source that one part of a source line is; a name that nothing else explains is an outlet's."""
    resolved = lookup.resolve(text)
    if resolved is not None:
        return Source(resolved[0], "outlet", slug=resolved[1])
    unnamed = anonymous(text)
    if unnamed is not None:
        return unnamed
    source = read_source(text, lookup)
    bare_name = "," not in text and len(text.split()) <= 4 and text[:1].isupper()
    if source is None and bare_name:
        return Source(text, "outlet")
    if source is not None and source.kind == "person" and bare_name and len(text.split()) == 1:
        return Source(text, "outlet")
    if source is not None and source.kind == "outlet" and source.name != text and "," in text:
        return source
    return source


_SUFFIX = re.compile(r"(?::\s+|\s[-–—|]\s+)(?P<name>[^:–—|]{2,40})$")
_PREFIX = re.compile(r"^(?P<name>[^:–—|]{2,40}?)(?:\s+(?:exclusive|report|poll|survey))?:\s", re.I)


def read_headline(headline: str, lookup: OutletLookup) -> list[LineHop]:
    """Return the outlet that a headline states at its end ("...: NDT") or at its start ("NDT: ...")."""
    plain = headline.rstrip()
    for pattern, rule in ((_SUFFIX, "headline suffix"), (_PREFIX, "headline prefix")):
        match = pattern.search(plain)
        if match is None:
            continue
        name = match.group("name").strip()
        trimmed = re.sub(r"\s+(?:reports?|says|source)$", "", name, flags=re.I)
        resolved = lookup.resolve(trimmed)
        if resolved is None or lookup.is_own(resolved[0]) or lookup.is_own(trimmed):
            continue
        if resolved[2] == "form" and rule == "headline prefix":
            continue
        at = match.start("name") + match.group("name").find(name)
        return [LineHop(Source(resolved[0], "outlet", slug=resolved[1]), at, at + len(trimmed), None, rule)]
    return []
