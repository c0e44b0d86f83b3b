"""What the archive holds that is like a batch of arrivals: a bounded number of queries however many arrive.

Looked for by guid, by address, by text and by bytes; by shared passages only where none of these say what it is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import UTC, date
from itertools import chain
from typing import Any

from django.db import connection

from archive.articles.bulk import array_of
from archive.models import Article, Capture, Version
from archive.text.fingerprint import overlap, shingles_of
from archive.text.normalize import key_of_words, words_of_lines

from .outcome import Arrival, Held, Likeness

# Formats in which an article stands as its readers see it, not as a desk sends it to others.
PAGE_FORMATS = frozenset({"html_page", "text_dump", "pdf", "docx", "rtf"})
_MOST_CANDIDATES = 6
_MOST_ARTICLES_A_PASSAGE = 60


@dataclass(frozen=True, slots=True)
class Sought:
    """One arrival with the text that near copies are compared by."""

    arrival: Arrival
    text: str
    passages: Sequence[int]


@dataclass(slots=True)
class _Known:
    """What is loaded of the candidate articles, once for the whole batch."""

    articles: dict[int, Mapping[str, Any]]
    versions: dict[int, list[Mapping[str, Any]]]


def like(sought: Sequence[Sought], furniture: Mapping[int, frozenset[str]]) -> list[list[Held]]:
    """Return, for each arrival in order, the held versions that are like it.

    `furniture` maps an outlet to the keys of the lines that keep coming back on its pages; matching does not see them.
    """
    arrivals = [one.arrival for one in sought]
    by_guid = _ids_by("guid", {guid for a in arrivals for guid in (a.guid, a.about_guid) if guid})
    by_url = _ids_by("url_key", {a.url_key for a in arrivals if a.url_key})
    by_text = _versions_by_text({a.text_key for a in arrivals if a.text_key})
    by_bytes = _versions_by_bytes({a.bytes_key for a in arrivals if a.bytes_key})
    by_reading = _versions_by_reading({a.text_key for a in arrivals if a.text_key})
    found: list[dict[int, Likeness]] = []
    strange: dict[int, Sequence[int]] = {}
    for place, one in enumerate(sought):
        a = one.arrival
        likeness: dict[int, Likeness] = {}
        for article_id, _ in by_text.get(a.text_key, ()) or ():
            likeness[article_id] = Likeness.TEXT
        for article_id, _ in by_bytes.get(a.bytes_key, ()):
            likeness.setdefault(article_id, Likeness.TEXT)
        for article_id, _ in by_reading.get(a.text_key, ()):
            likeness.setdefault(article_id, Likeness.NEAR)
        for article_id, _ in by_url.get(a.url_key, ()):
            likeness[article_id] = Likeness.ADDRESS
        for article_id, outlet_id in (*by_guid.get(a.about_guid, ()), *by_guid.get(a.guid, ())):
            if a.outlet_id is None or outlet_id == a.outlet_id:
                likeness[article_id] = Likeness.GUID
        sure = any(kind in (Likeness.GUID, Likeness.ADDRESS) for kind in likeness.values()) or a.text_key in by_text
        # Wire copy with a guid of its own is a new article however like an older one it is.
        if not sure and (a.from_page or not (a.guid and a.outlet_id is not None)):
            strange[place] = one.passages
        found.append(likeness)
    for place, article_id in _sharing_passages(strange):
        found[place].setdefault(article_id, Likeness.NEAR)
    known = _load({article_id for likeness in found for article_id in likeness})
    compared = [
        _compare(
            one,
            likeness,
            known,
            by_bytes.get(one.arrival.bytes_key, ()),
            {version_id for _, version_id in by_reading.get(one.arrival.text_key, ())},
        )
        for one, likeness in zip(sought, found, strict=True)
    ]
    texts = _Texts({held.version_id for _, to_read in compared for held in to_read})
    return [
        [*settled, *(texts.compare(one, held, furniture) for held in to_read)]
        for one, (settled, to_read) in zip(sought, compared, strict=True)
    ]


def _compare(
    one: Sought,
    likeness: Mapping[int, Likeness],
    known: _Known,
    same_bytes: Sequence[tuple[int, int]],
    same_reading: Set[int],
) -> tuple[list[Held], list[Held]]:
    """Return the held versions that are known to be the same, and those whose texts have to be read to tell."""
    out: list[Held] = []
    to_read: list[Held] = []
    bytes_of = {version_id for _, version_id in same_bytes}
    for article_id, kind in likeness.items():
        article = known.articles.get(article_id)
        if article is None:
            continue
        current_id = article["current_version_id"]
        base = Held(
            article_id=article_id,
            version_id=current_id or 0,
            outlet_id=article["outlet_id"],
            likeness=kind,
            outlet_name=article["outlet__name"],
            guid=article["guid"],
            from_page=article["current_version__capture__format"] in PAGE_FORMATS,
            url_key=article["url_key"],
            is_canceled=article["status"] == Article.Status.CANCELED,
            day=_day(article["published_at"]),
            headline=article["current_version__headline"] or "",
            same_reading=current_id in same_reading,
        )
        settled = False
        for version in known.versions.get(article_id, ()):
            same_text = bool(one.arrival.text_key) and version["text_key"] == one.arrival.text_key
            has_bytes = version["id"] in bytes_of
            if not (same_text or has_bytes):
                continue
            out.append(
                replace(
                    base,
                    version_id=version["id"],
                    same_text=same_text,
                    same_bytes=has_bytes,
                    is_current=version["id"] == current_id,
                    overlap=1.0 if same_text else 0.0,
                )
            )
            settled = settled or version["id"] == current_id
        if not settled and current_id:
            to_read.append(base)
    return out, to_read


class _Texts:
    """The texts of held versions, read in one query."""

    def __init__(self, version_ids: set[int]) -> None:
        rows = Version.objects.filter(pk__in=version_ids).values_list("id", "headline", "standfirst", "body")
        self._texts = {pk: _Text("\n".join(parts)) for pk, *parts in rows} if version_ids else {}
        self._ours: tuple[Sought | None, _Text] = (None, _Text(""))

    def compare(self, one: Sought, base: Held, furniture: Mapping[int, frozenset[str]]) -> Held:
        """Return a held version with how much of its text and the arrival's is the same, furniture left out."""
        if self._ours[0] is not one:
            self._ours = (one, _Text(one.text))
        ours, theirs = self._ours[1], self._texts[base.version_id]
        shared = overlap(ours.shingles, theirs.shingles)
        known = furniture.get(base.outlet_id, frozenset())
        same = bool(known) and shared > 0.5 and ours.without(known) == theirs.without(known)
        return replace(base, overlap=shared, same_text=same)


class _Text:
    """One text, cut into words once for all that it is compared by."""

    def __init__(self, text: str) -> None:
        self._lines = words_of_lines(text.split("\n"))
        self.shingles = shingles_of(list(chain.from_iterable(self._lines)))

    def without(self, furniture: frozenset[str]) -> list[str]:
        """Return its words, lines left out that keep coming back on the outlet's pages."""
        return list(chain.from_iterable(line for line in self._lines if key_of_words(line) not in furniture))


def _ids_by(column: str, values: set[str]) -> dict[str, list[tuple[int, int]]]:
    out: dict[str, list[tuple[int, int]]] = defaultdict(list)
    if values:
        rows = Article.objects.filter(**{f"{column}__in": values, "merged_into": None})
        for value, pk, outlet_id in rows.values_list(column, "id", "outlet_id"):
            out[value].append((pk, outlet_id))
    return out


def _versions_by_text(keys: set[str]) -> dict[str, list[tuple[int, int]]]:
    out: dict[str, list[tuple[int, int]]] = defaultdict(list)
    if keys:
        rows = Version.objects.filter(text_key__in=keys, article__merged_into=None)
        for key, article_id, pk in rows.values_list("text_key", "article_id", "id"):
            if len(out[key]) < _MOST_ARTICLES_A_PASSAGE:
                out[key].append((article_id, pk))
    return dict(out)


def _versions_by_bytes(keys: set[str]) -> dict[str, list[tuple[int, int]]]:
    out: dict[str, list[tuple[int, int]]] = defaultdict(list)
    if keys:
        rows = Capture.objects.filter(blob_id__in=keys, version__isnull=False, article__merged_into=None)
        for key, article_id, version_id in rows.values_list("blob_id", "article_id", "version_id"):
            if len(out[key]) < _MOST_ARTICLES_A_PASSAGE:
                out[key].append((article_id, version_id))
    return dict(out)


def _versions_by_reading(keys: set[str]) -> dict[str, list[tuple[int, int]]]:
    """Return the versions whose bytes were read as these texts before an editor corrected them; uses
    capture_by_reading."""
    out: dict[str, list[tuple[int, int]]] = defaultdict(list)
    if keys:
        rows = Capture.objects.exclude(read_key="").filter(
            read_key__in=keys, version__isnull=False, article__merged_into=None
        )
        for key, article_id, version_id in rows.values_list("read_key", "article_id", "version_id"):
            if len(out[key]) < _MOST_ARTICLES_A_PASSAGE:
                out[key].append((article_id, version_id))
    return dict(out)


def _sharing_passages(passages: Mapping[int, Sequence[int]]) -> list[tuple[int, int]]:
    """Return (place, article) for the articles that share the most passages with those at each place, the likeliest
    first; uses the primary key of the hashes."""
    places = [place for place, values in passages.items() for _ in values]
    if not places:
        return []
    hashes = chain.from_iterable(passages.values())
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT place, article_id, shared FROM (SELECT wanted.place, near.article_id, count(*) AS shared,"
            " row_number() OVER (PARTITION BY wanted.place ORDER BY count(*) DESC, near.article_id) AS rank"
            " FROM unnest(%s::int[], %s::bigint[]) AS wanted (place, hash) CROSS JOIN LATERAL"
            " (SELECT article_id FROM archive_texthash WHERE hash = wanted.hash LIMIT %s) AS near"
            " GROUP BY wanted.place, near.article_id) AS ranked WHERE rank <= %s ORDER BY place, rank",
            [array_of(places), array_of(hashes), _MOST_ARTICLES_A_PASSAGE, _MOST_CANDIDATES],
        )
        rows = cursor.fetchall()
    # One shared passage tells something of a short text only.
    return [
        (place, article_id) for place, article_id, shared in rows if shared >= (1 if len(passages[place]) < 4 else 2)
    ]


def _load(ids: set[int]) -> _Known:
    if not ids:
        return _Known({}, {})
    articles = Article.objects.filter(pk__in=ids, merged_into=None).values(
        "id",
        "outlet_id",
        "outlet__name",
        "guid",
        "url_key",
        "status",
        "published_at",
        "current_version_id",
        "current_version__headline",
        "current_version__capture__format",
    )
    versions: dict[int, list[Mapping[str, Any]]] = defaultdict(list)
    for row in Version.objects.filter(article_id__in=ids).order_by("-number").values("id", "article_id", "text_key"):
        versions[row["article_id"]].append(row)
    return _Known({row["id"]: row for row in articles}, versions)


def _day(value: Any) -> date | None:
    return value.astimezone(UTC).date() if value else None
