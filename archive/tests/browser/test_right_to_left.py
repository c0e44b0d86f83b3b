"""The archive in a pseudo-locale that runs from right to left: every word is translated, nothing sticks out."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.apps import apps
from django.conf import locale
from django.contrib.auth.models import Group
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.test import override_settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import trans_real

from .conftest import scrolls_sideways, violations
from .pages import addresses, page_names

pytestmark = pytest.mark.browser

PSEUDO = "ar-xb"

# Names that no catalog changes.
NAMES = "Newsroom UTC whoosh text_dump sha manage check_index PDF CSV JSON SVG NITF lindholm make practice reset"

# Words that Django itself prints without asking a catalog: the name of a tie between tables, and a note on passwords.
DJANGOS_OWN = """User-group relationship relationships User_groups object. Whether the user will be able to authenticate
using a password or not. If disabled, they may still be able to authenticate using other backends, such as Single
Sign-On or LDAP. If disabled, the current password for this user will be lost."""

# Kinds of columns that hold words.
TEXTS = (models.CharField, models.TextField, models.JSONField, ArrayField)

# What can go wrong when a page is turned around; all the other rules are asked where it reads from left to right.
RULES = ["html-has-lang", "html-lang-valid", "target-size", "region", "bypass", "label", "link-name", "button-name"]
KEPT = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}|<[^>]+>|&\w+;")


def mirrored(message: str) -> str:
    """Wrap every run of words between right-to-left marks, as if translated; placeholders and markup stay."""
    parts = KEPT.split(message)
    kept = [*KEPT.findall(message), ""]
    return "".join(
        (f"\u202e{part}\u202c" if part.strip() else part) + mark for part, mark in zip(parts, kept, strict=True)
    )


class Pseudo(trans_real.DjangoTranslation):
    """A catalog that translates whatever it is asked."""

    def __init__(self) -> None:
        super().__init__("ar", domain="django")

    def gettext(self, message: str) -> str:
        # Django asks for a word in a context as "context<EOT>word".
        return mirrored(message.rpartition("\x04")[2]) if message else super().gettext(message)

    def ngettext(self, singular: str, plural: str, count: int) -> str:
        return mirrored(singular if count == 1 else plural)


@pytest.fixture(scope="module")
def right_to_left(world) -> Iterator[None]:
    """Serve the whole site in the pseudo-locale."""
    about = {"bidi": True, "code": PSEUDO, "name": "Pseudo", "name_local": "Pseudo"}
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(locale.LANG_INFO, PSEUDO, about)
        with override_settings(LANGUAGES=[(PSEUDO, "Pseudo")], LANGUAGE_CODE=PSEUDO):
            # Changed settings make Django forget its catalogs: the one that translates everything comes after them.
            patch.setitem(trans_real._translations, PSEUDO, Pseudo())
            with translation.override(PSEUDO):
                yield


@pytest.fixture(scope="module")
def of_record(world) -> set[str]:
    """The words that are the archive's, not the page's."""
    return words_of(" ".join(texts_of_record()) + f" {NAMES} {DJANGOS_OWN}")


@pytest.fixture(scope="module")
def page(right_to_left, world, desk):
    """One window of an administrator."""
    return desk(world.people["administrator"], reverse("keys"), reduced_motion="reduce")


@pytest.mark.parametrize("name", page_names())
def test_a_page_stands_right_from_right_to_left_and_every_word_is_translated(name, world, page, of_record):
    for address in addresses(name, world):
        page.set_viewport_size({"width": 1280, "height": 900})
        page.goto(address)
        assert page.locator("html").get_attribute("dir") == "rtl"
        assert scrolls_sideways(page) == ""
        assert violations(page, RULES) == []
        if name != "patterns":
            assert sorted(text for text in bare(page) if not words_of(text) <= of_record) == [], address
        page.set_viewport_size({"width": 320, "height": 900})
        assert scrolls_sideways(page) == ""


def bare(page) -> list[str]:
    """Return the texts of a page that no catalog translated and that are no text of the record."""
    return page.evaluate(
        """() => {
          const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
          const words = [];
          const kept = ".prose, .card__headline, .card__outlet, .tag, h1, .mono, code, kbd, time, q, datalist, "
            + "script, style, [data-words-of-record], option, textarea, "
            + ".ledger, .facts dd, .card__text, .evidence__body";
          while (walk.nextNode()) {
            const text = walk.currentNode.textContent.trim();
            if (!/[A-Za-z]{3}/.test(text) || text.includes("***") || text.includes("\\u202e")) continue;
            if (walk.currentNode.parentElement.closest(kept)) continue;
            words.push(text);
          }
          return words;
        }"""
    )


def words_of(text: str) -> set[str]:
    """The words of a text that are long enough to need a translation."""
    return set(re.findall(r"[^\W\d_]{3,}", text))


def texts_of_record() -> Iterator[str]:
    """What the archive holds and shows as it is: texts, names, files, people, and why somebody did something."""
    for model in (*apps.get_app_config("archive").get_models(), Group):
        held = [one.name for one in model._meta.concrete_fields if isinstance(one, TEXTS) and not one.choices]
        for row in model._default_manager.values_list(*held) if held else ():
            for value in row:
                yield from strings(value)


def strings(value: object) -> Iterator[str]:
    """Return the texts inside a value, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.items():
            yield from strings(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from strings(part)
