import { parseInterval } from './interval.js';

const dayLine = /^\d{4}-\d{2}-\d{2}$/;
const entryLine = /^(\S+)\s+(\S+)(?:\s+(.*))?$/;

/** The entries of a log: `{ day, project, note, start, end }`. Empty lines and lines that begin with `#` are skipped. */
export function parseLog(text) {
  const entries = [];
  let day;
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) {
      continue;
    }
    if (dayLine.test(line)) {
      day = line;
      continue;
    }
    const match = entryLine.exec(line);
    if (!match || day === undefined) {
      throw new SyntaxError(`Line ${index + 1}: expected ${day === undefined ? 'a date' : 'an entry'}`);
    }
    const [, interval, project, note = ''] = match;
    entries.push({ day, project, note, ...parseInterval(interval) });
  }
  return entries;
}
