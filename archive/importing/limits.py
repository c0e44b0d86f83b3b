"""How much of this machine one file may take: seconds, memory, and what an archive may unpack to."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

# What the interpreter and its parsing libraries map before the first file is read.
_BASE_BYTES = 512 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of the reading process. `seconds` is for each record, `file_bytes` for one file unpacked."""

    seconds: float = 30.0
    memory_bytes: int = 1024 * 1024 * 1024
    file_bytes: int = 64 * 1024 * 1024
    total_bytes: int = 4 * 1024 * 1024 * 1024
    members: int = 250_000
    ratio: int = 200
    depth: int = 4

    @property
    def address_space(self) -> int:
        """The bytes of address space that the reading process may map."""
        return self.memory_bytes + _BASE_BYTES


def configured() -> Limits:
    """Return the limits that the settings ask for."""
    return Limits(
        seconds=float(getattr(settings, "PARSE_SECONDS", 30)),
        memory_bytes=getattr(settings, "PARSE_MEMORY_BYTES", 1024 * 1024 * 1024),
        total_bytes=max(8 * getattr(settings, "IMPORT_MAX_BYTES", 512 * 1024 * 1024), 1024 * 1024 * 1024),
    )
