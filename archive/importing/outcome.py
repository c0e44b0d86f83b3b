"""The values that matching speaks in: what arrived, what the archive holds, and what is to be done about it.

Nothing here touches the database; every value is frozen and can be compared in a test.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum


class Outcome(StrEnum):
    """What becomes of one item."""

    CREATED = "created"
    NEW_VERSION = "new_version"
    UNCHANGED = "unchanged"
    QUESTION = "question"
    REJECTED = "rejected"
    LEFT_OUT = "left_out"


class Ask(StrEnum):
    """Why an item needs a decision."""

    NOTHING = ""
    TEXT = "text"
    OUTLET = "outlet"
    SAME_ARTICLE = "same_article"
    ADDRESS = "address"
    ORDER_WAITS = "order_waits"


class Likeness(StrEnum):
    """How a held article came to be compared with what arrived."""

    GUID = "guid"
    ADDRESS = "address"
    TEXT = "text"
    NEAR = "near"


@dataclass(frozen=True, slots=True)
class Arrival:
    """What matching needs to know of one article that arrived.

    `text_key` is blind to the furniture of the outlet where it is known; `bytes_key` is the sha256 of its bytes;
    `sees_reverts` is set where the outlet's page was fetched just now, so that an old text is a return to it and not an
    old file. `about_guid` names an earlier item that this one kills, corrects or replaces under a guid of its own.
    `from_page` is set for saved pages and documents: the number a content system gives a page is no name that agencies
    and feeds use, so it tells pages apart and says nothing against a wire story of another name. `is_record` is set for
    records of another archive, which has settled already what is an article of its own.
    """

    outlet_id: int | None = None
    proposed_outlet: str = ""
    guid: str = ""
    about_guid: str = ""
    url_key: str = ""
    text_key: str = ""
    bytes_key: str = ""
    word_count: int = 0
    day: date | None = None
    signal: str = ""
    issued_at: datetime | None = None
    sees_reverts: bool = False
    from_page: bool = False
    is_record: bool = False


@dataclass(frozen=True, slots=True)
class Held:
    """One version of a held article that is like an arrival, and in what way.

    `overlap` is the larger containment of word 5-grams of the two texts, 0 to 1; `same_text` says that nothing but
    furniture of the outlet tells them apart; `same_reading` that the arrival is what was read of the version's bytes
    before an editor corrected it; `is_current` that the version is the article's current one.
    """

    article_id: int
    version_id: int
    outlet_id: int
    likeness: Likeness
    outlet_name: str = ""
    guid: str = ""
    from_page: bool = False
    url_key: str = ""
    same_text: bool = False
    same_bytes: bool = False
    same_reading: bool = False
    is_current: bool = True
    is_canceled: bool = False
    overlap: float = 0.0
    day: date | None = None
    headline: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """What an editor said an item is: "new", "version" or "capture" of an article."""

    what: str
    article_id: int | None = None
    version_id: int | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done with one item, and why in a sentence."""

    outcome: Outcome
    reason: str = ""
    ask: Ask = Ask.NOTHING
    article_id: int | None = None
    version_id: int | None = None
    outlet_id: int | None = None
    kind: str = "update"
    candidates: tuple[Held, ...] = ()

    def at_outlet(self, outlet_id: int | None) -> Plan:
        """Return the same plan for an article of this outlet."""
        return self if self.outlet_id is not None else replace(self, outlet_id=outlet_id)
