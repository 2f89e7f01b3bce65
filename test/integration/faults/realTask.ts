import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ok } from '../../../src/base/result.ts';
import { defaultLimits } from '../../../src/core/guards/limits.ts';
import type { LanguageModel } from '../../../src/core/models/languageModel.ts';
import type { SandboxEngine } from '../../../src/core/sandbox/sandbox.ts';
import type { SandboxSpec } from '../../../src/core/sandbox/sandboxSpec.ts';
import { runTask } from '../../../src/core/supervisor/taskPipeline.ts';
import { createReplayModel } from '../../../src/node/models/replay/replay.ts';
import type { ReplayScript } from '../../../src/node/models/replay/replayScript.ts';
import { currentOwner } from '../../../src/node/sandbox/owner.ts';
import { MemoryTaskTrace } from '../../fakes/memoryTaskTrace.ts';
import { testProtection } from '../../fakes/traceProtection.ts';
import { MemoryTreeStore } from '../../fakes/memoryTreeStore.ts';

/** `add` subtracts, and the one test says so. */
export const defectiveSum: Readonly<Record<string, string>> = {
  'package.json': '{ "type": "module", "scripts": { "test": "node --test" } }\n',
  'src/sum.js': 'export const add = (a, b) => a - b;\n',
  'test/sum.test.js': [
    "import assert from 'node:assert';",
    "import { test } from 'node:test';",
    "import { add } from '../src/sum.js';",
    "test('adds', () => assert.equal(add(2, 3), 5));",
    '',
  ].join('\n'),
};

const call = (name: string, args: Record<string, unknown>): ReplayScript['turns'][number] => ({
  calls: [{ name, arguments: args }],
});

/** Mends it, looks at it once more, and finishes; each run starts again at the first turn. */
export const mendingTurns: ReplayScript['turns'] = [
  call('write_file', { path: 'src/sum.js', content: 'export const add = (a, b) => a + b;\n' }),
  call('read_file', { path: 'src/sum.js' }),
  call('finish', { summary: 'add now adds.' }),
];

export interface RealTask {
  readonly engine: SandboxEngine;
  readonly runtime: SandboxSpec['runtime'];
  readonly files?: Readonly<Record<string, string>>;
  readonly turns?: ReplayScript['turns'];
  /** Awaited before the model answers, with the number of the answer from 1 and the trace so far. */
  readonly beforeAnswer?: (answer: number, trace: MemoryTaskTrace) => Promise<void>;
  /** Divides the pauses of the product's own waits. */
  readonly haste?: number;
}

/** Runs a whole task with a recorded model in the real boxes of an engine; only trees and trace are in memory. */
export async function playTask(task: RealTask): Promise<{ trace: MemoryTaskTrace; store: MemoryTreeStore }> {
  const folder = mkdtempSync(join(tmpdir(), 'nightshift-fault-'));
  const path = join(folder, 'script.json');
  writeFileSync(path, JSON.stringify({ version: 1, turns: task.turns ?? mendingTurns }));
  const trace = new MemoryTaskTrace();
  const recorded = createReplayModel({ path, name: 'script' });
  let answers = 0;
  const model: LanguageModel = {
    id: recorded.id,
    probe: (signal) => recorded.probe(signal),
    chat: async (request, options) => {
      answers += 1;
      await task.beforeAnswer?.(answers, trace);
      return recorded.chat(request, options);
    },
  };
  const store = new MemoryTreeStore(task.files ?? defectiveSum);
  await trace.record({
    type: 'task-created',
    actor: 'user',
    data: {
      task: 'task-fault',
      goal: 'Fix the failing test',
      origin: { kind: 'cli' },
      model: { driver: 'replay', name: 'script' },
      replay: true,
      limits: defaultLimits,
      settings: { contextTokens: 16_384, requireGvisor: task.runtime === 'runsc' },
      workspace: 'faults',
      product: 'nightshift test',
    },
  });
  const protection = testProtection();
  try {
    await runTask({
      ports: {
        store,
        engine: task.engine,
        createModel: () => ok(model),
        sha256: (bytes) => createHash('sha256').update(bytes).digest('hex'),
        key: protection.key,
        redactor: protection.redactor,
        clock: { now: () => 0, monotonic: () => 0 },
        sleep: (milliseconds) => delay(milliseconds / (task.haste ?? 1)),
        owner: currentOwner(),
        preferredRuntime: task.runtime,
      },
      trace,
      signal: new AbortController().signal,
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
  return { trace, store };
}

/** The box that the task's trace told of last. */
export function newestBox(trace: MemoryTaskTrace): string {
  const started = trace.events.findLast((event) => event.type === 'sandbox-started');
  if (started?.type !== 'sandbox-started') {
    throw new Error('The task has started no box yet.');
  }
  return started.data.sandbox;
}

/** Codes of the boxes' ends that were not their owner's doing, in order. */
export function endCodes(trace: MemoryTaskTrace): readonly string[] {
  return trace.events.flatMap((event) =>
    event.type === 'sandbox-ended' && event.data.reason !== undefined ? [event.data.reason.code] : [],
  );
}
