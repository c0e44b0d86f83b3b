"""A writer that commits batch after batch and says which were acknowledged, until it is killed. For test_crash."""

import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from archive.search import ArticleDocuments, Document
from archive.search.engines import open_engine


def main(name: str, root: str, first: int) -> None:
    """Write batches of five articles, numbered from `first` on, and print each batch once it is acknowledged."""
    engine = open_engine(name, Path(root))
    shape = Document(
        article=1,
        version=1,
        outlet="o",
        outlet_name="O",
        headline="Gates",
        body="The harbour gates held. " * 30,
        language="en",
        captured=datetime(2026, 1, 1, tzinfo=UTC),
    )
    batch = first
    # As the drainer does: held open from batch to batch, merging beside them.
    with engine.writing() as index:
        while True:
            numbers = range(batch * 5 + 1, batch * 5 + 6)
            index.replace([ArticleDocuments(n, (replace(shape, article=n, content_hash=str(n)),)) for n in numbers])
            print(batch, flush=True)
            batch += 1


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
