"""The search engines by name. Each is imported only when it is opened."""

from __future__ import annotations

from pathlib import Path

from ..contract import SearchEngine

ENGINES = ("whoosh", "tantivy")


def open_engine(name: str, root: Path) -> SearchEngine:
    """Return the engine of that name on its own folder; raises ValueError for an unknown name."""
    if name == "whoosh":
        from .whoosh import WhooshEngine

        return WhooshEngine(root)
    if name == "tantivy":
        from .tantivy import TantivyEngine

        return TantivyEngine(root)
    raise ValueError(f"There is no search engine “{name}”; the engines are {', '.join(ENGINES)}.")
