"""Keys under which names are found whatever way they are typed."""

import unicodedata


def key(name):
    """The same for names that people take for the same: case, accents and extra blanks do not count."""
    plain = unicodedata.normalize("NFC", name)
    letters = [letter for letter in plain if not unicodedata.combining(letter)]
    return "".join(letters).lower()


def initials(name):
    """First letters of the parts, for a badge."""
    return "".join(part[0] for part in name.split(" ")).upper()
