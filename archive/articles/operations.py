"""Writes on the record. Each is atomic, keyword-only, and marks both outboxes in its own transaction.

Versions and bytes are only ever added. What an operation refuses, it refuses with a named error that says the mend.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from archive import dispatch
from archive.formats.base import DateReading, ParsedTag
from archive.models import (
    Article,
    ArticleTag,
    Blob,
    Capture,
    ImportItem,
    IndexEntry,
    Outlet,
    OutletAlias,
    OutletDomain,
    PlacementEntry,
    Tag,
    User,
    Version,
)
from archive.text.keys import name_key

from .compare import record_changes
from .content import (
    Content,
    Metadata,
    NewCapture,
    content_of_version,
    host_of,
    published_values,
    url_key,
    version_values,
)


class ArchiveError(Exception):
    """Something that was refused; the message says what to do."""


class EditConflict(ArchiveError):
    """Someone else wrote a version in the meantime; nothing was overwritten."""


class NothingChanged(ArchiveError):
    """The new version would say just what the current one says."""


class OutletExists(ArchiveError):
    """A name or host is already known for another outlet."""


def store_blob(data: bytes) -> Blob:
    """Store bytes once per sha256 and return their row, new or known."""
    sha256 = hashlib.sha256(data).hexdigest()
    known = Blob.objects.filter(sha256=sha256).defer("data").first()
    if known is not None:
        return known
    blob = Blob(sha256=sha256, size=len(data), data=zlib.compress(data, 6))
    Blob.objects.bulk_create([blob], ignore_conflicts=True)
    return blob


@transaction.atomic
def create_article(
    *,
    outlet: Outlet,
    content: Content,
    metadata: Metadata,
    capture: NewCapture | None,
    at: datetime,
    by: User | None = None,
    kind: str = Version.Kind.ORIGINAL,
    import_item: ImportItem | None = None,
) -> Article:
    """Write a new article with its first version and the capture it came from; return it.

    Raises django.db.IntegrityError when the outlet already has an article with this guid or address.
    """
    article = Article.objects.create(
        outlet=outlet,
        guid=metadata.guid[:500],
        url=metadata.url[:2000],
        url_key=url_key(metadata.url),
        kind=metadata.kind,
        language=content.language,
        embargoed_until=metadata.embargoed_until,
        urgency=metadata.urgency,
        slugline=metadata.slugline[:200],
        page=metadata.page[:40],
        edition=metadata.edition[:120],
        editor_note=metadata.editor_note,
        usage_terms=metadata.usage_terms,
        usage_expires_at=metadata.usage_expires_at,
        **published_values(metadata.published),
    )
    stored = _store_capture(article, capture, import_item)
    version = _write_version(article, 1, kind, content, stored, at, by, "", import_item)
    if stored is not None:
        Capture.objects.filter(pk=stored.pk).update(version=version)
    if metadata.tags:
        set_tags(article=article, tags=metadata.tags, at=at, origin=ArticleTag.Origin.OUTLET)
    touch(article.pk)
    return article


@transaction.atomic
def add_version(
    *,
    article: Article,
    content: Content,
    at: datetime,
    capture: NewCapture | None = None,
    by: User | None = None,
    kind: str = Version.Kind.UPDATE,
    reason: str = "",
    expected: int | None = None,
    import_item: ImportItem | None = None,
    reverts_to: Version | None = None,
) -> Version:
    """Write the next version of an article and make it current, unless the outlet issued it before the current one.

    Locks the article's row. `expected` is the number of the version the writer started from: raises EditConflict when
    another one is current by now. Raises NothingChanged when the text is that of the current version and no status
    change asks for a version of its own.
    """
    held = Article.objects.select_for_update().get(pk=article.pk)
    current = held.current_version
    if current is None:
        raise ArchiveError(_("The article has no text any more, so no version can follow."))
    if expected is not None and current.number != expected:
        raise EditConflict(
            _("Version %(number)s was written while you worked on version %(expected)s: compare the two, then save.")
            % {"number": current.number, "expected": expected}
        )
    if (
        content.sha256 == current.content_sha256
        and capture is None
        and kind in (Version.Kind.UPDATE, Version.Kind.CORRECTION)
    ):
        raise NothingChanged(_("This is word for word the current version, so there is nothing to save."))
    stored = _store_capture(held, capture, import_item)
    number = held.versions.aggregate(last=Max("number"))["last"] + 1
    version = _write_version(
        held,
        number,
        kind,
        content,
        stored,
        at,
        by,
        reason,
        import_item,
        reverts_to,
        is_current=_follows(content, current),
    )
    if stored is not None:
        Capture.objects.filter(pk=stored.pk).update(version=version)
    if by is not None and held.later_byline:
        # Whoever wrote a version saw the byline that was shown, and left it or wrote another.
        Article.objects.filter(pk=held.pk).update(later_byline="")
    record_changes(held)
    touch(held.pk)
    article.current_version = held.current_version
    return version


@transaction.atomic
def add_capture(
    *,
    article: Article,
    version: Version,
    capture: NewCapture,
    import_item: ImportItem | None = None,
) -> Capture:
    """Record another arrival of a version the archive already holds; the version stays as it is."""
    stored = _store_capture(article, capture, import_item)
    assert stored is not None
    Capture.objects.filter(pk=stored.pk).update(version=version)
    stored.version = version
    return stored


@transaction.atomic
def revert(
    *, article: Article, to: Version, at: datetime, by: User, reason: str, expected: int | None = None
) -> Version:
    """Write a new version that says again what an earlier version said."""
    return add_version(
        article=article,
        content=content_of_version(to),
        at=at,
        by=by,
        kind=Version.Kind.REVERT,
        reason=reason,
        expected=expected,
        reverts_to=to,
    )


@transaction.atomic
def set_tags(
    *,
    article: Article,
    tags: Iterable[ParsedTag],
    at: datetime,
    origin: str = ArticleTag.Origin.EDITOR,
    by: User | None = None,
) -> None:
    """Give the article exactly these tags, in order; what an editor removed stays removed for everyone else."""
    wanted = find_tags(tags)
    held = {row.tag_id: row for row in ArticleTag.objects.filter(article=article)}
    editor = origin == ArticleTag.Origin.EDITOR
    for position, tag in enumerate(wanted):
        row = held.pop(tag.pk, None)
        if row is None:
            ArticleTag.objects.create(article=article, tag=tag, position=position, origin=origin, set_by=by)
        elif editor and row.removed_at is not None:
            ArticleTag.objects.filter(pk=row.pk).update(removed_at=None, position=position, origin=origin, set_by=by)
    for row in held.values():
        if editor:
            ArticleTag.objects.filter(pk=row.pk, removed_at=None).update(removed_at=at, set_by=by)
    touch(article.pk)


def find_tags(tags: Iterable[ParsedTag]) -> list[Tag]:
    """Return the tags of these names, made where they are new, merged ones followed, each once and in order.

    A tag that had no code takes the one that is given now.
    """
    unique: dict[tuple[str, str], ParsedTag] = {}
    for tag in tags:
        key = name_key(tag.name)
        if key and (not unique.get((tag.kind, key)) or (tag.code and not unique[tag.kind, key].code)):
            unique[tag.kind, key] = tag
    if not unique:
        return []
    keys = [key for _, key in unique]

    def known() -> dict[tuple[str, str], Tag]:
        rows = Tag.objects.filter(key__in=keys).select_related("merged_into")
        return {(row.kind, row.key): row for row in rows}

    held = known()
    missing = [
        Tag(kind=kind, name=tag.name.strip()[:200], key=key, code=tag.code[:40])
        for (kind, key), tag in unique.items()
        if (kind, key) not in held
    ]
    if missing:
        # Sorted, so that two workers that make the same tags take their locks in the same order.
        Tag.objects.bulk_create(sorted(missing, key=lambda t: (t.kind, t.key)), ignore_conflicts=True)
        held = known()
    found = [held[key] for key in unique]
    for tag, given in sorted(zip(found, unique.values(), strict=True), key=lambda pair: pair[0].pk):
        if given.code and not tag.code:
            tag.code = given.code[:40]
            Tag.objects.filter(pk=tag.pk, code="").update(code=tag.code)
    return list({(tag.merged_into or tag).pk: tag.merged_into or tag for tag in found}.values())


@transaction.atomic
def set_published(*, article: Article, reading: DateReading, by: User | None, at: datetime) -> None:
    """Set the date of an article; what an editor sets is remembered beside what the machine had read."""
    values = published_values(reading)
    if by is not None:
        machine = article.edited_fields.get("published_at", {}).get("machine", article.published_iso)
        article.edited_fields["published_at"] = {"machine": machine, "by": by.pk, "at": at.isoformat()}
    for name, value in values.items():
        setattr(article, name, value)
    article.save(update_fields=[*values, "edited_fields", "changed_at"])
    touch(article.pk)


def find_outlet(*, name: str = "", host: str = "") -> Outlet | None:
    """Return the outlet known by this name, alias or host (or a parent host), else None."""
    if name:
        alias = OutletAlias.objects.filter(key=name_key(name)).select_related("outlet__merged_into").first()
        if alias is not None:
            return alias.outlet.merged_into or alias.outlet
    host = host.lower().removeprefix("www.")
    if host:
        labels = host.split(".")
        hosts = [".".join(labels[i:]) for i in range(len(labels) - 1)] or [host]
        rows = OutletDomain.objects.filter(host__in=hosts).select_related("outlet__merged_into")
        best = max(rows, key=lambda row: len(row.host), default=None)
        if best is not None:
            return best.outlet.merged_into or best.outlet
    return None


@transaction.atomic
def create_outlet(*, name: str, host: str = "", by: User | None = None, is_held: bool = True, **fields: str) -> Outlet:
    """Make an outlet known by this name and, where given, this host. Raises OutletExists when either is taken."""
    name = name.strip()
    if not name_key(name):
        raise ArchiveError(_("An outlet needs a name."))
    if find_outlet(name=name) is not None:
        raise OutletExists(_("“%(name)s” is already known: choose it instead of making it again.") % {"name": name})
    outlet = Outlet.objects.create(name=name[:200], slug=Outlet.free_slug(name), is_held=is_held, **fields)
    OutletAlias.objects.create(outlet=outlet, name=name[:200], created_by=by)
    if host:
        learn_host(outlet=outlet, host=host, by=by)
    return outlet


def find_or_create_outlet(*, name: str, host: str = "", by: User | None = None) -> Outlet:
    """Return the outlet of this name or host, made under the name when it is new."""
    found = find_outlet(name=name, host=host)
    return found if found is not None else create_outlet(name=name, host=host, by=by)


def learn_alias(*, outlet: Outlet, name: str, by: User | None = None) -> None:
    """Remember another name of an outlet. Raises OutletExists when the name is another outlet's."""
    known = find_outlet(name=name)
    if known is None:
        OutletAlias.objects.create(outlet=outlet, name=name[:200], created_by=by)
    elif known.pk != outlet.pk:
        raise OutletExists(
            _("“%(name)s” is a name of %(outlet)s: take it away there first.") % {"name": name, "outlet": known.name}
        )


def learn_host(*, outlet: Outlet, host: str, by: User | None = None) -> None:
    """Remember a host of an outlet. Raises OutletExists when the host is another outlet's."""
    host = host_of(host) if "//" in host else host.lower().removeprefix("www.")
    if not host:
        return
    row, made = OutletDomain.objects.get_or_create(host=host[:253], defaults={"outlet": outlet, "created_by": by})
    if not made and row.outlet_id != outlet.pk:
        raise OutletExists(
            _("%(host)s is a host of %(outlet)s: take it away there first.") % {"host": host, "outlet": row.outlet.name}
        )


def touch(*article_ids: int) -> None:
    """Mark articles as changed for the index and the stories; call it in the transaction that changed them."""
    IndexEntry.objects.mark(article_ids)
    PlacementEntry.objects.mark(article_ids)
    dispatch.index_soon()
    dispatch.place_soon()


def touch_index(article_ids: Sequence[int]) -> None:
    """Mark articles whose labels changed (outlet, tag, story, status) for the index only."""
    IndexEntry.objects.mark(article_ids)
    dispatch.index_soon()


def _store_capture(article: Article, capture: NewCapture | None, item: ImportItem | None) -> Capture | None:
    if capture is None:
        return None
    return Capture.objects.create(
        article=article,
        blob=store_blob(capture.data),
        format=capture.format,
        file=capture.file[:500],
        record=capture.record[:120],
        url=capture.url[:2000],
        captured_at=capture.captured_at,
        reading=dict(capture.reading),
        read_key=capture.read_key,
        import_item=item,
    )


def _write_version(
    article: Article,
    number: int,
    kind: str,
    content: Content,
    capture: Capture | None,
    at: datetime,
    by: User | None,
    reason: str,
    item: ImportItem | None,
    reverts_to: Version | None = None,
    *,
    is_current: bool = True,
) -> Version:
    version = Version.objects.create(
        article=article,
        number=number,
        kind=kind,
        recorded_at=at,
        author=by,
        reason=reason,
        capture=capture,
        import_item=item,
        reverts_to=reverts_to,
        **version_values(content),
    )
    if is_current:
        article.current_version = version
        article.language = content.language or article.language
        article.save(update_fields=["current_version", "language", "changed_at"])
    return version


def _follows(content: Content, current: Version) -> bool:
    """Say whether a version comes after the current one: by when the outlet issued them, where both say it."""
    if content.issued_at is None or current.issued_at is None:
        return True
    return content.issued_at >= current.issued_at
