"""No markup that was received reaches a page alive."""

import pytest

from archive.text.sanitize import plain_text, safe_html


@pytest.mark.parametrize(
    "markup",
    [
        "<script>alert(1)</script>Words",
        "<p onclick='x()'>Words</p>",
        "<a href='javascript:x()'>Words</a>",
        "<svg><script>x</script></svg>Words",
        "<iframe src='x'></iframe>Words",
        "<img src=x onerror=alert(1)>Words",
    ],
)
def test_safe_html_keeps_words_and_loses_what_acts(markup):
    cleaned = safe_html(markup)
    assert "Words" in cleaned
    assert not any(bad in cleaned.lower() for bad in ("script", "onclick", "onerror", "iframe", "alert", "<img"))


def test_safe_html_keeps_text_elements_and_marks_links():
    cleaned = safe_html('<p>One <em>two</em> <a href="https://a.example/">three</a></p>')
    assert "<em>two</em>" in cleaned
    assert 'rel="noopener noreferrer nofollow"' in cleaned


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("Ferries &amp; quays", "Ferries & quays"),
        ("<b>Ferries</b> stop", "Ferries stop"),
        ("&lt;script&gt;x&lt;/script&gt;Ferries", "Ferries"),
        ("&amp;lt;b&amp;gt;Ferries&amp;lt;/b&amp;gt;", "Ferries"),
        ("profits < 5 % and > 3 %", "profits < 5 % and > 3 %"),
        ("<script>x</script>", ""),
    ],
)
def test_plain_text_has_no_element_left_however_often_it_was_escaped(markup, text):
    assert plain_text(markup) == text
