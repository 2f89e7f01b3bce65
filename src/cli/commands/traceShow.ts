import * as z from 'zod/mini';
import type { Verification } from '../../core/trace/hashChain.ts';
import type { TraceEvent } from '../../core/trace/traceEvent.ts';
import { eventOfLine, type TraceFile } from '../../host/trace/openTrace.ts';
import type { TraceLine } from '../../protocol/host.ts';
import type { CliFailure, Command, Invocation } from '../command.ts';
import { exitCode } from '../exitCode.ts';
import { followTask } from '../followTask.ts';
import { flag } from '../optionValues.ts';
import { withHost } from '../withHost.ts';
import { taskOperand } from '../withTask.ts';
import { withTrace } from '../withTrace.ts';
import { paintFor } from '../writers/paint.ts';
import { timelineEntry, timelineText } from '../writers/timelineText.ts';

export const traceShowCommand: Command = {
  name: 'trace show',
  summary: 'Show everything that happened in a task, in order',
  operands: [taskOperand],
  options: {
    full: { type: 'boolean', help: 'whole prompts, thoughts, arguments and results' },
    follow: { type: 'boolean', help: 'go on until the task rests' },
  },
  json: true,
  run: (invocation) =>
    withTrace(invocation, async (trace) => {
      const show = shower(invocation, trace);
      let shown = 0;
      const read = await trace.read(async (events) => {
        for (const event of events) {
          await show(event);
          shown += 1;
        }
        return !invocation.signal.aborted;
      });
      if (!read.ok) {
        return read.error;
      }
      if (invocation.signal.aborted) {
        return exitCode.interrupted;
      }
      return flag(invocation.values, 'follow') && read.value.ok
        ? follow(invocation, trace, shown, show)
        : end(invocation, trace, read.value);
    }),
};

async function follow(
  invocation: Invocation,
  trace: TraceFile,
  from: number,
  show: (event: TraceEvent) => Promise<void>,
): Promise<number | CliFailure> {
  return withHost(invocation, { trace: true, start: true }, async (client) => {
    let shown: Promise<void> = Promise.resolve();
    const onLine = (line: TraceLine): void => {
      const event = eventOfLine(line);
      if (event.ok) {
        shown = shown.then(() => show(event.value));
      }
    };
    const followed = await followTask({ client, task: trace.task, from, onLine, signal: invocation.signal });
    await shown;
    if (!followed.ok) {
      return followed.error;
    }
    const verified = await client.request('verifyTrace', { task: trace.task }, invocation.signal);
    return verified.ok ? end(invocation, trace, verified.value) : verified.error;
  });
}

/** The last words: whether what was shown can be relied on, and whether it is all there is. */
function end(
  { writer }: Invocation,
  { task }: TraceFile,
  {
    ok,
    events,
    firstBad,
  }: Pick<Verification, 'ok' | 'events'> & { readonly firstBad?: Verification['firstBad'] | undefined },
): number {
  if (!ok) {
    writer.note('What follows in the file is not shown: it cannot be told from what was written by somebody else.');
  }
  writer.verified(task, { ok, events, ...(firstBad === undefined ? {} : { firstBad: { ...firstBad } }) });
  return ok ? exitCode.done : exitCode.failed;
}

function shower({ io, writer, values }: Invocation, trace: TraceFile): (event: TraceEvent) => Promise<void> {
  if (flag(values, 'json')) {
    return async ({ seq, ts, type, actor, data }) => writer.progress(trace.task, { seq, ts, type, actor, data });
  }
  const paint = paintFor(io.stdout, io.environment);
  const full = flag(values, 'full');
  let start: number | undefined;
  return async (event) => {
    const time = Date.parse(event.ts);
    start ??= time;
    const asked = event.type === 'model-asked' ? await newestMessage(trace, event.data.request.sha256) : undefined;
    io.stdout.write(`${timelineText(timelineEntry(event, asked), time - start, paint, full)}\n`);
  };
}

const requestSchema = z.looseObject({ messages: z.array(z.looseObject({ content: z.string() })) });

/** What the model had not been told before: the last message of the request. */
async function newestMessage(trace: TraceFile, sha256: string): Promise<string | undefined> {
  const bytes = await trace.artifact(sha256);
  try {
    const request: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return z.safeParse(requestSchema, request).data?.messages.at(-1)?.content.trim();
  } catch {
    return undefined;
  }
}
