import { badTraceText } from '../../protocol/badTraceText.ts';
import type { HostResult } from '../../protocol/host.ts';
import type { TaskView } from '../../protocol/taskView.ts';
import type { CliIo } from '../cliIo.ts';
import { plainLine } from '../../base/plainText.ts';
import { cleanLines } from './cleanText.ts';
import { counted } from './counted.ts';
import { diffText } from './diffText.ts';
import { environmentText, stateText } from './environmentText.ts';
import { paintFor, type Style } from './paint.ts';
import { progressText } from './progressText.ts';
import { detachedText, modelText, taskListText, taskText } from './taskText.ts';
import type { Writer } from './writer.ts';

/** A longer diff is cut at the end of a run; `nightshift patch` prints all of it. */
const diffLinesShown = 400;

const checkMarks = { ok: ['green', '✓'], warn: ['yellow', '!'], fail: ['red', '✗'] } as const satisfies Record<
  string,
  [Style, string]
>;

/** For people. Everything that was written by somebody else is made harmless first. */
export function createHumanWriter(io: CliIo): Writer {
  const { stdout } = io;
  const paint = paintFor(stdout, io.environment);
  const line = (text: string): void => stdout.write(`${text}\n`);
  const task = (view: TaskView, patch?: string): void => {
    if (patch !== undefined && patch !== '') {
      stdout.write(`\n${diffText(patch, paint, diffLinesShown)}\n`);
    }
    line(taskText(view, paint));
  };
  const started = (view: TaskView): void => {
    line(`${paint('bold', plainLine(view.id))}  ${plainLine(view.goal, 200)}`);
    line(`  model ${modelText(view, paint)}`);
  };
  return {
    task,
    started,
    detached: (view) => {
      started(view);
      line(detachedText(view, paint));
    },
    progress: (_, traceLine) => {
      const text = progressText(traceLine);
      if (text !== undefined) {
        line(`  ${paint('dim', '·')} ${text}`);
      }
    },
    note: (text) => line(paint('yellow', plainLine(text))),
    taskList: (tasks) =>
      line(
        tasks.length === 0
          ? 'No tasks yet. Delegate one: nightshift run "fix the failing test"'
          : taskListText(tasks, paint, stdout.columns),
      ),
    applied: (result) => {
      appliedLines(result).forEach(([style, text]) => line(paint(style, plainLine(text))));
      task(result.task);
    },
    patch: (patch) => stdout.write(diffText(patch, paint)),
    verified: (id, { ok, events, firstBad }) => {
      const wrong = firstBad === undefined ? 'was changed' : plainLine(badTraceText(firstBad));
      const advice = firstBad?.version === undefined ? ' Do not rely on it.' : '';
      line(
        ok
          ? `${paint('green', '✓')} The trace of ${id} is intact: ${counted(events, 'event')}.`
          : `${paint('red', '✗')} The trace of ${id} ${wrong}.${advice}`,
      );
    },
    traceKey: ({ verifierKey, fingerprint }) => line(`${verifierKey}\n${paint('dim', fingerprint)}`),
    check: ({ name, status, detail, fix }) => {
      const [style, mark] = checkMarks[status];
      line(`${paint(style, mark)} ${name.padEnd(20)} ${plainLine(detail)}`);
      if (fix !== undefined) {
        line(`  ${''.padEnd(20)} ${paint('dim', '→')} ${plainLine(fix)}`);
      }
    },
    doctor: (ok) =>
      line(ok ? paint('green', 'Ready to work.') : paint('red', 'Something is missing; each ✗ says what to do.')),
    cleaned: (report, applied) => cleanLines(report, applied, paint).forEach(line),
    environment: (view, of) => line(environmentText(view, stateText(view, paint, of), paint)),
    agreeing: (view) => line(environmentText(view, 'you agree to exactly this', paint)),
    agreed: ({ definition }, proving) => {
      const next =
        proving === undefined
          ? 'the next task sets it up'
          : `the tests of ${proving} run again; \`nightshift show ${proving}\` tells how it goes`;
      line(`${paint('green', '✓')} Agreed to ${definition}: ${next}.`);
    },
    hostStopped: (stopped) => line(stopped ? 'The agent host ended.' : 'No agent host runs for this repository.'),
  };
}

function appliedLines({ applied, conflicts, remaining }: HostResult<'applyTask'>): (readonly [Style, string])[] {
  return [
    ...applied.map((path) => ['green', `applied    ${path}`] as const),
    ...conflicts.map(({ path, message }) => ['red', `conflict   ${path}: ${message}`] as const),
    ...remaining.map(
      (path) => ['yellow', `protected  ${path}: not applied; name it with --file to accept it`] as const,
    ),
  ];
}
