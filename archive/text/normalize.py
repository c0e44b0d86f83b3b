"""Two spellings of the same words come out as the same string.

Everything that compares texts goes through here: matching, furniture, search keys and slugs. Nothing in this module
changes what is stored as printed; it makes keys beside it.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence

_SPACES = re.compile(r"[^\S\n]+")
_INVISIBLE = dict.fromkeys(
    [0x00AD, 0x034F, 0x061C, 0x180E, 0x200B, 0x200C, 0x200E, 0x200F, 0x2060, 0xFEFF, 0xFFFC]
    + list(range(0x202A, 0x202F))
    + list(range(0x2066, 0x206A)),
)
# A joiner between two letters is spelling (Persian, Indic scripts) and stays; zero width space and marks never are.
_KEPT_JOINERS = {0x200C: 0x200C}
_CONTROLS = {code: None for code in range(0x20) if chr(code) not in "\t\n\r"} | {0x7F: None}
_DROPPED = _CONTROLS | _INVISIBLE | _KEPT_JOINERS
# Looked for before a text is translated character by character, which costs ten times as much.
_HAS_DROPPED = re.compile("[" + "".join(re.escape(chr(c)) for c, kept in _DROPPED.items() if kept is None) + "]")
_PLAIN_SIGNS = {
    **dict.fromkeys("‘’‚‛ʼʹ′`´＇", "'"),
    **dict.fromkeys("“”„‟«»″〝〞＂", '"'),
    **dict.fromkeys("‹›", "'"),
    **dict.fromkeys("‐‑‒–—―−﹘﹣－", "-"),
    "…": "...",
}
_TYPOGRAPHIC = re.compile("[" + re.escape("".join(_PLAIN_SIGNS)) + "]")
_BULLETS = "•◦‣▪▫●○□■☆★✦✧❖◆◇♦➢➤►▶▸▹∙·*+-–—|"
BULLET = re.compile(rf"^\s*(?:[{re.escape(_BULLETS)}]+|o|\(\)|\d{{1,2}}[.)])\s+(?=\S)")
# Marks on letters below Cyrillic, and the two dots of "ё".
_ACCENTS = re.compile("(?<=[\u0000-\u02ff\u0370-\u03ff\u0435\u0415])[\u0300-\u036f]+")
_DIGITS = re.compile(r"\d+")
_WORD = re.compile(r"\w+")
_SLUG_GAP = re.compile(r"[^\w]+|_+")


def clean_line(text: str) -> str:
    """Return `text` as one line: NFC, no control or invisible characters, every run of white space one space."""
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()
    if _HAS_DROPPED.search(text):
        text = text.translate(_DROPPED)
    return " ".join(unicodedata.normalize("NFC", text).split())


def clean_text(text: str) -> str:
    """Return `text` with one paragraph a line: each line cleaned as by `clean_line`, blank lines left out."""
    return "\n".join(line for line in map(clean_line, text.splitlines()) if line)


def split_lines(text: str) -> list[str]:
    """Return the lines of `text`, which end at CR LF, CR, LF or a form feed and nowhere else.

    `str.splitlines` also breaks at characters such as U+0085 and U+2028, which would shift line numbers against what
    any editor shows.
    """
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n").split("\n")


def fold_typography(text: str) -> str:
    """Return `text` with typographic quotes, dashes and the ellipsis in their plain keyboard spelling."""
    return text if text.isascii() else _TYPOGRAPHIC.sub(_plain_sign, text)


def _plain_sign(match: re.Match[str]) -> str:
    return _PLAIN_SIGNS[match[0]]


def strip_accents(text: str) -> str:
    """Return `text` without combining marks on Latin, Greek and Cyrillic letters ("é" becomes "e", "й" stays "й").

    Other scripts keep their marks: in Hindi or Thai they are vowels.
    """
    if text.isascii():
        return text
    apart = unicodedata.normalize("NFD", text)
    if len(apart) == len(text):
        return text
    return unicodedata.normalize("NFC", _ACCENTS.sub("", apart))


def fold(text: str) -> str:
    """Return `text` for comparing: compatibility forms, typography, case and accents folded, white space collapsed."""
    text = unicodedata.normalize("NFKC", text) if not text.isascii() else text
    return clean_line(strip_accents(fold_typography(text)).casefold())


def words(text: str) -> list[str]:
    """Return the folded words of `text` in order, without punctuation."""
    return _WORD.findall(_folded(text))


def words_of_lines(lines: Sequence[str]) -> list[list[str]]:
    """Return the `words` of every line, all folded in one go; no line may hold a line feed."""
    if not lines:
        return []
    return [_WORD.findall(line) for line in _folded("\n".join(lines)).split("\n")]


def _folded(text: str) -> str:
    """Return what `fold` does as far as words go: white space stays, underscores become spaces."""
    if not text.isascii():
        if not unicodedata.is_normalized("NFKC", text):
            text = unicodedata.normalize("NFKC", text)
        text = strip_accents(fold_typography(text))
    text = text.casefold()
    if _HAS_DROPPED.search(text):
        text = text.translate(_DROPPED)
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    return text.replace("_", " ")


def line_key(text: str) -> str:
    """Return the key under which a line is compared with recurring furniture.

    Case, accents, punctuation and bullets do not count, and every number is the same number, so that "12 comments"
    and "3 comments" recur. A line without letters or digits has the key "".
    """
    return key_of_words(words(text))


def filed_key(key: str) -> str:
    """Return the form, of one length, under which a `line_key` is filed among what is learnt of an outlet."""
    return hashlib.sha256(key.encode()).hexdigest()


def key_of_words(tokens: list[str]) -> str:
    """Return the `line_key` of a line whose folded words are at hand."""
    return _DIGITS.sub("0", " ".join(tokens))


def same_key(text: str) -> str:
    """Return the key under which two lines say the same: only letters and digits, case and accents folded."""
    return "".join(words(text))


def slug_key(text: str, limit: int = 80) -> str:
    """Return `text` as a slug: folded words joined by hyphens, at most `limit` characters, cut between words.

    Letters of every script are kept, so that an outlet with an Arabic or Chinese name has a slug too.
    """
    slug = _SLUG_GAP.sub("-", fold(text)).strip("-")
    if len(slug) <= limit:
        return slug
    head, _, _ = slug[: limit + 1].rpartition("-")
    return head or slug[:limit]


def strip_bullet(text: str) -> tuple[str, str]:
    """Return the leading list mark of a line ("" when it has none) and the rest."""
    bare = text.strip()
    # A letter is no mark, but for the "o" that word processors put there.
    if bare[:1].isalpha() and bare[0] != "o":
        return "", bare
    match = BULLET.match(text)
    if match is None:
        return "", bare
    return match.group().strip(), text[match.end() :].strip()


def wrap_width(lines: list[str]) -> int:
    """Return the column at which the lines of a dump were wrapped, or 0 when they were not.

    A wrapped dump has no line beyond some width below 130, and many lines that end just short of it.
    """
    lengths = sorted(len(line.rstrip()) for line in lines if line.strip())
    if len(lengths) < 8:
        return 0
    # One address that can't be broken may stick out; prose may not.
    width = lengths[-1] if lengths[-1] <= 130 else lengths[int(len(lengths) * 0.995) - 1]
    if not 50 <= width <= 130:
        return 0
    full = sum(width - 15 <= length <= width for length in lengths)
    return width if full >= max(4, len(lengths) // 12) else 0


def unwrap(lines: list[str]) -> list[tuple[str, list[int]]]:
    """Return the paragraphs of a dump with the numbers (from 1) of the lines that make each; blank lines are left out.

    Lines are joined only where the dump was wrapped at a fixed width: a line continues the one above when that one's
    next word would not have fitted, both stand at the same indent, and no blank line or list mark is between them.
    """
    width = wrap_width(lines)
    out: list[tuple[str, list[int]]] = []
    open_above = False
    above = ""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            open_above = False
            continue
        if open_above and width and _continues(above, line, width):
            text, numbers = out[-1]
            out[-1] = (text + " " + line.strip(), [*numbers, number])
        else:
            out.append((line.rstrip(), [number]))
        open_above, above = True, line
    return out


def _continues(above: str, line: str, width: int) -> bool:
    above = above.rstrip()
    first = line.split(None, 1)[0]
    if len(above) + 1 + len(first) <= width or BULLET.match(line):
        return False
    mark = BULLET.match(above)
    start = mark.end() if mark else len(above) - len(above.lstrip())
    indent = len(line) - len(line.lstrip())
    return abs(indent - start) <= 1 or indent == len(above) - len(above.lstrip())
