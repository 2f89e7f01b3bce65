"""Counts events by the day on which they happened where the shop is."""

from collections import Counter
from datetime import datetime, timedelta, timezone


def parse(stamp):
    """An ISO 8601 time; one without an offset is UTC."""
    return datetime.fromisoformat(stamp).replace(tzinfo=timezone.utc)


def count_by_day(stamps, offset_hours):
    """Days (as ISO dates) with the number of events, earliest day first. `offset_hours` is east of Greenwich."""
    zone = timezone(timedelta(hours=-offset_hours))
    counts = Counter(parse(stamp).astimezone(zone).date().isoformat() for stamp in stamps)
    return dict(sorted(counts.items()))
