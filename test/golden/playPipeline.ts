import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { failure } from '../../src/base/failure.ts';
import { fail, ok } from '../../src/base/result.ts';
import { defaultLimits, type Limits } from '../../src/core/guards/limits.ts';
import type { Memory } from '../../src/core/memory/memory.ts';
import type { LanguageModel, ModelFailureReason } from '../../src/core/models/languageModel.ts';
import type { ModelGrade } from '../../src/core/models/modelGrade.ts';
import { runTask, takeUp } from '../../src/core/supervisor/taskPipeline.ts';
import type { SupervisorPorts } from '../../src/core/supervisor/supervisorPorts.ts';
import type { Origin, TaskSettings } from '../../src/core/tasks/task.ts';
import type { TraceEvent } from '../../src/core/trace/traceEvent.ts';
import { createReplayModel } from '../../src/node/models/replay/replay.ts';
import type { ReplayScript } from '../../src/node/models/replay/replayScript.ts';
import { MemoryEngine } from '../fakes/memoryEngine.ts';
import type { MemoryCommand, MemorySandbox } from '../fakes/memorySandbox.ts';
import { Killed, MemoryTaskTrace } from '../fakes/memoryTaskTrace.ts';
import { rebuildTrace } from '../fakes/rebuiltRequests.ts';
import { testProtection } from '../fakes/traceProtection.ts';
import { MemoryTreeStore } from '../fakes/memoryTreeStore.ts';

/** A project with one defect: `add` subtracts. Its only test is the command below. */
export const defectiveProject: Readonly<Record<string, string>> = {
  'package.json': '{ "type": "module", "scripts": { "test": "node --test" } }\n',
  'src/sum.js': 'export const add = (a, b) => a - b;\n',
  'test/sum.test.js': "import { add } from '../src/sum.js';\n",
  'secrets/readme.txt': 'nothing to see\n',
};

/** Stands for `node --test`: one test passes when the defect is gone, one fails when `add` multiplies. Deleted tests are not run. */
const runTests: MemoryCommand = (_params, box) => {
  const present = box.text('test/sum.test.js') !== undefined;
  const good = box.text('src/sum.js')?.includes('a + b') === true;
  const sound = box.text('src/sum.js')?.includes('a * b') !== true;
  const lines = present
    ? [
        'TAP version 13',
        '1..2',
        `${good ? 'ok' : 'not ok'} 1 - adds two numbers`,
        `${sound ? 'ok' : 'not ok'} 2 - is sound`,
      ]
    : ['TAP version 13', '1..0'];
  box.scratch.set('nightshift-report.tap', new TextEncoder().encode(`${lines.join('\n')}\n`));
  return { exitCode: present && !(good && sound) ? 1 : 0, stdout: '', milliseconds: 5 };
};

export interface Play {
  readonly turns: ReplayScript['turns'];
  /** Stands for the test command. */
  readonly command?: MemoryCommand;
  readonly limits?: Partial<Limits>;
  readonly files?: Readonly<Record<string, string>>;
  /** One life of the host each: the task is taken up again after the one before has ended. */
  readonly lives?: readonly AbortSignal[];
  /** Kills the first life once this many events stand; a second one follows. */
  readonly killAfter?: number;
  readonly requireGvisor?: boolean;
  readonly grade?: ModelGrade;
  /** Fails the model's first calls. */
  readonly modelFailures?: readonly ModelFailureReason[];
  readonly settings?: Partial<TaskSettings>;
  readonly memory?: Memory;
  readonly origin?: Origin;
  readonly goal?: string;
  /** Starts of a box, counted from 1, at which the engine does not answer. */
  readonly engineDown?: readonly number[];
  /** How often the engine is asked for in vain after such a start; for ever when absent. */
  readonly looksInVain?: number;
  readonly onStart?: (box: MemorySandbox, count: number) => void;
}

/** The same with a model in place of a recording. */
export type ModelPlay = Omit<Play, 'turns'> & { readonly model: LanguageModel };

export interface Played {
  readonly trace: MemoryTaskTrace;
  readonly engine: MemoryEngine;
  readonly store: MemoryTreeStore;
  readonly ports: SupervisorPorts;
}

/**
 * Runs a whole task with a recorded model: the real core, with sandboxes, trees and trace in memory. Throws when a request cannot be
 * made again from the trace.
 */
export async function playPipeline(play: Play | ModelPlay): Promise<Played> {
  const recording = 'turns' in play ? record(play.turns) : undefined;
  const trace = new MemoryTaskTrace();
  const engine = new MemoryEngine(play.command ?? runTests);
  engine.downAt = new Set(play.engineDown);
  engine.looksInVain = play.looksInVain ?? Infinity;
  engine.onStart = (box) => play.onStart?.(box, engine.boxes.length);
  const store = new MemoryTreeStore(play.files ?? defectiveProject);
  const protection = testProtection();
  const answering = 'turns' in play ? createReplayModel({ path: recording?.path ?? '', name: 'script' }) : play.model;
  const model = failingFirst(answering, [...(play.modelFailures ?? [])]);
  const ports: SupervisorPorts = {
    store,
    engine,
    createModel: () => ok(model),
    ...(play.memory === undefined ? {} : { memory: play.memory }),
    sha256: (bytes) => createHash('sha256').update(bytes).digest('hex'),
    key: protection.key,
    redactor: protection.redactor,
    // The trace's own clock runs a second an event from 2026 on; a present before it adds no time.
    clock: { now: () => 0, monotonic: () => 0 },
    sleep: async () => undefined,
    owner: '1:1:golden',
  };
  await trace.record({
    type: 'task-created',
    actor: 'user',
    data: {
      task: 'task-golden',
      goal: play.goal ?? 'Fix the failing test',
      origin: play.origin ?? { kind: 'cli' },
      model: { driver: 'replay', name: 'script' },
      replay: true,
      ...(play.grade === undefined ? {} : { grade: play.grade }),
      limits: { ...defaultLimits, ...play.limits },
      settings: { contextTokens: 16_384, requireGvisor: play.requireGvisor ?? false, ...play.settings },
      workspace: 'golden',
      product: 'nightshift test',
    },
  });
  try {
    if (play.killAfter !== undefined) {
      trace.killAfter = play.killAfter;
      await runTask({ ports, trace, signal: new AbortController().signal }).catch((error: unknown) => {
        if (!(error instanceof Killed)) throw error;
      });
      trace.killAfter = Number.POSITIVE_INFINITY;
    }
    for (const signal of play.lives ?? [new AbortController().signal]) {
      if (await takeUp(trace)) await runTask({ ports, trace, signal });
    }
  } finally {
    recording?.remove();
  }
  const { different } = await rebuildTrace(trace.events, async (hash) => trace.artifacts.get(hash));
  if (different.length > 0) {
    throw new Error(`The trace does not rebuild its requests: ${different.join('\n')}`);
  }
  return { trace, engine, store, ports };
}

function record(turns: ReplayScript['turns']): { readonly path: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'nightshift-golden-'));
  const path = join(folder, 'script.json');
  writeFileSync(path, JSON.stringify({ version: 1, turns }));
  return { path, remove: () => rmSync(folder, { recursive: true }) };
}

function failingFirst(model: LanguageModel, reasons: ModelFailureReason[]): LanguageModel {
  return {
    id: model.id,
    ...(model.access === undefined ? {} : { access: model.access }),
    probe: (signal) => model.probe(signal),
    servedWindow: async (signal) => model.servedWindow?.(signal),
    chat: async (request, options) => {
      const reason = reasons.shift();
      return reason === undefined
        ? model.chat(request, options)
        : fail(failure(reason, `The model failed: ${reason}.`));
    },
  };
}

/** The trace as text to compare: one event a line, what differs from run to run named by its order of appearance. */
export function transcript(events: readonly TraceEvent[]): string {
  const names = new Map<string, string>();
  const stable = (kind: string) => (found: string) => {
    const known =
      names.get(found) ?? `<${kind} ${[...names.values()].filter((name) => name.startsWith(`<${kind} `)).length + 1}>`;
    names.set(found, known);
    return known;
  };
  const lines = events.map(({ seq, type, actor, data }) => `${seq} ${actor} ${type} ${JSON.stringify(data)}`);
  return `${lines
    .join('\n')
    .replace(/\b(?:sha256:)?[0-9a-f]{64}\b/g, stable('hash'))
    .replace(/\brun-[0-9a-z]{10}\b/g, stable('run'))
    .replace(/\bmemory-\d+\b/g, stable('box'))
    .replace(/\bcall[-_][0-9a-z_-]+/g, stable('call'))
    .replace(/(?<=<<<)[0-9a-f]{14}|[0-9a-f]{14}(?=>>>)/g, stable('mark'))
    .replace(/"milliseconds":[\d.e-]+/g, '"milliseconds":0')
    .replace(/"bytes":\d+\}/g, '"bytes":0}')
    .replace(/"(estimatedTokens|promptTokens|outputTokens|newTokens)":(?!50000)\d+/g, '"$1":0')}\n`;
}
