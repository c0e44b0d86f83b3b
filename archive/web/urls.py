"""The addresses of the archive's pages. Names are what templates and `reverse` use; docs/design.md lists them."""

from __future__ import annotations

from django.urls import path

from . import face, patterns

urlpatterns = [
    path("theme/", face.theme, name="theme"),
    path("keyboard/", face.keys, name="keys"),
    path("patterns/", patterns.patterns, name="patterns"),
]
