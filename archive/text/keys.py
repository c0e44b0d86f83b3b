"""Folded keys under which names are compared: case, accents, typographic quotes and spacing do not matter."""

import re
import unicodedata

_QUOTES = str.maketrans({"‘": "'", "’": "'", "ʼ": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"'})


def name_key(name: str) -> str:
    """Return the key under which a name is stored and looked up, at most 200 characters long."""
    if name.isascii():
        return " ".join(name.casefold().split())[:200]
    folded = unicodedata.normalize("NFKD", name.translate(_QUOTES)).casefold()
    bare = "".join(c for c in folded if not unicodedata.combining(c))
    return re.sub(r"\s+", " ", bare).strip()[:200]
