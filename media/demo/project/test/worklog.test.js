import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseLog, summarize } from '../src/worklog.js';

describe('a work log', () => {
  it('gives the hours of each project, the largest first', () => {
    const log = '2026-03-02\n9:00-10:00 invoices\n10:00-12:30 website new page\n2026-03-03\n9:00-9:30 website';
    assert.deepEqual(summarize(log), [
      { project: 'website', time: '3h' },
      { project: 'invoices', time: '1h' },
    ]);
  });

  it('counts a short entry inside of a long one only once', () => {
    const log = '2026-03-02\n9:00-12:00 website\n10:00-10:30 website call';
    assert.deepEqual(summarize(log), [{ project: 'website', time: '3h' }]);
  });

  it('says in which line it cannot be read', () => {
    assert.throws(() => parseLog('2026-03-02\n\nwebsite'), /Line 3/);
  });
});
