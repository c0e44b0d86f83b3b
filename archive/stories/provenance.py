"""Promises, from what each article says it rests on, the stated origins of a story and the sources nobody holds.

Pure: hops in, a frozen answer out. A root is a stated origin that an article rests on as a whole, followed through
relays, and through reports that are held, until nothing further is stated. An article that states no source counts as
"states none" and is never a root, so that a missed attribution can't look like corroboration.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import ngettext

from archive.text.attributions import root_label
from archive.text.keys import name_key
from archive.text.outlet_names import bare
from archive.text.sources import institution_key, unnamed_words


@dataclass(frozen=True, slots=True)
class Hop:
    """One stored hop as this module needs it; `outlet` is the id of a known outlet, `held` the article it rests on."""

    order: int
    name: str
    kind: str
    role: str
    relies_on: int | None
    description: str = ""
    outlet: int | None = None
    held: int | None = None
    confidence: float = 1.0
    text: str = ""


@dataclass(frozen=True, slots=True)
class Stating:
    """One article with its outlet's name and its hops."""

    article: int
    outlet: str
    hops: Sequence[Hop]


@dataclass(frozen=True, slots=True)
class Root:
    """A stated origin: the articles that rest on it, who states it to them, and the unnamed persons it speaks for."""

    key: str
    name: str
    kind: str
    articles: tuple[int, ...]
    stated_by: tuple[str, ...]
    through: str = ""

    @property
    def label(self) -> str:
        """The name as the page shows it, with the unnamed persons behind it."""
        return f"{self.name} ({self.through})" if self.through else self.name


@dataclass(frozen=True, slots=True)
class Unheld:
    """A cited outlet whose report is not held: the articles that cite it, and those that rest on it as a whole."""

    name: str
    articles: tuple[int, ...]
    rest_on_it: tuple[int, ...]

    @property
    def resting(self) -> int:
        """How many articles rest on it as a whole."""
        return len(self.rest_on_it)


@dataclass(frozen=True, slots=True)
class Link:
    """One step of the picture: `origin` and `reliant` are node keys; `sure` is off for what the machine doubts."""

    origin: str
    reliant: str
    sure: bool
    evidence: str


@dataclass(frozen=True, slots=True)
class Point:
    """One node of the picture that is not an article of the story."""

    key: str
    name: str
    kind: str
    held: bool
    is_root: bool
    sub: str = ""


@dataclass(frozen=True, slots=True)
class Provenance:
    """Who relies on whom in one story."""

    articles: tuple[int, ...]
    roots: tuple[Root, ...]
    none_stated: tuple[int, ...]
    unheld: tuple[Unheld, ...]
    points: tuple[Point, ...]
    links: tuple[Link, ...]

    def is_first_report(self, earliest: int) -> bool:
        """Say whether the earliest held article may be called the first report: it states what it rests on, and every
        outlet that an article of the story rests on has its report here."""
        return earliest not in self.none_stated and not any(source.resting for source in self.unheld)

    def sentence(self) -> str:
        """Return the summary in one sentence."""
        count, origins, none = len(self.articles), len(self.roots), len(self.none_stated)
        head = ngettext("%(count)d article", "%(count)d articles", count) % {"count": count}
        tail = ngettext("%(none)d article states none", "%(none)d articles state none", none) % {"none": none}
        if not origins:
            return f"{head}: {tail}"
        named = ", ".join(f"{root.label} {len(root.articles)}" for root in self.roots)
        stated = ngettext("at least %(count)d stated origin", "at least %(count)d stated origins", origins)
        return f"{head}: {stated % {'count': origins}}, {named}; {tail}"


def article_key(article: int) -> str:
    """Return the key under which an article stands in the picture."""
    return f"article {article}"


def provenance(statings: Sequence[Stating], unsure_below: float = 0.7) -> Provenance:
    """Return roots, unheld sources and the picture of these articles, strongest root first."""
    by_article = {s.article: s for s in statings}
    found: dict[str, _Gathering] = {}
    none_stated = []
    for stating in statings:
        ends = _ends(stating, by_article, frozenset())
        if not ends:
            none_stated.append(stating.article)
        for end in ends:
            found.setdefault(end.key, _Gathering(end.name, end.kind)).add(stating.article, end)
    roots = sorted(
        (gathering.root(key) for key, gathering in found.items()), key=lambda r: (-len(r.articles), r.name.casefold())
    )
    points, links = _picture(statings, {r.key for r in roots}, unsure_below)
    return Provenance(
        tuple(by_article), tuple(roots), tuple(none_stated), tuple(_unheld(statings)), tuple(points), tuple(links)
    )


@dataclass(slots=True)
class _End:
    """Where one chain of one article ends, and who states that end."""

    key: str
    name: str
    kind: str
    stated_by: str
    through: str = ""


@dataclass(slots=True)
class _Gathering:
    """All chains that end at one root."""

    name: str
    kind: str
    articles: list[int] = field(default_factory=list)
    stated_by: list[str] = field(default_factory=list)
    through: Counter[str] = field(default_factory=Counter)

    def add(self, article: int, end: _End) -> None:
        """Count one article's chain that ends here."""
        if article not in self.articles:
            self.articles.append(article)
            if end.through:
                self.through[end.through] += 1
        if end.stated_by not in self.stated_by:
            self.stated_by.append(end.stated_by)

    def root(self, key: str) -> Root:
        """Return the root; of several descriptions of its unnamed persons the commonest, then the fullest."""
        through = min(self.through, key=lambda t: (-self.through[t], -len(t), t)) if self.through else ""
        return Root(key, self.name, self.kind, tuple(self.articles), tuple(self.stated_by), through)


def hop_key(hop: Hop) -> str:
    """Return the key under which the same source meets across articles."""
    label, kind = root_label(hop.name, hop.kind, hop.description)
    if kind == "outlet":
        return f"outlet {hop.outlet}" if hop.outlet else f"outlet {name_key(bare(hop.name))}"
    if kind == "institution" and label == hop.name:
        return f"institution {institution_key(hop.name)}"
    return f"{kind} {name_key(label)}"


def _ends(stating: Stating, by_article: Mapping[int, Stating], above: frozenset[int]) -> list[_End]:
    """Return where the chains end that the article rests on as a whole."""
    main = [h for h in stating.hops if h.role == "main"]
    named = [h for h in main if h.kind != "anonymous"]
    unnamed = next((unnamed_words(h.name) for h in main if h.kind == "anonymous"), "")
    if not named:
        return [_End(f"anonymous {name_key(unnamed)}", unnamed, "anonymous", stating.outlet)] if unnamed else []
    by_order = {h.order: h for h in main}
    inner = {h.relies_on for h in named if h.relies_on is not None}
    ends = []
    for start in (h for h in named if h.order not in inner):
        stated_by, hop, seen = stating.outlet, start, {start.order}
        while hop.relies_on is not None and hop.relies_on in by_order and hop.relies_on not in seen:
            following = by_order[hop.relies_on]
            if following.kind == "anonymous":
                break
            stated_by, hop = hop.name, following
            seen.add(hop.order)
        held = by_article.get(hop.held) if hop.held is not None else None
        if held is not None and held.article not in above and held.article != stating.article:
            further = _ends(held, by_article, above | {stating.article})
            if further:
                ends += further
                continue
        label, kind = root_label(hop.name, hop.kind, hop.description)
        through = unnamed if kind == "outlet" else ""
        ends.append(_End(hop_key(hop), label, kind, stated_by, through))
    return ends


def _unheld(statings: Sequence[Stating]) -> list[Unheld]:
    """Return the cited outlets without a held report, those that most articles rest on first."""
    names: dict[str, str] = {}
    citing: dict[str, list[int]] = {}
    resting: dict[str, list[int]] = {}
    for stating in statings:
        for hop in stating.hops:
            if hop.kind not in ("outlet", "relay") or hop.held is not None:
                continue
            key = hop_key(hop)
            names.setdefault(key, hop.name)
            if stating.article not in citing.setdefault(key, []):
                citing[key].append(stating.article)
            if hop.role == "main" and stating.article not in resting.setdefault(key, []):
                resting[key].append(stating.article)
    rows = [Unheld(names[key], tuple(articles), tuple(resting.get(key, ()))) for key, articles in citing.items()]
    return sorted(rows, key=lambda u: (-u.resting, -len(u.articles), u.name.casefold()))


def _picture(statings: Sequence[Stating], roots: Iterable[str], unsure_below: float) -> tuple[list[Point], list[Link]]:
    """Return the nodes and links of what the articles rest on as a whole, each link once."""
    roots = set(roots)
    points: dict[str, Point] = {}
    links: dict[tuple[str, str], Link] = {}

    def key_of(hop: Hop, by_order: Mapping[int, Hop]) -> str:
        if hop.held is not None and hop.held in held:
            return article_key(hop.held)
        key = hop_key(hop)
        # A relay stands once for each origin it hands on: else its articles would seem to rest on all of them.
        following, seen = hop, {hop.order}
        while following.relies_on in by_order and following.relies_on not in seen:
            following = by_order[following.relies_on]
            seen.add(following.order)
            key += f" < {hop_key(following)}"
        if key not in points:
            label, kind = root_label(hop.name, hop.kind, hop.description)
            sub = hop.name if label != hop.name and hop.kind == "person" else ""
            points[key] = Point(
                key, label, hop.kind if kind == "outlet" else kind, hop.held is not None, key in roots, sub
            )
        return key

    def link(origin: str, reliant: str, hop: Hop) -> None:
        if origin != reliant and (origin, reliant) not in links:
            links[origin, reliant] = Link(origin, reliant, hop.confidence >= unsure_below, hop.text)

    held = {stating.article for stating in statings}
    for stating in statings:
        main = [h for h in stating.hops if h.role == "main"]
        named = [h for h in main if h.kind != "anonymous"] or main[:1]
        by_order = {h.order: h for h in named}
        inner = {h.relies_on for h in named if h.relies_on is not None}
        for hop in named:
            if hop.order not in inner:
                link(key_of(hop, by_order), article_key(stating.article), hop)
            if hop.relies_on in by_order:
                origin = by_order[hop.relies_on]
                link(key_of(origin, by_order), key_of(hop, by_order), origin)
    return list(points.values()), list(links.values())
