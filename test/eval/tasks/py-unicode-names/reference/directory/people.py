from directory.names import key


class Directory:
    """People by name."""

    def __init__(self):
        self._people = {}

    def add(self, name, phone):
        self._people[key(name)] = (name, phone)

    def find(self, name):
        """(name as it was given, phone), or None."""
        return self._people.get(key(name))
