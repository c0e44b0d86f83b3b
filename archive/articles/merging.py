"""Merging and splitting tags, outlets and articles. Each can be undone, each redirects, none loses a row.

Versions are immutable and stay with the article they were written for: merging articles sets a pointer, splitting one
copies the split-off versions into a new article and says so on both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from archive.models import (
    Article,
    ArticleTag,
    MergeRecord,
    Outlet,
    OutletAlias,
    OutletDomain,
    OutletHabit,
    OutletLine,
    Tag,
    User,
    Version,
)
from archive.text.keys import name_key

from . import trail
from .compare import record_changes
from .content import Metadata, content_of_version
from .operations import ArchiveError, create_article, touch, touch_index
from .permissions import require

TAG_KINDS = (MergeRecord.Kind.TAG, MergeRecord.Kind.RENAME)


class MergeConflict(ArchiveError):
    """The two can't be merged as they are; the message says what to do first."""


@transaction.atomic
def merge_tags(*, source: Tag, target: Tag, by: User, reason: str, at: datetime) -> MergeRecord:
    """Make one tag part of another: its articles get the other tag, its page redirects. Needs an editor."""
    require(by, "edit_article")
    source, target = _two(Tag, source, target)
    rows = list(ArticleTag.objects.filter(tag=source).values("id", "article_id"))
    doubled = set(
        ArticleTag.objects.filter(tag=target, article__article_tags__tag=source).values_list("article_id", flat=True)
    )
    moved = [row["id"] for row in rows if row["article_id"] not in doubled]
    ArticleTag.objects.filter(pk__in=moved).update(tag=target)
    Tag.objects.filter(pk=source.pk).update(merged_into=target)
    followers = _follow(Tag, source, target)
    touch_index([row["article_id"] for row in rows])
    return _record(MergeRecord.Kind.TAG, source, target, {"rows": moved, "followers": followers}, by, reason, at)


@transaction.atomic
def rename_tag(*, tag: Tag, name: str, by: User, at: datetime, reason: str = "") -> MergeRecord:
    """Give a tag another name; what comes in under the old one gets this tag. Needs an editor.

    Raises MergeConflict when another tag of its kind has the name, or when it was merged itself.
    """
    require(by, "edit_article")
    held = Tag.objects.select_for_update().get(pk=tag.pk)
    if held.merged_into_id is not None:
        raise MergeConflict(_("“%(name)s” was merged into another one already: rename that one.") % {"name": held})
    before, after = held.name, name.strip()[:200]
    if not after:
        raise ArchiveError(_("Give the tag a name."))
    moved = {"before": before, "after": after, "old_names": _rename(held, after)}
    record = MergeRecord.objects.create(
        kind=MergeRecord.Kind.RENAME,
        source_id=held.pk,
        target_id=held.pk,
        moved=moved,
        reason=reason,
        done_by=by,
        done_at=at,
    )
    trail.record(
        action="rename tag",
        subject=f"tag {held.pk}",
        by=by,
        at=at,
        reason=reason,
        before={"name": before},
        after={"name": after},
    )
    return record


def _rename(held: Tag, name: str) -> list[int]:
    """Name a tag and let its old name lead to it; return the row that does so, none where only the spelling changed."""
    before, key = held.name, name_key(name)
    old_key, held.name = held.key, name
    if old_key != key:
        # A row that only stands for an earlier name of this tag makes room; one that was merged into it does not.
        merges = MergeRecord.objects.filter(kind=MergeRecord.Kind.TAG, undone_at=None).values("source_id")
        Tag.objects.filter(kind=held.kind, key=key, merged_into=held).exclude(pk__in=merges).delete()
    try:
        with transaction.atomic():
            held.save(update_fields=["name", "key"])
    except IntegrityError as error:
        raise MergeConflict(_("There is a tag “%(name)s” already: merge the two instead.") % {"name": name}) from error
    touch_index(list(ArticleTag.objects.filter(tag=held).values_list("article_id", flat=True)))
    if old_key == key:
        return []
    return [Tag.objects.create(name=before, kind=held.kind, merged_into=held).pk]


@transaction.atomic
def merge_outlets(*, source: Outlet, target: Outlet, by: User, reason: str, at: datetime) -> MergeRecord:
    """Make one outlet part of another: articles, names, hosts and what was learnt go over. Needs an archivist.

    Raises MergeConflict when both hold an article with the same guid or address: merge those articles first.
    """
    require(by, "merge_article")
    source, target = _two(Outlet, source, target)
    theirs = Article.objects.filter(outlet=source, merged_into=None)
    ours = Article.objects.filter(outlet=target)
    for field in ("guid", "url_key"):
        shared = theirs.exclude(**{field: ""}).filter(**{f"{field}__in": ours.exclude(**{field: ""}).values(field)})
        clash = shared.first()
        if clash is not None:
            raise MergeConflict(_("Both outlets hold “%(what)s”: merge those two articles first.") % {"what": clash})
    articles = list(Article.objects.filter(outlet=source).values_list("pk", flat=True))
    Article.objects.filter(pk__in=articles).update(outlet=target)
    moved: dict[str, Sequence[int]] = {"articles": articles}
    for name, model in (("aliases", OutletAlias), ("domains", OutletDomain)):
        moved[name] = list(model.objects.filter(outlet=source).values_list("pk", flat=True))
        model.objects.filter(pk__in=moved[name]).update(outlet=target)
    for name, model, key in (("lines", OutletLine, "key"), ("habits", OutletHabit, "origin")):
        known = model.objects.filter(outlet=target).values(key)
        moved[name] = list(
            model.objects.filter(outlet=source).exclude(**{f"{key}__in": known}).values_list("pk", flat=True)
        )
        model.objects.filter(pk__in=moved[name]).update(outlet=target)
    Outlet.objects.filter(pk=source.pk).update(merged_into=target)
    moved["followers"] = _follow(Outlet, source, target)
    touch(*articles)
    return _record(MergeRecord.Kind.OUTLET, source, target, moved, by, reason, at)


@transaction.atomic
def merge_articles(*, source: Article, target: Article, by: User, reason: str, at: datetime) -> MergeRecord:
    """Say that two articles are one: the first redirects to the second and leaves lists, search and stories.

    Its versions and captures stay as they were written and are shown in the other's history. Needs an archivist.
    Raises MergeConflict when they are of different outlets.
    """
    require(by, "merge_article")
    source, target = _two(Article, source, target)
    if source.outlet_id != target.outlet_id:
        raise MergeConflict(
            _("Two outlets' texts are two articles, however alike: only the same outlet's can be merged.")
        )
    Article.objects.filter(pk=source.pk).update(merged_into=target)
    followers = _follow(Article, source, target)
    record_changes(target)
    touch(source.pk, target.pk)
    return _record(MergeRecord.Kind.ARTICLE, source, target, {"followers": followers}, by, reason, at)


@transaction.atomic
def split_article(
    *, article: Article, numbers: Iterable[int], by: User, reason: str, at: datetime
) -> tuple[Article, MergeRecord]:
    """Take versions that belong to another article out into one of their own; return it. Needs an archivist.

    The versions stay where they were written; copies that name them start the new article. Raises MergeConflict unless
    at least one version stays and one goes.
    """
    require(by, "merge_article")
    held = Article.objects.select_for_update().get(pk=article.pk)
    wanted = set(numbers)
    versions = list(held.versions.select_related("capture").order_by("number"))
    going = [version for version in versions if version.number in wanted]
    staying = [version for version in versions if version.number not in wanted | split_off(held)]
    if not going or not staying:
        raise MergeConflict(_("Choose some of the versions: at least one has to stay and one to go."))
    first, *rest = going
    said = f"Split from article {held.pk}: {reason}".strip()
    new = create_article(
        outlet=held.outlet,
        content=content_of_version(first),
        metadata=Metadata(kind=held.kind, usage_terms=held.usage_terms, usage_expires_at=held.usage_expires_at),
        capture=None,
        at=at,
        by=by,
    )
    for number, version in enumerate(rest, start=2):
        copied = {f.attname: getattr(version, f.attname) for f in Version._meta.concrete_fields if not f.primary_key}
        copied |= {"article_id": new.pk, "number": number, "recorded_at": at, "author_id": by.pk, "reason": said}
        new.current_version = Version.objects.create(**copied)
    new.save(update_fields=["current_version", "changed_at"])
    moved = {"versions": sorted(wanted), "current": held.current_version_id}
    held.current_version = staying[-1]
    held.save(update_fields=["current_version", "changed_at"])
    touch(held.pk)
    return new, _record(MergeRecord.Kind.SPLIT, held, new, moved, by, reason, at)


def split_off(article: Article) -> set[int]:
    """Return the numbers of those versions of an article that were split off into another one."""
    records = MergeRecord.objects.filter(kind=MergeRecord.Kind.SPLIT, source_id=article.pk, undone_at=None)
    return {number for record in records for number in record.moved["versions"]}


@transaction.atomic
def undo(*, record: MergeRecord, by: User, at: datetime) -> None:
    """Take a merge or split back; what was done to either side since then stays. Locks the record's row."""
    held = MergeRecord.objects.select_for_update().get(pk=record.pk)
    require(by, "edit_article" if held.kind in TAG_KINDS else "merge_article")
    if held.undone_at is not None:
        raise MergeConflict(_("This was undone already."))
    undoers: dict[str, Callable[[MergeRecord], None]] = {
        MergeRecord.Kind.TAG: _undo_tags,
        MergeRecord.Kind.RENAME: _undo_rename,
        MergeRecord.Kind.OUTLET: _undo_outlets,
        MergeRecord.Kind.ARTICLE: _undo_articles,
        MergeRecord.Kind.SPLIT: _undo_split,
    }
    undoers[held.kind](held)
    held.undone_by, held.undone_at = by, at
    held.save(update_fields=["undone_by", "undone_at"])
    action = "undo tag renaming" if held.kind == MergeRecord.Kind.RENAME else f"undo {held.kind} merge"
    subject = "tag" if held.kind == MergeRecord.Kind.RENAME else held.kind
    trail.record(action=action, subject=f"{subject} {held.source_id}", by=by, at=at)


def _undo_tags(record: MergeRecord) -> None:
    rows = ArticleTag.objects.filter(pk__in=record.moved["rows"])
    articles = list(rows.values_list("article_id", flat=True))
    rows.update(tag_id=record.source_id)
    Tag.objects.filter(pk__in=record.moved["followers"]).update(merged_into=record.source_id)
    Tag.objects.filter(pk=record.source_id).update(merged_into=None)
    touch_index(articles)


def _undo_rename(record: MergeRecord) -> None:
    held = Tag.objects.select_for_update().get(pk=record.source_id)
    if held.name != record.moved["after"]:
        raise MergeConflict(_("The tag is called “%(name)s” by now: undo that renaming first.") % {"name": held.name})
    stands_for_the_new = _rename(held, record.moved["before"])
    Tag.objects.filter(pk__in=stands_for_the_new).delete()


def _undo_outlets(record: MergeRecord) -> None:
    moved = record.moved
    Article.objects.filter(pk__in=moved["articles"]).update(outlet_id=record.source_id)
    for name, model in (
        ("aliases", OutletAlias),
        ("domains", OutletDomain),
        ("lines", OutletLine),
        ("habits", OutletHabit),
    ):
        model.objects.filter(pk__in=moved[name]).update(outlet_id=record.source_id)
    Outlet.objects.filter(pk__in=moved["followers"]).update(merged_into=record.source_id)
    Outlet.objects.filter(pk=record.source_id).update(merged_into=None)
    touch(*moved["articles"])


def _undo_articles(record: MergeRecord) -> None:
    Article.objects.filter(pk__in=record.moved["followers"]).update(merged_into=record.source_id)
    Article.objects.filter(pk=record.source_id).update(merged_into=None)
    touch(record.source_id, record.target_id)


def _undo_split(record: MergeRecord) -> None:
    new = Article.objects.get(pk=record.target_id)
    if new.merged_into_id is not None:
        raise MergeConflict(_("The split-off article was merged since then: undo that first."))
    old = Article.objects.select_for_update().get(pk=record.source_id)
    current = old.current_version
    if current is not None and current.number < old.versions.get(pk=record.moved["current"]).number:
        old.current_version_id = record.moved["current"]
        old.save(update_fields=["current_version", "changed_at"])
    Article.objects.filter(pk=new.pk).update(merged_into=old)
    touch(old.pk, new.pk)


def _two(model: type[models.Model], source: models.Model, target: models.Model) -> tuple:
    """Return both rows, locked in the order of their ids so that two merges at once can't wait for each other."""
    if source.pk == target.pk:
        raise MergeConflict(_("Choose two different ones to merge."))
    locked = {
        row.pk: row
        for row in model._default_manager.select_for_update().filter(pk__in=[source.pk, target.pk]).order_by("pk")
    }
    held, other = locked[source.pk], locked[target.pk]
    for row in (held, other):
        if row.merged_into_id is not None:
            raise MergeConflict(_("“%(name)s” was merged into another one already: choose that one.") % {"name": row})
    return held, other


def _follow(model: type[models.Model], source: models.Model, target: models.Model) -> list[int]:
    """Let what had been merged into the source redirect to the target at once; return its ids."""
    followers = list(model._default_manager.filter(merged_into=source).values_list("pk", flat=True))
    model._default_manager.filter(pk__in=followers).update(merged_into=target)
    return followers


def _record(
    kind: str, source: models.Model, target: models.Model, moved: dict, by: User, reason: str, at: datetime
) -> MergeRecord:
    record = MergeRecord.objects.create(
        kind=kind, source_id=source.pk, target_id=target.pk, moved=moved, reason=reason, done_by=by, done_at=at
    )
    article = source if isinstance(source, Article) else None
    trail.record(
        action="split article" if kind == MergeRecord.Kind.SPLIT else f"merge {kind}",
        article=article,
        subject=f"{'article' if article else kind} {source.pk}",
        by=by,
        at=at,
        reason=reason,
        after={"into": target.pk},
    )
    return record


def records_of(article: Article) -> list[MergeRecord]:
    """Return the merges and splits an article took part in, newest first."""
    return _records((MergeRecord.Kind.ARTICLE, MergeRecord.Kind.SPLIT), article.pk)


def tag_records(tag: Tag) -> list[MergeRecord]:
    """Return the merges a tag took part in and its renamings, newest first, each with what it `said`."""
    return _named(_records(TAG_KINDS, tag.pk), Tag)


def outlet_records(outlet: Outlet) -> list[MergeRecord]:
    """Return the merges an outlet took part in, newest first, each with what it `said`."""
    return _named(_records((MergeRecord.Kind.OUTLET,), outlet.pk), Outlet)


def _records(kinds: Iterable[str], pk: int) -> list[MergeRecord]:
    """Return the records of one thing; uses merge_by_target and merge_by_source."""
    found = MergeRecord.objects.filter(kind__in=kinds).select_related("done_by", "undone_by")
    return list(found.filter(models.Q(target_id=pk) | models.Q(source_id=pk)).order_by("-id"))


def _named(records: list[MergeRecord], model: type[models.Model]) -> list[MergeRecord]:
    names = {
        row.pk: str(row)
        for row in model.objects.filter(pk__in={pk for r in records for pk in (r.source_id, r.target_id)})
    }
    for record in records:
        before, after = names.get(record.source_id, ""), names.get(record.target_id, "")
        record.said = f"{record.moved.get('before', before)} → {record.moved.get('after', after)}"
    return records
