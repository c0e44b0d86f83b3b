"""Bytes become text in the encoding they are really in, which is often not the one they declare.

A byte order mark is believed, then UTF-8 that decodes without a fault, then whichever of the declared and the usual
encodings gives text that looks like a language. Bytes that are no text at all raise UndecodableText, never mojibake.
"""

# ruff: noqa: E501 - tables of characters

from __future__ import annotations

import codecs
import itertools
import re
from collections.abc import Iterable

from archive.text.language import ACCENTED_STOP_WORDS

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SINGLE = ("windows-1251", "koi8-r", "windows-1252", "windows-1250", "windows-1253", "windows-1254", "windows-1256")
_DOUBLE = ("gb18030", "big5", "shift_jis", "euc-jp", "euc-kr", "utf-16-le", "utf-16-be")
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
# The letters that most running text of a script is made of; rubbish spreads over all of them evenly.
_COMMON_CYRILLIC = frozenset("оеаинтсрвлкмдпуяыьгзбчйхжшюціїє")
_COMMON_ARABIC = frozenset("اليمنورتبةعدسفهكقحجشطصخضذثزئءغظإأىآپچگیک")
_COMMON_GREEK = frozenset("αοιετσνηυρπκμλςάίόέδγχωήύθφώβξζψ")


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
    try:
        return _checked(data.decode("utf-8"), data), "utf-8"
    except UnicodeDecodeError as error:
        # A file cut in the middle of a character, or with one stray byte in a long text, is still UTF-8.
        if _mostly_utf8(data, error):
            return _checked(data.decode("utf-8", errors="replace"), data), "utf-8"
    name = _best(data, declared)
    if not name:
        raise UndecodableText("The file holds bytes that are no text in any known encoding.")
    return _checked(data.decode(name, errors="replace"), data), name


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


def _mostly_utf8(data: bytes, error: UnicodeDecodeError) -> bool:
    text = data[: 4 * _SAMPLE].decode("utf-8", errors="replace")
    broken = text.count("\ufffd")
    good = sum(char > "\x7f" for char in text) - broken
    return (error.start >= len(data) - 3 and good > 0) or good > 20 * broken


def _best(data: bytes, declared: str) -> str:
    declared = _ALIASES.get(declared.strip().lower(), declared.strip().lower())
    names: Iterable[str] = dict.fromkeys(([declared] if _known(declared) else []) + list(_SINGLE) + list(_DOUBLE))
    sample = _dense_sample(data)
    scores = [(_plausibility(sample, name) + (0.15 if name == declared else 0.0), name) for name in names]
    score, name = max(scores, key=lambda pair: pair[0])
    if score > 0.35:
        return name
    # A few stray bytes in ASCII text say too little; Western Europe is the likeliest.
    rare = sum(byte > 0x7F for byte in sample) < len(sample) // 20
    return (declared if _known(declared) else "windows-1252") if rare else ""


def _known(name: str) -> bool:
    try:
        return bool(name) and codecs.lookup(name).name not in {"utf-8", "utf-7", "ascii", "idna", "punycode"}
    except LookupError:
        return False


def _dense_sample(data: bytes) -> bytes:
    """Return a stretch of `data` around its first non-ASCII bytes: markup tells nothing about an encoding."""
    first = next((i for i, byte in enumerate(data) if byte > 0x7F), 0)
    return data[max(0, first - 200) : first + _SAMPLE]


def _plausibility(sample: bytes, name: str) -> float:
    """Return how much `sample` looks like a language when read as `name`, 0 to some 1.2."""
    try:
        text = sample.decode(name, errors="replace")
    except (LookupError, UnicodeDecodeError, AssertionError):
        return 0.0
    high = [char for char in text if char > "\x7f"]
    if not high:
        return 0.0
    broken = text.count("\ufffd") + sum("\x80" <= char < "\xa0" for char in high)
    if broken > 1 + len(high) // 50:
        return 0.0
    penalty = 4 * broken / len(high)
    if name in _DOUBLE or name.startswith(("gb", "big5", "euc", "iso-2022", "shift", "utf-16")):
        return max(0.0, _east_asian(high) - penalty)
    lower = [char.lower() for char in high]
    common = sum(
        1.0 if char in _COMMON_CYRILLIC or char in _COMMON_ARABIC or char in _COMMON_GREEK else _latin_worth(char)
        for char in lower
    ) / len(high)
    # Running text has capitals at the start of words and few signs; koi8-r read as windows-1251 swaps the cases.
    shouting = sum(a > "\x7f" and b > "\x7f" and a.isalpha() and b.isupper() for a, b in itertools.pairwise(text))
    signs = sum(not char.isalpha() and _latin_worth(char) < 0.5 for char in lower)
    known = sum(word in ACCENTED_STOP_WORDS for word in re.findall(r"[^\W\d_]+", text.lower()))
    common += 0.2 * min(1.0, 10 * known / len(high))
    return max(0.0, common - (shouting + signs) / len(high) - penalty - _mixed_words(text, len(high)))


def _latin_worth(char: str) -> float:
    if char in "éèáàäöüßñçãõóíúâêôîåøæëïûùìòðþý¿¡£€°":
        return 0.9
    if char in "“”‘’«»–—…•·©®€£°\xa0„™":
        return 0.8
    if char in "ąćęłńśźżčěřšťůýžőűăîșțşţğıİđ":
        return 0.85
    return 0.3 if char.isalpha() and char < "\u0250" else 0.1


def _mixed_words(text: str, high: int) -> float:
    """Return a penalty for words that mix Latin letters with letters of another script, or several rare letters."""
    mixed = sum(len(word) for word in re.findall(r"(?:[a-zA-Z]+[Ѐ-ӿͰ-Ͽ؀-ۿ]|[Ѐ-ӿͰ-Ͽ؀-ۿ]+[a-zA-Z])\w*", text))
    runs = sum(len(run) for run in re.findall(r"[À-ÿ]{3,}", text))
    return (mixed + runs) / high


def _east_asian(high: list[str]) -> float:
    usual = sum(
        "\u3040" <= c <= "\u30ff"
        or "\u4e00" <= c <= "\u9fff"
        or "\uac00" <= c <= "\ud7af"
        or c in "，。、：；！？「」『』（）《》〈〉“”‘’…—·　"
        for c in high
    )
    han = [c for c in high if "\u4e00" <= c <= "\u9fff"]
    common = sum(
        c
        in "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年的是在不了有和人這中大為上個國我以要他時來用們"
        for c in han
    )
    kana = sum("\u3040" <= c <= "\u30ff" for c in high)
    hangul = sum("\uac00" <= c <= "\ud7af" for c in high)
    # The commonest seventy characters are a quarter of running Chinese; other bytes scatter over thousands.
    evidence = (common * 5 + kana + hangul) / len(high)
    return usual / len(high) * min(1.0, 0.25 + evidence)
