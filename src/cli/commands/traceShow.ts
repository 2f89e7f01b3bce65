import { eventOfLine, type TraceFile } from '../../host/trace/openTrace.ts';
import { otherEntry, timelineEntry } from '../../host/trace/timelineEntry.ts';
import { askedText } from '../../host/trace/timelineRow.ts';
import type { HostResult, TraceLine } from '../../protocol/host.ts';
import type { CliFailure, Command, Invocation } from '../command.ts';
import { exitCode } from '../exitCode.ts';
import { followTask } from '../followTask.ts';
import { flag, stringOption } from '../optionValues.ts';
import { showPrompt } from '../showPrompt.ts';
import { withHost } from '../withHost.ts';
import { taskOperand } from '../withTask.ts';
import { withTrace } from '../withTrace.ts';
import { paintFor } from '../writers/paint.ts';
import { timelineText } from '../writers/timelineText.ts';
import { addToTotals, noTotals, totalsText } from '../writers/timelineTotals.ts';

export const traceShowCommand: Command = {
  name: 'trace show',
  summary: 'Show everything that happened in a task, in order',
  operands: [taskOperand],
  options: {
    full: { type: 'boolean', help: 'whole prompts, thoughts, arguments and results' },
    prompt: {
      type: 'string',
      value: 'N',
      help: 'the Nth prompt as the model got it, counted from 1, and nothing else',
    },
    follow: { type: 'boolean', help: 'go on until the task rests' },
  },
  json: true,
  run: (invocation) =>
    withTrace(invocation, async (trace) => {
      const prompt = stringOption(invocation.values, 'prompt');
      if (prompt !== undefined) {
        return showPrompt(invocation, trace, prompt);
      }
      const view = timelineView(invocation, trace);
      let shown = 0;
      const read = await trace.read(async (events) => {
        for (const { seq, ts, type, actor, data } of events) {
          await view.show({ seq, ts, type, actor, data });
        }
        shown += events.length;
        return !invocation.signal.aborted;
      });
      if (!read.ok) {
        return read.error;
      }
      if (invocation.signal.aborted) {
        return exitCode.interrupted;
      }
      return flag(invocation.values, 'follow') && read.value.ok
        ? follow(invocation, trace.task, shown, view)
        : view.end(read.value);
    }),
};

interface TimelineView {
  readonly show: (line: TraceLine) => Promise<void>;
  /** The last words: what was used, and whether what was shown can be relied on. Answers the exit code. */
  readonly end: (verified: HostResult<'verifyTrace'>) => number;
}

/** Goes on with what is recorded from now on until the task rests. */
async function follow(
  invocation: Invocation,
  task: string,
  from: number,
  view: TimelineView,
): Promise<number | CliFailure> {
  const { signal } = invocation;
  return withHost(invocation, { trace: true, start: true }, async (client) => {
    let shown: Promise<void> = Promise.resolve();
    const onLine = (line: TraceLine): void => {
      shown = shown.then(() => view.show(line));
    };
    const followed = await followTask({ client, task, from, onLine, signal });
    await shown;
    if (!followed.ok) {
      return followed.error;
    }
    const verified = await client.request('verifyTrace', { task }, signal);
    return verified.ok ? view.end(verified.value) : verified.error;
  });
}

function timelineView({ io, writer, values }: Invocation, trace: TraceFile): TimelineView {
  const paint = paintFor(io.stdout, io.environment);
  const full = flag(values, 'full');
  const json = flag(values, 'json');
  let start: number | undefined;
  let totals = noTotals;
  return {
    show: async (line) => {
      if (json) {
        writer.progress(trace.task, line);
        return;
      }
      const event = eventOfLine(line);
      const time = Date.parse(line.ts);
      start ??= time;
      const entry =
        event === undefined
          ? otherEntry(line)
          : timelineEntry(event, await askedText(event, (sha256) => trace.artifact(sha256)));
      totals = event === undefined ? totals : addToTotals(totals, event);
      io.stdout.write(`${timelineText(entry, time - start, paint, full)}\n`);
    },
    end: (verified) => {
      if (!json) {
        io.stdout.write(`${totalsText(totals)}\n`);
      }
      if (!verified.ok) {
        writer.note('What follows in the file is not shown: nobody can say who wrote it.');
      }
      writer.verified(trace.task, verified);
      return verified.ok ? exitCode.done : exitCode.failed;
    },
  };
}
