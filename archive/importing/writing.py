"""What was decided is written: articles, versions and captures, and what follows from them for open questions.

Everything happens inside the transaction of the batch; new articles go in with one COPY a table.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db import connection

from archive.articles import bulk, operations, restore, trail
from archive.articles.content import Content, Metadata, NewCapture, url_key
from archive.formats.base import ParsedArticle
from archive.models import Article, Blob, ImportItem, ImportRun, Outlet, User, Version

from . import learning, serial
from .held import like
from .match import decide
from .outcome import Ask, Outcome, Plan
from .prepared import Memory, Prepared, keys_of, plan_json, prepare, text_identity


@dataclass(slots=True)
class Batch:
    """What one batch came to: how many items are settled, and which runs have work again because of it.

    `pages` are the new articles by outlet, of whose lines something can be learnt.
    """

    settled: int = 0
    woken: set[int] = field(default_factory=set)
    pages: list[tuple[int | None, ParsedArticle]] = field(default_factory=list)


def write(run: ImportRun, planned: Sequence[tuple[Prepared, Plan]], memory: Memory, at: datetime) -> Batch:
    batch = Batch(settled=len(planned))
    created = [(one, plan) for one, plan in planned if plan.outcome is Outcome.CREATED]
    known = [(one, plan) for one, plan in planned if plan.outcome is Outcome.UNCHANGED]
    versions = [(one, plan) for one, plan in planned if plan.outcome is Outcome.NEW_VERSION]
    done: list[_Result] = []
    records = [(one, plan) for one, plan in created if one.is_restorable]
    created = [(one, plan) for one, plan in created if not one.is_restorable]
    done.extend(_restored(one, plan, run, at) for one, plan in records)
    if created:
        _mark_as_held({plan.outlet_id for _, plan in created if plan.outlet_id})
        rows = [_new_article(one, plan, run, at) for one, plan in created]
        for (one, plan), written in zip(created, bulk.create_articles(rows, at=at), strict=True):
            done.append(_Result(one, plan, written.article_id, written.version_id, written.capture_id))
    if known:
        captures = [(plan.article_id or 0, _version_of(plan), _capture(one)) for one, plan in known]
        of_captures = Article.objects.select_related("current_version")
        articles = of_captures.in_bulk([row[0] for row in captures])
        for (one, plan), row, pk in zip(known, captures, bulk.add_captures(captures), strict=True):
            done.append(_Result(one, plan, row[0], row[1], pk))
            # One that was filled for an item before this is not what it was when all were loaded.
            article = articles.pop(row[0], None) or of_captures.get(pk=row[0])
            fill(article, one.content, one.metadata, at)
    done.extend(_add_version(one, plan, at) for one, plan in versions)
    _settle(done, at)
    _ask([(one, plan) for one, plan in planned if plan.outcome is Outcome.QUESTION])
    _teach(done, at)
    batch.pages = [(result.plan.outlet_id, result.one.parsed) for result in done if _teaches(result)]
    news = [result for result in done if result.plan.outcome is not Outcome.UNCHANGED]
    if news:
        batch.woken = _answer(run, news, memory, at)
    return batch


@dataclass(slots=True)
class _Result:
    one: Prepared
    plan: Plan
    article_id: int
    version_id: int | None
    capture_id: int | None


def _teach(results: Sequence[_Result], at: datetime) -> None:
    """Learn what editors taught at the preview before anybody knew whose article it was."""
    for result in results:
        decision = result.one.item.decision
        for lesson in decision.get("lessons", ()):
            outlet = Outlet.objects.get(pk=result.plan.outlet_id)
            learning.learn(outlet=outlet, lesson=lesson, by=User.objects.filter(pk=decision.get("by")).first(), at=at)


def _new_article(one: Prepared, plan: Plan, run: ImportRun, at: datetime) -> bulk.NewArticle:
    assert plan.outlet_id is not None
    withheld = one.parsed.signal == "withhold"
    return bulk.NewArticle(
        outlet_id=plan.outlet_id,
        content=one.content,
        metadata=one.metadata,
        capture=_capture(one),
        status=Article.Status.WITHHELD if withheld else Article.Status.USABLE,
        status_reason="The outlet asked for it to be withheld." if withheld else "",
        passages=one.passages,
        edited_fields=_edited(one, run, at),
    )


def _restored(one: Prepared, plan: Plan, run: ImportRun, at: datetime) -> _Result:
    """Write an article that comes with its whole history out of another archive."""
    assert plan.outlet_id is not None
    _mark_as_held([plan.outlet_id])
    record = json.loads(Blob.objects.get(pk=one.blob).content().lstrip(b"\xef\xbb\xbf"))
    written = restore.restore_article(
        outlet=Outlet.objects.get(pk=plan.outlet_id),
        record=record[0] if isinstance(record, list) else record,
        content=one.content,
        metadata=one.metadata,
        arrival=_capture(one),
        passages=one.passages,
        at=at,
        # Whoever runs commands keeps the accounts of both archives; a file that somebody uploads may name anyone.
        with_people=run.origin == ImportRun.Origin.COMMAND,
    )
    return _Result(one, plan, written.article_id, written.version_id, written.capture_id)


def _edited(one: Prepared, run: ImportRun, at: datetime) -> dict[str, Any]:
    fields = one.item.decision.get("fields", {})
    by = one.item.decision.get("by") or run.created_by_id
    machine = {name: one.item.parsed.get(name, "") for name in fields}
    if "published_at" in fields:
        machine["published_at"] = one.item.parsed.get("published", {}).get("value")
    if "tags" in fields:
        machine["tags"] = [tag[0] for tag in one.item.parsed.get("tags", [])]
    return {name: {"machine": machine[name], "by": by, "at": at.isoformat()} for name in fields}


def _capture(one: Prepared) -> bulk.StoredCapture:
    item = one.item
    return bulk.StoredCapture(
        blob=one.blob,
        format=item.format,
        captured_at=item.captured_at,
        file=item.file,
        record=item.record,
        url=item.url or one.metadata.url,
        reading=_reading(one),
        read_key=one.read_key,
        import_item=item.pk,
    )


def _reading(one: Prepared) -> dict[str, Any]:
    """Return the machine's reading without the texts that the version holds anyway, corrected lines marked."""
    reading = {name: value for name, value in one.item.parsed.items() if name not in ("body", "posts")}
    if one.changed and "lines" in reading:
        reading["lines"] = serial.to_json(one.parsed).get("lines", [])
    if one.finding.evidence:
        reading["outlet_evidence"] = one.finding.evidence
    return reading


def _version_of(plan: Plan) -> int:
    if plan.version_id:
        return plan.version_id
    return Article.objects.values_list("current_version_id", flat=True).get(pk=plan.article_id)


def _add_version(one: Prepared, plan: Plan, at: datetime) -> _Result:
    article = Article.objects.select_for_update(of=("self",)).get(pk=plan.article_id)
    capture = NewCapture(
        data=Blob.objects.get(pk=one.blob).content(),
        format=one.item.format,
        captured_at=one.item.captured_at,
        file=one.item.file,
        record=one.item.record,
        url=one.item.url or one.metadata.url,
        reading=_reading(one),
        read_key=one.read_key,
    )
    if plan.kind == "withhold":
        version = article.current_version
        stored = operations.add_capture(article=article, version=version, capture=capture, import_item=one.item)
        _set_status(
            article, Article.Status.WITHHELD, one.parsed.editor_note or "The outlet asked for it to be withheld."
        )
        return _Result(one, replace(plan, outcome=Outcome.UNCHANGED), article.pk, version.pk, stored.pk)
    content = one.content
    if plan.kind in ("kill", "reinstatement") and not content.body:
        content = replace(content, headline=content.headline or article.current_version.headline)
    version = operations.add_version(
        article=article,
        content=content,
        capture=capture,
        at=at,
        kind=plan.kind,
        reason=one.parsed.editor_note or plan.reason,
        reverts_to=Version.objects.get(pk=plan.version_id) if plan.kind == "revert" and plan.version_id else None,
        import_item=one.item,
    )
    if plan.kind == "kill":
        _set_status(
            article, Article.Status.CANCELED, one.parsed.editor_note or "Killed by the outlet.", "kill", one, at
        )
    elif plan.kind == "reinstatement":
        reason = one.parsed.editor_note or "Reinstated by the outlet."
        _set_status(article, Article.Status.USABLE, reason, "reinstate", one, at)
    fill(article, one.content, one.metadata, at)
    if article.current_version_id == version.pk and plan.kind not in ("kill", "reinstatement"):
        bulk.write_passages({article.pk: one.passages})
    return _Result(one, plan, article.pk, version.pk, version.capture_id)


def _set_status(article: Article, status: str, reason: str, action: str, one: Prepared, at: datetime) -> None:
    """Do what a wire order says, with its own version already written; the trail names the run that brought it."""
    Article.objects.filter(pk=article.pk).update(status=status, status_reason=reason, changed_at=at)
    trail.record(
        action=action,
        at=at,
        article=article,
        job=f"import run {one.item.run_id}",
        reason=reason,
        before={"status": article.status},
        after={"status": status},
    )
    operations.touch(article.pk)


def fill(article: Article, content: Content, about: Metadata, at: datetime) -> None:
    """Give an article what it did not know of itself yet; what an editor set, and what is known, stays."""
    values: dict[str, Any] = {}
    for name in ("guid", "slugline", "page", "edition", "editor_note", "usage_terms"):
        if not getattr(article, name) and getattr(about, name):
            values[name] = getattr(about, name)[: Article._meta.get_field(name).max_length]
    for name in ("urgency", "usage_expires_at", "embargoed_until"):
        if getattr(article, name) is None and getattr(about, name) is not None:
            values[name] = getattr(about, name)
    if content.language and not article.language:
        values["language"] = content.language[:12]
    if content.byline and not article.later_byline and not article.current_version.byline:
        values["later_byline"] = content.byline
    key = url_key(about.url)
    taken = Article.objects.filter(outlet=article.outlet_id, url_key=key) if key and not article.url_key else None
    if taken is not None and not taken.exists():
        values |= {"url": about.url[:2000], "url_key": key}
    if "guid" in values and Article.objects.filter(outlet=article.outlet_id, guid=values["guid"]).exists():
        del values["guid"]
    if values:
        Article.objects.filter(pk=article.pk).update(**values)
        operations.touch(article.pk)
    if article.published_at is None and about.published.value and "published_at" not in article.edited_fields:
        operations.set_published(article=article, reading=about.published, by=None, at=at)
    if about.tags:
        held = set(article.article_tags.values_list("tag__kind", "tag__key"))
        if not {(tag.kind, operations.name_key(tag.name)) for tag in about.tags} <= held:
            operations.set_tags(article=article, tags=about.tags, at=at, origin="outlet")


def _settle(results: Sequence[_Result], at: datetime) -> None:
    if not results:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE archive_importitem AS item SET state = 'done', outcome = made.outcome, reason = made.reason,"
            " article_id = made.article, version_id = made.version, capture_id = made.capture,"
            " outlet_id = made.outlet, keys = '{}', finished_at = %s"
            " FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[])"
            " AS made (item, outcome, reason, article, version, capture, outlet) WHERE item.id = made.item",
            [
                at,
                [result.one.item.pk for result in results],
                [str(result.plan.outcome) for result in results],
                [result.plan.reason for result in results],
                [result.article_id for result in results],
                [result.version_id for result in results],
                [result.capture_id for result in results],
                [result.plan.outlet_id for result in results],
            ],
        )


def _ask(asked: Sequence[tuple[Prepared, Plan]]) -> None:
    if not asked:
        return
    rows = [
        {
            "id": one.item.pk,
            "reason": plan.reason,
            "plan": plan_json(plan, one),
            "keys": keys_of(one.arrival, one.passages),
            "outlet_id": plan.outlet_id,
            "text_key": one.arrival.text_key,
        }
        for one, plan in asked
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE archive_importitem AS item SET state = 'question', outcome = 'question', reason = asked.reason,"
            " plan = asked.plan, keys = ARRAY(SELECT jsonb_array_elements_text(asked.keys))::varchar(80)[],"
            " outlet_id = asked.outlet_id, text_key = asked.text_key FROM jsonb_to_recordset(%s::jsonb)"
            " AS asked (id bigint, reason text, plan jsonb, keys jsonb, outlet_id bigint, text_key text)"
            " WHERE item.id = asked.id",
            [serial.dumps(rows)],
        )


def _answer(run: ImportRun, news: Sequence[_Result], memory: Memory, at: datetime) -> set[int]:
    """Take up open questions that these articles may answer, and return the runs that have work again.

    Orders that waited for one of them are carried out at once, so that what was killed is never seen.
    """
    keys = {key for result in news for key in keys_of(result.one.arrival, result.one.passages)}
    ids = _waiting_for(keys | {text_identity(result.one.read_key) for result in news if result.one.read_key})
    if not ids:
        return set()
    open_runs = (ImportRun.State.RUNNING, ImportRun.State.READING, ImportRun.State.DONE, ImportRun.State.PREVIEW)
    items = (
        ImportItem.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(pk__in=ids, state=ImportItem.State.QUESTION, run__state__in=open_runs)
        .select_related("run")
        .order_by("pk")
    )
    woken: set[int] = set()
    for item in items:
        if item.plan.get("ask") == Ask.ORDER_WAITS and item.run.state != ImportRun.State.PREVIEW:
            one = prepare(item, item.run, memory.book)
            held = like([one.sought], memory.furniture)[0]
            plan = decide(one.arrival, held, one.choice)
            if plan.outcome is Outcome.NEW_VERSION:
                _settle([_add_version(one, plan, at)], at)
                continue
        if item.run.state == ImportRun.State.PREVIEW and item.run_id != run.pk:
            continue
        item.state = ImportItem.State.READY
        item.outcome = ""
        item.save(update_fields=["state", "outcome"])
        woken.add(item.run_id)
    return woken


def _waiting_for(keys: set[str]) -> list[int]:
    """Return the open questions that wait for any of these keys; uses import_item_question."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM archive_importitem WHERE state = 'question' AND keys && %s::varchar[]"
            " ORDER BY id LIMIT 500",
            [list(keys)],
        )
        return [row[0] for row in cursor.fetchall()]


def _mark_as_held(outlet_ids: Iterable[int]) -> None:
    Outlet.objects.filter(pk__in=list(outlet_ids), is_held=False).update(is_held=True)


def _teaches(result: _Result) -> bool:
    return result.plan.outcome is Outcome.CREATED and bool(result.one.parsed.lines)
