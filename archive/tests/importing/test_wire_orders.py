"""Corrections and kills that come by wire under identifiers of their own do what they say to the item they name."""

import json

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


TERMS = "Not for resale before summer."
G2 = """<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/" guid="{guid}" version="{version}"><itemMeta>
<itemClass qcode="ninat:text"/><provider literal="Quay News Agency"/>
<versionCreated>2026-03-11T0{version}:15:00Z</versionCreated>
<pubStatus qcode="stat:{status}"/>{more}</itemMeta>
<rightsInfo validto="2030-01-01T00:00:00Z"><usageTerms>{terms}</usageTerms>
</rightsInfo><contentMeta><headline>Ferry stops after crack</headline></contentMeta>
<contentSet><inlineXML contenttype="application/xhtml+xml">
<html xmlns="http://www.w3.org/1999/xhtml"><body><p>{text}</p></body></html></inlineXML></contentSet>
</newsItem>"""


def in_g2(version, *, metres="three", status="usable", more=""):
    text = TEXT.format(metres=metres)
    return G2.format(guid="urn:qna:1", version=version, status=status, more=more, terms=TERMS, text=text).encode()


def in_ninjs(version, *, metres="three", status="usable", **more):
    item = {
        "uri": "urn:qna:1",
        "type": "text",
        "provider": "Quay News Agency",
        "headline": "Ferry stops after crack",
        "body_html": f"<p>{TEXT.format(metres=metres)}</p>",
        "version": str(version),
        "pubstatus": status,
        "versioncreated": f"2026-03-11T0{version}:15:00Z",
        "usageterms": TERMS,
        "expires": "2030-01-01T00:00:00Z",
    }
    return json.dumps(item | more).encode()  # fmt: skip


def in_nitf(version, *, metres="three", status="", more=""):
    rights = f'<doc.rights limitations="{TERMS}"/><date.expire norm="20300101T000000Z"/>'
    return document("qna-1", metres=metres, status=status, more=rights + more, clock=f"0{version}1500")


ORDERS = {
    "NITF": (
        in_nitf(1),
        in_nitf(2, metres="two", more='<correction info="Two metres, not three."/>'),
        in_nitf(3, status='management-status="canceled"', more='<ed-msg info="Denied by the owner."/>'),
    ),
    "NewsML-G2": (
        in_g2(1),
        in_g2(2, metres="two", more='<edNote>Two metres, not three.</edNote><signal qcode="sig:correction"/>'),
        in_g2(3, status="canceled", more="<edNote>Denied by the owner.</edNote>"),
    ),
    "ninjs": (
        in_ninjs(1),
        in_ninjs(2, metres="two", ednote="Two metres, not three.", signal=[{"code": "sig:correction"}]),
        in_ninjs(3, status="canceled", ednote="Denied by the owner."),
    ),
}


@pytest.mark.parametrize("name", ORDERS)
def test_terms_correction_and_kill_do_what_they_say_in_every_wire_format(name, admin_client):
    story, correction, kill = ORDERS[name]
    imported({"1": story})
    (article,) = Article.objects.all()
    assert (article.usage_terms, article.usage_expires_at.year) == (TERMS, 2030)
    page = admin_client.get(article.get_absolute_url()).content.decode()
    assert TERMS in page and "The right to use this text ends on" in page
    imported({"2": correction})
    article.refresh_from_db()
    assert (article.current_version.kind, article.current_version.number) == ("correction", 2)
    assert "Two metres, not three." in article.current_version.reason and "two metres" in article.current_version.body
    imported({"3": kill})
    article.refresh_from_db()
    assert (article.status, article.current_version.kind) == ("canceled", "kill")
    assert "Denied by the owner." in article.status_reason
    assert not Article.objects.published().exists()
    # What was killed stays so, whatever version of it comes again.
    imported({"1": story, "2": correction})
    article.refresh_from_db()
    assert article.status == "canceled" and Article.objects.count() == 1
