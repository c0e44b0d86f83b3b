"""The sentences that say why a query can't be read, which `archive.search` writes in English and knows no other way.

Promise: every one of them stands here, so that a page says them in the reader's language; a test holds the list to the
code that writes them.
"""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

from .sentences import Sentences

SENTENCES = Sentences(
    (
        # What is stored with a saved search.
        _("%(problem)s (at character %(place)s): %(mend)s"),
        _("%(address)s is no web address."),
        _("%(host)s is an address within the network; alerts go to public ones only."),
        # What is wrong, and how to mend it.
        _("The quotation mark is never closed"),
        _('add " where the phrase ends'),
        _("This parenthesis closes nothing"),
        _("remove it, or open one before"),
        _("“%(word)s” has nothing to leave out"),
        _("put a word after it"),
        _("“%(word)s” needs words on both sides"),
        _("add a word, or write “%(small)s” in small letters to search for it"),
        _("The parentheses are nested too deeply"),
        _("use at most %(most)s levels"),
        _("This parenthesis is never closed"),
        _("add ) where the group ends"),
        _("The parentheses hold no words"),
        _("put words into them or remove them"),
        _("There is no field “%(field)s:”"),
        _("did you mean %(field)s: ?; quote it to search for it as text"),
        _("the fields are %(fields)s; quote it to search for it as text"),
        _("“%(field)s:” stands inside %(outer)s:"),
        _("close %(outer)s:( … ) before it"),
        _("“%(field)s:” has nothing to look for"),
        _("write a value right after the colon, %(field)s:value"),
        _("“%(field)s:” takes one value"),
        _("write %(field)s:value"),
        _("“%(field)s:” was not understood"),
        _("“versions:” is all or current"),
        _("write versions:all"),
        _("There is no kind “%(value)s”"),
        _("the kinds are %(kinds)s"),
        _("There is no change “%(value)s”"),
        _("the changes are %(changes)s"),
        _("“story:” takes a story's number"),
        _("write story:12"),
        _("“%(field)s:” takes one plain word"),
        _("“=” stands alone"),
        _("put the exact word right after it, =word"),
        _("The quotation marks hold no words"),
        _("put words between them"),
        _("“=” goes with one word, or with a whole name"),
        _("put = before each word, or use it with tag:, outlet:, by:, person:, place:, org:, source:"),
        _("“~” after a phrase takes a number of words"),
        _("write “~5” (1 to %(widest)s)"),
        _("“~” does not go with %(field)s:"),
        _("leave it out"),
        _("Nearness works for two words"),
        _("name two, or join more with AND"),
        _("“-” goes before the whole term"),
        _("put it first, after a space, as in -headline:word"),
        _("“%(text)s” names no letters"),
        _("write at least two letters with it, as in econ*"),
        _("There is no word here"),
        _("write a word after it"),
        _("“~” takes one plain word and 1 or 2"),
        _("write word~1 or word~2"),
        _("“=” does not go with * or ?"),
        _("leave one of them out"),
        _("The pattern names too few letters"),
        _("write at least two, as in ec*"),
        _("A pattern is one word"),
        _("leave out its punctuation"),
        _("The query is too long"),
        _("use at most %(most)s characters"),
        _("The query has too many words"),
        _("use at most %(most)s"),
        _("“versions:” holds for the whole query"),
        _("write it once, outside OR, NOT and ( )"),
        # Dates.
        _('write 2024-04-06, 2024-04, 2024, 2024-04..2024-06, "last week", "last 30 days", or unknown'),
        _("that is outside the calendar; %(mend)s"),
        _("“%(text)s” is not a date; %(mend)s"),
        _("there is no date “%(text)s”; %(mend)s"),
        _("“unknown” goes with date: only; write date:unknown"),
        _("a range goes with date: only; write date:%(text)s"),
        _("the range has neither a beginning nor an end; %(mend)s"),
        _("the range ends before it begins; write %(right)s..%(left)s"),
    ),
    said_places=("problem", "mend"),
)


def said(text: str) -> str:
    """Return what is wrong with a query, or its mend, in the language of whoever reads the page."""
    return SENTENCES.said(text)
