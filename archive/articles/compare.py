"""An article's versions compared: what each changed against the one issued before it, in classes and in a sentence.

Versions are chained by when the outlet issued them, not by when they came: one that arrives late is compared with its
predecessor, and its successor is compared anew with it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from django.db.models import QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from archive.models import Article, Capture, Version, VersionChange
from archive.text.changes import Comparison, Said, compare, is_silent

MOST_CHANGES = 60
LONGEST_WORDS = 300
SHOWN_WORDS = 40

# The whole texts of a version, which a list of versions does not show.
TEXTS = ("body", "posts", "captions", "standfirst", "source_line")
_OWN = {Version.Kind.KILL, Version.Kind.REINSTATEMENT, Version.Kind.REVERT}


def said(version: Version) -> Said:
    """Return the fields of a version that are compared."""
    return Said(
        headline=version.headline,
        standfirst=version.standfirst,
        byline=version.byline,
        source_line=version.source_line,
        body=version.body,
        captions=tuple(str(caption) for caption in version.captions),
    )


# The key is the text itself: a text that was erased is never answered from here.
_compared = lru_cache(maxsize=64)(compare)


def compare_versions(before: Version, after: Version) -> Comparison:
    """Return how two versions differ; the answer is kept for the next reader."""
    return _compared(said(before), said(after))


def chain(article: Article) -> QuerySet[Version]:
    """Return the versions of an article and of those merged into it, as the outlet issued them."""
    return _chained(_with_merged(article))


def _chained(article_ids: Sequence[int]) -> QuerySet[Version]:
    return Version.objects.filter(article__in=article_ids).order_by(
        Coalesce("issued_at", "recorded_at"), "number", "id"
    )


def _with_merged(article: Article) -> list[int]:
    # Asked for beforehand: inside a query of many joins, either form would have PostgreSQL read every version it holds.
    return [article.pk, *article.merged.order_by("pk").values_list("pk", flat=True)]


def record_changes(article: Article) -> None:
    """Keep for each version of an article how it differs from its predecessor; what is known already stays."""
    versions = list(chain(article))
    known = dict(VersionChange.objects.filter(version__in=versions).values_list("version_id", "base_id"))
    rows = []
    for before, after in pairwise(versions):
        if known.get(after.pk) != before.pk:
            rows.append(_change(article, before, after))
    if rows:
        VersionChange.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["version"],
            update_fields=["base", "kinds", "changes", "is_silent", "at"],
        )
    if versions:
        VersionChange.objects.filter(version=versions[0]).delete()


def _change(article: Article, before: Version, after: Version) -> VersionChange:
    compared = compare(said(before), said(after))
    by_outlet = after.author_id is None and after.kind not in _OWN and article.kind != Article.Kind.LIVE_BLOG
    noted = after.kind == Version.Kind.CORRECTION
    return VersionChange(
        version=after,
        base=before,
        kinds=list(compared.kinds),
        changes=[
            [change.kind, change.before[:LONGEST_WORDS], change.after[:LONGEST_WORDS]]
            for change in compared.changes[:MOST_CHANGES]
        ],
        is_silent=by_outlet and not noted and is_silent(compared.kinds),
        at=after.issued_at or after.recorded_at,
    )


def summary(changes: Iterable[Sequence[str]]) -> str:
    """Return what changed in one line: "headline reworded; one quote dropped; figure 45 → 54"."""
    rows = [tuple(change) for change in changes]
    counts = Counter(kind for kind, *_rest in rows)
    parts: list[str] = []
    if counts["headline"]:
        parts.append(_("headline reworded"))
    counted = {
        "quote_removed": lambda n: ngettext("one quote dropped", "%(n)s quotes dropped", n),
        "quote_added": lambda n: ngettext("one quote added", "%(n)s quotes added", n),
        "quote_changed": lambda n: ngettext("one quote reworded", "%(n)s quotes reworded", n),
    }
    for kind, words in counted.items():
        if counts[kind]:
            parts.append(words(counts[kind]) % {"n": counts[kind]})
    for kind, word in (("number", _("figure")), ("date", _("date")), ("name", _("name"))):
        parts.extend(_told(word, [(before, after) for each, before, after in rows if each == kind]))
    sources = [(before, after) for kind, before, after in rows if kind == "attribution"]
    parts.extend(_told(_("attribution"), sources))
    counted = {
        "paragraph_added": lambda n: ngettext("one paragraph added", "%(n)s paragraphs added", n),
        "paragraph_removed": lambda n: ngettext("one paragraph removed", "%(n)s paragraphs removed", n),
        "paragraph_moved": lambda n: ngettext("one paragraph moved", "%(n)s paragraphs moved", n),
        "caption": lambda n: ngettext("one caption changed", "%(n)s captions changed", n),
    }
    for kind, words in counted.items():
        if counts[kind]:
            parts.append(words(counts[kind]) % {"n": counts[kind]})
    if counts["correction_note"]:
        parts.append(_("correction note added"))
    if counts["wording"]:
        parts.append(_("wording changed"))
    if not parts and counts["trivial"]:
        parts.append(_("only spacing, quotation marks or the time of update"))
    return "; ".join(parts) if parts else _("no change of text")


def _told(word: str, pairs: list[tuple[str, str]]) -> list[str]:
    """Tell up to two pairs in full and count the rest."""
    told = []
    for before, after in pairs[:2]:
        values = {"word": word, "before": before[:SHOWN_WORDS], "after": after[:SHOWN_WORDS]}
        if before and after:
            told.append(_("%(word)s %(before)s → %(after)s") % values)
        elif before:
            told.append(_("%(word)s %(before)s dropped") % values)
        else:
            told.append(_("%(word)s %(after)s added") % values)
    more = len(pairs) - 2
    if more > 0:
        told.append(ngettext("%(n)s more %(word)s", "%(n)s more of %(word)s", more) % {"n": more, "word": word})
    return told


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One version in an article's history: what it changed, who or what brought it, and its captures."""

    version: Version
    base: Version | None
    change: VersionChange | None
    captures: tuple[Capture, ...]
    is_current: bool

    @property
    def sentence(self) -> str:
        """What this version changed, in a line; "" for the first one."""
        return summary(self.change.changes) if self.change else ""


def history_page(article: Article) -> list[HistoryEntry]:
    """Return an article's history, oldest first, in three queries however long it is."""
    ids = _with_merged(article)
    versions = list(
        _chained(ids)
        .select_related("author", "capture", "import_item__run__created_by", "change", "reverts_to")
        .defer(
            *(*TEXTS, "reverts_to__body", "reverts_to__posts"),
            *("import_item__parsed", "import_item__plan", "import_item__decision", "capture__reading"),
        )
    )
    captures: dict[int | None, list[Capture]] = {}
    held = Capture.objects.filter(article__in=ids).select_related("blob")
    for capture in held.defer("reading", "blob__data").order_by("captured_at", "id"):
        captures.setdefault(capture.version_id, []).append(capture)
    bases: list[Version | None] = [None, *versions]
    return [
        HistoryEntry(
            version=version,
            base=base,
            change=getattr(version, "change", None),
            captures=tuple(captures.get(version.pk, ())),
            is_current=version.pk == article.current_version_id,
        )
        for base, version in zip(bases, versions, strict=False)
    ]


def changed_versions(
    user,
    *,
    kinds: Sequence[str] = (),
    silent: bool = False,
    outlet_id: int | None = None,
    story_id: int | None = None,
    at=None,
) -> QuerySet[VersionChange]:
    """Return the changes of the articles this person may see, newest first: those with all these classes of change.

    Uses change_by_kind, change_silent or change_by_time.
    """
    found = VersionChange.objects.filter(version__article__in=Article.objects.visible_to(user, at)).select_related(
        "version__article__outlet", "version__article__current_version", "base"
    )
    if kinds:
        found = found.filter(kinds__contains=list(kinds))
    else:
        found = found.exclude(kinds=[]).exclude(kinds=["trivial"])
    if silent:
        found = found.filter(is_silent=True)
    if outlet_id is not None:
        found = found.filter(version__article__outlet_id=outlet_id)
    if story_id is not None:
        found = found.filter(version__article__membership__story_id=story_id)
    return found.order_by("-at", "-version_id")
