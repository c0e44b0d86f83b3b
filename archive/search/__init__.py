"""Search as a library: the query language, the contract of an engine, and what goes in and comes out.

Callers import from here; engines are opened through `archive.engine`.
"""

from .analysis import guess_language
from .contract import ArticleDocuments, EngineError, IndexDamaged, IndexMissing, SearchEngine, Writing
from .nodes import Node, to_string
from .query import QueryError, any_words, has_part, parse, parse_words, toggled, which_versions, without_versions
from .reading import read_as
from .snippets import Marker, Runs
from .types import FACETS, Document, Entry, FacetCount, Hit, Order, SearchRequest, SearchResult, Statistics

__all__ = [
    "FACETS",
    "ArticleDocuments",
    "Document",
    "EngineError",
    "Entry",
    "FacetCount",
    "Hit",
    "IndexDamaged",
    "IndexMissing",
    "Marker",
    "Node",
    "Order",
    "QueryError",
    "Runs",
    "SearchEngine",
    "SearchRequest",
    "SearchResult",
    "Statistics",
    "Writing",
    "any_words",
    "guess_language",
    "has_part",
    "parse",
    "parse_words",
    "read_as",
    "to_string",
    "toggled",
    "which_versions",
    "without_versions",
]
