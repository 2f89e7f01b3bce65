"""Reads settings of the form `name = value`, one a line."""


class SettingsError(Exception):
    """A setting that cannot be used; the message names the line."""


DEFAULTS = {"port": 8080, "host": "localhost", "debug": False}


def convert(name, text):
    kind = type(DEFAULTS[name])
    if kind is bool:
        return {"true": True, "false": False}[text.lower()]
    return kind(text)


def load(lines):
    """The defaults with what the lines say. Lines that are empty or begin with # are skipped."""
    settings = dict(DEFAULTS)
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        name, separator, value = (part.strip() for part in line.partition("="))
        if not separator:
            raise SettingsError(f"line {number}: there is no = in {line!r}")
        if name not in DEFAULTS:
            raise SettingsError(f"line {number}: unknown setting {name!r}")
        try:
            settings[name] = convert(name, value)
        except (KeyError, ValueError) as error:
            raise SettingsError(f"line {number}: {value!r} is no value for {name}") from error
    return settings
