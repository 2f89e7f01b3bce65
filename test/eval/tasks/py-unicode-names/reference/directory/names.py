"""Keys under which names are found whatever way they are typed."""

import unicodedata


def key(name):
    """The same for names that people take for the same: case, accents and extra blanks do not count."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    letters = [letter for letter in plain if not unicodedata.combining(letter)]
    return " ".join("".join(letters).split())


def initials(name):
    """First letters of the parts, for a badge."""
    return "".join(part[0] for part in name.split()).upper()
