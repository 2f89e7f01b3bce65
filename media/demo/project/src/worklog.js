import { formatDuration } from './duration.js';
import { mergeIntervals, totalMinutes } from './interval.js';
import { parseLog } from './parseLog.js';

export { formatDuration, parseDuration } from './duration.js';
export { parseLog } from './parseLog.js';

/** Hours per project, the largest first. Time that entries of a project share is counted once. */
export function summarize(text) {
  const days = new Map();
  for (const entry of parseLog(text)) {
    const key = `${entry.project}\n${entry.day}`;
    days.set(key, [...(days.get(key) ?? []), entry]);
  }
  const minutes = new Map();
  for (const [key, entries] of days) {
    const [project] = key.split('\n');
    minutes.set(project, (minutes.get(project) ?? 0) + totalMinutes(mergeIntervals(entries)));
  }
  return [...minutes]
    .sort((left, right) => right[1] - left[1])
    .map(([project, sum]) => ({ project, time: formatDuration(sum) }));
}
