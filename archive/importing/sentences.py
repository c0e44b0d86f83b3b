"""The sentences that importing writes into the database, so that a page says them in the reader's language.

Promise: what is stored is the English sentence, whoever reads it: files, commands and reports have it as it is, and
rows of years ago stay readable. `said` finds the sentence here again, with what was filled into it, and translates
both; what it does not know it leaves as it is. A test holds this list to the code that writes the sentences.
"""

from __future__ import annotations

import re
from functools import lru_cache

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

# What the plan for an item, a correction or a run says.
PLANS = (
    _("Correct the field it speaks of, or report the fault, and try again."),
    _("The file can't be read (%(name)s)."),
    _("The file needs more memory than a file may take."),
    _("The file is nested too deeply to be read."),
    _("taken away by %(who)s"),
    _("said by %(who)s"),
    _("removed by an editor"),
    _("An editor said that it is %(words)s article %(article_id)s."),
    _("The file does not say whose article it is."),
    _("Nothing like it is held."),
    _("Known by %(by)s; the text has changed."),
    _("Nothing like it is held; where it comes from it is under this order: %(signal)s."),
    _("Nothing like it is held; the outlet asks for it to be withheld."),
    _("The outlet ordered it: %(signal)s."),
    _("No text of an article was found in it: restore the lines that belong to it, or write it in."),
    _("An editor said that it is a new article."),
    _("The order names no outlet and no article that is held."),
    _("The file does not say whose article it is; its text is like one of %(names)s."),
    _("“%(proposed_outlet)s” is not an outlet of the archive yet."),
    _("Its identifier is that of article %(article_id)s, but the address and the text are others."),
    _(
        "Nearly the same text (%(share)s of the shorter one) is held as article %(article_id)s of "
        "%(outlet_name)s: is it a new version of that, another capture, or an article of its own?"
    ),
    _("Known by %(by)s; the text is that of the current version."),
    _("Known by %(by)s; the text is that of an earlier version."),
    _("The outlet went back to what it had said before."),
    _("The address is that of article %(article_id)s, but the text is another altogether."),
    _("This %(signal)s order came before the article it speaks of; it waits for it."),
    _("The article is killed already."),
    _("Whose article is this? Choose its outlet."),
    _("The same text after cleaning is already held."),
    _("named on the page"),
    _("A new article of a new outlet, %(told)s."),
    _("The bytes hold %(found)s articles by now."),
    _("The run was canceled."),
    _("Reinstated by the outlet."),
    _("Left out by an editor."),
    _("The same text as %(file)s in this import."),
    _("Another text of the same article as %(file)s in this import."),
    _("%(reason)s It was killed, and stays so."),
    _("It could not be stored: %(sentence)s"),
    _("said by whoever brought it"),
    _("chosen by an editor"),
    _("the host %(host)s"),
    _("its identifier"),
    _("its address"),
    _("kill"),
    _("withhold"),
    _("reinstatement"),
)

# Why a file or a line was not read, what to do about it, and where a value stood.
READINGS = (
    _("export of an archive"),
    _("kept from the export"),
    _("The exported record has neither a headline nor a text."),
    _("Export it again."),
    _("The e-mail is damaged."),
    _("Save it from the mail program again."),
    _("The attached file is empty."),
    _("Ask the sender for it."),
    _("The archive holds more than %(max_members)s files."),
    _("Split it into smaller archives."),
    _("The archive expands to more than %(max_total)s MB."),
    _("Archives are nested more than %(max_depth)s deep."),
    _("Unpack the inner ones and import those."),
    _("The text nests markup more than 256 deep."),
    _("Ask the sender for the text alone."),
    _("The zip file is damaged: its list of contents can't be read."),
    _("Copy or download it again."),
    _("The %(kind)s expands to far more than its size, as a zip bomb does."),
    _("Don't open it; ask the sender for the plain text."),
    _("The gzip file is cut off before its end."),
    _("The gzip file unpacks to more than %(max_ratio)s MB."),
    _("Split it, or raise the limit in the settings, if you trust the sender."),
    _("The %(kind)s declares XML entities, which can hide a bomb or a file of this machine."),
    _("Ask the sender for the plain text."),
    _("The gzip file is damaged."),
    _("The %(kind)s is damaged."),
    _("Open it and save it again."),
    _("The table breaks off at line %(line_num)s: %(error)s."),
    _("Check the quotation marks there."),
    _("Save it as UTF-8 and try again."),
    _("The embargo line “%(held)s” names no date; the item is withheld."),
    _("The document holds no text."),
    _("If it is a scan, run text recognition (OCR) first."),
    _("line %(place)s"),
    _("labelled date"),
    _("byline"),
    _("entry of the tag list"),
    _("the printed source line"),
    _("says the same day less exactly"),
    _("another date line was clearer"),
    _("date line"),
    _("label of the tags"),
    _("says when the text was changed"),
    _("The e-mail has neither a subject nor a text."),
    _("Check that it was saved whole."),
    _("Attachments that are not part of the article: %(named)s."),
    _("Date of the e-mail"),
    _("The feed is not well-formed: %(broken)s."),
    _("The feed holds no entry."),
    _("The entry has neither a title nor a text."),
    _("Import the page it links to instead."),
    _("Check the address, or download it again."),
    _("The feed breaks off in this entry: %(broken)s."),
    _("The feed nests too deep to be read."),
    _("Ask the sender for the plain feed."),
    _("Download the feed again."),
    _("feed %(name)s"),
    _("only repeats the outlet"),
    _("another origin is right more often"),
    _("No running text was found on this page."),
    _("The page holds no text."),
    _("Save it again once it has loaded."),
    _("below the headline"),
    _("The page has %(text)s characters; more than %(max_characters)s are not read."),
    _("Save only the article."),
    _("The page is empty."),
    _("The page nests its elements %(depth)s deep; more than %(max_depth)s can't be read safely."),
    _("Import the article as plain text instead."),
    _("Save the page again as HTML."),
    _("The page holds no HTML that can be read."),
    _("Save it again as HTML."),
    _("The record is no object with named values."),
    _("Export each article as an object."),
    _("The JSON file holds no list of records."),
    _("Export the articles as a list of objects."),
    _("Line %(number)s is not JSON: %(error)s."),
    _("Export that record again."),
    _("Export it again; the file may have been cut off."),
    _("stamp of the post"),
    _("The saved page (MHTML) holds no HTML."),
    _("Save the page again."),
    _("The NewsML file holds no news item."),
    _("Check that it was sent whole."),
    _("The NewsML file holds only pictures, sound or catalogs, no text."),
    _("Import the texts instead."),
    _("A package: its texts are sent as items of their own."),
    _("Import the text items instead."),
    _("The file has an embargo element without a date."),
    _("The embargo “%(embargo)s” is no date that can be read."),
    _("Check the file."),
    _("The ninjs item has neither a headline nor a text."),
    _("a date of publication at midnight is a day"),
    _("The NITF file has neither a headline nor a text."),
    _("The file says it is embargoed but not until when."),
    _("The PDF is locked with a password."),
    _("Unlock it and import it again."),
    _("The PDF has more than %(max_pages)s pages."),
    _("Split it."),
    _("The PDF holds pictures of pages and no text."),
    _("Run text recognition (OCR) and import the result."),
    _("The PDF is damaged."),
    _("Open it and print it to a new PDF."),
    _("name of the publication"),
    _("date of the document"),
    _("document %(place)s"),
    _("The document has no text."),
    _("Export it again with its full text."),
    _("The file is empty."),
    _("Check the source and send it again."),
    _("This looks like %(looks_like)s, which the archive does not read."),
    _("The file has %(data)s MB; at most %(max_bytes)s MB are read."),
    _("Split it, or raise the limit in the settings."),
    _("The file (%(name)s) holds no article."),
    _("Check that it is the file you meant."),
    _("The record has neither a headline nor a text."),
    _("Check which columns hold them."),
    _("The column “%(column)s” is mapped to “%(field)s”, which is no field of an article."),
    _("Choose one of %(fields)s."),
    _("The RTF document holds binary data."),
    _("Save it without pictures and try again."),
    _("The RTF document is damaged."),
    _("seconds since 1970"),
    _("another date comes first"),
    _("The table is empty."),
    _("None of the columns %(shown)s is known to hold headlines or texts."),
    _("Choose the columns and try again."),
    _("The formula in the column “%(name)s” was made plain text."),
    _("headline"),
    _("No running text was found in this dump."),
    _("The file holds no words, only signs."),
    _("Check that the right file was chosen."),
    _("repeats the headline"),
    _("standfirst"),
    _("picture, button or sign without words"),
    _("The text has %(text)s characters; a page dump of more than %(max_characters)s is not read."),
    _("Split it into one file an article."),
    _("The file holds no text."),
    _("recurs on this outlet's pages"),
    _("stands above the headline (ticker or teaser)"),
    _("reading time"),
    _("caption with a credit"),
    _("caption of another article"),
    _("menu or link above the headline"),
    _("Save the page as plain text in UTF-8 and import that file."),
    _("address of the page"),
    _("stands below the article"),
    _("control or sharing link"),
    _("list entry that is not running text"),
    _("short line that is not running text"),
    _("The WACZ package is damaged: its data package can't be read."),
    _("The WACZ package holds no web archive."),
    _("Export the collection again."),
    _("The web archive inside the WACZ package does not match its checksum."),
    _("A record of the web archive is cut short: its length is not what it says."),
    _("The page is larger than %(max_bytes)s MB."),
    _("Copy or export it again."),
    _("Record %(place)s of the web archive is cut off."),
    _("Copy it again."),
    _("Record the pages themselves."),
    _("Record %(place)s of the web archive %(why)s."),
    _("Raise the limit in the settings."),
    _("The .webarchive file is damaged."),
    _("The Word document is damaged."),
    _("The Excel workbook is damaged."),
    _("The Excel workbook is empty."),
    _("The %(kind)s file holds NUL bytes."),
    _("Check that it was copied whole and as text."),
    _("The %(kind)s file declares XML entities, which can hide a bomb or a file of this machine."),
    _("Ask the sender for a file without entity declarations."),
    _("Ask the sender for the file as it left their system."),
    _("The web archive holds no saved page."),
    _("The web archive holds no saved page, but %(others)s responses of other kinds."),
    _("The ninjs item is of the type %(sort)s, not a text."),
    _("sender of the e-mail it was attached to"),
    _("menu"),
    _("ISO 8601"),
    _("ISO 8601 day"),
    _("ISO 8601 without a zone"),
    _("ISO 8601 without hyphens"),
    _("day, month in words, year"),
    _("month in words, day, year"),
    _("year, month, day"),
    _("day, month, year in numbers"),
    _("month, day, year in numbers"),
    _("furniture"),
    _("caption"),
    _("credit"),
    _("tag"),
    _("date"),
    _("source"),
    _("body"),
    _("%(rule)s, order by the weekday"),
    _("%(rule)s, order of the language %(language)s"),
)

_PLACE = re.compile(r"%\\\((\w+)\\\)s")
_SENTENCES = frozenset((*PLANS, *READINGS))

# Places that hold words of this list; all others hold names, numbers and texts of the files.
_SAID = ("by", "reason", "rule", "sentence", "signal")


def _pattern(sentence: str) -> re.Pattern[str]:
    """Return what matches a sentence with anything filled into its places."""
    return re.compile(_PLACE.sub(r"(?P<\1>.+?)", re.escape(sentence).replace("%%", "%")), re.DOTALL)


# The one with most words of its own goes first: "the host %(host)s" would take many a sentence for itself.
_PATTERNS = tuple(
    (sentence, _pattern(sentence)) for sentence in sorted(_SENTENCES, key=len, reverse=True) if "%(" in sentence
)


@lru_cache(maxsize=4096)
def known(text: str) -> tuple[str, dict[str, str]] | None:
    """Return the sentence that a text is, and what is filled into it; None for one that is not listed here."""
    if text in _SENTENCES:
        return text, {}
    for sentence, pattern in _PATTERNS:
        if found := pattern.fullmatch(text):
            return sentence, found.groupdict()
    return None


def said(text: str) -> str:
    """Return a stored sentence in the language of whoever reads the page."""
    found = known(text)
    if found is None:
        return text
    sentence, filled = found
    if not filled:
        return gettext(sentence)
    return gettext(sentence) % {name: said(part) if name in _SAID else part for name, part in filled.items()}
