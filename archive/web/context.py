"""What every template may use without its view passing it: the theme."""

from __future__ import annotations

THEMES = ("system", "light", "dark")


def face(request) -> dict[str, object]:
    """Return the theme: the reader's own where one is signed in and chose, else the one the browser remembers."""
    theme = request.COOKIES.get("theme", "")
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated and user.theme != "system":
        theme = user.theme
    return {"theme": theme if theme in THEMES else "system"}
