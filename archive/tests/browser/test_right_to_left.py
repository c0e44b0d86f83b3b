"""The archive in a pseudo-locale that runs from right to left: every word is translated, nothing sticks out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from django.apps import apps
from django.conf import locale
from django.contrib.auth.models import Group
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import trans_real

from archive.search.query import CHANGES, FIELDS, KINDS

from .conftest import scrolls_sideways, violations
from .pages import addresses, page_names

pytestmark = pytest.mark.browser

PSEUDO = "ar-xb"
# Begins whatever the pseudo-locale translated.
MARK = "\u202e"
# Words of the query language are the same in every language.
QUERY_LANGUAGE = {"AND", "OR", "NOT", "all", "current", "value", "word", *FIELDS, *KINDS, *CHANGES}

# Names that no catalog changes.
NAMES = (
    "Newsroom UTC whoosh text_dump sha manage check_index PDF CSV JSON SVG NITF lindholm make practice reset",
    # Names that a file gives its own parts.
    "JSON-LD datePublished",
    "title",
    # What a search of `pages.py` asks for.
    "zeppelin",
)

# Words that Django itself prints without asking a catalog: the name of a tie between tables, and a note on passwords.
DJANGOS_OWN = """User-group relationships. User_groups object. Whether the user will be able to authenticate
using a password or not. If disabled, they may still be able to authenticate using other backends, such as Single
Sign-On or LDAP. If disabled, the current password for this user will be lost."""

# Kinds of columns that hold words.
TEXTS = (models.CharField, models.TextField, models.JSONField, ArrayField)

# Columns and parts of them that hold words of the code's own: English in the database, said in the reader's language.
SAID = {"action", "job", "last_error", "mend", "not_before_reason", "plan", "reasons", "rule", "subject"}
SAID_PARTS = {"lost_because", "mend", "origin", "reason", "role", "rule", "warnings", "where"}

# What can go wrong when a page is turned around; all the other rules are asked where it reads from left to right.
RULES = ["html-has-lang", "html-lang-valid", "target-size", "region", "bypass", "label", "link-name", "button-name"]
BETWEEN = re.compile(r"[\n\d·→›:,;|()\[\]{}“”\"…+*]")
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
def of_record(world) -> str:
    """All that is the archive's, not the page's, in one text."""
    return "\n".join(plain(text) for text in (*texts_of_record(), *NAMES, DJANGOS_OWN))


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
            assert unsaid(page, of_record) == [], address
        page.set_viewport_size({"width": 320, "height": 900})
        assert scrolls_sideways(page) == ""


@pytest.mark.parametrize(
    "query",
    [
        '"pier closes"~5 (headline:piles OR by:okafor) -tag:ferries clos* pire~1 versions:all',
        "date:2031-05..2031-06 lang:en kind:update after:2030 outlet:gazette the",
        '"pier',
        "colour:red",
        "date:soon",
        "pier AND",
        "kind:leader",
        "pier~9",
    ],
)
def test_how_a_query_was_read_and_what_is_wrong_with_it_is_translated(query, page, of_record):
    page.goto(f"{reverse('search')}?q={quote(query)}")
    told = [text for text in unsaid(page, of_record) if text not in query]
    assert [text for text in told if text not in QUERY_LANGUAGE] == []


def test_the_trail_is_told_in_the_readers_language(page, world):
    page.goto(reverse("trail"))
    rows = page.locator("#trail tbody tr")
    assert rows.count() >= 10
    for row in rows.all():
        assert MARK in row.locator("th").inner_text(), row.inner_text()
        assert MARK in row.locator("td").nth(2).inner_text(), row.inner_text()


def test_what_is_refused_is_refused_in_the_readers_language(right_to_left, world):
    held, people = world.articles, world.people
    gazette, killed, story = held["gazette"].pk, held["killed"].pk, world.story.pk
    edit, stop = reverse("story_edit", args=[story]), reverse("article_desk", args=[killed])
    deeds = [
        ("administrator", edit, {"what": "merge", "into": story}),
        ("administrator", edit, {"what": "split", "title": "Nothing"}),
        ("administrator", reverse("article_split", args=[gazette]), {}),
        ("administrator", reverse("confirm_claim", args=[story]), {}),
        ("administrator", reverse("legal_note", args=[gazette]), {}),
        ("administrator", reverse("add_source", args=[gazette]), {"name": "", "text": "x", "kind": "outlet"}),
        ("administrator", reverse("collection_ask", args=[world.dossier.pk]), {}),
        ("administrator", stop, {"verb": "withhold", "withhold-reason": "x"}),
        ("administrator", reverse("saved_searches"), {"name": "x", "query": "(pier", "often": "never"}),
        ("administrator", reverse("admin:import_paste"), {"url": "ftp://gazette.example/pier"}),
        ("editor", reverse("article_desk", args=[gazette]), {"verb": "kill", "kill-reason": "x"}),
    ]
    for who, address, data in deeds:
        client = Client()
        client.force_login(people[who])
        answer = client.post(address, data, follow=True)
        said = re.findall(r'<li class="notice notice--bad">(.*?)</li>|"field__error"[^>]*>(.*?)</p>', answer.text, re.S)
        said += re.findall(r'role="alert"><p>(.*?)</p>()', answer.text, re.S) + refused(answer)
        assert said and all(MARK in "".join(one) for one in said), (address, data, answer.status_code, said)


def refused(answer) -> list[str]:
    """Return what a page says to whoever may not do this."""
    return (
        re.findall(r'<div class="empty">.*?</h1>\s*<p>(.*?)</p>', answer.text, re.S)
        if answer.status_code == 403
        else []
    )


def bare(page) -> list[str]:
    """Return what a page says in texts, titles and labels without its translated runs, as far as words are left."""
    return page.evaluate(
        """() => {
          const found = [];
          const kept = ".prose, .mono, code, kbd, script, style, #id_password, #id_tags, [data-words-of-record]";
          const see = (text, node) => {
            if (!text || node.closest(kept)) return;
            let depth = 0, left = "";
            for (const letter of text) {
              if (letter === "\u202e") depth += 1;
              else if (letter === "\u202c") { depth -= 1; left += "\\n"; }
              else if (!depth) left += letter;
            }
            if (/[A-Za-z]{3}/.test(left)) found.push(left.trim());
          };
          const walk = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT);
          while (walk.nextNode()) see(walk.currentNode.textContent, walk.currentNode.parentElement);
          for (const node of document.querySelectorAll("[title], [aria-label], [placeholder], [alt]"))
            for (const name of ["title", "aria-label", "placeholder", "alt"]) see(node.getAttribute(name), node);
          for (const node of document.querySelectorAll("input[type=submit], input[type=button]")) see(node.value, node);
          return found;
        }"""
    )


def unsaid(page, of_record: str) -> list[str]:
    """Return the pieces of a page's texts that no catalog translated and that the archive does not hold either."""
    pieces = {plain(piece) for text in bare(page) for piece in BETWEEN.split(text)}
    return sorted(piece for piece in pieces if re.search("[A-Za-z]{3}", piece) and piece not in of_record)


def plain(text: str) -> str:
    """A text as it is compared: its words one space apart, without the signs around them."""
    return " ".join(text.split()).strip(" “”‘’\"'.,:;·…()–—-|#/")


def texts_of_record() -> Iterator[str]:
    """What the archive holds and shows as it is: texts, names, files, people, and why somebody did something."""
    for model in (*apps.get_app_config("archive").get_models(), Group):
        fields = [one for one in model._meta.concrete_fields if isinstance(one, TEXTS) and not one.choices]
        held = [one.name for one in fields if one.name not in SAID]
        for row in model._default_manager.values_list(*held) if held else ():
            for value in row:
                yield from strings(value)


def strings(value: object) -> Iterator[str]:
    """Return the texts inside a value, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, part in value.items():
            if name not in SAID_PARTS:
                yield from strings(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from strings(part)
