"""The door to search: opens the configured engine once a process and answers with it.

The promise: settings are read here and nowhere in `search`; a forked process opens its own engine.
"""

from __future__ import annotations

import os
from pathlib import Path

from django.conf import settings

from archive.search.contract import SearchEngine
from archive.search.engines import ENGINES, open_engine

_opened: dict[tuple[int, str, Path], SearchEngine] = {}


def search_engine(name: str | None = None) -> SearchEngine:
    """Return the engine of that name, the configured one without a name; raises ValueError for an unknown one."""
    chosen = name or settings.SEARCH_ENGINE
    root = Path(settings.INDEX_DIR) / chosen
    key = (os.getpid(), chosen, root)
    if key not in _opened:
        _opened[key] = open_engine(chosen, root)
    return _opened[key]


__all__ = ["ENGINES", "search_engine"]
