"""What comes with a story about its use is heeded and shown: terms, their end, and an embargo line in a message."""

from __future__ import annotations

from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from archive.articles import status
from archive.models import Article, User

from .world import PARAGRAPHS, counts, imported

pytestmark = pytest.mark.django_db

NITF = """<?xml version="1.0"?><nitf><head><docdata><doc-id id-string="gull-9"/><date.issue norm="20210501T093000Z"/>
<date.expire norm="20990102T000000Z"/><doc.rights owner="Gull Wire" limitations="No resale outside Gull Bay."/>
<doc.copyright holder="Gull Wire" year="2021"/></docdata></head><body><body.head><hedline><hl1>Ferry line reopens</hl1>
</hedline></body.head><body.content>{}</body.content></body></nitf>"""


def person(role: str) -> Client:
    made = User.objects.create_user(role, password="x")
    made.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(made)
    return client


def test_terms_of_use_and_their_end_are_stored_and_stand_on_the_article_s_page():
    story = NITF.format("".join(f"<p>{text}</p>" for text in PARAGRAPHS))
    assert counts(imported({"ferry.xml": story.encode()})) == {"created": 1, "captures": 1}
    article = Article.objects.get()
    assert article.usage_terms == "No resale outside Gull Bay."
    assert article.usage_expires_at == datetime(2099, 1, 2, tzinfo=UTC)
    page = person("reader").get(article.get_absolute_url()).content.decode()
    assert "No resale outside Gull Bay." in page
    assert "The right to use this text ends on" in page and "2099" in page


def test_an_embargo_line_in_a_newsletter_holds_the_article_until_its_time():
    letter = EmailMessage()
    letter["From"] = "Gull Bay Council <press@gullbay.example>"
    letter["Subject"] = "Ferry line reopens"
    letter["Date"] = "Sat, 01 May 2021 09:30:00 +0000"
    letter.set_content("\n\n".join(["EMBARGOED UNTIL 2 May 2099 06:00 GMT", *PARAGRAPHS]))
    report = imported({"letter.eml": letter.as_bytes()}, outlet="Gull Bay Council")
    assert counts(report) == {"created": 1, "captures": 1}
    article = Article.objects.get()
    until = datetime(2099, 5, 2, 6, tzinfo=UTC)
    assert article.embargoed_until == until
    reader = person("reader")
    assert reader.get(article.get_absolute_url()).status_code in (403, 404)
    status.lift_due_embargoes(at=until)
    assert reader.get(article.get_absolute_url()).status_code == 200
