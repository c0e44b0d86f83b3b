"""A record that another archive exported becomes the same article here: every version, capture, tag, date and status.

Promise: what `export_records` wrote of an article it writes again after this, but for numbers that a database gives.
Texts are written as new, immutable rows with the numbers they had; bytes are checked against their sha256.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from archive.formats.base import ParsedTag
from archive.models import Article, ArticleTag, Blob, Capture, Outlet, OutletAlias, OutletDomain, User, Version
from archive.text.keys import name_key

from . import bulk
from .compare import record_changes
from .content import Content, Metadata, published_values, url_key, version_values
from .export import OUTLET_FACTS, VERSION_TEXTS
from .operations import ArchiveError, find_tags, store_blob, touch

_LISTS = frozenset({"authors", "captions", "posts"})


class BytesMissing(ArchiveError):
    """A record names bytes that are not in it and not held."""


@dataclass(frozen=True, slots=True)
class Restored:
    """The ids of a restored article, its current version and the capture that version was read from."""

    article_id: int
    version_id: int
    capture_id: int


@transaction.atomic
def restore_article(
    *,
    outlet: Outlet,
    record: Mapping[str, Any],
    content: Content,
    metadata: Metadata,
    arrival: bulk.StoredCapture,
    passages: Sequence[int],
    at: datetime,
    with_people: bool,
) -> Restored:
    """Write the article of an exported record with its whole history and return what it became.

    `content` and `metadata` are what the record says of the current version and the article, `arrival` the record's own
    bytes, which are kept as a capture only where it brings none of the captures. `with_people` lets it name users of
    this archive as authors. Raises BytesMissing, ArchiveError for bytes that were changed, and IntegrityError when the
    outlet has an article of that guid or address.
    """
    kept: Mapping[str, Any] = record.get("archive") or {}
    users = _users(record, kept) if with_people else {}
    article = _article(outlet, record, kept, content, metadata, users)
    captures = _captures(article, record, kept)
    only = None
    if not any(captures.values()):
        only = _arrival(article, arrival)
        captures = {0: only}
    versions = _versions(article, record, content, captures, only, users, at)
    current = versions[record["current_version"]]
    for place, capture in captures.items():
        said = record["captures"][place].get("version") if place < len(record["captures"]) else None
        if capture is not None:
            Capture.objects.filter(pk=capture.pk).update(version=versions.get(said, current))
    Article.objects.filter(pk=article.pk).update(current_version=current, created_at=_first_held(kept, at))
    _tags(article, record, kept, metadata)
    if kept.get("outlet"):
        _know(outlet, kept["outlet"])
    bulk.write_passages({article.pk: passages}, fresh=True)
    record_changes(article)
    touch(article.pk)
    first = next(capture for capture in captures.values() if capture is not None)
    return Restored(article.pk, current.pk, current.capture_id or first.pk)


def _article(
    outlet: Outlet,
    record: Mapping[str, Any],
    kept: Mapping[str, Any],
    content: Content,
    metadata: Metadata,
    users: Mapping[str, User],
) -> Article:
    published = published_values(metadata.published)
    published["published_printed"] = str(record.get("published_printed") or "")[:200]
    if isinstance(record.get("published_evidence"), dict):
        published["published_evidence"] = record["published_evidence"]
    edited = {
        name: entry | {"by": users[entry["by"]].pk if entry.get("by") in users else None}
        for name, entry in (kept.get("edited_fields") or {}).items()
    }
    status = record.get("status")
    return Article.objects.create(
        outlet=outlet,
        guid=metadata.guid[:500],
        url=metadata.url[:2000],
        url_key=url_key(metadata.url),
        kind=metadata.kind,
        status=status if status in Article.Status.values else Article.Status.WITHHELD,
        status_reason=str(kept.get("status_reason") or ""),
        embargoed_until=metadata.embargoed_until,
        language=content.language[:12],
        not_before=_moment(record.get("not_before")),
        not_before_reason=str(record.get("not_before_reason") or "")[:300],
        urgency=metadata.urgency,
        slugline=metadata.slugline[:200],
        page=metadata.page[:40],
        edition=metadata.edition[:120],
        editor_note=metadata.editor_note,
        later_byline=str(record.get("later_byline") or ""),
        usage_terms=metadata.usage_terms,
        usage_expires_at=metadata.usage_expires_at,
        edited_fields=edited,
        **published,
    )


def _captures(article: Article, record: Mapping[str, Any], kept: Mapping[str, Any]) -> dict[int, Capture | None]:
    """Store the captures whose bytes come with the record or are held, by their place in it."""
    out: dict[int, Capture | None] = {}
    brought = kept.get("captures") or []
    for place, said in enumerate(record["captures"]):
        own = brought[place] if place < len(brought) else {}
        blob = _blob(said["sha256"], own.get("data"), needed=bool(kept))
        if blob is None:
            out[place] = None
            continue
        out[place] = Capture.objects.create(
            article=article,
            blob=blob,
            format=str(said.get("format") or "")[:32],
            file=str(said.get("file") or "")[:500],
            record=str(said.get("record") or "")[:120],
            url=str(said.get("url") or "")[:2000],
            captured_at=datetime.fromisoformat(said["captured_at"]),
            reading=own.get("reading") or {},
        )
    return out


def _blob(sha256: str, data: str | None, *, needed: bool) -> Blob | None:
    if data is None:
        blob = Blob.objects.filter(sha256=sha256).defer("data").first()
        if blob is None and needed:
            raise BytesMissing(
                _(
                    "The bytes %(sum)s… stand in another record of the same export: "
                    "import that one first, then try again."
                )
                % {"sum": sha256[:12]}
            )
        return blob
    try:
        content = base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ArchiveError(_("The bytes of the capture %(sum)s… can't be decoded.") % {"sum": sha256[:12]}) from error
    if hashlib.sha256(content).hexdigest() != sha256:
        raise ArchiveError(
            _("The bytes of the capture %(sum)s… are not those that were exported.") % {"sum": sha256[:12]}
        )
    return store_blob(content)


def _arrival(article: Article, arrival: bulk.StoredCapture) -> Capture:
    return Capture.objects.create(
        article=article,
        blob_id=arrival.blob,
        format=arrival.format,
        file=arrival.file[:500],
        record=arrival.record[:120],
        url=arrival.url[:2000],
        captured_at=arrival.captured_at,
        reading=dict(arrival.reading),
        import_item_id=arrival.import_item,
    )


def _versions(
    article: Article,
    record: Mapping[str, Any],
    content: Content,
    captures: Mapping[int, Capture | None],
    only: Capture | None,
    users: Mapping[str, User],
    at: datetime,
) -> dict[int, Version]:
    written: dict[int, Version] = {}
    for said in sorted(record["versions"], key=lambda one: one["number"]):
        number = said["number"]
        text = content if number == record["current_version"] else _content(said)
        values = version_values(text)
        if not text.headline and not text.body and said.get("content_sha256"):
            # What was erased keeps the hash of what it said.
            values["content_sha256"] = said["content_sha256"]
        written[number] = Version.objects.create(
            article=article,
            number=number,
            kind=said["kind"] if said["kind"] in Version.Kind.values else Version.Kind.UPDATE,
            recorded_at=_moment(said.get("recorded_at")) or at,
            author=users.get(said.get("author") or ""),
            reason=str(said.get("reason") or ""),
            capture=only or captures.get(said.get("capture")),
            reverts_to=written.get(said.get("reverts_to") or 0),
            **(values | {"issued_at": _moment(said.get("issued_at"))}),
        )
    return written


def _content(said: Mapping[str, Any]) -> Content:
    return Content(**{name: tuple(said[name]) if name in _LISTS else said[name] for name in VERSION_TEXTS})


def _tags(article: Article, record: Mapping[str, Any], kept: Mapping[str, Any], metadata: Metadata) -> None:
    origins = {(tag.get("kind"), tag.get("name")): tag.get("origin") for tag in record.get("tags", ())}
    for position, one in enumerate(metadata.tags):
        origin = origins.get((one.kind, one.name))
        for tag in find_tags([one]):
            ArticleTag.objects.get_or_create(
                article=article, tag=tag, defaults={"position": position, "origin": _origin(origin)}
            )
    for said in kept.get("removed_tags") or ():
        for tag in find_tags([ParsedTag(said["name"], said["kind"], said.get("code") or "")]):
            values = {"origin": _origin(said.get("origin")), "removed_at": _moment(said["removed_at"])}
            ArticleTag.objects.get_or_create(article=article, tag=tag, defaults=values)


def _origin(said: str | None) -> str:
    return said if said in ArticleTag.Origin.values else ArticleTag.Origin.OUTLET


def _know(outlet: Outlet, said: Mapping[str, Any]) -> None:
    """Give an outlet what is not known of it here; what is known, and what is another's, stays."""
    fresh = Outlet(name="")
    changed = [
        name
        for name in OUTLET_FACTS
        if said.get(name) and getattr(outlet, name) == getattr(fresh, name) and said[name] != getattr(outlet, name)
    ]
    for name in changed:
        setattr(outlet, name, said[name])
    if changed:
        outlet.save(update_fields=changed)
    for name in said.get("names") or ():
        key = name_key(str(name)[:200])
        if key:
            OutletAlias.objects.get_or_create(key=key, defaults={"outlet": outlet, "name": str(name)[:200]})
    for host in said.get("hosts") or ():
        OutletDomain.objects.get_or_create(host=str(host)[:253], defaults={"outlet": outlet})


def _users(record: Mapping[str, Any], kept: Mapping[str, Any]) -> dict[str, User]:
    names = {said.get("author") for said in record["versions"]}
    names |= {entry.get("by") for entry in (kept.get("edited_fields") or {}).values()}
    return {user.username: user for user in User.objects.filter(username__in=names - {None})}


def _first_held(kept: Mapping[str, Any], at: datetime) -> datetime:
    return _moment(kept.get("first_held_at")) or at


def _moment(value: Any) -> datetime | None:
    if not value:
        return None
    moment = datetime.fromisoformat(str(value))
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
