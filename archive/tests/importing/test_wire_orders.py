"""Corrections and kills that come by wire under identifiers of their own do what they say to the item they name."""

import pytest

from archive.models import Article

from .world import imported

pytestmark = pytest.mark.django_db

TEXT = (
    "The ferry between Aldermouth and the islands stopped on Wednesday, after divers found a crack of {metres} metres "
    "in its hull. It will sail again within a week, said Mira Solberg, who runs the company with her brother."
)
NITF = """<nitf><head><docdata {status}><doc-id id-string="{guid}"/>{more}<date.issue norm="20260311T{clock}Z"/>
<doc.copyright holder="Quay News Agency"/></docdata></head><body>
<body.head><hedline><hl1>{headline}</hl1></hedline></body.head><body.content><p>{text}</p></body.content></body></nitf>"""


def document(guid, *, headline="Ferry stops after crack", metres="three", status="", more="", clock="061500"):
    text = TEXT.format(metres=metres)
    return NITF.format(guid=guid, headline=headline, text=text, status=status, more=more, clock=clock).encode()


STORY = document("qna-1")
CORRECTION = document("qna-2", metres="two", more='<correction id-string="qna-1" info="Two metres."/>', clock="081500")
KILL = document(
    "qna-3",
    headline="KILL: Ferry stops after crack",
    status='management-status="canceled" management-doc-idref="qna-1"',
    clock="101500",
)


def test_a_correction_under_its_own_identifier_is_a_version_of_what_it_corrects():
    imported({"1.xml": STORY})
    assert imported({"2.xml": CORRECTION})["new_versions"] == 1
    (article,) = Article.objects.all()
    assert article.guid == "qna-1"
    assert article.current_version.kind == "correction"
    assert "two metres" in article.current_version.body


def test_the_same_correction_again_changes_nothing():
    imported({"1.xml": STORY})
    imported({"2.xml": CORRECTION})
    imported({"2.xml": CORRECTION})
    (article,) = Article.objects.all()
    assert article.versions.count() == 2


def test_a_kill_under_its_own_identifier_kills_what_it_names():
    imported({"1.xml": STORY})
    imported({"3.xml": KILL})
    (article,) = Article.objects.all()
    assert article.status == Article.Status.CANCELED


def test_a_kill_that_arrives_first_waits_for_the_item_it_names():
    imported({"3.xml": KILL})
    assert not Article.objects.filter(status=Article.Status.USABLE).exists()
    imported({"1.xml": STORY})
    (article,) = Article.objects.all()
    assert article.status == Article.Status.CANCELED


def test_a_correction_of_what_is_not_held_is_kept_as_an_article_of_its_own_once():
    imported({"2.xml": CORRECTION})
    imported({"2.xml": CORRECTION})
    (article,) = Article.objects.all()
    assert article.guid == "qna-2"


def test_terms_of_use_that_come_with_a_later_version_are_kept_whole():
    imported({"1.xml": STORY})
    terms = "No resale, and " * 30 + "no archive use."
    imported({"2.xml": document("qna-1", metres="two", more=f'<doc.rights limitations="{terms}"/>', clock="091500")})
    (article,) = Article.objects.all()
    assert article.usage_terms == terms


def test_a_story_that_comes_with_the_word_to_withhold_it_is_held_and_not_shown():
    imported({"1.xml": document("qna-1", status='management-status="withheld"')})
    (article,) = Article.objects.all()
    assert article.status == Article.Status.WITHHELD
    assert "three metres" in article.current_version.body
