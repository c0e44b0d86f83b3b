"""Pictures drawn on the server: where every bar, dot and line of an SVG stands.

Promise: pure geometry. A function takes counted facts and returns frozen shapes in the picture's own units; templates
print them as attributes (no inline style), and the same facts stand in a table beside the picture.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.utils import formats
from django.utils.safestring import SafeString, mark_safe

# A handful of bars must not become slabs.
WIDEST_BAR = 44
# How much room the label of a tick takes.
LABEL = 44


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a histogram: its facts, its shape, and where a click leads."""

    label: str
    count: int
    url: str
    x: float
    y: float
    width: float
    height: float
    chosen: bool = True

    @property
    def shape(self) -> SafeString:
        """The attributes of the bar itself: a page has hundreds of bars, and each value a template looks up costs."""
        return mark_safe(f'x="{self.x}" y="{self.y}" width="{self.width}" height="{self.height}"')


@dataclass(frozen=True, slots=True)
class Histogram:
    """Bars over time on a ground line at `floor`; `middle` and `last` are labels to print under them."""

    width: float
    height: float
    floor: float
    bars: tuple[Bar, ...]
    most: int
    middle: str = ""
    last: str = ""


def histogram(
    counts: Sequence[tuple[str, int, str]],
    *,
    chosen: Iterable[str] | None = None,
    width: float = 640,
    height: float = 96,
) -> Histogram:
    """Lay out bars for (label, count, url) in order.

    `chosen` are the labels inside the narrowed range (None: all of them).
    """
    inside = None if chosen is None else set(chosen)
    floor = height - 1
    most = max((count for _, count, _ in counts), default=0)
    step = width / max(len(counts), 1)
    bars = []
    for position, (label, count, url) in enumerate(counts):
        tall = 0.0 if not most else max(2.0, (floor - 4) * count / most) if count else 0.0
        bars.append(
            Bar(
                label=label,
                count=count,
                url=url,
                x=round(position * step, 2),
                y=round(floor - tall, 2),
                width=round(min(max(step - 2, 1), WIDEST_BAR), 2),
                height=round(tall, 2),
                chosen=inside is None or label in inside,
            )
        )
    return Histogram(
        width=width,
        height=height,
        floor=floor,
        bars=tuple(bars),
        most=most,
        middle=bars[len(bars) // 2].label if len(bars) > 6 else "",
        last=bars[-1].label if len(bars) > 1 else "",
    )


@dataclass(frozen=True, slots=True)
class Slice:
    """One part of a whole: a stretch of a bar."""

    label: str
    count: int
    percent: float
    x: float
    width: float
    lane: int
    url: str = ""


def share(
    counts: Sequence[tuple[str, int, str]], *, lanes: Mapping[str, int] | None = None, width: float = 640
) -> tuple[Slice, ...]:
    """Lay out (label, count, url) as stretches of one bar, largest first; what is small is still a sliver.

    `lanes` says which lane a label has in another picture on the page, so that it has the same color in both.
    """
    total = sum(count for _, count, _ in counts)
    if not total:
        return ()
    slices, x = [], 0.0
    ordered = sorted(counts, key=lambda row: (-row[1], row[0]))
    for position, (label, count, url) in enumerate(ordered):
        stretch = width * count / total
        slices.append(
            Slice(
                label=label,
                count=count,
                percent=round(100 * count / total, 1),
                x=round(x, 2),
                width=round(max(stretch - 1.5, 1), 2),
                lane=(lanes or {}).get(label, position % 8 + 1),
                url=url,
            )
        )
        x += stretch
    return tuple(slices)


@dataclass(frozen=True, slots=True)
class Dot:
    """One article in its outlet's lane. `hollow` where the place in time is inferred."""

    label: str
    url: str
    x: float
    y: float
    hollow: bool = False
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Lane:
    """One outlet's row."""

    label: str
    lane: int
    y: float
    dots: tuple[Dot, ...]


@dataclass(frozen=True, slots=True)
class Lanes:
    """A story over time, one lane an outlet."""

    width: float
    height: float
    left: float
    lanes: tuple[Lane, ...]
    ticks: tuple[tuple[float, str], ...]


@dataclass(frozen=True, slots=True)
class Event:
    """What `lanes` places: when, in whose lane, and how sure the place is."""

    at: datetime
    outlet: str
    label: str
    url: str
    sure: bool = True
    mark: str = ""


def lanes(events: Sequence[Event], *, width: float = 960, row: float = 30, left: float = 168) -> Lanes:
    """Lay out events in time from left to right, outlets in the order of their first event."""
    if not events:
        return Lanes(width=width, height=0, left=left, lanes=(), ticks=())
    ordered = sorted(events, key=lambda event: (event.at, event.label))
    first, last = ordered[0].at, ordered[-1].at
    whole = max((last - first).total_seconds(), 1.0)
    room = width - left - 24

    def place(at: datetime) -> float:
        return round(left + 12 + room * (at - first).total_seconds() / whole, 2)

    by_outlet: dict[str, list[Event]] = defaultdict(list)
    for event in ordered:
        by_outlet[event.outlet].append(event)
    rows = []
    for position, (outlet, held) in enumerate(by_outlet.items()):
        y = 30 + position * row
        dots, before = [], -100.0
        for event in held:
            # Reports of the same hour stand side by side, not on top of each other.
            x = min(max(place(event.at), before + 11), width - 8)
            before = x
            dots.append(Dot(event.label, event.url, round(x, 2), y, hollow=not event.sure, mark=event.mark))
        rows.append(Lane(label=outlet, lane=position % 8 + 1, y=y, dots=tuple(dots)))
    height = 30 + len(rows) * row + 8
    # A label stands right of its line, so the last one may have no room for it.
    ticks = ((x, label if x <= width - LABEL else "") for x, label in _ticks(first, last, place))
    return Lanes(width=width, height=height, left=left, lanes=tuple(rows), ticks=tuple(ticks))


def _ticks(first: datetime, last: datetime, place) -> Iterable[tuple[float, str]]:
    if last - first < timedelta(hours=36):
        yield from _hours(first, last, place)
        return
    days = max((last.date() - first.date()).days, 0)
    step = max(1, -(-days // 8))
    day, used = first.date(), -1000.0
    while day <= last.date():
        at = datetime(day.year, day.month, day.day, tzinfo=first.tzinfo)
        x = place(max(at, first))
        if x - used >= 56:
            used = x
            yield x, formats.date_format(day, "j M")
        day += timedelta(days=step)


def _hours(first: datetime, last: datetime, place) -> Iterable[tuple[float, str]]:
    """Return the ticks of a day or less: the day with its first time, then round hours."""
    yield place(first), formats.date_format(first, "j M, H:i")
    used = place(first)
    step = timedelta(hours=max(1, round((last - first) / timedelta(hours=8))))
    at = first.replace(minute=0, second=0, microsecond=0) + step
    while at <= last:
        if place(at) - used >= 90:
            used = place(at)
            yield used, formats.date_format(at, "H:i" if at.hour else "j M")
        at += step


@dataclass(frozen=True, slots=True)
class Node:
    """One box of a graph: `kind` is article, outlet, relay, person, institution, document or anonymous."""

    key: str
    label: str
    sub: str = ""
    kind: str = "article"
    url: str = ""
    held: bool = True
    root: bool = False


@dataclass(frozen=True, slots=True)
class Placed:
    """A node with its place."""

    node: Node
    x: float
    y: float
    width: float
    height: float
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Edge:
    """A line from what is relied on to what relies on it, as an SVG path."""

    source: str
    target: str
    path: str
    sure: bool = True
    label: str = ""


@dataclass(frozen=True, slots=True)
class Graph:
    """A left-to-right picture of who relies on whom."""

    width: float
    height: float
    nodes: tuple[Placed, ...] = field(default=())
    edges: tuple[Edge, ...] = field(default=())


def graph(
    nodes: Sequence[Node],
    relations: Sequence[tuple[str, str]],
    *,
    unsure: Iterable[tuple[str, str]] = (),
    box: tuple[float, float] = (188, 50),
    gap: tuple[float, float] = (72, 16),
) -> Graph:
    """Lay out nodes in columns by how far they stand from an origin, with few crossings.

    `relations` are (origin key, reliant key). A cycle is cut where it would run backwards. Columns are ordered by the
    mean place of a node's neighbors, twice there and back.
    """
    known = {node.key: node for node in nodes}
    forward: dict[str, list[str]] = defaultdict(list)
    backward: dict[str, list[str]] = defaultdict(list)
    for source, target in dict.fromkeys(relations):
        if source in known and target in known and source != target:
            forward[source].append(target)
            backward[target].append(source)
    depth = _depths(list(known), backward)
    columns: dict[int, list[str]] = defaultdict(list)
    for key in known:
        columns[depth[key]].append(key)
    _untangle(columns, forward, backward)
    wide, tall = box
    tallest = max((len(column) for column in columns.values()), default=0)
    height = max(tallest * (tall + gap[1]) - gap[1], tall) + 8
    placed: dict[str, Placed] = {}
    for level, column in columns.items():
        offset = (height - (len(column) * (tall + gap[1]) - gap[1])) / 2
        for row, key in enumerate(column):
            placed[key] = Placed(
                node=known[key],
                x=round(level * (wide + gap[0]) + 4, 2),
                y=round(offset + row * (tall + gap[1]), 2),
                width=wide,
                height=tall,
                lines=_wrap(known[key].label, 25),
            )
    doubtful = set(unsure)
    edges = tuple(
        Edge(source, target, _curve(placed[source], placed[target]), sure=(source, target) not in doubtful)
        for source, targets in forward.items()
        for target in targets
    )
    width = (max(columns, default=0) + 1) * (wide + gap[0]) - gap[0] + 8
    return Graph(width=width, height=height, nodes=tuple(placed.values()), edges=edges)


def _depths(keys: Sequence[str], backward: Mapping[str, Sequence[str]]) -> dict[str, int]:
    depth: dict[str, int] = {}

    def measure(key: str, above: frozenset[str]) -> int:
        if key in depth:
            return depth[key]
        origins = [origin for origin in backward.get(key, ()) if origin not in above]
        found = max((measure(origin, above | {key}) + 1 for origin in origins), default=0)
        depth[key] = found
        return found

    for key in keys:
        measure(key, frozenset({key}))
    return depth


def _untangle(
    columns: dict[int, list[str]], forward: Mapping[str, Sequence[str]], backward: Mapping[str, Sequence[str]]
) -> None:
    for neighbors, levels in ((backward, sorted(columns)), (forward, sorted(columns, reverse=True))) * 2:
        place = {key: row for column in columns.values() for row, key in enumerate(column)}
        for level in levels:
            column = columns[level]

            def weight(key: str, neighbors=neighbors, place=place) -> float:
                around = [place[other] for other in neighbors.get(key, ())]
                return sum(around) / len(around) if around else place[key]

            column.sort(key=weight)
            place.update({key: row for row, key in enumerate(column)})


def _curve(source: Placed, target: Placed) -> str:
    x1, y1 = source.x + source.width, source.y + source.height / 2
    x2, y2 = target.x - 6, target.y + target.height / 2
    bend = max(28.0, (x2 - x1) / 2)
    return f"M{x1:g} {y1:g}C{x1 + bend:g} {y1:g} {x2 - bend:g} {y2:g} {x2:g} {y2:g}"


def _wrap(label: str, width: int) -> tuple[str, ...]:
    """Break a label into at most two lines, with an ellipsis where it does not fit."""
    words, lines = label.split(), [""]
    for word in words:
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    lines = [line if len(line) <= width else line[: width - 1] + "…" for line in lines]
    if len(lines) > 2:
        lines = [lines[0], lines[1][: width - 1].rstrip() + "…"]
    return tuple(lines)


@dataclass(frozen=True, slots=True)
class HeatDay:
    """One day of a calendar: how many articles, how dark (0 to 4), and where a click leads."""

    day: date
    count: int
    level: int
    x: float
    y: float
    url: str


@dataclass(frozen=True, slots=True)
class Heat:
    """A year of days, weeks as columns."""

    width: float
    height: float
    cell: float
    days: tuple[HeatDay, ...]
    months: tuple[tuple[float, str], ...]


def heat(year: int, counts: Mapping[date, int], url_of, *, cell: float = 15) -> Heat:
    """Lay out a year as a calendar; the darkness grows with the rank of a day's count among the year's days."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    steps = _quartiles([count for day, count in counts.items() if day.year == year and count])
    offset = first.weekday()
    days, months = [], []
    day = first
    while day <= last:
        week, weekday = divmod((day - first).days + offset, 7)
        count = counts.get(day, 0)
        level = 0 if not count else 1 + sum(count > step for step in steps)
        days.append(HeatDay(day, count, level, week * cell, 16 + weekday * cell, url_of(day)))
        if day.day == 1:
            months.append((week * cell, formats.date_format(day, "M")))
        day += timedelta(days=1)
    weeks = ((last - first).days + offset) // 7 + 1
    return Heat(width=weeks * cell, height=16 + 7 * cell, cell=cell - 2, days=tuple(days), months=tuple(months))


def _quartiles(counts: Sequence[int]) -> tuple[int, int, int]:
    ordered = sorted(counts)
    if not ordered:
        return (0, 0, 0)
    last = len(ordered) - 1
    return (ordered[last // 4], ordered[last // 2], ordered[last * 3 // 4])
