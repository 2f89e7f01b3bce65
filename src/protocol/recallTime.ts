const day = 86_400_000;
const spans: Readonly<Record<string, number>> = { d: day, w: 7 * day, m: 30 * day, y: 365 * day };

/**
 * A time as people write it in a filter, as ISO 8601: `2026-01-31`, a day of UTC from its beginning, or up to its end for `until`;
 * `3d`, `2w`, `6m` and `1y` before `now` (milliseconds); or a whole time with its zone, `2026-01-31T12:00:00Z`. Undefined for anything else.
 */
export function recallTime(value: string, now: number, end: 'since' | 'until'): string | undefined {
  const [, number, unit] = /^(\d{1,4})([dwmy])$/.exec(value) ?? [];
  if (number !== undefined && unit !== undefined) {
    return new Date(now - Number(number) * (spans[unit] ?? day)).toISOString();
  }
  const [, date, time] =
    /^(\d{4}-\d{2}-\d{2})(T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2}))?$/.exec(value) ?? [];
  if (date === undefined || !isDay(date)) {
    return undefined;
  }
  const meant = Date.parse(`${date}${time ?? (end === 'until' ? 'T23:59:59.999Z' : 'T00:00:00.000Z')}`);
  return Number.isNaN(meant) ? undefined : new Date(meant).toISOString();
}

/** A day that no month has is read as one of the next month. */
function isDay(date: string): boolean {
  const time = Date.parse(`${date}T00:00:00.000Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(date);
}
