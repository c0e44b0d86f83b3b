"""Promises what kind of source a noun phrase names, its bare name, and how many unnamed persons it stands for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from archive.text.keys import name_key
from archive.text.name_words import CALENDAR, JOINERS, ORGANISATION_WORDS, PERSON_TITLES, PLACES
from archive.text.outlet_mentions import OutletLookup, find_outlets
from archive.text.speech_words import DETERMINERS, NUMBERS, PRONOUNS

SourceKind = Literal["outlet", "person", "institution", "document", "anonymous"]

_ANONYMOUS_NOUNS = (
    r"officials?|sources?|people|persons?|diplomats?|interlocutors?|insiders?|aides?|advis[eo]rs?|witnesses|"
    r"eyewitness(?:es)?|"
    r"residents?|experts?|analysts?|executives?|employees?|staffers?|traders?|activists?|observers?|lawmakers|"
    r"Beamten?|Quellen?|Insidern?|Personen|fuentes?|funcionarios?|sources|responsables?|"
    r"источник(?:а|и|ов|ами|ах)?|чиновник(?:и|ов|ами)?|собеседник(?:а|и|ов|ами)?|джерел[оаи]?|посадовц(?:і|ів|"
    r"ями)|مصادر|مسؤولين"
)
_ANONYMOUS = re.compile(
    rf"^(?:(?P<det>the|these|those|its|their|his|her|other|one of (?:the|its|their)|some of (?:the|its|their))\s+)?"
    rf"(?:(?P<count>{'|'.join(NUMBERS)}|\d+|several|multiple|some|many|various|a number of|a few)\s+)?"
    rf"(?P<words>(?:[\w.’'-]+\s+){{0,5}}?)(?P<noun>{_ANONYMOUS_NOUNS})\b(?P<rest>.*)$",
    re.I | re.S,
)
_UNNAMED = re.compile(
    r"\b(?:unnamed|anonymous|unidentified|undisclosed|nameless|namentlich nicht|anónim\w+|anonymes?|"
    r"неназванн\w+|анонімн\w+|неназван\w+)\b",
    re.I,
)
_UNNAMED_OTHERS = re.compile(
    rf"^(?P<det>one of (?:the|its|their)\s+)?(?:(?P<count>{'|'.join(NUMBERS)}|\d+|several|some|many)\s+)?"
    r"(?P<words>(?:unnamed|anonymous|unidentified)\s+(?:[\w’'-]+\s+){0,2}?)(?P<noun>\w+s|person)\b(?P<rest>.*)$",
    re.I | re.S,
)
_DOCUMENT = re.compile(
    r"\b(?:report|study|survey|poll|document|statement|communiqué|memo|filing|lawsuit|complaint|indictment|affidavit|"
    r"transcript|records|data|figures|press release|letter|email|emails|cable|cables|paper|audit|analysis|review)\b",
    re.I,
)
_LOWER_INSTITUTION = re.compile(
    r"^(?:the\s+|local\s+|state\s+|federal\s+|city\s+|county\s+|regional\s+|national\s+)*"
    r"(?:police|prosecutors?|authorities|investigators|firefighters|fire officials|rescuers|company|ministry|"
    r"government|"
    r"hospital|university|court|army|military|coroner|sheriff(?:’s|'s)? (?:office|department)|fire department|"
    r"Polizei|Staatsanwaltschaft|policía|полиция|поліція|прокуратура|الشرطة)\b",
    re.I,
)
_ANAPHOR = re.compile(
    r"^(?:the|this)\s+(?:\w+\s+)?(?:publication|newspaper|paper|outlet|agency|news agency|magazine|broadcaster|"
    r"channel|site|website|news outlet|media outlet|portal|network)(?:[’']s)?\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Source:
    """One source: bare `name`, `kind`, what is said about it, how many unnamed persons, and its outlet's slug or None.

    `again` marks a group that the text speaks of as already known ("these sources").
    """

    name: str
    kind: SourceKind
    description: str = ""
    count: int | None = None
    slug: str | None = None
    again: bool = False
    span: tuple[int, int] | None = None


@dataclass(slots=True)
class Claim:
    """One sourcing statement: the source, its span in the field, and the claim it relies on or None.

    `whole` says that it governs its sentence, `told` that the source was told rather than telling, `recalled` that the
    text looks back, `subject` that the source is whom the news is about, `carrier` which outlet unnamed persons told.
    """

    source: Source
    field: str
    start: int
    end: int
    rule: str
    confidence: float
    relies_on: Claim | None = None
    whole: bool = True
    told: bool = False
    recalled: bool = False
    subject: bool = False
    carrier: str | None = None


def is_anaphor(phrase: str) -> bool:
    """Return whether the phrase stands for an outlet named before ("the publication")."""
    return bool(_ANAPHOR.match(phrase.strip()))


def anonymous(phrase: str) -> Source | None:
    """Return the unnamed persons that `phrase` stands for, or None when it names somebody or means no persons."""
    match = _ANONYMOUS.match(phrase.strip()) or _UNNAMED_OTHERS.match(phrase.strip())
    if match is None:
        return None
    words, noun = match.group("words") or "", match.group("noun")
    named = [w for w in words.split() if w[0].isupper() and w.casefold() not in NUMBERS and not _place_like(w)]
    rest = match.group("rest")
    lead = match.group("count") or match.group("det") or words
    unnamed = bool(_UNNAMED.search(words))
    if not unnamed and (len(named) > 2 or re.match(r"\s+(?:[A-Z]\w+)", rest)):
        return None
    if (
        noun.casefold() in ("people", "persons", "person")
        and not unnamed
        and not re.search(r"familiar|close to|knowledge|briefed", rest)
    ):
        return None
    singular = not noun.casefold().endswith(("s", "people", "witnesses")) and noun.isascii()
    number = (match.group("count") or "").casefold()
    count = int(number) if number.isdigit() else NUMBERS.get(number)
    det = (match.group("det") or "").casefold()
    if count is None and singular and not det:
        count = 1 if not unnamed or match.group("count") else None
    again = bool(det) and not unnamed
    text = re.sub(r"\s+", " ", f"{match.group('count') or ''} {words} {noun}").strip()
    if not lead.strip() and text[:1].isupper():
        text = text[:1].lower() + text[1:]
    return Source(text, "anonymous", rest.strip(" ,")[:200], count, again=again)


def unnamed_words(name: str) -> str:
    """Return how unnamed persons are described, without their number ("two unnamed aides" -> "unnamed aides")."""
    number = rf"^(?:{'|'.join(NUMBERS)}|\d+|several|multiple|some|many|various|a number of|a few)\s+"
    return re.sub(number, "", name, flags=re.I)


def _place_like(word: str) -> bool:
    return (
        word.rstrip(".") in PLACES
        or word in {"US", "U.S.", "U.S", "EU", "UN", "American", "European", "Western", "NATO"}
        or word.endswith(("ish", "an", "ese"))
    )


def read_source(phrase: str, lookup: OutletLookup) -> Source | None:
    """Return the source that a noun phrase names, or None when it names none (a pronoun, "the top diplomat")."""
    phrase = phrase.strip(" ,.;:—–-\"“”'")
    if not phrase:
        return None
    if phrase.casefold() in PRONOUNS | DETERMINERS:
        return None
    unnamed = anonymous(phrase)
    if unnamed is not None:
        return unnamed
    outlets = [m for m in find_outlets(phrase, lookup) if m.certain or m.end - m.start >= len(phrase) - 4]
    person = person_name(phrase)
    if outlets:
        mention = outlets[0]
        if not (
            person
            and name_key(person) not in name_key(mention.name)
            and mention.end < len(phrase) - 3
            and _of_outlet(phrase, person)
        ):
            return Source(mention.name, "outlet", "", None, mention.slug, span=(mention.start, mention.end))
        return Source(mention.name, "outlet", phrase, None, mention.slug, span=(mention.start, mention.end))
    institution = institution_name(phrase)
    if person and not (institution and institution == phrase):
        at = phrase.find(person)
        description = (phrase[:at] + phrase[at + len(person) :]).strip(" ,")
        return Source(person, "person", description, span=(at, at + len(person)))
    if institution:
        return Source(institution, "institution", "")
    if _LOWER_INSTITUTION.match(phrase):
        name = re.sub(r"^the\s+", "", phrase, flags=re.I)
        return Source(name[:80], "institution")
    if _DOCUMENT.search(phrase) and _proper(phrase):
        return Source(phrase[:200], "document")
    return None


def _of_outlet(phrase: str, person: str) -> bool:
    return person in phrase


def _proper(phrase: str) -> bool:
    return any(w[0].isupper() for w in phrase.split()[1:]) or phrase[:1].isupper()


def person_name(phrase: str) -> str:
    """Return the name of the person in a noun phrase, without titles ("Foreign Minister Ana Ruiz" -> "Ana Ruiz")."""
    head = re.split(r",|\s\(|\s[—–-]\s|\bof the\b|\bfrom\b|\bwho\b", phrase)[0].strip()
    words = head.split()
    cut = 0
    for i, word in enumerate(words):
        plain = word.strip(".,’'").casefold()
        if (
            plain in PERSON_TITLES
            or (word[0].islower() and word not in JOINERS - {"of"})
            or word in ("State", "Affairs", "Defense", "Defence", "Foreign", "Treasury")
            or word.endswith(("’s", "'s"))
        ):
            cut = i + 1
    name = [w for w in words[cut:] if w not in CALENDAR]
    if not 1 <= len(name) <= 4 or any(w[0].islower() and w not in JOINERS for w in name):
        return ""
    text = " ".join(name).strip(".,")
    if len(name) == 1 and (cut == 0 and (text.isupper() or text.casefold() in ORGANISATION_WORDS)):
        return ""
    if (
        any(w.strip(".,").casefold() in ORGANISATION_WORDS or (len(w) > 2 and w.isupper()) for w in name)
        or text in PLACES
    ):
        return ""
    return text if text[:1].isupper() else ""


def institution_name(phrase: str) -> str:
    """Return the institution that a noun phrase is, shortened of its article, or "" when it is none."""
    head = re.split(r",|\s\(|\s[—–]\s|\bwhich\b", phrase)[0].strip()
    plain = re.sub(r"^(?:The|the)\s+", "", head)
    words = plain.split()
    if not words or len(words) > 9 or not plain[0].isupper():
        return ""
    marked = any(w.strip(".,’'").casefold() in ORGANISATION_WORDS for w in words) or (
        len(words) == 1 and plain.isupper() and len(plain) > 1 and plain not in PLACES
    )
    titled = (
        any(w.strip(".,").casefold() in PERSON_TITLES for w in words[:-1])
        and words[-1].casefold() not in ORGANISATION_WORDS
    )
    lower = [w for w in words if w[0].islower() and w not in JOINERS and w not in ("and", "for", "the", "on", "in")]
    if re.search(r"\b(?:White House|Downing Street|Elys[ée]e)\b", plain):
        return plain
    return plain if marked and not lower and not titled else ""


_DEPARTMENT = re.compile(r"\b(?:Department|Ministry)\s+of\s+(?:the\s+)?((?:[A-Z]\w+)(?:\s+(?:and\s+)?[A-Z]\w+)*)")
_COUNTRY = re.compile(
    r"^(?:the\s+)?(?:United States|United Kingdom|US|U\.S\.|UK|U\.K\.|American|British)\s+(?=\w)", re.I
)


def short_institution(name: str) -> str:
    """Return the everyday form of an institution's name ("US Department of Labor" -> "Labor Department")."""
    plain = _COUNTRY.sub("", re.sub(r"^(?:The|the)\s+", "", name.strip()))
    match = _DEPARTMENT.search(plain)
    if match:
        word = "Department" if "Department" in plain else "Ministry"
        return f"{match.group(1)} {word}"
    return plain


def institution_key(name: str) -> str:
    """Return a key under which the forms of one institution's name meet."""
    return re.sub(r"\s+(?:department|ministry)$", "", name_key(short_institution(name)))


def institution_in(text: str) -> str:
    """Return the institution that a description speaks for ("spokesperson for the Harbor Authority"), or ""."""
    match = re.search(
        r"\b(?:for|of|at|from|with)\s+(?:the\s+)?((?:[A-Z][\w.’'-]*)(?:\s+(?:of|for|and|the|[A-Z][\w.’'-]*))*)", text
    )
    if match:
        name = re.sub(r"\s+(?:of|for|and|the)$", "", match.group(1)).strip()
        if institution_name(name):
            return name
    for run in re.findall(r"(?:[A-Z][\w.’'-]*)(?:\s+(?:of|[A-Z][\w.’'-]*))*", text):
        if institution_name(run):
            return run
    return ""


_OCCASION = re.compile(
    r"\b(?:press|news|daily|media)?\s*(?P<noun>briefing|conference|statement|press release|interview|hearing|"
    r"speech|address|communiqué)\b",
    re.I,
)


def occasion_of(text: str) -> str:
    """Return the occasion that a source line names, in one word ("in a press briefing" -> "briefing"), or ""."""
    match = _OCCASION.search(text)
    if match is None:
        return ""
    noun = match.group("noun").casefold()
    return "press conference" if noun == "conference" else noun
