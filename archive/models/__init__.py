"""The records of the archive. Import models from here, never from the modules below."""

from .alerts import Alert, AlertEntry, SavedSearch
from .articles import Article, Blob, Capture, TextHash, Version
from .changes import VersionChange
from .collections import Collection, CollectionItem, ResearchRequest
from .imports import ImportChunk, ImportFile, ImportItem, ImportRun
from .legal import LegalNote, LegalRequest
from .merging import MergeRecord
from .outbox import IndexEntry, PlacementEntry
from .outlets import ColumnMapping, Outlet, OutletAlias, OutletDomain, OutletHabit, OutletLine
from .provenance import Attribution, Confirmation, Quote, QuoteFamily, QuoteVariant
from .stories import (
    Membership,
    Origin,
    Posting,
    Story,
    StoryEdit,
    StoryExclusion,
    StoryLink,
    StorySuggestion,
    StoryVisit,
    TermCount,
    TermVector,
)
from .tags import ArticleTag, Tag
from .trail import TrailEntry
from .users import User
from .watching import HostPace, WatchedAddress, WatchedSource

__all__ = [
    "Alert",
    "AlertEntry",
    "Article",
    "ArticleTag",
    "Attribution",
    "Blob",
    "Capture",
    "Collection",
    "CollectionItem",
    "ColumnMapping",
    "Confirmation",
    "HostPace",
    "ImportChunk",
    "ImportFile",
    "ImportItem",
    "ImportRun",
    "IndexEntry",
    "LegalNote",
    "LegalRequest",
    "Membership",
    "MergeRecord",
    "Origin",
    "Outlet",
    "OutletAlias",
    "OutletDomain",
    "OutletHabit",
    "OutletLine",
    "PlacementEntry",
    "Posting",
    "Quote",
    "QuoteFamily",
    "QuoteVariant",
    "ResearchRequest",
    "SavedSearch",
    "Story",
    "StoryEdit",
    "StoryExclusion",
    "StoryLink",
    "StorySuggestion",
    "StoryVisit",
    "Tag",
    "TermCount",
    "TermVector",
    "TextHash",
    "TrailEntry",
    "User",
    "Version",
    "VersionChange",
    "WatchedAddress",
    "WatchedSource",
]
