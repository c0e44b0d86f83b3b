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


def describe(data: bytes) -> tuple[str, str]:
    """Return what the file looks like in plain words, and what to do about it."""
    for magic, words in _MAGIC:
        if data.startswith(magic):
            return words, _MEND.get(words, "Import the text of the article instead.")
    if data[4:8] == b"ftyp":
        return "a video or picture", "Import the text of the article instead."
    if data[:4] == b"RIFF":
        return "a sound, picture or video", "Import the text of the article instead."
    if is_binary(data):
        return "binary data", "Check that the file was copied whole and is not encrypted."
    _, root = xml_root(data)
    if root:
        return f"XML with the root <{root}>", "Export it as NITF, NewsML, RSS or Atom and import that."
    return "plain text", "Import it as a text file with a headline and paragraphs."
