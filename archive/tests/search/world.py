"""A small made-up archive for the search tests: some shaped articles and a crowd of random ones."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta

from archive.search import ArticleDocuments, Document

TODAY = date(2026, 3, 18)
ARRIVED = datetime(2026, 3, 1, 8, tzinfo=UTC)

VOCABULARY = """
    harbour gates gate flooded flooding floods flood council election elections elected elect mayor storm storms tide
    tides barrier barriers port ports export exports quay quays lock locks pump pumps engineer engineers river rivers
    repair repairs repaired money budget budgets vote votes voted ferry ferries the of and in to a said she
"""
WORDS = VOCABULARY.split()

SHAPED = [
    Document(
        article=1, version=1, outlet="coastal-courier", outlet_name="Coastal Courier", language="en",
        headline="Barrier gates were cracked before the storm",
        standfirst="Engineers warned the council in spring",
        body="The gates cracked long before the flood, said Ada O’Brien. “Nobody listened to us,” she added.\n"
        "The council denied it. said.The repairs cost 1,500 crowns.",
        byline="By Mara Quell and Jon Ost", persons=("Ada O'Brien",), places=("South Quay",), topics=("floods",),
        orgs=("Harbour Council",), sources=("Northern Ledger",), quotes=("Nobody listened to us", "It was known"),
        story=7, published=datetime(2026, 3, 10, 9, 30, tzinfo=UTC), captured=ARRIVED, content_hash="a1",
    ),
    Document(
        article=2, version=1, outlet="northern-ledger", outlet_name="Northern Ledger", language="en", current=False,
        headline="Council knew of cracked gates", body="The council kept quiet about the barrier. Resign, they say.",
        topics=("floods", "local politics"), places=("South Quay",), story=7,
        published=datetime(2026, 3, 11, tzinfo=UTC), captured=ARRIVED, content_hash="b1",
    ),
    Document(
        article=2, version=2, outlet="northern-ledger", outlet_name="Northern Ledger", language="en", kind="correction",
        headline="Council knew of cracked gates in May", body="The council kept quiet about the barrier until May.",
        topics=("floods", "local politics"), places=("South Quay",), story=7, changes=("number",),
        published=datetime(2026, 3, 11, tzinfo=UTC), captured=ARRIVED + timedelta(hours=1), content_hash="b2",
    ),
    Document(
        article=3, version=1, outlet="el-faro", outlet_name="El Faro", language="es",
        headline="Las elecciones del puerto", body="La elección del alcalde será en abril. La economía crece.",
        places=("Puerto Sur",), topics=("elections",), published=datetime(2025, 4, 2, tzinfo=UTC),
        captured=ARRIVED, content_hash="c1",
    ),
    Document(
        article=4, version=1, outlet="kurier", outlet_name="Küstenkurier", language="de",
        headline="Die Häuser am Hafen", body="Das Haus steht unter Wasser. Die Straße ist gesperrt.",
        published=None, captured=ARRIVED, content_hash="d1",
    ),
    Document(
        article=5, version=1, outlet="vestnik", outlet_name="Вестник", language="ru",
        headline="Россия строит порт", body="В порту ждут чайный груз. Ёлки доставят из России.",
        published=datetime(2024, 12, 31, 23, 59, tzinfo=UTC), captured=ARRIVED, content_hash="e1",
    ),
    Document(
        article=6, version=1, outlet="coastal-courier", outlet_name="Coastal Courier", language="en", restricted=True,
        headline="Secret dossier on the zebraquay", body="The embargoed gates dossier names the zebraquay.",
        persons=("Hidden Person",), topics=("secret topic",), published=datetime(2026, 3, 12, tzinfo=UTC),
        captured=ARRIVED, content_hash="f1",
    ),
    Document(
        article=7, version=1, outlet="harbour-post", outlet_name="Harbour Post", language="en", copies=1,
        headline="Barrier gates were cracked before the storm", body="The gates cracked long before the flood.",
        published=datetime(2026, 3, 10, 11, tzinfo=UTC), captured=ARRIVED, content_hash="g1",
    ),
    Document(
        article=8, version=1, outlet="suq", outlet_name="Suq News", language="ar",
        headline="الْمُدَرِّسُونَ في الميناء", body="وصل المدرسون إلى الميناء",
        published=datetime(2026, 1, 5, tzinfo=UTC), captured=ARRIVED, content_hash="h1",
    ),
    Document(
        article=9, version=1, outlet="le-phare", outlet_name="Le Phare", language="fr-CA",
        headline="L’élection du maire", body="Les élections d’avril. L'économie va mieux.",
        published=datetime(2026, 2, 28, tzinfo=UTC), captured=ARRIVED, content_hash="i1",
    ),
]  # fmt: skip


def crowd(count: int = 150, seed: int = 20260318) -> list[Document]:
    """Return random articles over a small vocabulary, so that every kind of query finds some and leaves some."""
    chance = random.Random(seed)
    outlets = [("coastal-courier", "Coastal Courier"), ("northern-ledger", "Northern Ledger"), ("el-faro", "El Faro")]
    found = []
    for article in range(100, 100 + count):
        slug, name = chance.choice(outlets)
        published = datetime(2025, 10, 1, tzinfo=UTC) + timedelta(minutes=chance.randrange(200_000))
        found.append(
            Document(
                article=article,
                version=1,
                outlet=slug,
                outlet_name=name,
                language=chance.choice(["en", "en", "en", "de", "es", ""]),
                headline=" ".join(chance.choices(WORDS, k=5)).capitalize(),
                standfirst=" ".join(chance.choices(WORDS, k=4)) if chance.random() < 0.3 else "",
                body=". ".join(" ".join(chance.choices(WORDS, k=9)) for _ in range(chance.randrange(1, 6))),
                byline=chance.choice(["", "Mara Quell", "Jon Ost", "Mara Ost"]),
                topics=tuple(chance.sample(["floods", "elections", "transport", "money"], k=chance.randrange(3))),
                places=tuple(chance.sample(["South Quay", "North Quay", "Millford"], k=chance.randrange(2))),
                quotes=(" ".join(chance.choices(WORDS, k=4)),) if chance.random() < 0.4 else (),
                published=None if chance.random() < 0.1 else published,
                captured=ARRIVED + timedelta(minutes=article),
                restricted=chance.random() < 0.05,
                copies=chance.choice([0, 0, 0, 0, 100, 101]) if article > 101 else 0,
                content_hash=f"{article:x}",
            )
        )
    return found


def by_article(documents: list[Document]) -> list[ArticleDocuments]:
    """Return the documents as they are written: all versions of an article together."""
    grouped: dict[int, list[Document]] = {}
    for document in documents:
        grouped.setdefault(document.article, []).append(document)
    return [ArticleDocuments(article, tuple(found)) for article, found in grouped.items()]
