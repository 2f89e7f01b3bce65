"""Orders versions such as 1.2, 1.2.0 and 1.3.0-rc1."""

import re


def parse(text):
    """A key to sort by."""
    release, _, pre = text.partition("-")
    numbers = [int(part) for part in release.split(".")]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    words = [(word.isdigit(), int(word) if word.isdigit() else 0, word) for word in re.findall(r"\d+|[^\d.]+", pre)]
    return numbers, pre == "", words


def newest(versions):
    """The highest of them; ValueError for none."""
    return max(versions, key=parse)


def is_newer(left, right):
    return parse(left) > parse(right)
