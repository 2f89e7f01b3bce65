"""Orders versions such as 1.2, 1.2.0 and 1.3.0-rc1."""


def parse(text):
    """A key to sort by."""
    release, _, pre = text.partition("-")
    return tuple(int(part) for part in release.split(".")), pre == "", pre


def newest(versions):
    """The highest of them; ValueError for none."""
    return max(versions, key=parse)


def is_newer(left, right):
    return parse(left) > parse(right)
