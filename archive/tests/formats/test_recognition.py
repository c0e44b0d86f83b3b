"""A file is what its content says: text that opens like markup or JSON is still text, and broken markup is not."""

from __future__ import annotations

import pytest

from archive.formats import registry
from archive.formats.base import ParseError

MENU = "\n".join(f"  * Section {number}" for number in range(12))
TEXT = f"""
{MENU}

Ferry to Brimsund stops for a week

By Ada Finch
3 May 2021

The ferry between Lomdal and Brimsund will not run for a week, the harbor office said on Monday.
Its engine has to be taken out and mended in the yard, which takes six days at the least.
"""


@pytest.mark.parametrize(
    "opening",
    [
        '<img height="1" width="1" src="https://count.example/p?a=1&amp;b=2" />',
        '<img alt="Zählpixel für Besuche" src="https://count.example/p">',
        "<!-- begin of the page -->",
        "<script>var page = {};</script>",
        "<div class=banner>",
        "[                    ] [Go]",
        "[ ]\n\n____________________",
        "[1]Skip to the text [2]Menu",
        "[[caret-down]] Sections",
        "{{ title }}",
        "{ Menu }",
        '["Breaking"] Storm over Lomdal',
        "<< Back to the start",
    ],
)
@pytest.mark.parametrize("name", ["page.txt", "page", "page.html"])
def test_a_page_dump_may_open_with_a_sign_that_other_formats_open_with(opening, name):
    assert registry.recognize(f"{opening}\n{TEXT}".encode(), name).name == "text_dump"


@pytest.mark.parametrize(
    "data",
    [
        b'{"headline": "Ferry stops", "body": "It stops."}',
        b'{"headline": "Ferry stops", "body": "It st',
        b'\xef\xbb\xbf [ {"headline": "Ferry stops"} ]',
        b'{"headline": "A"}\n{"headline": "B"}\n',
        b'[{}, {"headline": "A"}]',
        '{"заголовок": "Паром"}'.encode(),
        '{"headline": "Ferry"}'.encode("utf-16"),
        b'["one", "two"]',
        b"[1, 2, 3]",
        b"{}",
        b"[]",
    ],
)
def test_what_is_json_is_json_also_when_it_is_broken_or_holds_no_article(data):
    assert registry.recognize(data, "page.txt").name == "json"


@pytest.mark.parametrize(
    "data",
    [
        b"<p>Ferry stops.</p>\n" * 20,
        b"<div>\n" + b"A line of the text that stands alone.\n" * 40 + b"</div>\n",
        b"<!-- saved -->\n<!DOCTYPE html>\n" + b"A line that stands alone.\n" * 40,
        b"<h1>Ferry stops</h1>\n" + b"<p>A paragraph\nover some\nlines of text</p>\n" * 9,
    ],
)
def test_a_piece_of_a_page_stays_markup(data):
    assert registry.recognize(data, "page.txt").name == "html_page"


def test_an_unknown_kind_of_xml_is_refused_by_its_root():
    data = b"<ledger>\n" + b"A line that stands alone.\n" * 40 + b"</ledger>"
    with pytest.raises(ParseError, match="XML with the root <ledger>"):
        registry.recognize(data, "page.txt")
