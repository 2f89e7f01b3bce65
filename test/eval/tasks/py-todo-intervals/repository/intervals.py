"""Opening hours as (start, end) in minutes from midnight; the end is not part of it."""


def merged(intervals):
    """The same time as as few intervals as possible, in order."""
    # TODO: intervals that overlap or touch must become one, empty ones must go; the input is in no order.
    return sorted(intervals)


def total(intervals):
    """Minutes that are covered, each counted once."""
    return sum(end - start for start, end in merged(intervals))


def is_open(intervals, minute):
    return any(start <= minute < end for start, end in intervals)
