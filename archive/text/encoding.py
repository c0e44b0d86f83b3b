"""Bytes become text in the encoding they are really in, which is often not the one they declare.

A byte order mark is believed, then UTF-8 that decodes without a fault, then what chardet's statistics of languages say,
with the declared encoding where they do not say it clearly. Bytes that are no text at all raise UndecodableText.
"""

from __future__ import annotations

import codecs
import re
from typing import Any

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_ALIASES = {
    "iso-8859-1": "windows-1252",
    "latin-1": "windows-1252",
    "latin1": "windows-1252",
    "us-ascii": "windows-1252",
    "ascii": "windows-1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-sjis": "shift_jis",
    "ks_c_5601-1987": "euc-kr",
    "utf8": "utf-8",
}
_DECLARED = re.compile(rb"""(?:charset\s*=|encoding\s*=)\s*["']?\s*([A-Za-z0-9_.:-]{2,40})""")
_SAMPLE = 60_000
_ODD = re.compile(r"[\x00-\x08\x0e-\x19\x1c-\x1f\ufffd]")
_ODD_BYTES = bytes(code for code in range(0x20) if _ODD.match(chr(code)))
_REPLACEMENT = "\ufffd".encode()
# Marks of a charset inside the sample, which would be asked twice: the caller hands in what is declared.
_LABEL = re.compile(rb"(?:charset|encoding)\s*=", re.I)
_ESCAPES = re.compile(rb"\x1b[$(][@BJ()IC]")
# An encoding that is never wanted, as the answer for "none fits".
_NONE = "cp037"


class UndecodableText(ValueError):
    """Bytes that are no text in any encoding that is tried. `str(error)` is one sentence for a person."""


def declared_encoding(data: bytes) -> str:
    """Return the encoding that the head of an HTML or XML document names, lower case, or ""."""
    match = _DECLARED.search(data[:4096])
    return match.group(1).decode("ascii").lower() if match else ""


def decode(data: bytes, declared: str = "") -> str:
    """Return `data` as text without a byte order mark. Raises UndecodableText for what is no text."""
    return decode_as(data, declared)[0]


def decode_as(data: bytes, declared: str = "") -> tuple[str, str]:
    """Return the text and the name of the encoding it was in. Raises UndecodableText for what is no text."""
    if not data.strip():
        return "", "utf-8"
    for mark, name in _MARKS:
        if data.startswith(mark):
            try:
                return _checked(data.decode(name), data), name
            except UnicodeDecodeError:
                break
    if wide := _wide(data):
        return _checked(data.decode(wide, errors="replace"), data), wide
    if _ESCAPES.search(data) and (text := _escaped(data)):
        return text, "iso-2022-jp"
    try:
        text = data.decode("utf-8")
        return text if _is_plain(data) else _checked(text, data), "utf-8"
    except UnicodeDecodeError as error:
        # A file cut in the middle of a character, or with one stray byte in a long text, is still UTF-8.
        if _mostly_utf8(data, error):
            return _checked(data.decode("utf-8", errors="replace"), data), "utf-8"
    name = _best(data, declared) or _wide_east_asian(data)
    if not name:
        raise UndecodableText("The file holds bytes that are no text in any known encoding.")
    return _checked(data.decode(name, errors="replace"), data), name


def _escaped(data: bytes) -> str:
    """Return the text of bytes that switch to Japanese by escape sequences, "" for others that contain an escape."""
    try:
        return data.decode("iso-2022-jp-2")
    except UnicodeDecodeError:
        return ""


def _is_plain(data: bytes) -> bool:
    """Say whether bytes that are UTF-8 hold none of the odd characters, which is ten times as quick as looking."""
    return len(data.translate(None, _ODD_BYTES)) == len(data) and _REPLACEMENT not in data


def _checked(text: str, data: bytes) -> str:
    sample = text[:_SAMPLE]
    odd = len(_ODD.findall(sample))
    # A NUL here and there is a scar; every thirtieth character unprintable is a picture, a program or an archive.
    if odd > max(2, len(sample) // 30):
        raise UndecodableText("The file holds binary data, not text.")
    return text


def _wide(data: bytes) -> str:
    """Return the UTF-16 or UTF-32 name that the pattern of NUL bytes gives away, or ""."""
    sample = data[:4000]
    if len(sample) < 4 or len(data) % 2:
        return ""
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    half = len(sample) // 2
    if len(data) % 4 == 0 and sample.count(0) > len(sample) * 0.7:
        return "utf-32-le" if sample[0] else "utf-32-be"
    if odd > half * 0.3 and even < half * 0.05:
        return "utf-16-le"
    if even > half * 0.3 and odd < half * 0.05:
        return "utf-16-be"
    # Texts in other scripts have few NULs: only their ASCII spaces and line ends. The high bytes then are few values.
    if b"\x20\x00" in sample or b"\x00\x20" in sample:
        for name, high in (("utf-16-le", sample[1::2]), ("utf-16-be", sample[0::2])):
            if high.count(0) > half * 0.05 and len(set(high)) <= 6:
                return name
    return ""


def _wide_east_asian(data: bytes) -> str:
    """Return the UTF-16 name of a text in which neither a space nor an ASCII letter gives it away, or ""."""
    sample = data[:4000]
    for name in ("utf-16-le", "utf-16-be"):
        text = sample[: len(sample) // 2 * 2].decode(name, errors="replace")
        usual = sum(char.isascii() or "\u3000" <= char <= "\u30ff" or "\u4e00" <= char <= "\u9fff" for char in text)
        usual += sum("\uac00" <= char <= "\ud7af" or "\uff00" <= char <= "\uffef" for char in text)
        if len(data) % 2 == 0 and usual > 0.95 * len(text):
            return name
    return ""


def _mostly_utf8(data: bytes, error: UnicodeDecodeError) -> bool:
    text = data[: 4 * _SAMPLE].decode("utf-8", errors="replace")
    broken = text.count("\ufffd")
    good = sum(char > "\x7f" for char in text) - broken
    return (error.start >= len(data) - 3 and good > 0) or good > 20 * broken


def _best(data: bytes, declared: str) -> str:
    """Return the encoding that the bytes speak for, the declared one where they do not speak clearly, or ""."""
    import chardet  # loaded for the few files that need it

    declared = _ALIASES.get(declared.strip().lower(), declared.strip().lower())
    sample = _dense_sample(data)
    fits = _known(declared) and _fits(sample, declared)
    rare = sum(byte > 0x7F for byte in sample) < len(sample) // 20
    found = chardet.detect(_LABEL.sub(b"", sample), encoding_era=_eras(), compat_names=False, no_match_encoding=_NONE)
    name = (found["encoding"] or "").lower()
    name = _ALIASES.get(name, name)
    if not _known(name) or name == _NONE:
        # A few stray bytes in ASCII text say too little; Western Europe is the likeliest.
        return declared if fits else "windows-1252" if rare else ""
    return declared if fits and _same(sample, declared, name) else name


def _eras() -> Any:
    from chardet import EncodingEra

    # All but those of mainframes, in which no file that reaches a newsroom is written.
    return EncodingEra.ALL & ~EncodingEra.MAINFRAME


def _fits(sample: bytes, name: str) -> bool:
    return "\ufffd" not in sample.decode(name, errors="replace")[:-2]


def _same(sample: bytes, one: str, other: str) -> bool:
    return sample.decode(one, errors="replace") == sample.decode(other, errors="replace")


def _known(name: str) -> bool:
    try:
        return bool(name) and codecs.lookup(name).name not in {"utf-8", "utf-7", "ascii", "idna", "punycode"}
    except LookupError:
        return False


def _dense_sample(data: bytes) -> bytes:
    """Return a stretch of `data` around its first non-ASCII bytes: markup tells nothing about an encoding."""
    first = next((i for i, byte in enumerate(data) if byte > 0x7F), 0)
    return data[max(0, first - 200) : first + _SAMPLE]
