import { describe, expect, it } from 'vitest';
import { memoryOff } from '../../../../src/host/memory/memoryOff.ts';
import { StateFeed } from '../../../../src/host/stateFeed.ts';
import { hostMethods, hostStateSchema, readingMethods, stateDeltaSchema } from '../../../../src/protocol/host.ts';
import { fixesFor } from '../../../../src/vscode/tasks/failureFix.ts';
import { memoryStatus } from '../../../fakes/sampleMemory.ts';

describe('a workspace without a memory', () => {
  it('refuses what is asked of it, with the way out', async () => {
    const { signal } = new AbortController();
    const context = { signal, gone: signal, report: () => undefined };
    const answer = await memoryOff.recall({ query: 'a', count: 10, snippetTokens: 0 }, context);
    expect(answer).toMatchObject({
      ok: false,
      error: { reason: 'memory-switched-off', message: expect.stringContaining('NIGHTSHIFT_MEMORY=off'), exitCode: 3 },
    });
    // A button that opens a setting would not turn it on.
    expect(fixesFor('memory-switched-off')).toEqual([]);
    expect(Object.keys(memoryOff).filter((method) => !Object.hasOwn(hostMethods, method))).toEqual([]);
  });

  it('has no state of it before the first is announced', () => {
    const feed = new StateFeed(
      { id: 'w', root: '/w' },
      () => '',
      (error) => {
        throw error;
      },
    );
    const deltas: unknown[] = [];
    feed.onDidChange((delta) => deltas.push(stateDeltaSchema.parse(delta)));
    expect(feed.state()).toEqual({ seq: 0, workspace: { id: 'w', root: '/w' }, tasks: [] });
    feed.showMemory(memoryStatus());
    expect(deltas).toEqual([{ kind: 'memory', seq: 1, status: memoryStatus() }]);
    expect(hostStateSchema.parse(feed.state())).toMatchObject({ seq: 1, memory: { state: 'ready' } });
  });

  it('has reading requests that exist', () => {
    expect([...readingMethods].filter((method) => !Object.hasOwn(hostMethods, method))).toEqual([]);
  });
});
