"""Makes an outline of a Markdown text with an anchor for each heading."""

import re


def slug(title, used=None):
    """An anchor that was not used before in this outline."""
    used = [] if used is None else used
    base = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-") or "section"
    name, count = base, 1
    while name in used:
        count += 1
        name = f"{base}-{count}"
    used.append(name)
    return name


def outline(text):
    """(level, title, anchor) of each heading, in order."""
    found = []
    used = []
    for line in text.splitlines():
        match = re.match(r"(#{1,6})\s+(.*)", line)
        if match:
            found.append((len(match[1]), match[2].strip(), slug(match[2], used)))
    return found
