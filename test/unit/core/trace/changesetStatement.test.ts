import { describe, expect, it } from 'vitest';
import { StatementCollector } from '../../../../src/core/trace/changesetStatement.ts';
import { sha256 } from '../../../../src/node/tasks/sha256.ts';
import { created, entry, imported, judged, placed, proved } from '../../../fakes/traceEvents.ts';

const asked = (digit: string) =>
  entry('model-asked', {
    run: 'run-1',
    step: 0,
    request: { sha256: digit.repeat(64), bytes: 1 },
    estimatedTokens: 1,
    contextTokens: 1,
  });
const snapshot = entry('snapshot-taken', {
  tree: 't0',
  head: null,
  branch: null,
  files: 1,
  bytes: 1,
  uncommitted: 0,
  excluded: [],
});

describe('a statement about a changeset', () => {
  it('stays as it was said when the task goes on', () => {
    const collector = new StatementCollector(sha256);
    const add = (item: ReturnType<typeof asked>): void => collector.add(placed(item));
    [created(), snapshot, asked('a'), imported('h1'), judged('h1'), proved('h1')].forEach(add);
    const statement = collector.statement();
    add(asked('b'));
    expect(statement?.predicate.prompts).toEqual([{ sha256: 'a'.repeat(64) }]);
    expect(collector.statement()?.predicate.prompts).toHaveLength(2);
  });
});
