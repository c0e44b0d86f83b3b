"""What languages are called, in the language of whoever reads the page."""

from __future__ import annotations

from django.utils.translation import get_language_info


def language_name(code: str | None) -> str:
    """Return the name of a language by its code, "German" for de-AT; an unknown code stays as it is."""
    if not code:
        return ""
    try:
        return get_language_info(code.lower())["name_translated"]
    except KeyError:
        return code
