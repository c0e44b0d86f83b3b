"""The page of all components leaves none out, and the words of the archive stand in words."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from archive.formats.registry import formats
from archive.templatetags.archive_tags import FORMAT_NAMES, format_name

from .world import person

FOLDER = Path(settings.BASE_DIR) / "templates"


@pytest.mark.django_db
def test_the_patterns_page_shows_every_component():
    client = Client()
    client.force_login(person("administrator"))
    shown = {template.name for template in client.get(reverse("patterns")).templates}
    components = {str(path.relative_to(FOLDER)) for path in (FOLDER / "components").glob("*.html")}
    assert len(components) > 25
    assert components - shown == set()


def test_every_format_has_a_name_in_words():
    names = {kind.name for kind in formats()}
    assert names - set(FORMAT_NAMES) == set()
    assert format_name("text_dump") == "text dump"


def test_no_page_prints_the_name_of_a_format_bare():
    bare = [path for path in FOLDER.rglob("*.html") if ".format }}" in path.read_text()]
    assert bare == []


def test_no_template_carries_style_or_script_of_its_own():
    for path in FOLDER.rglob("*.html"):
        text = path.read_text()
        assert " style=" not in text and "<style" not in text and " onclick=" not in text, path
        assert all(" src=" in part.partition(">")[0] for part in text.split("<script")[1:]), path
