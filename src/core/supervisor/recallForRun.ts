import { withDeadline } from '../../base/async.ts';
import { errorText, type Failure, failure } from '../../base/failure.ts';
import { fail, type Result } from '../../base/result.ts';
import type { RecallHit, RecallQuery, RecallResult } from '../../protocol/memory.ts';
import { inTellingOrder, recalledItem, recallSource } from '../memory/telling/recalledItem.ts';
import { recallText } from '../memory/telling/recallText.ts';
import { shareOf } from '../models/contextBudget.ts';
import type { ContextItem } from '../models/contextItem.ts';
import type { Task } from '../tasks/task.ts';
import type { ToolContext } from '../tools/tool.ts';
import type { Redactor } from '../trace/redactor.ts';
import type { TraceEventData } from '../trace/traceEvent.ts';
import type { Assignment } from './supervisorPorts.ts';

/** Milliseconds that a run waits at its start, and an agent that asked. */
const startMs = 1_500;
const callMs = 5_000;

/** Hits that are told at the start of a run, and in answer to a call. */
const startHits = 5;
const callHits = 6;

/** Tokens of all snippets in answer to a call. */
const callTokens = 1_500;

/** Characters of the question at the start of a run. */
const longestQuestion = 4_000;

type Recorded = TraceEventData<'memory-recalled'>;

export interface Recalled {
  /** What the run is told; what secrets it had are out of it. */
  readonly items: readonly ContextItem[];
  /** What the trace is told of it, once the run has a name. */
  readonly recorded: Omit<Recorded, 'run'>;
}

/** Whether agents of the task are told what is remembered. */
export function usesMemory({ ports, trace }: Pick<Assignment, 'ports' | 'trace'>): boolean {
  return ports.memory !== undefined && trace.task().settings.recall !== 'never';
}

/** What memory knows of what a run is about; undefined where none is wanted. A memory that does not answer keeps no run from its work. */
export async function recallAtStart(assignment: Assignment): Promise<Recalled | undefined> {
  if (!usesMemory(assignment)) {
    return undefined;
  }
  const task = assignment.trace.task();
  const query = question(task);
  const snippetTokens = shareOf('recall', task.settings.contextTokens);
  const asked = await ask(assignment, { query, count: 2 * startHits, snippetTokens }, startMs);
  const hits = asked.hits.slice(0, startHits);
  const items = await harmless(hits.map(recalledItem), assignment.ports.redactor);
  return { items, recorded: { purpose: 'start', query, ...asked.recorded, sources: hits.map(recallSource) } };
}

/** Answers an agent's own question. */
export function recallForAgent(assignment: Assignment, run: string): NonNullable<ToolContext['recall']> {
  return async (query, signal) => {
    const { ports, trace } = assignment;
    const asked = await ask({ ...assignment, signal }, { query, count: callHits, snippetTokens: callTokens }, callMs);
    const { recorded, hits } = asked;
    await trace.record({
      type: 'memory-recalled',
      actor: 'host',
      data: { run, purpose: 'call', query, ...recorded, sources: hits.map(recallSource) },
    });
    return recorded.reason === undefined
      ? { text: recallText(await harmless(hits.map(recalledItem), ports.redactor), run) }
      : { unavailable: `${recorded.reason.message} Search the files instead.` };
  };
}

interface Asked {
  readonly hits: readonly RecallHit[];
  readonly recorded: Pick<Recorded, 'missing' | 'milliseconds' | 'reason'>;
}

async function ask({ ports, signal }: Assignment, query: RecallQuery, deadlineMs: number): Promise<Asked> {
  const startedAt = ports.clock.monotonic();
  const answer = await answerOf(ports.memory, { ...query, reader: 'model' }, deadlineMs, signal);
  const milliseconds = ports.clock.monotonic() - startedAt;
  if (!answer.ok) {
    const reason = { code: answer.error.reason, message: answer.error.message };
    return { hits: [], recorded: { missing: [], milliseconds, reason } };
  }
  const hits = inTellingOrder(answer.value.hits).slice(0, query.count);
  return { hits, recorded: { missing: [...answer.value.missing], milliseconds } };
}

/** Nothing that goes wrong in the memory goes wrong in the run. */
async function answerOf(
  memory: Assignment['ports']['memory'],
  query: RecallQuery,
  deadlineMs: number,
  signal: AbortSignal,
): Promise<Result<RecallResult, Failure>> {
  if (memory === undefined) {
    return fail(failure('no-memory', 'There is no memory of this workspace.'));
  }
  try {
    const answer = await withDeadline(deadlineMs, signal, 'The memory', (stop) => memory.recall(query, stop));
    return answer.ok ? answer.value : answer;
  } catch (error) {
    return fail(failure('memory-failed', `The memory failed: ${errorText(error)}.`));
  }
}

/** What a run is about: the goal, where it came from, and how the tests of the last attempt failed. */
function question({ goal, origin, notes, proof }: Task): string {
  const failing = proof?.verdict === 'red' ? proof.patched.tests.filter(({ status }) => status === 'failed') : [];
  const failed = failing.slice(0, 5).map(({ name, message = '' }) => `${name}\n${message.slice(0, 600)}`);
  return [goal, ...notes.slice(-1), origin.text ?? '', ...failed]
    .filter((part) => part !== '')
    .join('\n')
    .slice(0, longestQuestion);
}

/** The items as they may be told and kept: the same in the prompt and in the trace. */
async function harmless(items: readonly ContextItem[], redactor: Redactor): Promise<readonly ContextItem[]> {
  const redacted = await redactor.redact(items.flatMap(({ text, path = '' }) => [{ text }, { text: path }]));
  return items.map((item, at) => ({
    ...item,
    text: redacted[2 * at] ?? '',
    ...(item.path === undefined ? {} : { path: redacted[2 * at + 1] ?? '' }),
  }));
}
