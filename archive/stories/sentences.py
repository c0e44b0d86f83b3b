"""The sentences that stories write into the database: why an article stands in one, and why not before a day.

Promise: every one of them stands here, so that a page says them in the reader's language; a test holds the list to
`reasons.py` and `evidence.py`, which write them.
"""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

from archive.articles.sentences import Sentences

# By which words the machine knew a source: the kind of the passage, and the word that introduces it there.
RULES = Sentences(
    (
        _("source line"),
        _("source line, relayed"),
        _("source line, carried by"),
        _("headline prefix"),
        _("headline suffix"),
        _("tells %(word)s"),
        _("inverted %(word)s"),
        _("according %(word)s"),
        _("citing %(word)s"),
        _("by %(word)s"),
        _("colon %(word)s"),
        _("interview %(word)s"),
        _("names %(word)s"),
        _("colon"),
        _("interview"),
        _("names"),
        _("told"),
        _("with reference to"),
        _("according to (%(languages)s)"),
        _("reports (%(languages)s)"),
        _("reports"),
    )
)

SENTENCES = Sentences(
    (
        _("shares: %(words)s"),
        _("same day"),
        _("1 day apart"),
        _("%(days)s days apart"),
        _("%(share)s of its wording"),
        _("nearest: %(article)s"),
        _("cites the report of %(outlet)s of %(day)s"),
        _("speaks of %(what)s"),
        _("speaks of %(what)s, as does %(outlet)s on %(day)s"),
    )
)


def said(text: str) -> str:
    """Return a stored sentence in the language of whoever reads the page."""
    return SENTENCES.said(text)


def rule_said(rule: str) -> str:
    """Return by what a source was found in the language of whoever reads the page."""
    return RULES.said(rule)
