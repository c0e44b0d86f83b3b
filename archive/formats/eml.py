"""E-mail (.eml): a newsletter or a release as one article, its embargo line a hold.

Files attached to it are articles of their own (archive.formats.attachments); what can be none is named.
"""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator
from datetime import datetime
from email.message import EmailMessage, MIMEPart
from email.utils import parseaddr

from archive.formats import blocks, embargo, fields, stamps
from archive.formats.base import Candidate, ParsedArticle, ParseError, ReadContext
from archive.formats.sniff import head_text
from archive.text.encoding import UndecodableText, decode

_HEADER = re.compile(r"(?:^|\n)(From|To|Date|Subject|Message-ID|MIME-Version|Received|Return-Path|Delivered-To):", re.I)
_FORWARDED = re.compile(r"^\s*(?:(?:fwd?|wg|tr|rv|re|aw)\s*:\s*)+", re.I)
_SIGNATURE = re.compile(r"^-- ?$")
_CLOSING = re.compile(
    r"^(?:unsubscribe|manage (?:your )?(?:preferences|subscription)|view (?:this|in|online)|"
    r"you (?:are )?receiv(?:ed|ing) this|abmelden|newsletter abbestellen|se désabonner|update your preferences|"
    r"sent to [^ ]+@|copyright ©|©)",
    re.I,
)


class Eml:
    """One message as mail programs save it."""

    name = "eml"

    def recognizes(self, data: bytes, file_name: str) -> float:
        """Return up to 0.95 for text that begins with the headers of a message."""
        head = head_text(data, 16384)
        if not re.match(r"(?:From [^\n]+\n)?[A-Za-z][A-Za-z0-9-]{1,60}:[ \t\r\n]", head):
            return 0.0
        top = re.split(r"\r?\n\r?\n", head, maxsplit=1)[0]
        names = {name.lower() for name in _HEADER.findall(top)}
        if "received" in names or {"from", "date", "subject"} <= names or {"from", "mime-version"} <= names:
            return 0.95
        return 0.6 if len(names) >= 3 or (file_name.lower().endswith(".eml") and names) else 0.0

    def read(self, data: bytes, context: ReadContext) -> Iterator[ParsedArticle]:
        """Yield the message as an article. Raises ParseError when it has no text."""
        try:
            message = email.message_from_bytes(data, policy=email.policy.default)
            yield _article(message, context)
        except (RecursionError, LookupError, IndexError, AttributeError, TypeError) as error:
            raise ParseError("The e-mail is damaged.", mend="Save it from the mail program again.") from error


FORMAT = Eml()


def _header(message: EmailMessage, name: str) -> str:
    try:
        return blocks.clean(str(message.get(name) or ""))
    except (ValueError, IndexError, TypeError, AttributeError):
        return ""


def terms_of(message: EmailMessage, context: ReadContext) -> tuple[str, datetime | None, str]:
    """Return the embargo line of a message ("" for none), until when it holds, and the name of the sender."""
    headline = _FORWARDED.sub("", _header(message, "Subject"))
    held, until = embargo.find([headline, *_text(message).paragraphs], context)
    sender, address = parseaddr(_header(message, "From"))
    return held, until, blocks.clean(sender) or address.rpartition("@")[2]


def attachments(message: EmailMessage) -> Iterator[EmailMessage]:
    """Yield the parts of a message that are not its text, those of a forwarded message left to that message."""
    try:
        for part in message.iter_attachments():
            if part.get_content_maintype() == "multipart":
                yield from attachments(part)
            else:
                yield part
    except (AttributeError, KeyError, TypeError):
        # A message that says it has parts and has none.
        return


def _article(message: EmailMessage, context: ReadContext) -> ParsedArticle:
    headline = _FORWARDED.sub("", _header(message, "Subject"))
    text = _text(message)
    sender, address = parseaddr(_header(message, "From"))
    paragraphs = text.paragraphs
    held, until = embargo.find([headline, *paragraphs], context)
    if held:
        paragraphs = [line for line in paragraphs if line != held]
    if paragraphs and fields.same_words(paragraphs[0], headline):
        paragraphs = paragraphs[1:]
    if not headline and not paragraphs:
        raise ParseError("The e-mail has neither a subject nor a text.", mend="Check that it was saved whole.")
    above, paragraphs = fields.byline_above(paragraphs, ())
    outlet, outlets = fields.choose(
        (blocks.clean(sender), "From"),
        (_header(message, "Organization"), "Organization"),
        (address.rpartition("@")[2], "From"),
    )
    # As it was written: the parsed header adds a zone where there was none.
    sent = next((blocks.clean(str(value)) for name, value in message.raw_items() if name.lower() == "date"), "")
    warnings = []
    if held and until is None:
        warnings.append(f"The embargo line “{held[:120]}” names no date; the item is withheld.")
    if named := [str(part.get_filename() or part.get_content_type()) for part in attachments(message)]:
        warnings.append(f"Attachments that are not part of the article: {', '.join(named[:20])}.")
    return ParsedArticle(
        format="eml",
        headline=headline if headline != held else embargo_free(headline),
        byline=above,
        authors=fields.authors_of(above),
        body="\n".join(paragraphs),
        language=_header(message, "Content-Language").split(",")[0].strip(),
        outlet_name=outlet,
        outlet_evidence=outlets[0].origin if outlets else "",
        guid=_header(message, "Message-ID").strip("<>"),
        published=stamps.read(sent, where="Date of the e-mail", context=context),
        issued_at=stamps.moment(sent),
        signal="withhold" if held and until is None else fields.signal_in_words(headline),
        editor_note=held,
        embargoed_until=until,
        captions=fields.captions(text.captions),
        candidates={
            "headline": (Candidate(headline, "Subject"),) if headline else (),
            "outlet": outlets,
        },
        warnings=tuple(warnings),
    )


def embargo_free(headline: str) -> str:
    """Return a subject without the words of its embargo, unless nothing else is left."""
    _, mark, rest = headline.partition(":")
    return rest.strip() if mark and len(rest.split()) > 2 else headline


def _text(message: EmailMessage) -> blocks.Blocks:
    """Return the text: the HTML part where there is one that says as much as the plain part, which loses the layout."""
    found: dict[str, blocks.Blocks] = {}
    for part in _own_parts(message):
        kind = part.get_content_type()
        if kind not in ("text/html", "text/plain") or part.get_content_disposition() == "attachment" or kind in found:
            continue
        if part.get_filename() and part is not message:
            continue
        content = part.get_payload(decode=True)
        if not isinstance(content, bytes):
            continue
        try:
            value = decode(content, (part.get_content_charset() or "").lower())
        except UndecodableText:
            continue
        found[kind] = blocks.from_html(value) if kind == "text/html" else blocks.from_text(_unsigned(value))
    plain, markup = found.get("text/plain", blocks.Blocks()), found.get("text/html", blocks.Blocks())
    text = markup if len(markup.body) >= 0.6 * len(plain.body) and markup.paragraphs else plain
    lines = text.paragraphs
    end = next(
        (n for n, line in enumerate(lines) if n > 1 and n >= len(lines) * 0.5 and _CLOSING.match(line)), len(lines)
    )
    return blocks.Blocks(lines[:end], text.captions)


def _own_parts(message: MIMEPart) -> Iterator[MIMEPart]:
    """Yield the parts of a message without those of messages that are attached to it."""
    yield message
    if message.get_content_maintype() == "multipart" and message.is_multipart():
        for part in message.iter_parts():
            yield from _own_parts(part)


def _unsigned(value: str) -> str:
    lines = value.splitlines()
    end = next((n for n, line in enumerate(lines) if _SIGNATURE.match(line)), len(lines))
    return "\n".join(lines[:end])
