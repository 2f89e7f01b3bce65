import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ok } from '../../src/base/result.ts';
import { systemClock } from '../../src/base/clock.ts';
import { defaultLimits } from '../../src/core/guards/limits.ts';
import type { LanguageModel } from '../../src/core/models/languageModel.ts';
import { runTask } from '../../src/core/supervisor/taskPipeline.ts';
import { foldTask } from '../../src/core/tasks/taskReducer.ts';
import type { TraceEvent } from '../../src/core/trace/traceEvent.ts';
import { TaskRecord } from '../../src/host/taskRecord.ts';
import { FileTaskStore } from '../../src/node/tasks/fileTaskStore.ts';
import { MemoryEngine } from '../fakes/memoryEngine.ts';
import { MemoryTreeStore } from '../fakes/memoryTreeStore.ts';
import { testProtection } from '../fakes/traceProtection.ts';
import { type BenchRow, median } from './benchRow.ts';

/** What we add to a step beside the model and the tool, milliseconds. */
const limitMs = 10;
const steps = 100;
const budgets = { steps, newTokens: 10_000_000, totalTokens: 100_000_000 };
/** The bench does the same again and again, which is what the detectors stop. */
const patience = { sameResults: steps, sameCalls: steps, idleSteps: steps };

/** A task of many steps with a model and a box that take no time: what is left is ours, the synced trace included. */
export async function stepBench(): Promise<readonly BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'nightshift-bench-'));
  try {
    const stamps: number[] = [];
    const protection = testProtection();
    const store = new FileTaskStore({ directory: join(folder, 'tasks'), heads: join(folder, 'heads'), protection });
    const journal = await store.create('task-bench');
    if (!journal.ok) throw new Error(journal.error.message);
    const begun = await journal.value.append({
      type: 'task-created',
      actor: 'user',
      data: {
        task: 'task-bench',
        goal: 'Read one file many times',
        origin: { kind: 'cli' },
        model: { driver: 'replay', name: 'bench' },
        replay: true,
        limits: { ...defaultLimits, ...budgets, ...patience },
        settings: { contextTokens: 16_384, requireGvisor: false },
        workspace: 'bench',
        product: 'bench',
      },
    });
    const onEvent = (_record: TaskRecord, event?: TraceEvent): void => {
      if (event?.type === 'model-asked') stamps.push(performance.now());
    };
    const task = foldTask(undefined, begun);
    const record = new TaskRecord(store, { journal: journal.value, task }, onEvent);
    await runTask({
      trace: record,
      signal: new AbortController().signal,
      ports: {
        store: new MemoryTreeStore({ 'a.txt': 'one\n' }),
        engine: new MemoryEngine(() => ({ exitCode: 0 })),
        createModel: () => ok(instantModel),
        sha256: (bytes) => createHash('sha256').update(bytes).digest('hex'),
        key: protection.key,
        redactor: protection.redactor,
        clock: systemClock,
        sleep: async () => undefined,
        owner: 'bench',
      },
    });
    await journal.value.close();
    const between = stamps.slice(1).map((stamp, index) => stamp - (stamps[index] ?? stamp));
    const value = median(between);
    return [
      {
        name: `framework overhead per step (median of ${between.length})`,
        value,
        unit: 'ms',
        target: `≤ ${limitMs} ms`,
        ok: value <= limitMs && between.length >= steps - 2,
      },
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const instantModel: LanguageModel = {
  id: { driver: 'replay', name: 'bench' },
  probe: async () => ok({ id: { driver: 'replay', name: 'bench' }, tools: true, replay: true }),
  chat: async () =>
    ok({
      text: '',
      thinking: '',
      calls: [{ id: 'call_1', name: 'read_file', arguments: { path: 'a.txt' } }],
      finish: 'calls',
      usage: { prompt: 1_000, output: 20 },
      milliseconds: 0,
    }),
};
