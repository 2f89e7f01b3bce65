import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { TraceEvent } from '../../src/core/trace/traceEvent.ts';
import { parseTraceEvent } from '../../src/core/trace/traceEvent.ts';
import { openTraces } from '../../src/host/trace/openTrace.ts';
import type { Product } from '../integration/product/product.ts';
import { patchedPaths } from './crashTask.ts';
import type { ReportLine } from './injection/crashPlan.ts';

/** `lost`: something that was to be there is not; `doubled`: something was done twice; `left`: rubbish nobody clears away. */
export interface Finding {
  readonly kind: 'lost' | 'doubled' | 'left';
  readonly what: string;
}

/** How things stand when all is done. */
export interface Outcome {
  readonly tasks: readonly string[];
  readonly events: readonly TraceEvent[];
  readonly verified: string;
  /** Every file of the checkout without `.git`, by type, mode and content. */
  readonly checkout: Readonly<Record<string, string>>;
  readonly status: string;
  readonly effects: readonly string[];
  readonly boxes: readonly string[];
  readonly processes: readonly string[];
  readonly rubbish: readonly string[];
}

const temporaryName = /(?:^|\/)(?:\.nightshift-[^/]*\.tmp|[^/]*\.tmp|\.tmp-[^/]*|draft\.[^/]*|work-[^/]{6})$/;

export async function observe(product: Product, report: readonly ReportLine[]): Promise<Outcome> {
  const { paths } = product;
  const tasks = readdirSync(paths.tasks);
  const [task = ''] = tasks;
  const traces = await openTraces(paths);
  if (!traces.ok) {
    throw new Error(traces.error.message);
  }
  const read = await traces.value.open(task).read(() => Promise.resolve(true));
  const { ok, firstBad } = read.ok ? read.value : { ok: false, firstBad: { line: 0, reason: read.error.message } };
  const { files: checkout, status } = product.snapshot();
  const events = readFileSync(join(paths.tasks, task, 'trace.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => parseTraceEvent(JSON.parse(line)));
  return {
    tasks,
    events: events.filter((event) => event !== undefined),
    verified: ok ? 'ok' : `line ${firstBad?.line}: ${firstBad?.reason}`,
    checkout: Object.fromEntries(Object.entries(checkout).filter(([path]) => !/^\.git(?:\/|$)/.test(path))),
    status: status.replace(/^# branch.oid .*\n/, ''),
    effects: report.flatMap((line) => (line.kind === 'effect' ? [line.path] : [])),
    boxes: (await product.boxes()).map((box) => `${box.Names[0]} ${box.Status}`),
    processes: processesOf(product.folder),
    rubbish: [paths.directory, product.root].flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((name) => temporaryName.test(name))
        .map((name) => relative(product.folder, join(folder, name))),
    ),
  };
}

/** Without a reference: what must hold of any end. With one: that this end is the same. */
export function judge(outcome: Outcome, reference?: Outcome): Finding[] {
  const { events } = outcome;
  const findings: Finding[] = [];
  const expect = (holds: boolean, kind: Finding['kind'], what: string): void => {
    if (!holds) {
      findings.push({ kind, what });
    }
  };
  expect(outcome.verified === 'ok', 'lost', `the trace does not verify: ${outcome.verified}`);
  expect(events.at(0)?.type === 'task-created', 'lost', 'the trace does not begin with the task');
  expect(verdict(events) === 'green', 'lost', `the proof is ${verdict(events)}`);
  if (reference !== undefined) {
    expect(changeset(events) === changeset(reference.events), 'lost', 'the changeset is another one');
    expect(
      isDeepStrictEqual(outcome.checkout, reference.checkout),
      'lost',
      'the checkout differs from the undisturbed one',
    );
    expect(outcome.status === reference.status, 'lost', `git status differs: ${outcome.status}`);
  }
  expect(outcome.tasks.length === 1, 'doubled', `${outcome.tasks.length} tasks`);
  expect(count(events, 'task-created') === 1, 'doubled', 'the task was created twice');
  for (const path of new Set([...patchedPaths, ...outcome.effects])) {
    const times = outcome.effects.filter((each) => each === path).length;
    const told = events.filter((event) => event.type === 'apply-ended' && event.data.applied.includes(path)).length;
    expect(times > 0 && told > 0, 'lost', `${path} was written ${times} times, and ${told} times in the trace`);
    expect(times < 2 && told < 2, 'doubled', `${path} was written ${times} times, and ${told} times in the trace`);
  }
  expect(moves(events, 'applied') === 1, 'doubled', `the task was applied ${moves(events, 'applied')} times`);
  expect(moves(events, 'ready') === 1, 'doubled', `the task was ready ${moves(events, 'ready')} times`);
  expect(
    count(events, 'proof-ended') <= count(events, 'changeset-imported'),
    'doubled',
    'one changeset was proved twice',
  );
  expect(count(events, 'vote-cast') === 1, 'doubled', `${count(events, 'vote-cast')} votes`);
  expect(outcome.boxes.length === 0, 'left', `boxes: ${outcome.boxes.join(', ')}`);
  expect(outcome.processes.length === 0, 'left', `processes: ${outcome.processes.join(', ')}`);
  expect(outcome.rubbish.length === 0, 'left', `files: ${outcome.rubbish.join(', ')}`);
  return findings;
}

function count(events: readonly TraceEvent[], type: TraceEvent['type']): number {
  return events.filter((event) => event.type === type).length;
}

function moves(events: readonly TraceEvent[], to: string): number {
  return events.filter((event) => event.type === 'task-moved' && event.data.to === to).length;
}

function changeset(events: readonly TraceEvent[]): string | undefined {
  return events.findLast((event) => event.type === 'changeset-imported')?.data.changeset.hash;
}

function verdict(events: readonly TraceEvent[]): string | undefined {
  return events.findLast((event) => event.type === 'proof-ended')?.data.proof.verdict;
}

/** Processes of this machine whose command line names the folder, without the one that asks. */
function processesOf(folder: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((pid) => {
      const words = commandLine(pid);
      return words.includes(folder) ? [`${pid} ${words.replaceAll('\0', ' ').slice(0, 120)}`] : [];
    });
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}
