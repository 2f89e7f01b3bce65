import type { Arm, ArmCounts } from './armRun.ts';
import type { EvalRow } from './runEval.ts';
import { scriptedName } from './runEval.ts';
import { wilson } from './wilson.ts';

/** What all runs of a model by one arm come to. Rates are of 0 to 1; undefined where nothing was counted. */
export interface ArmTotals {
  readonly arm: Arm;
  readonly runs: number;
  readonly solved: number;
  readonly interval: { readonly low: number; readonly high: number };
  readonly newTokens: number;
  readonly tokens: number;
  readonly steps: number;
  readonly seconds: number;
  readonly malformedRate?: number;
  readonly editFailureRate?: number;
  readonly rungs: Readonly<Record<string, number>>;
}

export function totalsOf(arm: Arm, rows: readonly EvalRow[]): ArmTotals {
  const own = rows.filter((row) => row.arm === arm);
  const solved = own.filter((row) => row.solved).length;
  const sum = (pick: (counts: ArmCounts) => number): number => own.reduce((all, { counts }) => all + pick(counts), 0);
  const rate = (part: number, whole: number): number | undefined => (whole === 0 ? undefined : part / whole);
  const malformedRate = rate(
    sum(({ malformed }) => malformed),
    sum(({ answers }) => answers),
  );
  const editFailureRate = rate(
    sum(({ failedEdits }) => failedEdits),
    sum(({ edits }) => edits),
  );
  const rungs: Record<string, number> = {};
  for (const [rung, times] of own.flatMap(({ counts }) => Object.entries(counts.rungs))) {
    rungs[rung] = (rungs[rung] ?? 0) + times;
  }
  return {
    arm,
    runs: own.length,
    solved,
    interval: wilson(solved, own.length),
    newTokens: sum(({ newTokens }) => newTokens),
    tokens: sum(({ tokens }) => tokens),
    steps: sum(({ steps }) => steps),
    seconds: sum(({ seconds }) => seconds),
    ...(malformedRate === undefined ? {} : { malformedRate }),
    ...(editFailureRate === undefined ? {} : { editFailureRate }),
    rungs,
  };
}

/** The first line of a table: what its figures are of. */
export function tableHeader(model: string): string {
  if (scriptedName(model) !== undefined) return `${model}   scripted model: measures the machinery, not a model`;
  if (model.startsWith('replay:')) return `${model}   recorded answers: measures the machinery, not a model`;
  return model;
}

const columns = ['task', 'arm', 'solved', 'new tokens', 'tokens', 'steps', 'seconds', 'malformed', 'edits failed', ''];

/** All rows of one model and their totals, as text for a terminal. */
export function evalTable(model: string, rows: readonly EvalRow[]): string {
  const arms = [...new Set(rows.map(({ arm }) => arm))];
  const lines = rows.map(({ task, run, arm, solved, why, counts }) => [
    run > 1 ? `${task} (${run})` : task,
    arm,
    solved ? 'yes' : 'no',
    ...figures(counts),
    ratio(counts.malformed, counts.answers),
    ratio(counts.failedEdits, counts.edits),
    solved ? '' : why,
  ]);
  const totals = arms.map((arm) => totalLines(totalsOf(arm, rows))).join('\n');
  return `${tableHeader(model)}\n\n${aligned([columns, ...lines])}\n\n${totals}`;
}

function figures({ newTokens, tokens, steps, seconds }: ArmCounts): string[] {
  return [String(newTokens), String(tokens), String(steps), seconds.toFixed(1)];
}

function totalLines(totals: ArmTotals): string {
  const { arm, runs, solved, interval, rungs } = totals;
  const each = (sum: number, digits = 0): string => (runs === 0 ? '–' : (sum / runs).toFixed(digits));
  const rungLine = Object.entries(rungs)
    .toSorted(([, a], [, b]) => b - a)
    .map(([rung, times]) => `${rung} ${times}`)
    .join(', ');
  return [
    `${arm}: solved ${solved} of ${runs} (${percent(runs === 0 ? undefined : solved / runs)}, 95% interval ${percent(interval.low)} to ${percent(interval.high)})`,
    `  a task: ${each(totals.newTokens)} new tokens, ${each(totals.tokens)} tokens, ${each(totals.steps, 1)} steps, ${each(totals.seconds, 1)} s`,
    `  malformed answers ${percent(totals.malformedRate)}, failed edits ${percent(totals.editFailureRate)}`,
    ...(arm === 'nightshift' ? [`  repairs by rung: ${rungLine === '' ? 'none' : rungLine}`] : []),
  ].join('\n');
}

function percent(rate: number | undefined): string {
  return rate === undefined ? '–' : `${Math.round(rate * 100)}%`;
}

function ratio(part: number, whole: number): string {
  return whole === 0 ? '–' : `${part}/${whole}`;
}

/** Columns of text: the first two and the last to the left, figures to the right. */
function aligned(lines: readonly (readonly string[])[]): string {
  const widths = columns.map((_, at) => Math.max(...lines.map((line) => (line[at] ?? '').length)));
  return lines
    .map((line) =>
      line
        .map((cell, at) => {
          const width = widths[at] ?? 0;
          return at < 2 || at === columns.length - 1 ? cell.padEnd(width) : cell.padStart(width);
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
