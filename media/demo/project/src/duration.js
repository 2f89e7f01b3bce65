const units = { d: 24 * 60, h: 60, m: 1 };

/** Minutes of a text such as `1h 30m`, `2.5h` or `45m`. Throws a RangeError for anything else. */
export function parseDuration(text) {
  const parts = text.trim().split(/\s+/);
  let minutes = 0;
  for (const part of parts) {
    const match = /^(\d+(?:\.\d+)?)([dhm])$/.exec(part);
    if (!match) {
      throw new RangeError(`Not a duration: ${JSON.stringify(text)}`);
    }
    minutes += Number(match[1]) * units[match[2]];
  }
  return Math.round(minutes);
}

/** The shortest text for a number of minutes, in hours and minutes. */
export function formatDuration(minutes) {
  const whole = Math.round(minutes);
  const hours = Math.floor(whole / 60);
  const rest = whole % 60;
  if (hours === 0) {
    return `${rest}m`;
  }
  return rest === 0 ? `${hours}h` : `${hours}h ${rest}m`;
}
