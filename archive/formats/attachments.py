"""A message with attachments is a parcel: the message is one file of it, each attached file another.

Pictures, sounds, calendars, cards and signatures are not opened; the message names them in a warning. What is attached
to a message under embargo is held like the message, and a file that names no outlet is offered its sender.
"""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator
from email.message import EmailMessage, Message

from archive.formats import eml
from archive.formats.base import Budget, Member, ParseError, ReadContext, Rejected

_ATTACHED = re.compile(rb"content-disposition:\s*attachment|content-type:\s*message/rfc822|filename\*?\d*\*?=", re.I)
_LEFT_OUT = re.compile(
    r"(?:image|audio|video|font)/|text/(?:calendar|(?:x-)?vcard|rfc822-headers)|message/(?!rfc822)|"
    r"application/(?:ics|(?:x-)?pkcs7-signature|pgp-.*|ms-tnef)",
    re.I,
)
_ENDINGS = (".ics", ".vcf", ".asc", ".p7s", ".sig")


class Attachments:
    """A message as mail programs save it, when files that may be articles are attached to it."""

    name = "eml"

    def recognizes(self, data: bytes, file_name: str) -> float:
        """Return how sure it is that this is a message, 0 when nothing is attached to it."""
        sure = eml.FORMAT.recognizes(data, file_name)
        if not sure or not _ATTACHED.search(data):
            return 0.0
        return sure if any(attached(_message(data))) else 0.0

    def members(self, data: bytes, context: ReadContext, budget: Budget) -> Iterator[Member | Rejected]:
        """Yield the message as it came, then each attached file. Raises ParseError when the message is damaged."""
        message = _message(data)
        name = context.file_name.rpartition("/")[2] or "message.eml"
        held, until, sender = eml.terms_of(message, context)
        budget.charge(len(data))
        yield Member(name, data, opened=True)
        used = {name}
        for number, part in enumerate(attached(message), 1):
            content = _content(part)
            title = _name_of(part, number, used)
            budget.charge(len(content))
            if not content.strip():
                yield Rejected(title, "The attached file is empty.", "Ask the sender for it.", format="eml")
                continue
            yield Member(
                title, content, media_type=part.get_content_type(), held=held, embargoed_until=until, sender=sender
            )


FORMAT = Attachments()


def attached(message: EmailMessage) -> Iterator[EmailMessage]:
    """Yield the parts of a message that are files of their own and may hold articles."""
    for part in eml.attachments(message):
        name = (part.get_filename() or "").lower()
        kind = part.get_content_type()
        if _LEFT_OUT.match(kind) or name.endswith(_ENDINGS):
            continue
        # Lists put their footer below a message as another part of plain text, which is no file.
        if name or part.get_content_disposition() == "attachment" or kind == "message/rfc822":
            yield part


def _message(data: bytes) -> EmailMessage:
    try:
        return email.message_from_bytes(data, policy=email.policy.default)
    except (RecursionError, LookupError, IndexError, AttributeError, TypeError) as error:
        raise ParseError("The e-mail is damaged.", mend="Save it from the mail program again.") from error


def _content(part: EmailMessage) -> bytes:
    if part.get_content_type() == "message/rfc822":
        inner = part.get_content()
        return inner.as_bytes() if isinstance(inner, Message) else b""
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _name_of(part: EmailMessage, number: int, used: set[str]) -> str:
    inner = ".eml" if part.get_content_type() == "message/rfc822" else ""
    given = re.sub(r"[\\/\x00-\x1f]+", "_", part.get_filename() or "").strip(". ")
    name = given or f"attachment-{number}{inner}"
    if name in used:
        name = f"{number}-{name}"
    used.add(name)
    return name
