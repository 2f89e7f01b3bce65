import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseTraceEvent, type TraceEventData } from '../../../src/core/trace/traceEvent.ts';
import { type FakeOllama, startFakeOllama } from '../../fakes/ollama/fakeOllama.ts';
import { shortTurns } from '../product/counterScript.ts';
import { Product } from '../product/product.ts';
import { requireEngine } from '../requirements.ts';

const { skip, why } = requireEngine();

describe.skipIf(skip)(`a task that was solved ${why}`, () => {
  let product: Product;
  let fake: FakeOllama;

  beforeAll(async () => {
    product = new Product({
      fixture: 'node-counter',
      variables: { NIGHTSHIFT_SANDBOX_RUNTIME: 'runc', NIGHTSHIFT_MEMORY: 'on' },
    });
    fake = await startFakeOllama({ script: shortTurns });
  });

  afterAll(async () => {
    await fake.close();
    await product.remove();
  });

  const run = async (goal: string) => {
    const words = ['run', goal, '--model', 'ollama:scripted', '--ollama-host', fake.url];
    return (await product.task(words)).task;
  };

  const recalled = (task: string): TraceEventData<'memory-recalled'> | undefined =>
    readFileSync(join(product.paths.tasks, task, 'trace.jsonl'), 'utf8')
      .trimEnd()
      .split('\n')
      .flatMap((line) => {
        const event = parseTraceEvent(JSON.parse(line));
        return event?.type === 'memory-recalled' ? [event.data] : [];
      })[0];

  it('comes first when one like it is asked for, to people and to agents, until it is forgotten', async () => {
    const first = await run('RangeError: the counter fell below zero; stop down() at zero');
    expect(await product.task(['apply', first.id])).toMatchObject({ task: { state: 'applied' } });
    const asked = await product.run(['recall', 'RangeError: counter fell below zero', '--json']);
    expect(asked.code).toBe(0);
    expect(JSON.parse(asked.stdout.split('\n')[0] ?? '')).toMatchObject({
      kind: 'episode',
      episode: { task: first.id, outcome: 'accepted', stale: false },
    });
    const second = await run('The counter fell below zero again with a RangeError');
    expect(recalled(second.id)?.sources[0]).toMatchObject({ kind: 'episode', task: first.id, outcome: 'accepted' });
    const sent = JSON.stringify(fake.requests.map(({ body }) => body));
    expect(sent).toContain('a task like this one, done before: the user accepted it');
    expect(sent).toContain('stop down() at zero');
    expect((await product.run(['memory', 'forget', '--all', '--json'])).code).toBe(0);
    const third = await run('The counter fell below zero once more with a RangeError');
    expect(recalled(third.id)?.sources.filter(({ kind }) => kind === 'episode')).toEqual([]);
  });
});
