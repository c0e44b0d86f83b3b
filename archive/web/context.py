"""What every template may use without its view passing it: the theme, new alerts, and whether this is practice."""

from __future__ import annotations

from django.conf import settings
from django.utils.functional import SimpleLazyObject

from archive import clock
from archive.alerts.queries import count_new

THEMES = ("system", "light", "dark")


def face(request) -> dict[str, object]:
    """Return the theme: the reader's own where one is signed in and chose, else the one the browser remembers."""
    theme = request.COOKIES.get("theme", "")
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated and user.theme != "system":
        theme = user.theme
    signed_in = user is not None and user.is_authenticated
    return {
        "theme": theme if theme in THEMES else "system",
        "practice": settings.PRACTICE,
        "alert_count": SimpleLazyObject(lambda: count_new(user, clock.now())) if signed_in else 0,
    }
