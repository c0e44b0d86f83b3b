"""The archive in a pseudo-locale that runs from right to left: every word is translated, nothing sticks out."""

from __future__ import annotations

import re

import pytest
from django.conf import locale
from django.utils import translation
from django.utils.translation import trans_real

from archive.models import Attribution, Capture, Membership, Outlet, Story, Tag, User, Version

from .conftest import scrolls_sideways, violations
from .test_pages import addresses

pytestmark = pytest.mark.browser

PSEUDO = "ar-xb"
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


@pytest.fixture
def right_to_left(settings, monkeypatch):
    """Serve the whole site in the pseudo-locale."""
    about = {"bidi": True, "code": PSEUDO, "name": "Pseudo", "name_local": "Pseudo"}
    monkeypatch.setitem(locale.LANG_INFO, PSEUDO, about)
    settings.LANGUAGES = [(PSEUDO, "Pseudo")]
    settings.LANGUAGE_CODE = PSEUDO
    monkeypatch.setitem(trans_real._translations, PSEUDO, Pseudo())
    with translation.override(PSEUDO):
        yield


def test_every_page_stands_right_from_right_to_left(right_to_left, world, visit):
    page = visit(world.people["administrator"], "/")
    assert page.locator("html").get_attribute("dir") == "rtl"
    found = []
    for width in (320, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        for address in addresses(world):
            if address.startswith("/admin/"):
                continue
            page.goto(address)
            if culprit := scrolls_sideways(page):
                found.append(f"{width} {address} {culprit}")
            if width == 1280:
                found += violations(page)
    assert not found, "\n".join(found)


def test_every_word_of_the_pages_is_marked_for_translation(right_to_left, world, visit):
    page = visit(world.people["administrator"], "/")
    left = set()
    for address in addresses(world):
        if address.startswith("/admin/") or address == "/patterns/":
            continue
        page.goto(address)
        left |= set(
            page.evaluate(
                """() => {
                  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
                  const words = [];
                  const kept = ".prose, .card__headline, .card__outlet, .tag, h1, .mono, code, kbd, time, q, datalist, "
                    + "script, style, [data-words-of-record], option, textarea, "
                    + ".ledger, .facts dd, .card__text, .evidence__body";
                  while (walk.nextNode()) {
                    const text = walk.currentNode.textContent.trim();
                    if (!/[A-Za-z]{3}/.test(text) || text.includes("\\u202e")) continue;
                    if (walk.currentNode.parentElement.closest(kept)) continue;
                    words.push(text);
                  }
                  return words;
                }"""
            )
        )
    of_record = words_of(
        " ".join(texts_of_record()) + " Newsroom UTC whoosh text_dump sha manage check_index PDF CSV JSON SVG"
    )
    bare = sorted(text for text in left if not words_of(text) <= of_record)
    assert not bare, "\n".join(bare)


def words_of(text: str) -> set[str]:
    """The words of a text that are long enough to need a translation."""
    return set(re.findall(r"[^\W\d_]{3,}", text))


def texts_of_record() -> list[str]:
    """What the archive holds and shows as it is: texts, names, files, people."""
    texts = [f"{one.headline} {one.standfirst} {one.byline} {one.body} {one.reason}" for one in Version.objects.all()]
    texts += [f"{one.file} {one.format}" for one in Capture.objects.all()]
    texts += [one.name for model in (Outlet, Tag, Attribution) for one in model.objects.all()]
    texts += [one.username for one in User.objects.all()] + [one.title for one in Story.objects.all()]
    return texts + [" ".join(reasons) for reasons in Membership.objects.values_list("reasons", flat=True)]
