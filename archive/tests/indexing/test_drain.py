"""The outbox drained into the index: nothing lost, nothing doubled, and never in the way of a save."""

import json
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection

from archive import clock
from archive.articles import operations
from archive.articles.content import Content
from archive.articles.searching import search_page
from archive.engine import search_engine
from archive.indexing import drain as draining
from archive.indexing import rebuild as rebuilding
from archive.indexing import sweep
from archive.indexing.drain import drain, settle
from archive.indexing.rebuild import drain_or_rebuild, rebuild
from archive.models import Article, IndexEntry
from archive.search import ArticleDocuments
from archive.tests.importing.world import PARAGRAPHS, imported, rows, wire

pytestmark = pytest.mark.django_db(transaction=True)


def found(query, user=None):
    return [hit.article.pk for hit in search_page(user, query).hits]


def test_a_new_article_is_found_after_the_drain_and_no_longer_waits(write):
    article = write("Barrier gates were cracked", tags=[("floods", "topic")])
    assert drain_or_rebuild() >= 1
    assert found("cracked") == [article.pk] == found("tag:floods") == found('outlet:"coastal courier"')
    assert not IndexEntry.objects.waiting().exists()


def test_a_new_version_replaces_the_old_one_which_is_found_among_all_versions(write):
    article = write("Barrier gates were cracked", body="The mayor knew.")
    settle()
    operations.add_version(
        article=article, content=Content(headline="Gates were cracked", body="The council knew.", language="en"),
        at=clock.now(),
    )  # fmt: skip
    settle()
    assert found("mayor") == [] and found("council") == [article.pk]
    page = search_page(None, "mayor versions:all")
    assert [(h.article.pk, h.version.number, h.is_current) for h in page.hits] == [(article.pk, 1, False)]


def test_an_edit_during_the_drain_stays_waiting(write, monkeypatch):
    article = write("Barrier gates were cracked")
    real = draining.article_documents

    def meanwhile(ids, now):
        documents = real(ids, now)
        IndexEntry.objects.mark([article.pk])
        return documents

    rebuild()
    IndexEntry.objects.mark([article.pk])
    monkeypatch.setattr(draining, "article_documents", meanwhile)
    drain(limit=1)
    monkeypatch.undo()
    assert IndexEntry.objects.waiting().get().article_id == article.pk


def test_only_one_drainer_works_at_a_time(write):
    rebuild()
    write("Barrier gates were cracked")
    with closing(connection.copy()) as other, other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [draining.DRAIN_LOCK])
        assert drain() == 0
        cursor.execute("SELECT pg_advisory_unlock(%s)", [draining.DRAIN_LOCK])
    assert drain() == 1


def test_a_text_that_cannot_be_indexed_is_put_aside_and_holds_up_no_other(write, monkeypatch):
    rebuild()
    bad, good = write("Barrier gates were cracked"), write("Barrier gates held")
    engine = search_engine()
    real = engine.replace

    def refuse(articles):
        if any(entry.article == bad.pk for entry in articles):
            raise RuntimeError("no way")
        real(articles)

    monkeypatch.setattr(engine, "replace", refuse)
    for _ in range(draining.MOST_ATTEMPTS + 1):
        drain()
    assert found("gates") == [good.pk]
    entry = IndexEntry.objects.get(article=bad)
    assert entry.attempts == draining.MOST_ATTEMPTS and "no way" in entry.last_error


HARMS = {
    "removed": lambda path: path.unlink(),
    "truncated": lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 3]),
    "scrambled": lambda path: path.write_bytes(b"\x07" * path.stat().st_size),
}


@pytest.mark.parametrize("harm", list(HARMS))
def test_a_broken_index_fails_no_save_and_no_import_and_is_rebuilt_by_the_next_drain(write, index_folder, harm):
    first = write("Barrier gates were cracked")
    settle()
    for path in list(index_folder.rglob("*")):
        if path.is_file() and path.stat().st_size:
            HARMS[harm](path)
    second = write("Barrier gates held")
    assert sweep.check().damage
    imported({"a.json": wire("urn:one", "Lighthouse relit", PARAGRAPHS)})
    assert settle()
    assert sorted(found("gates")) == [first.pk, second.pk] and len(found("lighthouse")) == 1
    assert sweep.check().whole


def test_a_first_start_makes_the_index_without_a_warning(write, caplog):
    write("Barrier gates were cracked")
    with caplog.at_level("INFO"):
        assert settle()
    said = [record for record in caplog.records if record.name.startswith("archive.indexing")]
    assert [record.levelname for record in said] == ["INFO"] and "it is made now" in said[0].getMessage()


def test_check_index_exits_1_on_a_difference_and_on_damage_and_0_when_whole_again(write, index_folder, capsys):
    article = write("Barrier gates were cracked")
    settle()
    call_command("check_index")
    search_engine().replace([ArticleDocuments(article.pk)])
    with pytest.raises(SystemExit) as refused:
        call_command("check_index")
    assert refused.value.code == 1
    call_command("check_index", "--fix")
    call_command("check_index", "--json")
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["whole"] is True
    (index_folder / "whoosh" / "LIVE").unlink()
    with pytest.raises(SystemExit):
        call_command("check_index")
    call_command("check_index", "--fix")
    assert found("cracked") == [article.pk]


def test_a_rebuild_reads_no_more_at_a_time_than_it_may(write, monkeypatch):
    for number in range(7):
        write(f"Barrier gates {number}", body="x" * 100)
    monkeypatch.setattr(rebuilding, "CHUNK", 5)
    monkeypatch.setattr(rebuilding, "PART", 2)
    assert [len(batch) for batch in rebuilding.batches(0)] == [5, 2]
    # Long articles fill a batch by their text.
    monkeypatch.setattr(rebuilding, "CHARACTERS", 150)
    assert [len(batch) for batch in rebuilding.batches(0)] == [2, 2, 2, 1]


def test_a_sweep_finds_and_repairs_only_what_differs(write):
    articles = [write(f"Barrier gates {n}") for n in range(4)]
    settle()
    assert sweep.check().whole
    engine = search_engine()
    documents = {entry.article: entry for entry in draining.article_documents([a.pk for a in articles], clock.now())}
    lost, stale = articles[0].pk, articles[1].pk
    ghost = replace(documents[articles[2].pk].documents[0], article=999_999)
    old = replace(documents[stale].documents[0], content_hash="0" * 64)
    engine.replace([ArticleDocuments(lost), ArticleDocuments(stale, (old,)), ArticleDocuments(999_999, (ghost,))])
    report = sweep.check()
    assert (report.missing, report.surplus, report.different) == ([f"{lost}:1"], ["999999:1"], [f"{stale}:1"])
    fixed = sweep.check(fix=True)
    assert fixed.whole and fixed.fixed == 3 and sweep.check().whole


def test_a_rebuild_that_was_killed_goes_on_where_it_was(write, monkeypatch):
    articles = [write(f"Barrier gates {n}") for n in range(5)]
    settle()
    monkeypatch.setattr(rebuilding, "CHUNK", 2)
    real, built = rebuilding.article_documents, []

    def die(ids, now):
        if len(built) == 2:
            raise KeyboardInterrupt
        built.append(list(ids))
        return real(ids, now)

    monkeypatch.setattr(rebuilding, "article_documents", die)
    with pytest.raises(KeyboardInterrupt):
        rebuild()
    late = operations.add_version(
        article=articles[0], content=Content(headline="Changed meanwhile", body="x", language="en"), at=clock.now()
    )
    settle()
    again = []
    monkeypatch.setattr(rebuilding, "article_documents", lambda ids, now: again.append(list(ids)) or real(ids, now))
    rebuild()
    assert again[0] == [articles[4].pk] and [articles[0].pk] in again
    assert found("meanwhile") == [late.article_id] and len(found("gates")) == 4
    assert sweep.check().whole


def test_an_embargo_lapses_from_every_count_at_once_and_returns_when_it_lifts(write):
    article = write("Barrier gates were cracked", tags=[("floods", "topic")])
    settle()
    Article.objects.filter(pk=article.pk).update(embargoed_until=clock.now() + timedelta(hours=1))
    page = search_page(None, "gates")
    assert (page.total, page.hits, page.facets["tag"]) == (0, (), ())
    IndexEntry.objects.mark([article.pk])
    settle()
    assert found("gates") == [] and search_page(None, "crackd").suggestion == ""
    Article.objects.filter(pk=article.pk).update(embargoed_until=None)
    IndexEntry.objects.mark([article.pk])
    settle()
    assert found("gates") == [article.pk]


def test_versions_are_found_by_what_changed_in_them(write):
    article = write("Barrier gates were cracked", body="“Nobody listened to us at all,” she said. The council knew.")
    content = Content(headline="Barrier gates were cracked", body="The council knew.", language="en")
    add_version = operations.add_version(article=article, content=content, at=clock.now())
    settle()
    kinds = add_version.change.kinds
    assert "quote_removed" in kinds
    hits = search_page(None, "change:quote-removed versions:all").hits
    assert [(h.article.pk, h.version.number) for h in hits] == [(article.pk, 2)]


def test_a_long_backlog_leaves_no_pile_of_segments(write, monkeypatch):
    rebuild()
    for number in range(20):
        write(f"Barrier gates {number}")
    monkeypatch.setattr(draining, "BATCH", 1)
    monkeypatch.setattr(draining, "TIDY_EVERY", 10)
    tidied = []
    engine = search_engine()
    real = engine.tidy
    monkeypatch.setattr(engine, "tidy", lambda: (tidied.append(1), real())[1])
    assert drain() == 20
    assert len(tidied) == 2 and engine.statistics().segments < 10 and len(found("gates")) == 20


def test_an_article_that_comes_while_the_engine_merges_is_carried_before_that_is_over(write, monkeypatch):
    rebuild()
    write("Barrier gates held")
    waiting = []

    def finish():
        # What came while it was merged the time before is in the index by now.
        waiting.append(IndexEntry.objects.waiting().count())
        if len(waiting) < 4:
            write(f"Barrier gates {len(waiting)}")
        return len(waiting) == 4

    monkeypatch.setattr(search_engine(), "finish", finish)
    assert drain() == 4
    assert waiting == [0, 0, 0, 0] and len(found("gates")) == 4


def test_a_drainer_stays_only_so_long_with_what_the_engine_merges(write, monkeypatch):
    rebuild()
    write("Barrier gates held")
    monkeypatch.setattr(search_engine(), "finish", lambda: False)
    monkeypatch.setattr(draining, "STAY", 0.3)
    assert drain() == 1


def test_an_article_that_somebody_brought_alone_is_indexed_before_a_bulk_import():
    rebuild()
    imported({"wire.jsonl": rows(20)})
    imported({"a.json": wire("urn:one", "Lighthouse relit", PARAGRAPHS)}, single=True)
    assert drain(limit=1) == 1
    assert found("lighthouse") == [Article.objects.get(guid="urn:one").pk]
    assert IndexEntry.objects.waiting().count() == 20
    assert drain() == 20
