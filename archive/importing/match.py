"""Whether an arrival is a new article, a new version, another capture of a known version, or a question to an editor.

The promise: the machine decides alone only where the outlet's own identifier or address, or the very same text after
cleaning, says so. Anything less is a question. `decide` is pure: the same values in give the same plan out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from .outcome import Arrival, Ask, Choice, Held, Likeness, Outcome, Plan

# Two texts of one article share nearly all of the shorter one; separate articles of one outlet rarely share a tenth.
NEAR = 0.8
# Below this, an address carries another text altogether: a section page, or an address used again.
STRANGER = 0.05
# A text of fewer words (a market line, a bare headline) says too little to be known by itself.
THIN_WORDS = 12
DAYS_APART = 3

CORRECTED = "The same text was read before an editor corrected it."

_ORDERS = {"kill": "kill", "withhold": "withhold", "reinstatement": "reinstatement"}


def decide(arrival: Arrival, held: Iterable[Held], choice: Choice | None = None) -> Plan:
    """Return the plan for an arrival, given every held version that is like it; an editor's choice goes before all."""
    near_first = sorted(held, key=lambda one: (-_weight(one), one.article_id, -one.version_id))
    if choice is not None:
        return _as_chosen(arrival, near_first, choice)
    # What has an identifier of its own stands in the outlet's list even when nothing is written in it.
    known = arrival.guid or arrival.is_record or arrival.signal in _ORDERS
    if not arrival.word_count and not known:
        return Plan(
            Outcome.QUESTION,
            "No text of an article was found in it: restore the lines that belong to it, or write it in.",
            Ask.TEXT,
            outlet_id=arrival.outlet_id,
        )
    if arrival.outlet_id is None:
        return _without_outlet(arrival, near_first)
    return _at_outlet(arrival, [one for one in near_first if one.outlet_id == arrival.outlet_id])


def _weight(one: Held) -> float:
    rank = {Likeness.GUID: 4, Likeness.ADDRESS: 3, Likeness.TEXT: 2, Likeness.NEAR: 0}[one.likeness]
    return rank + one.overlap / 2 + (0.25 if one.is_current else 0) + (0.2 if one.same_text else 0)


def _as_chosen(arrival: Arrival, held: Sequence[Held], choice: Choice) -> Plan:
    if choice.what == "new":
        if arrival.outlet_id is None:
            return Plan(Outcome.QUESTION, "Whose article is this? Choose its outlet.", Ask.OUTLET)
        return Plan(Outcome.CREATED, "An editor said that it is a new article.", outlet_id=arrival.outlet_id)
    outlet_id = next((one.outlet_id for one in held if one.article_id == choice.article_id), arrival.outlet_id)
    outcome = Outcome.NEW_VERSION if choice.what == "version" else Outcome.UNCHANGED
    words = "a new version of" if choice.what == "version" else "another capture of"
    return Plan(
        outcome,
        f"An editor said that it is {words} article {choice.article_id}.",
        article_id=choice.article_id,
        version_id=choice.version_id,
        outlet_id=outlet_id,
        kind=_kind(arrival),
    )


def _without_outlet(arrival: Arrival, held: Sequence[Held]) -> Plan:
    """Let a held article that carries the very same text, guid or address say whose it is; else ask."""
    sure = [
        one for one in held if one.same_text or _was_corrected(one) or one.likeness in (Likeness.TEXT, Likeness.ADDRESS)
    ]
    if not sure and _is_global(arrival.guid):
        sure = [one for one in held if one.likeness is Likeness.GUID]
    outlets = {one.outlet_id for one in sure}
    if len(outlets) == 1 and (arrival.word_count >= THIN_WORDS or arrival.signal in _ORDERS):
        outlet_id = outlets.pop()
        known = replace(arrival, outlet_id=outlet_id)
        return _at_outlet(known, [one for one in held if one.outlet_id == outlet_id]).at_outlet(outlet_id)
    if arrival.signal in _ORDERS:
        return Plan(Outcome.QUESTION, "The order names no outlet and no article that is held.", Ask.ORDER_WAITS)
    near = tuple(one for one in held if one.overlap >= NEAR or one in sure)[:5]
    if near:
        names = ", ".join(dict.fromkeys(one.outlet_name for one in near if one.outlet_name))
        return Plan(
            Outcome.QUESTION,
            f"The file does not say whose article it is; its text is like one of {names}."
            if names
            else "The file does not say whose article it is.",
            Ask.OUTLET,
            candidates=near,
        )
    if arrival.proposed_outlet:
        return Plan(Outcome.QUESTION, f"“{arrival.proposed_outlet}” is not an outlet of the archive yet.", Ask.OUTLET)
    return Plan(Outcome.QUESTION, "The file does not say whose article it is.", Ask.OUTLET)


def _at_outlet(arrival: Arrival, held: Sequence[Held]) -> Plan:
    named = [one for one in held if one.likeness is Likeness.GUID]
    placed = [one for one in held if one.likeness is Likeness.ADDRESS]
    if arrival.signal in _ORDERS:
        return _order(arrival, named or placed, held)
    if named and arrival.from_page and _is_reused(arrival, named, held):
        return Plan(
            Outcome.QUESTION,
            f"Its identifier is that of article {named[0].article_id}, but the address and the text are others.",
            Ask.ADDRESS,
            outlet_id=arrival.outlet_id,
            candidates=(named[0],),
        )
    if named:
        return _known(arrival, named, held, "the outlet's identifier").at_outlet(arrival.outlet_id)
    if placed:
        return _known_address(arrival, placed, held)
    same = [one for one in held if one.same_text or one.same_bytes]
    for one in same:
        if _is_the_same(arrival, one):
            return _capture(one, "The same text after cleaning is already held.")
    near = [one for one in held if one.overlap >= NEAR and _may_be_the_same(arrival, one)]
    for one in near:
        if _was_corrected(one) and _is_the_same(arrival, one):
            return _capture(one, CORRECTED)
    if near and not arrival.is_record:
        best = near[0]
        share = f"{best.overlap:.0%}"
        return Plan(
            Outcome.QUESTION,
            f"Nearly the same text ({share} of the shorter one) is held as article {best.article_id}"
            f" of {best.outlet_name}: is it a new version of that, another capture, or an article of its own?",
            Ask.SAME_ARTICLE,
            outlet_id=arrival.outlet_id,
            candidates=tuple(near[:5]),
        )
    return Plan(Outcome.CREATED, "Nothing like it is held.", outlet_id=arrival.outlet_id)


def _known(arrival: Arrival, named: Sequence[Held], held: Sequence[Held], by: str) -> Plan:
    """Plan for an article that its guid or address identifies: the same text is a capture, another a version."""
    article_id = named[0].article_id
    ours = [one for one in held if one.article_id == article_id]
    current = next((one for one in ours if one.is_current and one.same_text), None)
    if current is not None:
        return _capture(current, f"Known by {by}; the text is that of the current version.")
    # The very same bytes are old news, unless they were fetched just now and so stand there again.
    earlier = next((one for one in ours if one.same_bytes and not arrival.sees_reverts), None)
    earlier = earlier or next((one for one in ours if one.same_text), None)
    if earlier is None and (fixed := next((one for one in ours if _was_corrected(one)), None)) is not None:
        return _capture(fixed, CORRECTED)
    if earlier is not None and not (arrival.sees_reverts and not earlier.is_current):
        return _capture(earlier, f"Known by {by}; the text is that of an earlier version.")
    if earlier is not None:
        return Plan(
            Outcome.NEW_VERSION,
            "The outlet went back to what it had said before.",
            article_id=article_id,
            version_id=earlier.version_id,
            outlet_id=arrival.outlet_id,
            kind="revert",
        )
    return Plan(
        Outcome.NEW_VERSION,
        f"Known by {by}; the text has changed.",
        article_id=article_id,
        outlet_id=arrival.outlet_id,
        kind=_kind(arrival),
    )


def _known_address(arrival: Arrival, placed: Sequence[Held], held: Sequence[Held]) -> Plan:
    best = next((one for one in placed if one.is_current), placed[0])
    if _is_stranger(best, held) and (_other_guid(arrival, best) or arrival.word_count >= THIN_WORDS):
        return Plan(
            Outcome.QUESTION,
            f"The address is that of article {best.article_id}, but the text is another altogether.",
            Ask.ADDRESS,
            outlet_id=arrival.outlet_id,
            candidates=(best,),
        )
    return _known(arrival, placed, held, "its address").at_outlet(arrival.outlet_id)


def _order(arrival: Arrival, target: Sequence[Held], held: Sequence[Held]) -> Plan:
    """Plan for a kill, a withholding or a reinstatement: it needs the article it speaks of."""
    target = target or [one for one in held if one.same_text and arrival.word_count >= THIN_WORDS]
    if not target and arrival.is_record:
        reason = f"Nothing like it is held; where it comes from it is under this order: {_ORDERS[arrival.signal]}."
        return Plan(Outcome.CREATED, reason, outlet_id=arrival.outlet_id)
    if not target and arrival.signal == "withhold" and arrival.word_count and not arrival.about_guid:
        reason = "Nothing like it is held; the outlet asks for it to be withheld."
        return Plan(Outcome.CREATED, reason, outlet_id=arrival.outlet_id)
    if not target:
        return Plan(
            Outcome.QUESTION,
            f"This {_ORDERS[arrival.signal]} order came before the article it speaks of; it waits for it.",
            Ask.ORDER_WAITS,
            outlet_id=arrival.outlet_id,
            candidates=tuple(one for one in held if one.overlap >= NEAR)[:5],
        )
    one = next((one for one in target if one.is_current), target[0])
    if arrival.signal == "kill" and one.is_canceled:
        return _capture(one, "The article is killed already.")
    return Plan(
        Outcome.NEW_VERSION,
        f"The outlet ordered it: {_ORDERS[arrival.signal]}.",
        article_id=one.article_id,
        outlet_id=arrival.outlet_id,
        kind=_ORDERS[arrival.signal],
    )


def _capture(one: Held, reason: str) -> Plan:
    return Plan(
        Outcome.UNCHANGED,
        reason + (" It was killed, and stays so." if one.is_canceled else ""),
        article_id=one.article_id,
        version_id=one.version_id,
        outlet_id=one.outlet_id,
    )


def _is_reused(arrival: Arrival, named: Sequence[Held], held: Sequence[Held]) -> bool:
    """Say whether an identifier that stands on a page is rather that of the site: all else is different."""
    best = next((one for one in named if one.is_current), named[0])
    moved = bool(arrival.url_key and best.url_key and arrival.url_key != best.url_key)
    return moved and arrival.word_count >= THIN_WORDS and _is_stranger(best, held)


def _is_stranger(best: Held, held: Sequence[Held]) -> bool:
    return not any(one.same_text or one.same_bytes for one in held) and best.overlap < STRANGER


def _was_corrected(one: Held) -> bool:
    """Say whether what arrived is what was read of the version before an editor corrected it, in part: where the text
    was written anew, two articles may have been read as the same few lines."""
    return one.same_reading and one.overlap >= NEAR


def _other_guid(arrival: Arrival, one: Held) -> bool:
    """Say whether the outlet itself tells the two apart by name."""
    return bool(arrival.guid and one.guid and arrival.guid != one.guid and arrival.from_page == one.from_page)


def _is_the_same(arrival: Arrival, one: Held) -> bool:
    """Say whether the same text at the same outlet is the same article, which identifiers or dates may deny."""
    if one.is_canceled:
        return True
    if _other_guid(arrival, one):
        return False
    if one.same_bytes and not (arrival.url_key and one.url_key and arrival.url_key != one.url_key):
        return True
    days = _days_apart(arrival, one)
    if arrival.word_count < THIN_WORDS:
        return days == 0
    other_address = bool(arrival.url_key and one.url_key and arrival.url_key != one.url_key)
    return not (other_address and days is not None and days > DAYS_APART)


def _may_be_the_same(arrival: Arrival, one: Held) -> bool:
    if _other_guid(arrival, one):
        return one.is_canceled
    days = _days_apart(arrival, one)
    other_address = bool(arrival.url_key and one.url_key and arrival.url_key != one.url_key)
    return arrival.word_count >= THIN_WORDS and not (other_address and days is not None and days > DAYS_APART)


def _days_apart(arrival: Arrival, one: Held) -> int | None:
    if arrival.day is None or one.day is None:
        return None
    return abs((arrival.day - one.day).days)


def _kind(arrival: Arrival) -> str:
    return "correction" if arrival.signal == "correction" else "update"


def _is_global(guid: str) -> bool:
    return guid.startswith(("urn:", "tag:", "http://", "https://"))
