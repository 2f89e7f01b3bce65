import type { TimelineRow } from '../../src/protocol/timeline.ts';

const start = Date.parse('2026-01-05T21:00:00.000Z');

function row(seq: number, type: string, label: string, text: string, rest: Partial<TimelineRow> = {}): TimelineRow {
  return { seq, ts: new Date(start + seq * 700).toISOString(), type, label, text, more: false, ...rest };
}

/** Rows of a task of many steps, as the host tells them: four of each step, after those that lead up to the first. */
export function sampleTimeline(count: number): readonly TimelineRow[] {
  const first: readonly TimelineRow[] = [
    row(0, 'task-created', 'task', 'Fix the failing test in sum.js', { style: 'bold', more: true }),
    row(1, 'task-moved', 'state', 'preparing', { style: 'cyan', state: 'preparing' }),
    row(2, 'snapshot-taken', 'snapshot', 'main: 4 files, 0.8 KiB, 1 uncommitted'),
    row(3, 'sandbox-started', 'box', '"locked" ready in 182 ms · runsc, its own kernel · box-1', {
      run: 'run-1',
      sandbox: {
        profile: 'locked',
        runtime: 'runsc',
        isolatedKernel: true,
        unenforced: [],
        image: 'sha256:1f0a',
        may: ['read and change a copy of the repository, in memory only'],
        mayNot: ['reach any network: there is none in the box'],
      },
    }),
    row(4, 'task-moved', 'state', 'working', { style: 'cyan', state: 'working' }),
    row(5, 'run-started', 'run', 'implementer starts (run-1)', { style: 'bold', run: 'run-1' }),
  ];
  const steps = Array.from({ length: Math.max(0, count - first.length) }, (_, at) => {
    const step = Math.floor(at / 4) + 1;
    const seq = first.length + at;
    const of = { run: 'run-1', step, more: true };
    const fails = step % 7 === 0;
    return [
      row(seq, 'model-asked', 'asked', `request 0a1b2c · about 1,${100 + (step % 900)} tokens of 16,384`, of),
      row(seq, 'model-answered', 'answer', `thought 3 lines · "I read the file of step ${step} first." · 0.4 s`, of),
      row(seq, 'tool-called', 'call', `read_file {"path":"src/part${step}.js"}`, {
        ...of,
        style: 'cyan',
        tool: 'read_file',
      }),
      row(seq, 'tool-returned', 'result', fails ? 'read_file failed (not-found): nothing' : 'read_file: 40 lines', {
        ...of,
        tool: 'read_file',
        ...(fails ? { style: 'red' as const } : {}),
      }),
    ][at % 4];
  }).filter((each) => each !== undefined);
  return [...first, ...steps].slice(0, count);
}
