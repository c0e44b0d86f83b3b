"""A small named world for the tests of stories: the harbor of Lindholm, its outlets, and how to write about it."""

from __future__ import annotations

from datetime import UTC, datetime

from archive.articles.content import Content, Metadata
from archive.articles.operations import create_article, find_or_create_outlet
from archive.formats.base import DateReading
from archive.models import Article

NOW = datetime(2025, 3, 20, 12, tzinfo=UTC)

GATES = (
    "Barrier gates of Lindholm harbor found cracked",
    "Inspectors found cracks in eleven hinges of the storm barrier at Lindholm harbor, port director Marta Osei said.\n"
    "The hinges were cast by the foundry Brandt and Sons and welded in a hurry before the winter storms.\n"
    "Osei told the harbor board on Tuesday that the barrier will stay open until every hinge has been replaced.\n"
    "The fishing fleet moved its trawlers to the river port of Eskdale while divers examine the sluice.",
)
GATES_AGAIN = (
    "Cracks in the storm barrier keep Lindholm harbor open to the sea",
    "Lindholm is without its storm barrier in the week of the spring tide.\n"
    "Eleven hinges at the harbor are cracked, and the insurers of the port have asked for the papers of the casting.\n"
    "Pilots are told to expect a swell at the quays, and two ferries to Skagen sail from the inner basin.\n"
    "Port director Marta Osei blamed welding by the foundry Brandt and Sons.\n"
    "Trawlers are moored in Eskdale, where berths cost twice as much as in the fleet's home harbor.",
)
GATES_LATER = (
    "Foundry admits that Lindholm barrier hinges were welded in a hurry",
    "Brandt and Sons, the foundry that cast the hinges of the storm barrier at Lindholm harbor, admitted hurry.\n"
    "Port director Marta Osei said that the cracked hinges will be replaced at the cost of the foundry.\n"
    "Divers examined the sluice for a week, and the fishing fleet has left Eskdale.",
)
ORCHARD = (
    "Late frost ruins the cherry harvest of the Vale",
    "Growers in the Vale of Amsel lost most of their cherry blossom to a late frost, the growers' union said.\n"
    "Its chairwoman Ilse Kranz asked the province for relief, and for wind machines in the lower orchards.\n"
    "Cherry prices on the market square are expected to double by June.",
)
CHESS = (
    "Schoolgirl of twelve holds the chess champion to a draw",
    "Twelve-year-old Noor Haddad drew with the reigning champion Piotr Wolski in the final round of the open.\n"
    "Wolski offered the draw after a knight fork, and praised her endgame before the cameras.\n"
    "Haddad travels to the junior championship in September.",
)


def write(
    told: tuple[str, str], outlet: str = "Coastal Courier", at: datetime | None = None, language: str = "en"
) -> Article:
    """Record an article that says this, printed at that time (naive) or undated."""
    reading = DateReading(value=at, precision="minute") if at else DateReading()
    return create_article(
        outlet=find_or_create_outlet(name=outlet),
        content=Content(headline=told[0], body=told[1], language=language),
        metadata=Metadata(published=reading),
        capture=None,
        at=NOW,
    )
