"""From what a page offers, one value is chosen for each field; the others are kept with the reason they lost."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit

from archive.formats.base import Candidate, DateReading, OutletHints
from archive.formats.dump_fields import split_authors
from archive.formats.dump_patterns import BYLINE
from archive.formats.html_offers import Offer, Offers
from archive.text.dates import FoundDate, is_later_than, read_date
from archive.text.normalize import clean_line, same_key

_SEPARATOR = re.compile(r"\s+[|–—•·*\-]\s+|\s*[｜|]\s*|\s*：\s*")
# Weights of a logistic regression over the origins that agree on a headline (benchmarks/extraction.py measures it):
# a headline that the search title repeats is often not the desk's own.
_HEADLINE_WEIGHTS = {
    "JSON-LD headline": 3.1,
    "og:title": 2.8,
    "h1": 0.6,
    "title": -1.4,
    "itemprop headline": 1.0,
    "JSON-LD name": 1.1,
}
_HEADLINE_PAIRS = {
    ("JSON-LD headline", "h1"): -0.2,
    ("og:title", "h1"): 0.9,
    ("JSON-LD headline", "JSON-LD alternativeHeadline"): 1.2,
}
_UUID = re.compile(r"^[0-9a-f]{8}-[0-9a-f]{4}-|^[0-9a-f]{16,}$|^\d{5,}$", re.IGNORECASE)
_HOST = re.compile(r"^(?:[\w-]+\.)+[a-z]{2,6}$", re.IGNORECASE)
_CODE = re.compile(r"^[A-Z0-9]+(?:[:_-][A-Z0-9-]+)*$")
_MACHINE_TAG = re.compile(
    r"^(?:nlp|iab|ads?|template|type|author|source|brand|pagetype|contenttype)\b[\w ]*[:=]", re.IGNORECASE
)
_TAG_PREFIX = re.compile(
    r"^(?:category|tag|topic|keyword|subject|person|organization|organisation|place|section|sections|location)s?\s*[:/]\s*",
    re.IGNORECASE,
)
_KEYWORD_ORDER = (
    "JSON-LD keywords", "news_keywords", "keywords", "article:tag", "og:article:tag", "parsely-tags", "sailthru.tags",
    "cxenseparse:kw", "dc.subject", "rel=tag", "tag list", "JSON-LD about", "JSON-LD mentions",
)  # fmt: skip
_NOT_A_NAME = re.compile(
    r"^(?:https?:|www\.|@)|\d{3}|[<>{}|]|\b(?:min read|comments?|twitter|facebook|follow|powered)\b", re.IGNORECASE
)
_AFTER_NAME = re.compile(
    r"\s*(?:\||•|·|/|\(|\s[-–—]\s|\d|(?:published|updated|posted|stand|veröffentlicht|aktualisiert|publié|actualizado)\b).*$",
    re.IGNORECASE,
)


def choose_headline(offers: Offers, hints: OutletHints | None) -> tuple[str, tuple[Candidate, ...]]:
    """Return the headline and all candidates, the chosen one first; an outlet's learnt origin goes before any rule."""
    names = [offer.value for offer in offers.outlet]
    stripped = [Offer(without_outlet(o.value, names, offers.headline), o.origin) for o in offers.headline]
    groups: dict[str, list[Offer]] = {}
    for offer in stripped:
        if key := same_key(offer.value):
            groups.setdefault(key, []).append(offer)
    if not groups:
        return "", ()
    learnt = _origins(hints.headline_origin if hints else "")
    chosen = next(
        (key for origin in learnt for key, group in groups.items() if any(o.origin == origin for o in group)), None
    )
    if chosen is None:
        # max keeps the first of equals: the order of the origins.
        chosen = max(groups, key=lambda key: _headline_score({offer.origin for offer in groups[key]}))
    best = groups[chosen][0]
    candidates = [Candidate(best.value, " = ".join(dict.fromkeys(o.origin for o in groups[chosen])))]
    for key, group in groups.items():
        if key != chosen:
            origins = " = ".join(dict.fromkeys(o.origin for o in group))
            candidates.append(Candidate(group[0].value, origins, "another origin is right more often"))
    for before, after in zip(offers.headline, stripped, strict=True):
        if before.value != after.value:
            candidates.append(Candidate(before.value, before.origin, "carries the outlet's name"))
    return best.value, tuple(dict.fromkeys(candidates))


def _headline_score(origins: set[str]) -> float:
    score = sum(_HEADLINE_WEIGHTS.get(origin, 0.0) for origin in origins)
    return score + sum(weight for (a, b), weight in _HEADLINE_PAIRS.items() if a in origins and b in origins)


def without_outlet(title: str, names: Sequence[str], others: Sequence[Offer]) -> str:
    """Return a title without the outlet or section behind its last separator.

    What stands there is dropped when it is a name of the outlet, or when another origin has the title without it.
    """
    keys = [same_key(name) for name in names if same_key(name) and same_key(name) != same_key(title)]
    bare = {same_key(offer.value) for offer in others}
    for _ in range(3):
        found = list(_SEPARATOR.finditer(title))
        if not found:
            break
        head, tail = title[: found[-1].start()].strip(), same_key(title[found[-1].end() :])
        named = any(tail == key or (len(key) > 3 and (key in tail or (len(tail) > 3 and tail in key))) for key in keys)
        if not head or not (named or same_key(head) in bare):
            break
        title = head
    return title


def _origins(learnt: str) -> list[str]:
    return [origin for origin in learnt.split(" = ") if origin]


def choose_authors(
    offers: Offers, outlet_names: Sequence[str], learnt: str = ""
) -> tuple[tuple[str, ...], str, tuple[Candidate, ...]]:
    """Return the authors, the origin, and the candidates. An author that only repeats the outlet hides no byline; an
    outlet's learnt origin goes before any rule."""
    outlet_keys = {same_key(name) for name in outlet_names if same_key(name)}
    options: list[tuple[tuple[str, ...], str]] = []
    for values, origin in offers.authors:
        if origin == "byline element":
            options.extend((names, origin) for value in values if (names := _byline_names(value, outlet_keys)))
        elif names := _listed_names(values):
            options.append((names, origin))
    if not options:
        return (), "", ()
    persons = [option for option in options if not all(_is_outlet(name, outlet_keys) for name in option[0])]
    wanted = next((option for origin in _origins(learnt) for option in options if option[1] == origin), None)
    names, origin = wanted or (persons or options)[0]
    candidates = [Candidate(", ".join(names), origin)]
    for others, where in options:
        if others != names:
            repeats = all(_is_outlet(name, outlet_keys) for name in others)
            why = "only repeats the outlet" if repeats else "another origin is right more often"
            candidates.append(Candidate(", ".join(others), where, why))
    return names, origin, tuple(dict.fromkeys(candidates))


def _listed_names(values: Sequence[str]) -> tuple[str, ...]:
    out: list[str] = []
    for value in values:
        value = BYLINE.sub("", clean_line(value), count=1)
        # "Doe, Jane" alone is one person; more than one comma or an "and" is a list.
        for name in split_authors(value) if len(value) < 300 else ():
            if name and not _NOT_A_NAME.search(name) and len(name) <= 60:
                out.append(name)
    return tuple(dict.fromkeys(out))


def _byline_names(value: str, outlet_keys: set[str]) -> tuple[str, ...]:
    """Return the persons in a printed byline; only one that says "by" counts, and outlet names in it do not."""
    value = clean_line(value)
    match = BYLINE.match(value) or re.search(r"\b(?:von|by|par|por)\s+(?=[^\W\d_a-z])", value[:60])
    if match is None:
        return ()
    names = split_authors(_AFTER_NAME.sub("", value[match.end() :]))
    kept = [
        name
        for name in names
        if 2 <= len(name.split()) <= 5 and not _NOT_A_NAME.search(name) and not _is_outlet(name, outlet_keys)
    ]
    return tuple(dict.fromkeys(name for name in kept if name[0].isupper() or not name[0].isascii()))


def _is_outlet(name: str, outlet_keys: set[str]) -> bool:
    key = same_key(name)
    return any(
        key == other or (len(other) > 2 and key.startswith(other)) or (len(key) > 3 and key in other)
        for other in outlet_keys
    )


def choose_published(offers: Offers, captured_at: datetime, language: str, learnt: str = "") -> DateReading:
    """Return the date of publication: the first origin that names one, made more exact by another that agrees.

    The origin that was learnt for the outlet goes before the others; its value stands as it is.
    """
    read: list[tuple[FoundDate, str]] = []
    lost: list[Candidate] = []
    for offer in offers.published:
        found = read_date(offer.value, language=language)
        if found is None:
            lost.append(Candidate(offer.value, offer.origin, "is no date that can be read"))
        elif is_later_than(found, captured_at):
            lost.append(Candidate(offer.value, offer.origin, "lies after the capture"))
        elif found.value.year < 1600:
            lost.append(Candidate(offer.value, offer.origin, "is a placeholder"))
        else:
            read.append((found, offer.origin))
    lost += [Candidate(offer.value, offer.origin, "says when the text was changed") for offer in offers.updated]
    if not read:
        return DateReading(candidates=tuple(lost[:15]))
    wanted = next((one for name in _origins(learnt) for one in read if one[1] == name), None)
    chosen, origin = wanted or read[0]
    for found, where in read[1:] if wanted is None else ():
        if _more_exact(found, chosen):
            chosen, origin = found, where
    others = [
        Candidate(found.printed, where, "another origin goes before it") for found, where in read if where != origin
    ]
    return DateReading(
        value=chosen.value,
        precision=chosen.precision,
        zone=chosen.zone,
        printed=chosen.printed,
        where=origin,
        rule=chosen.rule,
        candidates=(Candidate(chosen.printed, origin), *others[:10], *lost[:10]),
    )


_RANK = {"day": 0, "minute": 1, "instant": 2}


def _more_exact(found: FoundDate, chosen: FoundDate) -> bool:
    """Say whether `found` says what `chosen` says, with a time or a zone that it lacks."""
    if _RANK[found.precision] <= _RANK[chosen.precision]:
        return False
    if chosen.precision == "day":
        return found.value.date() == chosen.value.date()
    return found.value.replace(tzinfo=None, second=0, microsecond=0) == chosen.value.replace(second=0, microsecond=0)


def choose_tags(offers: Offers) -> tuple[str, ...]:
    """Return the tags of the best origin that has any a person would use; codes, ids and machine labels are none."""
    by_origin: dict[str, list[str]] = {}
    for values, origin in offers.keywords:
        by_origin.setdefault(origin, []).extend(values)
    for origin in _KEYWORD_ORDER:
        if tags := _clean_tags(by_origin.get(origin, [])):
            return tags
    return ()


def _clean_tags(values: Sequence[str]) -> tuple[str, ...]:
    split = [part.strip(" \"'#") for value in values for part in re.split(r"[,;،、]", value)]
    codes = sum(bool(_CODE.match(part)) for part in split)
    if codes > 5 and codes > 0.7 * len(split):
        return ()
    if len(values) == 1 and len(split) == 1 and len(values[0].split()) > 6:
        return ()
    out: dict[str, str] = {}
    for part in split:
        if not part or _UUID.match(part) or _HOST.match(part) or _MACHINE_TAG.match(part):
            continue
        name = _TAG_PREFIX.sub("", part).strip()
        if 1 < len(name) <= 80 and "://" not in name:
            out.setdefault(name, name)
    return tuple(out)


def choose_outlet(offers: Offers, url: str, outlets: Sequence[OutletHints]) -> tuple[str, str, tuple[Candidate, ...]]:
    """Return the outlet's name, the evidence and the candidates: a known host, then what the page calls itself."""
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    for hints in outlets:
        if host and any(host == known or host.endswith("." + known) for known in hints.hosts):
            candidates = [Candidate(hints.name, f"host {host}")]
            candidates += [Candidate(o.value, o.origin, "the host is known") for o in offers.outlet]
            return hints.name, f"host {host}", tuple(dict.fromkeys(candidates))
    options = [o for o in offers.outlet if 1 < len(o.value) <= 60 and o.value.lower() not in ("blogger", "wordpress")]
    if not options:
        return ("", "", ()) if not host else (host, f"host {host}", (Candidate(host, f"host {host}"),))
    chosen = options[0]
    candidates = [Candidate(chosen.value, chosen.origin)]
    candidates += [
        Candidate(o.value, o.origin, "another origin goes before it") for o in options[1:] if o.value != chosen.value
    ]
    return chosen.value, chosen.origin, tuple(dict.fromkeys(candidates))
