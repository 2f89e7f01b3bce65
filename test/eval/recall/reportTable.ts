import type { Interval, Report, Row } from './judgeRepository.ts';

const nameWidth = 20;

/** For people; a line for each ranking. */
export function reportTable(report: Report): string {
  const { repository, base, files, chunks, cases, model, rows } = report;
  const lines = rows.map(lineOf);
  // It stands where its row would.
  const at = rows.findIndex(({ name }) => name === 'history') + 1;
  const withVectors = model === undefined ? lines.toSpliced(at, 0, `${'vector'.padEnd(nameWidth)}  no model`) : lines;
  return [
    `${repository} at ${base.slice(0, 12)}: ${files} files, ${chunks} chunks, ${cases} cases; ${model ?? 'no model'}`,
    columns(['ranking', 'recall@5 (95%)', 'recall@10 (95%)', 'MRR@10 (95%)', 'recall@10 - fused', 'p50/p95/max ms']),
    ...withVectors,
  ].join('\n');
}

function lineOf(row: Row): string {
  const span = ([low, high]: Interval): string => `${low.toFixed(2)}-${high.toFixed(2)}`;
  const figure = (value: number, interval: Interval): string => `${value.toFixed(3)} ${span(interval)}`;
  return columns([
    row.name,
    figure(row.recall5, row.recall5Interval),
    figure(row.recall10, row.recall10Interval),
    figure(row.mrr10, row.mrr10Interval),
    row.behind === undefined ? '' : figure(row.behind.mean, row.behind.interval),
    [row.p50, row.p95, row.most].map((value) => value.toFixed(0)).join(' / '),
  ]);
}

function columns([name = '', ...cells]: readonly string[]): string {
  return [name.padEnd(nameWidth), ...cells.map((cell) => cell.padStart(18))].join('  ').trimEnd();
}
