import { badTraceText } from '../../protocol/badTraceText.ts';
import { progressWords } from '../../protocol/modelText.ts';
import type { HostResult } from '../../protocol/host.ts';
import type { TaskView } from '../../protocol/taskView.ts';
import type { CliIo } from '../cliIo.ts';
import { plainLine } from '../../base/plainText.ts';
import { cleanLines } from './cleanText.ts';
import { commentLines } from './commentText.ts';
import { findingLines, importedText } from './findingText.ts';
import { counted } from '../../base/counted.ts';
import { diffText } from './diffText.ts';
import { hunkLines } from './hunkText.ts';
import { guidanceLines } from './guidanceText.ts';
import { environmentText, stateText } from './environmentText.ts';
import { paintFor, type Style } from './paint.ts';
import { episodeLines, memoryLines, recallLines, relatedLines } from './memoryText.ts';
import { modelLines, modelText } from './modelText.ts';
import { progressText } from '../../host/trace/progressText.ts';
import { detachedText, modelText as taskModelText, taskListText, taskText } from './taskText.ts';
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
  let lastProgress = '';
  const line = (text: string): void => stdout.write(`${text}\n`);
  const task = (view: TaskView, patch?: string): void => {
    if (patch !== undefined && patch !== '') {
      stdout.write(`\n${diffText(patch, paint, diffLinesShown)}\n`);
    }
    line(taskText(view, paint));
  };
  const started = (view: TaskView): void => {
    line(`${paint('bold', plainLine(view.id))}  ${plainLine(view.goal, 200)}`);
    line(`  model ${taskModelText(view, paint)}`);
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
    takenOver: ({ directory, branch, files, left, task: view }) => {
      line(paint('green', `taken over  ${counted(files, 'changed file')} in ${plainLine(directory)}, on ${branch}`));
      left.forEach((path) => line(paint('yellow', `left out    ${plainLine(path)}`)));
      task(view);
    },
    undone: ({ undone, conflicts, task: view }) => {
      undone.forEach((path) => line(paint('green', plainLine(`undone     ${path}`))));
      conflicts.forEach(({ path, message }) => line(paint('red', plainLine(`kept       ${path}: ${message}`))));
      task(view);
    },
    hunks: (path, hunks) => hunkLines(path, hunks, paint).forEach(line),
    comments: (comments) => commentLines(comments, paint).forEach(line),
    findings: (findings) => findingLines(findings, paint).forEach(line),
    findingsImported: (result) => line(importedText(result)),
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
    models: (list, chosen) => modelLines(list, chosen, paint).forEach(line),
    modelProgress: (progress) => {
      const words = progressWords(progress);
      if (words !== lastProgress) {
        lastProgress = words;
        line(`  ${paint('dim', '·')} ${plainLine(words)}`);
      }
    },
    model: (model) => line(modelText(model, paint)),
    guidance: (files) => guidanceLines(files, paint).forEach(line),
    recalled: (result, id) => {
      if (id !== undefined) {
        line(paint('bold', plainLine(id)));
      }
      recallLines(result, paint).forEach(line);
    },
    related: (result) => relatedLines(result, paint).forEach(line),
    memory: (status) => memoryLines(status, paint).forEach(line),
    explained: ({ path, state, text }) => line(`${plainLine(path)}: ${state}. ${plainLine(text)}`),
    episodes: (episodes) => episodeLines(episodes, paint).forEach(line),
    forgotten: ({ episodes, files, vectors }) =>
      line(`Forgotten: ${counted(episodes, 'episode')}, ${counted(files, 'file')}, ${counted(vectors, 'vector')}.`),
    hostStopped: (stopped) => line(stopped ? 'The agent host ended.' : 'No agent host runs for this repository.'),
  };
}

function appliedLines(result: HostResult<'applyTask'>): (readonly [Style, string])[] {
  const { applied, conflicts, remaining, placed } = result;
  return [
    ...applied.map((path) => ['green', `applied    ${path}`] as const),
    ...conflicts.map(({ path, message }) => ['red', `conflict   ${path}: ${message}`] as const),
    ...remaining.map(
      (path) => ['yellow', `protected  ${path}: not applied; name it with --file to accept it`] as const,
    ),
    ...(placed === undefined ? [] : [['green', placedLine(placed)] as const]),
  ];
}

function placedLine({ kind, commit, branch, directory }: NonNullable<HostResult<'applyTask'>['placed']>): string {
  if (commit === undefined) {
    return 'staged     the changes above';
  }
  const on = branch === null || branch === undefined ? 'a detached HEAD' : branch;
  const where = directory === undefined ? '' : `, checked out in ${directory}`;
  return `${kind === 'commit' ? 'committed ' : 'branched  '} ${commit.slice(0, 12)} on ${on}${where}`;
}
