"""Forks drainers that write and index article after article until they are killed. For test_crash.

For each line on its standard input it forks one and prints its process id; what a drainer has carried over it prints
as the numbers of the articles.
"""

import os
import sys
from itertools import count

import django


def work(first: int) -> None:
    """Write articles and drain them, and print which are in the index by then."""
    from archive import clock
    from archive.articles import operations
    from archive.articles.content import Content, Metadata
    from archive.indexing.drain import drain

    outlet = operations.find_or_create_outlet(name="Coastal Courier")
    for number in count(first):
        written = [
            operations.create_article(
                outlet=outlet,
                content=Content(headline=f"Gates {number}-{part}", body="The harbour gates held. " * 30, language="en"),
                metadata=Metadata(),
                capture=None,
                at=clock.now(),
            )
            for part in range(3)
        ]
        if drain(wait=True):
            # In one write: whoever kills this process must not tear a line apart.
            sys.stdout.write(f"done {' '.join(str(article.pk) for article in written)}\n")
            sys.stdout.flush()


def main() -> None:
    """Fork a drainer for each line that comes in."""
    django.setup()
    for round_number, _ in enumerate(sys.stdin):
        child = os.fork()
        if not child:
            work(round_number * 1000)
        print("started", child, flush=True)
        os.waitpid(child, 0)
        print("ended", child, flush=True)


if __name__ == "__main__":
    main()
