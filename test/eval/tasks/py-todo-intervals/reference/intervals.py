"""Opening hours as (start, end) in minutes from midnight; the end is not part of it."""


def merged(intervals):
    """The same time as as few intervals as possible, in order."""
    found = []
    for start, end in sorted(intervals):
        if start >= end:
            continue
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def total(intervals):
    """Minutes that are covered, each counted once."""
    return sum(end - start for start, end in merged(intervals))


def is_open(intervals, minute):
    return any(start <= minute < end for start, end in intervals)
