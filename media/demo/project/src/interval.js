const clock = /^(\d{1,2}):(\d{2})$/;

/** `9:00-10:30` as minutes of the day. The end is not part of the interval. */
export function parseInterval(text) {
  const [from, to] = text.split('-');
  const start = parseClock(from ?? '');
  const end = parseClock(to ?? '');
  if (end <= start) {
    throw new RangeError(`The end must be after the start: ${text}`);
  }
  return { start, end };
}

function parseClock(text) {
  const match = clock.exec(text.trim());
  const hours = Number(match?.[1]);
  const minutes = Number(match?.[2]);
  if (!match || hours > 24 || minutes > 59) {
    throw new RangeError(`Not a time of day: ${JSON.stringify(text)}`);
  }
  return hours * 60 + minutes;
}

/** The same time without overlaps, in order. Intervals that touch become one. */
export function mergeIntervals(intervals) {
  const sorted = [...intervals].sort((left, right) => left.start - right.start);
  const merged = [];
  for (const interval of sorted) {
    const last = merged.at(-1);
    if (last && interval.start <= last.end) {
      last.end = interval.end;
    } else {
      merged.push({ ...interval });
    }
  }
  return merged;
}

/** Minutes covered by intervals without overlaps. */
export function totalMinutes(intervals) {
  return intervals.reduce((sum, { start, end }) => sum + (end - start), 0);
}
