"""The synthetic texts of the archives that placement is measured on: which words, names and people they hold."""

from __future__ import annotations

import hashlib
import math
import random

from archive.text.terms import term_counts

OUTLETS = 30
# An event is told with so many words and people of its own; each of the latter is filed by full name and by surname.
STORY_WORDS = 8
STORY_PEOPLE = 2
GIVEN = (
    "Ada", "Bruno", "Carla", "Dario", "Edda", "Fabian", "Greta", "Henrik", "Ilse", "Jonas", "Karin", "Lothar", "Mira",
    "Nils", "Olga", "Pavel",
)  # fmt: skip
# The words that an archive's texts are found by: rank r is as frequent as 1 / r between these two.
FIRST_RANK, LAST_RANK = 60, 200_000
# Words are made of these letters, without a vowel, so that no stemmer shortens them and no two are alike.
LETTERS = "bcdfghjkmnpqrtvw"
_SPELLED = str.maketrans("0123456789abcdef", LETTERS)
# A new text is found by so many words of others, beside those of its event, none of them rarer than this rank: so a
# question meets about a fifth as many postings as there are articles in its window.
FOUND_BY = 26
COMMON_RANK = 350
_ENDINGS = ["berg", "dal", "feld", "haus", "lund", "mark", "nau", "ros", "stad", "thal", "vik", "wald"]


def spell(word: str) -> str:
    """Return the letters that stand for a word, as `_FILL` spells it."""
    return hashlib.md5(word.encode(), usedforsecurity=False).hexdigest()[:10].translate(_SPELLED)


def people_of(event: int) -> list[str]:
    """Return the people of an event of the archive, as `_FILL` names them."""
    return [
        f"{GIVEN[(event + k) % len(GIVEN)]} {spell(f'q{event}y{k}').capitalize()}" for k in range(1, STORY_PEOPLE + 1)
    ]


def words_of(event: int) -> list[str]:
    """Return the words of an event of the archive, as `_FILL` writes them."""
    return [spell(f"event{event}x{k}") for k in range(1, STORY_WORDS + 1)]


def drawn_rank(dice: random.Random, last: int = LAST_RANK) -> int:
    """Return the rank, up to `last`, of a word that a text is found by, drawn as the words of the archive are."""
    return int(FIRST_RANK * math.exp(dice.random() * math.log(last / FIRST_RANK)))


def text_of(event: int, dice: random.Random) -> tuple[str, str]:
    """Return headline and body of a text of 2,000 characters that tells an event, with names, quotes and a source."""
    event_words = words_of(event)
    told = event_words * 5 + [spell(f"word{drawn_rank(dice, COMMON_RANK)}") for _ in range(FOUND_BY)] * 3
    told += [spell(f"word{int(2000 ** dice.random())}") for _ in range(60)]
    dice.shuffle(told)
    place = _place(dice)
    people = people_of(event) * 2
    words = iter(told)

    def some(count: int) -> str:
        return " ".join(word for word, _ in zip(words, range(count), strict=False))

    headline = some(8).capitalize()
    lines = [f"{place} is where {some(12)}, Outlet {dice.randrange(OUTLETS)} reported, citing officials."]
    said = [" ".join(event_words), some(11)]
    for number, person in enumerate(people):
        lines.append(f"The {some(14)} of {place}. {person} said that {some(10)}.")
        if number % 2 == 0:
            lines.append(f"“{said.pop(0).capitalize()},” {person} told reporters in {place}. {some(12).capitalize()}.")
    while rest := some(16):
        lines.append(f"{rest.capitalize()}.")
    return headline, "\n".join(lines)


def frame() -> set[str]:
    """Return the terms that stand in every text, whatever it tells."""
    dice = random.Random(0)
    return set.intersection(*(set(term_counts(*text_of(event, dice), "en")) for event in range(50)))


def _place(dice: random.Random) -> str:
    return (spell(str(dice.randrange(300))) + dice.choice(_ENDINGS)).capitalize()
