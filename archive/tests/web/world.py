"""A small named world for the pages: one invented event at an island pier, in every state an article can be in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

from django.contrib.auth.models import Group

from archive.articles import operations
from archive.articles.content import Content, Metadata, NewCapture
from archive.formats.base import Candidate, DateReading, ParsedTag
from archive.models import Article, Attribution, Membership, Quote, QuoteFamily, QuoteVariant, Story, User

NOW = datetime(2031, 5, 8, 12, tzinfo=UTC)
PASSWORD = "a lamp for the pier"


@dataclass(frozen=True)
class World:
    """The articles by a short name, the story they make, and one person of each role."""

    articles: dict[str, Article]
    story: Story
    people: dict[str, User]


def person(role: str) -> User:
    """Make a person with this role; the administrator may also enter the admin panel."""
    user = User.objects.create_user(username=role, password=PASSWORD, is_staff=role != "reader")
    user.groups.add(Group.objects.get(name=role))
    return user


def article(
    name: str, outlet: str, headline: str, body: str, *, standfirst: str = "", language: str = "en", **known
) -> Article:
    """Bring one article in with a capture and a ledger of two lines."""
    return operations.create_article(
        outlet=operations.find_or_create_outlet(name=outlet),
        content=Content(
            headline=headline, standfirst=standfirst, byline="By Our Harbor Desk", body=body, language=language
        ),
        metadata=Metadata(**known),
        capture=NewCapture(
            data=f"{headline}\n{body}".encode(),
            format="text_dump",
            captured_at=NOW,
            file=f"{name}.txt",
            reading={
                "lines": [
                    {"number": 1, "text": "Home · News · Weather", "role": "furniture", "reason": "menu"},
                    {"number": 2, "text": headline, "role": "headline", "reason": ""},
                ],
                "candidates": {"headline": [{"value": headline, "origin": "h1"}, {"value": "Pier", "origin": "title"}]},
            },
        ),
        at=NOW,
    )


def minute(day: int, hour: int, printed: str) -> DateReading:
    """A date as a page prints it: to the minute, without a zone."""
    return DateReading(
        value=datetime(2031, 5, day, hour, 40),
        precision="minute",
        printed=printed,
        where="line 3",
        rule="day, month in words, year",
        candidates=(Candidate(printed, "line 3"), Candidate("1 May 2031", "line 9", "stands in a caption")),
    )


def make_world() -> World:
    """Make the world: four outlets, an undated rewrite, a correction, a killed, a withheld and an embargoed article."""
    gazette = article(
        "gazette",
        "Harbor Gazette",
        "Ferry pier to close for nine weeks after divers find cracked piles",
        "The pier that has carried the island boats closes on Monday, North Quay Wire reports.\n"
        "“We would rather be late than sorry,” said Ines Okafor, who answers for the harbor.\n"
        "Divers looked at each of the sixty-four piles.",
        standfirst="Harbor masters call it a precaution; islanders ask how their children are to reach school.",
        published=DateReading(
            value=datetime(2031, 5, 4, 8, 40, tzinfo=timezone(timedelta(hours=2))),
            precision="instant",
            zone="+02:00",
            printed="2031-05-04T08:40:00+02:00",
            where="JSON-LD datePublished",
            rule="ISO 8601",
        ),
        url="https://gazette.example/pier",
        tags=(ParsedTag("Ferries"), ParsedTag("Ines Okafor", "person"), ParsedTag("Tern Island", "place")),
    )
    content = Content(
        headline="Ferry pier to close for eleven weeks after divers find cracked piles",
        byline="By Our Harbor Desk",
        body=gazette.current_version.body + "\nCorrection: an earlier version gave nine weeks.",
        language="en",
    )
    operations.add_version(article=gazette, content=content, at=NOW, kind="correction", reason="Eleven, not nine.")
    estuary = article(
        "estuary",
        "Radio Estuary",
        "Pier closure will last “at least a season”, says engineer",
        "The closure will last at least a season, an engineer told Radio Estuary.\nThe school boat sails at seven.",
        published=minute(4, 11, "Sunday 4 May 2031, 11:40"),
        tags=(ParsedTag("Ferries"),),
    )
    wire = article(
        "wire",
        "North Quay Wire",
        "Islands face a summer without boats",
        "The islands face a summer without boats.\nNine of the piles are cracked below the waterline.",
    )
    arabic = article(
        "arabic",
        "صحيفة المرفأ",
        "إغلاق رصيف العبّارات أحد عشر أسبوعاً",
        "أعلنت سلطات الميناء إغلاق الرصيف.\nويسأل سكان الجزر عن المدارس.",
        language="ar",
        published=minute(5, 14, "5 مايو 2031 14:40"),
    )
    compound = article(
        "compound",
        "Staatliche Hafenbau- und Küstenschutzverwaltungszeitung",
        "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichenverordnung gilt nun auch für Fähren",
        "Die Verordnung gilt ab Montag.\nhttps://example.test/" + "ein-sehr-langer-pfad-ohne-leerzeichen-" * 6,
        language="de",
        published=minute(5, 16, "5. Mai 2031, 16:40 Uhr"),
    )
    killed = article(
        "killed", "Harbor Gazette", "Pier “could fall within days”", "It could not.", published=minute(5, 7, "5 May")
    )
    withheld = article(
        "withheld", "Ledger & Tide", "Contractor named in pier inquiry", "A name.", published=minute(6, 9, "6 May")
    )
    embargoed = article(
        "embargoed",
        "Ledger & Tide",
        "Council to vote on a temporary landing stage",
        "The vote is on Friday.",
        published=minute(7, 9, "7 May"),
        embargoed_until=datetime(2999, 1, 1, tzinfo=UTC),
    )
    Article.objects.filter(pk=killed.pk).update(status="canceled", status_reason="The report was false.")
    Article.objects.filter(pk=withheld.pk).update(status="withheld", status_reason="Under legal review.")
    held = {
        "gazette": gazette,
        "estuary": estuary,
        "wire": wire,
        "arabic": arabic,
        "compound": compound,
        "killed": killed,
        "withheld": withheld,
        "embargoed": embargoed,
    }
    for one in held.values():
        one.refresh_from_db()
    people = {role: person(role) for role in ("reader", "editor", "archivist", "administrator")}
    return World(articles=held, story=_story(held), people=people)


def _story(held: dict[str, Article]) -> Story:
    story = Story.objects.create(
        title="The pier closes",
        first_at=datetime(2031, 5, 4, 6, 40, tzinfo=UTC),
        last_at=datetime(2031, 5, 5, tzinfo=UTC),
        article_count=3,
        outlet_count=3,
    )
    for name, role in (("gazette", "earliest_held"), ("estuary", "report"), ("wire", "rewrite")):
        Membership.objects.create(
            article=held[name], story=story, role=role, placed_at=NOW, reasons=["shares: pier, piles, islands"]
        )
    version = held["gazette"].current_version
    start = version.body.index("North Quay Wire")
    Attribution.objects.create(
        article=held["gazette"],
        version=version,
        order=1,
        name="North Quay Wire",
        name_key="north quay wire",
        kind="outlet",
        outlet=held["wire"].outlet,
        text="North Quay Wire reports",
        field="body",
        start=start,
        end=start + len("North Quay Wire reports"),
        rule="reports",
        confidence=0.94,
    )
    start = version.body.index("“We would")
    family = QuoteFamily.objects.create(label="We would rather be late than sorry", speaker="Ines Okafor", story=story)
    quote = Quote.objects.create(
        article=held["gazette"],
        version=version,
        text="We would rather be late than sorry,",
        speaker="Ines Okafor",
        field="body",
        start=start,
        end=version.body.index("”", start) + 1,
    )
    QuoteVariant.objects.create(
        family=family, quote=quote, kind="identical", text=quote.text, start=quote.start, end=quote.end
    )
    return story
