"""Reading captures again never changes a text that nobody confirmed."""

import dataclasses
import json

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from archive.importing import reading
from archive.models import Article, Capture, User

from .world import PARAGRAPHS, imported, page_dump

pytestmark = pytest.mark.django_db


@pytest.fixture
def article() -> Article:
    imported({"a.txt": page_dump("Ferry line reopens after eleven years", PARAGRAPHS)}, outlet="Gull Bay Gazette")
    return Article.objects.get()


@pytest.fixture
def better_parser(monkeypatch) -> None:
    """A parser that finds one more line of the body than the one before."""
    real = reading._record

    def better(head, raw, member, place, file):
        record = real(head, raw, member, place, file)
        parsed = record.parsed
        if parsed is None:
            return record
        parsed["body"] += "\nA line that was overlooked."
        parsed["warnings"] = ["read with more care"]
        return dataclasses.replace(record, parsed_json=json.dumps(parsed))

    monkeypatch.setattr(reading, "_record", better)


def test_the_same_parser_changes_nothing(article, capsys):
    call_command("reparse")
    assert "0 texts would differ" in capsys.readouterr().out
    assert article.versions.count() == 1


def test_a_dry_run_says_what_would_change_and_changes_nothing(article, better_parser, capsys):
    before = Capture.objects.get().reading
    call_command("reparse", "--dry-run")
    assert f"article {article.pk} (a.txt): body" in capsys.readouterr().out
    assert Capture.objects.get().reading == before


def test_machine_fields_are_replaced_without_a_version(article, better_parser):
    call_command("reparse", "--outlet", article.outlet.slug)
    assert Capture.objects.get().reading["warnings"] == ["read with more care"]
    assert article.versions.count() == 1


def test_a_confirmed_text_is_a_correction_in_an_archivists_name(article, better_parser):
    User.objects.create_superuser("ada", password="x")
    call_command("reparse", "--confirm", "ada")
    version = article.versions.order_by("-number").first()
    assert (version.number, version.kind, version.author.username) == (2, "correction", "ada")
    assert version.body.endswith("A line that was overlooked.")


def test_texts_are_not_changed_in_the_name_of_somebody_who_may_not(article, better_parser):
    User.objects.create_user("bo", password="x")
    with pytest.raises(CommandError, match="no archivist"):
        call_command("reparse", "--confirm", "bo")
    assert article.versions.count() == 1
