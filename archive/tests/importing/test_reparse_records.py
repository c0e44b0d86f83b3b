"""A record of a file that holds several is read again from the bytes that were kept of it, as the record it was."""

import pytest
from django.core.management import call_command

from archive.models import Article
from archive.tests.formats.samples_json import SAMPLES
from archive.tests.formats.test_live_posts import EARLY, LATE, g2

from .world import imported, rows

pytestmark = pytest.mark.django_db

FILES = {
    "lines.jsonl": rows(3),
    "message.xml": g2(LATE, EARLY, genre="Feature"),
    "two.xml": (SAMPLES / "newsml1" / "two_stories.xml").read_bytes(),
    "rss.xml": (SAMPLES / "feed" / "rss.xml").read_bytes(),
    "wordpress.xml": (SAMPLES / "feed" / "wordpress.xml").read_bytes(),
    "german.csv": (SAMPLES / "table" / "german_1252.csv").read_bytes(),
    "march.xlsx": (SAMPLES / "table" / "march.xlsx").read_bytes(),
    "nexis.txt": (SAMPLES / "press_export" / "nexis.txt").read_bytes(),
}


@pytest.mark.parametrize("name", FILES)
def test_every_record_reads_the_same_again(name, capsys):
    report = imported({name: FILES[name]}, outlet="The Gull")
    assert len(report["items"]) >= 2 and Article.objects.exists()
    capsys.readouterr()
    call_command("reparse")
    said = capsys.readouterr().out
    assert "0 texts would differ" in said and "0 could not be read" in said, said
