"""What the first bytes of a file tell: encoding, XML root, what it looks like to a person. Nothing here parses."""

from __future__ import annotations

import codecs
import re

HEAD = 4096
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MISC = re.compile(r"\s*(?:<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>)", re.DOTALL | re.IGNORECASE)
_ROOT = re.compile(r"\s*<((?:[A-Za-z_][\w.\-]*:)?[A-Za-z_][\w.\-]*)([^>]*)")
_NAMESPACE = re.compile(r"""\bxmlns(?::([\w.\-]+))?\s*=\s*["']([^"']*)["']""")
_TEXT = r'"(?:[^"\\]|\\.){0,400}'
_JSON_OPENS = re.compile(
    # An object with a name in quotes, alone or first in a list; a list of texts or numbers; a list of lists of them.
    rf"(?:\[\s*)*\{{\s*(?:{_TEXT}(?:\"\s*:|\Z)|\}}\s*,)"
    rf"|(?:\[\s*)+(?:{_TEXT}\"|-?\d+(?:\.\d+)?|true|false|null)\s*(?:,|\]\s*,\s*\[|\]\s*\Z)"
)
_JSON_EMPTY = re.compile(r"(?:\{\s*\}|\[\s*\])\s*(?:\Z|\n\s*\{)")
_DECLARED = re.compile(r"<(?:\?xml|!doctype|html|head|body)\b", re.IGNORECASE)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_TAG = re.compile(r"<[/!?a-zA-Z][^<>]*>?")

# Control bytes that no text has; wires have had their marks of beginning and end (1 to 4) since the telegraph.
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r\f\x1b\x0b\x01\x02\x03\x04"))
# Kinds a newsroom meets that hold no text to archive, with the words a person uses for them.
_MAGIC = (
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"\x89PNG\r\n\x1a\n", "a PNG picture"),
    (b"GIF8", "a GIF picture"),
    (b"II*\x00", "a TIFF picture"),
    (b"MM\x00*", "a TIFF picture"),
    (b"8BPS", "a Photoshop picture"),
    (b"ID3", "a sound recording"),
    (b"OggS", "a sound recording"),
    (b"fLaC", "a sound recording"),
    (b"\x1aE\xdf\xa3", "a video"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Microsoft Office file (.doc, .xls or .msg)"),
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ\x00", "an xz archive"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
    (b"MZ", "a Windows program"),
    (b"\x7fELF", "a program"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"%!PS", "a PostScript file"),
)
_MEND = {
    "binary data": "Check that the file was copied whole and is not encrypted.",
    "an old Microsoft Office file (.doc, .xls or .msg)": "Save it as .docx, .xlsx or .eml and import that.",
    "a RAR archive": "Unpack it and import the files, or a zip of them.",
    "a 7-Zip archive": "Unpack it and import the files, or a zip of them.",
    "a bzip2 archive": "Unpack it and import the files, or a zip of them.",
    "an xz archive": "Unpack it and import the files, or a zip of them.",
    "a Zstandard archive": "Unpack it and import the files, or a zip of them.",
    "a PostScript file": "Convert it to PDF and import that.",
}


def head_text(data: bytes, size: int = HEAD) -> str:
    """Return the first `size` bytes as text, by byte order mark or the pattern of zero bytes, else as Latin-1.

    Latin-1 keeps every ASCII keyword in place whatever the encoding really is, which is all that recognition needs.
    """
    head = data[:size]
    for bom, encoding in _BOMS:
        if head.startswith(bom):
            return head.decode(encoding, "ignore").lstrip("\ufeff")
    if head[:2] == b"<\x00":
        return head.decode("utf-16-le", "ignore")
    if head[:2] == b"\x00<":
        return head.decode("utf-16-be", "ignore")
    return head.decode("latin-1")


def xml_root(data: bytes) -> tuple[str, str]:
    """Return (namespace, local name) of the root element, ("", "") when the bytes do not begin like XML."""
    text = head_text(data, 65536)
    position = 0
    while match := _MISC.match(text, position):
        position = match.end()
    root = _ROOT.match(text, position)
    if not root:
        return "", ""
    prefix, _, local = root[1].rpartition(":")
    namespaces = {found[1] or "": found[2] for found in _NAMESPACE.finditer(root[2])}
    return namespaces.get(prefix, ""), local


def is_json(data: bytes) -> bool:
    """Say whether the bytes begin as JSON does: a name and a colon, or a list of such, of texts, numbers or lists.

    A bracket alone is no sign of it: page dumps open with "[ ] Go", "[1]Home" and "{{ title }}". A file that breaks off
    or goes wrong later still is JSON.
    """
    head = head_text(data).lstrip("\ufeff \t\r\n")
    if _JSON_OPENS.match(head):
        return True
    # Nothing in it at all: then it has to be the whole file, or the whole first line of many.
    return bool(_JSON_EMPTY.match(head)) and len(data.strip()) < HEAD


def is_stray_markup(data: bytes) -> bool:
    """Say whether bytes that begin with a tag are plain text all the same: a line or two of markup got into it.

    Markup has tags in one line of a few; a page dump that opens with a tracking picture or a comment has hundreds of
    lines without one. What closes its first element at the very end is markup, however few its tags are.
    """
    text = head_text(data, 65_536).lstrip("\ufeff \t\r\n")
    if not text.startswith("<") or _DECLARED.search(text):
        return False
    root = _ROOT.match(text)
    if root and re.search(rf"</{re.escape(root[1])}\s*>\s*\Z", head_text(data[-400:]), re.IGNORECASE):
        return False
    lines = [line for line in _COMMENT.sub("<!>", text).splitlines() if line.strip()]
    marked = sum(1 for line in lines if _TAG.search(line))
    return len(lines) - marked >= 6 and marked * 8 <= len(lines)


def as_utf8(content: bytes, encoding: str) -> bytes:
    """Return text bytes as UTF-8 with a mark when their header names an encoding that fits, else as they are."""
    if not encoding:
        return content
    try:
        return codecs.BOM_UTF8 + content.decode(encoding).removeprefix("\ufeff").encode("utf-8")
    except (LookupError, UnicodeError):
        return content


def is_binary(data: bytes) -> bool:
    """Say whether the bytes hold no text in any encoding that is read (text with UTF-16 or UTF-32 is text)."""
    head = data[:8192]
    if not head or any(head.startswith(bom) for bom, _ in _BOMS):
        return False
    zeros = head.count(0)
    if zeros:
        even, odd = head[0::2].count(0), head[1::2].count(0)
        return max(even, odd) < 0.3 * (len(head) / 2) or min(even, odd) > 0.05 * (len(head) / 2)
    controls = len(head) - len(head.translate(None, _CONTROLS))
    return controls > len(head) * 0.02


def kind_of_binary(data: bytes) -> str:
    """Return what binary data looks like in plain words, "" for what may be text."""
    for magic, words in _MAGIC:
        if data.startswith(magic):
            return words
    if data[4:8] == b"ftyp":
        return "a video or picture"
    if data[:4] == b"RIFF":
        return "a sound, picture or video"
    return "binary data" if is_binary(data) else ""


def describe(data: bytes) -> tuple[str, str]:
    """Return what the file looks like in plain words, and what to do about it."""
    if binary := kind_of_binary(data):
        return binary, _MEND.get(binary, "Import the text of the article instead.")
    if is_json(data):
        return "JSON", "Export the articles as a list of objects, or one object a line."
    _, root = xml_root(data)
    if root:
        return f"XML with the root <{root}>", "Export it as NITF, NewsML, RSS or Atom and import that."
    return "plain text", "Import it as a text file with a headline and paragraphs."
