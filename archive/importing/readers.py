"""Two reading processes for each process that imports: whole files are shared out between them, answers come in order.

One reads while the other does, and both while records are being stored. The second is started only when files wait,
so that a single article, or a single large file, costs one process as before.
"""

from __future__ import annotations

import atexit
import os
from collections.abc import Iterator, Mapping
from typing import Any

from .limits import Limits
from .reading import Asked, ReadingProcess, Record

# Reading a saved page costs several times what storing it does; a third process would wait for the database.
PROCESSES = 2


class Readers:
    """The reading processes of this process, used like one."""

    def __init__(self, limits: Limits, processes: int = PROCESSES) -> None:
        self._processes = [ReadingProcess(limits) for _ in range(processes)]

    @property
    def limits(self) -> Limits:
        """The limits that every file is read under."""
        return self._processes[0].limits

    @limits.setter
    def limits(self, limits: Limits) -> None:
        for process in self._processes:
            process.limits = limits

    def learn(
        self, outlets: Mapping[int, Mapping[str, Any]], tables: Mapping[str, Mapping[str, str]] | None = None
    ) -> None:
        """Tell them what is known of outlets and of tables (header key -> column -> field), unless they know that."""
        for process in self._processes:
            process.learn(outlets, tables)

    def read_ahead(self, asked: Asked) -> bool:
        """Hand over a file that is going to be read soon to whoever has the least to do; say whether it was.

        Files are then to be read in the order in which they were handed over.
        """
        # min takes the first of equals, so that the second has nothing to do until the first is busy.
        return min(self._processes, key=lambda one: one.waiting).read_ahead(asked)

    def read(self, asked: Asked) -> Iterator[Record]:
        """Yield the records of a file from its `member` and `record` on. Raises FileUnreadable."""
        idle = min(self._processes, key=lambda one: one.waiting)
        return next((one for one in self._processes if one.expects(asked)), idle).read(asked)

    def stop(self) -> None:
        """End the processes at once."""
        for process in self._processes:
            process.stop()


_readers: dict[int, Readers] = {}


def reader(limits: Limits) -> Readers:
    """Return the reading processes of this process, the same for all files it reads."""
    mine = _readers.get(os.getpid())
    if mine is None:
        # What a parent process left behind here after a fork is the parent's.
        _readers.clear()
        mine = _readers[os.getpid()] = Readers(limits)
        atexit.register(mine.stop)
    mine.limits = limits
    return mine
