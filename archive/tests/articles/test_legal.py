"""Legal requests, the one way out of immutability, and evidence packs, against the real database."""

import hashlib
import io
import json
import zipfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from pypdf import PdfReader

from archive import clock
from archive.articles import bulk, collections, journal, legal, operations, status, trail
from archive.articles.content import Content, Metadata, NewCapture
from archive.articles.evidence import evidence_pack
from archive.articles.queries import article_page, in_order
from archive.articles.replay import replay
from archive.models import (
    Alert,
    Article,
    Blob,
    ImportItem,
    ImportRun,
    IndexEntry,
    LegalRequest,
    Membership,
    Quote,
    QuoteFamily,
    QuoteVariant,
    SavedSearch,
    Story,
    TermVector,
    User,
    Version,
)

NOW = datetime(2025, 3, 8, 12, tzinfo=UTC)
SECRET = "Ingrid Solvang took the money"
TEXT = Content(
    headline="Gates were cracked", body=f"The hinges had moved.\nA clerk said {SECRET}.", captions=(f"{SECRET}, 2025",)
)


def person(name: str, role: str = "archivist") -> User:
    user = User.objects.create_user(name)
    user.groups.add(Group.objects.get(name=role))
    return user


@pytest.fixture
def ana(db) -> User:
    return person("ana")


@pytest.fixture
def ben(db) -> User:
    return person("ben")


@pytest.fixture
def article(db) -> Article:
    outlet = operations.create_outlet(name="Coastal Courier")
    capture = NewCapture(
        f"page: {SECRET}".encode(), "html", NOW, "../page?.html", reading={"lines": [SECRET]}, read_key=SECRET
    )
    made = operations.create_article(outlet=outlet, content=TEXT, metadata=Metadata(), capture=capture, at=NOW)
    later = replace(TEXT, body=TEXT.body + "\nMore.")
    operations.add_version(
        article=made, content=later, capture=NewCapture(b"second " + SECRET.encode(), "html", NOW), at=NOW
    )
    Quote.objects.create(article=made, version=made.current_version, text=SECRET, field="body", start=0, end=5)
    return made


def ask(article: Article, by: User, scope: str, words: str = "") -> LegalRequest:
    return legal.receive(
        requester="Advocate Lund", scope=scope, grounds="Libel", words=words, articles=[article], by=by, at=NOW
    )


def everything() -> str:
    """All that the archive holds in texts, readings and bytes."""
    said = [str(row) for row in Version.objects.values()]
    said += [str(row) for row in Quote.objects.values()]
    said += [f"{row.reading} {row.read_key}" for article in Article.objects.all() for row in article.captures.all()]
    said += [blob.content().decode() for blob in Blob.objects.all()]
    return "\n".join(said)


@pytest.mark.django_db(transaction=True)
def test_two_people_erase_a_text_and_the_record_hash_and_reason_stay(article, ana, ben):
    hashes = list(article.versions.order_by("number").values_list("content_sha256", flat=True))
    request = ask(article, ana, "erase")
    legal.decide(request=request, grant=True, decision="The court said so", by=ana, at=NOW)
    with pytest.raises(operations.ArchiveError, match="Two people"):
        legal.confirm(request=request, by=ana, at=NOW)
    assert SECRET in everything()
    legal.confirm(request=request, by=ben, at=NOW)
    assert SECRET not in everything() and "hinges" not in everything()
    kept = list(article.versions.order_by("number"))
    assert [v.content_sha256 for v in kept[:2]] == hashes
    article.refresh_from_db()
    assert (article.status, article.status_reason) == ("canceled", "The court said so")
    assert article.captures.count() == 2 and all(len(c.blob_id) == 64 for c in article.captures.all())
    assert "legal erase carried out" in [e.action for e in trail.entries(article_id=article.pk)]


@pytest.mark.django_db(transaction=True)
def test_after_an_erasure_versions_are_immutable_again(article, ana, ben):
    request = ask(article, ana, "erase")
    legal.decide(request=request, grant=True, decision="Court", by=ana, at=NOW)
    legal.confirm(request=request, by=ben, at=NOW)
    with pytest.raises(IntegrityError, match="immutable"), transaction.atomic():
        Version.objects.update(headline="New")


@pytest.mark.django_db(transaction=True)
def test_a_redacted_passage_goes_from_text_caption_and_bytes_and_the_rest_stays(article, ana, ben):
    request = ask(article, ana, "redact", SECRET.upper().replace(" ", "\n"))
    legal.decide(request=request, grant=True, decision="Settled", by=ana, at=NOW)
    legal.confirm(request=request, by=ben, at=NOW)
    assert SECRET not in everything()
    article.refresh_from_db()
    assert article.current_version.body == "The hinges had moved.\nA clerk said [redacted].\nMore."
    assert article.current_version.captions == ["[redacted], 2025"]
    assert article.status == "usable"
    assert IndexEntry.objects.waiting().filter(article=article).exists()
    request.refresh_from_db()
    assert SECRET.lower() not in request.words.lower()


@pytest.mark.django_db(transaction=True)
def test_bytes_that_another_article_came_from_stay(article, ana, ben):
    shared = article.captures.order_by("id").first().blob
    other = operations.create_article(
        outlet=article.outlet,
        content=Content(headline="Ferries", body="They run."),
        metadata=Metadata(),
        capture=NewCapture(shared.content(), "html", NOW),
        at=NOW,
    )
    request = ask(article, ana, "erase")
    legal.decide(request=request, grant=True, decision="Court", by=ana, at=NOW)
    legal.confirm(request=request, by=ben, at=NOW)
    assert Blob.objects.get(pk=shared.pk).content() == f"page: {SECRET}".encode()
    assert other.versions.get().body == "They run."


@pytest.mark.django_db(transaction=True)
def test_an_archive_restored_from_an_older_backup_repeats_the_erasure(article, ana, ben, settings, tmp_path):
    settings.ARCHIVE_HOME = tmp_path
    before = list(article.versions.order_by("number").values("pk", "headline", "body", "captions"))
    request = ask(article, ana, "erase")
    legal.decide(request=request, grant=True, decision="Court", by=ana, at=NOW)
    legal.confirm(request=request, by=ben, at=NOW)
    assert SECRET not in journal.path().read_text()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('archive.erasure', 'restore', true)")
        for row in before:
            Version.objects.filter(pk=row["pk"]).update(
                headline=row["headline"], body=row["body"], captions=row["captions"]
            )
    assert SECRET in everything()
    assert replay(journal.lines(), at=NOW) == 1
    assert SECRET not in everything()


@pytest.mark.django_db(transaction=True)
def test_the_journal_repeats_a_redaction_without_keeping_the_words(article, ana, ben, settings, tmp_path):
    settings.ARCHIVE_HOME = tmp_path
    before = list(article.versions.values("pk", "body", "captions"))
    request = ask(article, ana, "redact", SECRET)
    legal.decide(request=request, grant=True, decision="Settled", by=ana, at=NOW)
    legal.confirm(request=request, by=ben, at=NOW)
    noted = journal.path().read_text()
    assert noted and not any(word in noted for word in SECRET.split())
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('archive.erasure', 'restore', true)")
        for row in before:
            Version.objects.filter(pk=row["pk"]).update(body=row["body"], captions=row["captions"])
    assert replay(journal.lines(), at=NOW) == 1
    assert SECRET not in everything()
    article.refresh_from_db()
    assert article.current_version.body == "The hinges had moved.\nA clerk said [redacted].\nMore."


@pytest.mark.django_db
def test_nothing_on_legal_hold_is_erased_until_the_hold_is_lifted(article, ana, ben):
    hold = ask(article, ana, "hold")
    request = ask(article, ana, "erase")
    legal.decide(request=request, grant=True, decision="Court", by=ana, at=NOW)
    with pytest.raises(operations.ArchiveError, match="legal hold is in force"):
        legal.confirm(request=request, by=ben, at=NOW)
    assert SECRET in everything()
    legal.lift_hold(request=hold, by=ana, reason="Case closed", at=NOW)
    legal.confirm(request=request, by=ben, at=NOW)
    assert SECRET not in everything()


@pytest.mark.django_db
def test_a_refused_request_changes_nothing_and_a_kill_is_done_at_once(article, ana):
    refused = ask(article, ana, "erase")
    legal.decide(request=refused, grant=False, decision="In the public interest", by=ana, at=NOW)
    assert SECRET in everything() and Article.objects.published(NOW).exists()
    with pytest.raises(operations.ArchiveError, match="decided already"):
        legal.decide(request=refused, grant=True, decision="Or not", by=ana, at=NOW)
    legal.decide(request=ask(article, ana, "kill"), grant=True, decision="Court", by=ana, at=NOW)
    assert not Article.objects.published(NOW).exists() and SECRET in everything()


@pytest.mark.django_db
def test_an_editor_decides_nothing_but_may_warn(article):
    editor = person("cleo", "editor")
    with pytest.raises(PermissionDenied):
        ask(article, editor, "kill")
    note = legal.warn(article=article, text="Don't repeat the name", by=editor, at=NOW)
    assert [one.text for one in in_order(editor, [article.pk])[0].warnings] == ["Don't repeat the name"]
    assert [one.text for one in article_page(editor, article.pk).article.warnings] == ["Don't repeat the name"]
    legal.lift_warning(note=note, by=editor, at=NOW)
    assert in_order(editor, [article.pk])[0].warnings == []


@pytest.mark.django_db
def test_every_place_that_holds_the_words_is_listed(article, ana):
    dossier = collections.create(name="Money", by=ana, at=NOW)
    collections.add(collection=dossier, articles=[article], by=ana, at=NOW, note=f"Is it true that {SECRET}?")
    found = legal.holdings(words=SECRET.lower(), by=ana)
    assert [v.number for v in found.versions] == [1, 2]
    assert len(found.captures) == 2 and len(found.quotes) == 1
    assert [note.collection for note in found.notes] == [dossier]
    assert len(found.trail) == 1
    with pytest.raises(PermissionDenied):
        legal.holdings(words=SECRET, by=person("dora", "editor"))


@pytest.mark.django_db
def test_every_alert_and_export_that_holds_the_words_is_listed(article, ana, client):
    watching = SavedSearch.objects.create(owner=ana, name="Money", query="hinges", watched_since=NOW)
    Alert.objects.create(search=watching, article=article, version=article.current_version, event="new", created_at=NOW)
    dossier = collections.create(name="Money", by=ana, at=NOW)
    collections.add(collection=dossier, articles=[article], by=ana, at=NOW)
    story = Story.objects.create(title="Gates", article_count=1, outlet_count=1)
    Membership.objects.create(article=article, story=story, role="report", placed_at=NOW)
    client.force_login(ana)
    for address in (f"/collections/{dossier.pk}/export.jsonl", f"/stories/{story.pk}/export.json"):
        answer = client.get(address)
        assert answer.status_code == 200 and answer.getvalue()
    call_command("export_articles", stdout=io.StringIO())
    evidence_pack(article=article, by=ana, at=clock.now())
    trail.record_export(articles=[article.pk], form="csv", subject="too early", by=ana, at=NOW - timedelta(days=1))
    trail.record_export(articles=[article.pk + 1], form="csv", subject="of another", by=ana, at=clock.now())
    found = legal.holdings(words=SECRET, by=ana)
    assert [alert.search.name for alert in found.alerts] == ["Money"]
    taken = [(entry.action, entry.subject) for entry in reversed(found.exports)]
    assert taken == [
        ("export", f"collection {dossier.pk}"),
        ("export", f"story {story.pk}"),
        ("export", "everything"),
        ("evidence pack", f"article {article.pk}"),
    ]
    asked = ask(article, ana, "redact", SECRET)
    page = client.get(asked.get_absolute_url()).content.decode()
    assert "Alerts</" not in page and "Alerts (1)" in page and "Exports (4)" in page


@pytest.mark.django_db
def test_what_was_derived_from_the_words_goes_with_them(article, ana, ben):
    run = ImportRun.objects.create(
        origin="upload", state="done", options={"tables": {"1": {"names": ["text"], "sample": [[SECRET]]}}}
    )
    (sha256,) = bulk.store_blobs([f"text\n{SECRET}".encode()])
    source = run.files.create(position=1, name="table.csv", captured_at=NOW, blob_id=sha256)
    run.items.create(
        position=1, source=source, file="table.csv", captured_at=NOW, article=article, parsed={"a": SECRET}
    )
    family = QuoteFamily.objects.create(label=SECRET)
    QuoteVariant.objects.create(family=family, quote=Quote.objects.get(), kind="identical", text=SECRET, start=0, end=5)
    story = Story.objects.create(title="Gates", article_count=1, outlet_count=1)
    Membership.objects.create(article=article, story=story, role="report", placed_at=NOW, reasons=[f"shares: {SECRET}"])
    TermVector.objects.create(article=article, version=article.current_version, vector='{"solvang": 1}')
    request = ask(article, ana, "redact", SECRET)
    legal.decide(request=request, grant=True, decision="Settled", by=ana, at=NOW)
    legal.confirm(request=request, by=ben, at=NOW)
    left = [everything()]
    for model in (QuoteFamily, Membership, TermVector, ImportItem, ImportRun, LegalRequest):
        left += [str(row) for row in model.objects.values()]
    assert "solvang" not in "\n".join(left).lower()


@pytest.mark.django_db
def test_an_evidence_pack_proves_itself_and_can_be_read(article, ana):
    status.withhold(article=article, by=ana, reason="Check first", at=NOW)
    article.refresh_from_db()
    pack = zipfile.ZipFile(io.BytesIO(evidence_pack(article=article, by=ana, at=NOW)))
    names = set(pack.namelist())
    assert {"README.txt", "article.pdf", "record.json", "versions.json", "trail.json", "SHA256SUMS"} < names
    for line in pack.read("SHA256SUMS").decode().splitlines():
        digest, name = line.split("  ")
        assert hashlib.sha256(pack.read(name)).hexdigest() == digest
    captures = [name for name in names if name.startswith("captures/")]
    assert len(captures) == 2 and not any(".." in name for name in captures)
    assert {pack.read(name) for name in captures} == {f"page: {SECRET}".encode(), b"second " + SECRET.encode()}
    assert [v["number"] for v in json.loads(pack.read("versions.json"))] == [1, 2]
    text = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pack.read("article.pdf"))).pages)
    assert "Gates were cracked" in text and "Check first" in text
    assert trail.entries(article_id=article.pk, action="evidence pack").get().user == ana


@pytest.mark.django_db
def test_an_editor_takes_no_evidence_pack(article):
    with pytest.raises(PermissionDenied):
        evidence_pack(article=article, by=person("cleo", "editor"), at=NOW)
