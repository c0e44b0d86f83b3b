"""The one place that asks what time it is: edges call `now()` once and pass the answer down."""

from datetime import UTC, datetime


def now() -> datetime:
    """Return the present moment as an aware datetime in UTC."""
    return datetime.now(UTC)
