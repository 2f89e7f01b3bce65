import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lintSource } from '@secretlint/core';
import { creator } from '@secretlint/secretlint-rule-preset-recommend';
import type { Journal } from '../../src/core/tasks/taskStore.ts';
import { verifyLines } from '../../src/core/trace/hashChain.ts';
import type { TraceEntry } from '../../src/core/trace/traceEvent.ts';
import { FileTaskStore } from '../../src/node/tasks/fileTaskStore.ts';
import { sha256 } from '../../src/node/tasks/sha256.ts';
import { answer, created, toolCalled } from '../fakes/traceEvents.ts';
import { testProtection } from '../fakes/traceProtection.ts';
import { type BenchRow, median } from './benchRow.ts';

const rounds = 60;
const verified = 1000;

/** Appends to a journal beside bare writes of the same size to the same disk, by turns, and a verification of 1,000 events. */
export async function journalBench(): Promise<BenchRow[]> {
  const root = await mkdtemp(join(tmpdir(), 'nightshift-journal-bench-'));
  try {
    const store = new FileTaskStore({
      directory: join(root, 'tasks'),
      heads: join(root, 'heads'),
      protection: testProtection(),
    });
    const created = await store.create('task-1');
    if (!created.ok) {
      throw new Error(created.error.message);
    }
    const rows = await appendRows(created.value, join(root, 'bare'));
    await created.value.close();
    return [...rows, verifyRow(await readFile(join(root, 'tasks/task-1/trace.jsonl'))), await redactRow()];
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

async function appendRows(journal: Journal, barePath: string): Promise<BenchRow[]> {
  const bare = await open(barePath, 'a');
  try {
    await journal.append(created());
    // Another text each time: what was looked at for secrets before costs next to nothing.
    const text = (round: number): string => `${round} ${'x'.repeat(500)}`;
    const plain = (round: number): TraceEntry => answer({ text: text(round) });
    const effect = (round: number): TraceEntry =>
      toolCalled('edit_file', { path: 'src/sum.js', text: text(round) }, 'write');
    const bytes = new TextEncoder().encode(`${JSON.stringify(effect(0))}${' '.repeat(250)}\n`);
    const figures = { plain: [] as number[], bare: [] as number[], synced: [] as number[], bareSynced: [] as number[] };
    for (let round = 0; round < rounds; round += 1) {
      figures.bare.push(await milliseconds(() => bare.appendFile(bytes)));
      figures.plain.push(await milliseconds(() => journal.append(plain(round))));
      await bare.datasync();
      figures.bareSynced.push(await milliseconds(() => bare.appendFile(bytes).then(() => bare.datasync())));
      figures.synced.push(await milliseconds(() => journal.append(effect(round))));
    }
    await fill(journal, plain(rounds));
    return [
      compared('journal: append, group commit', median(figures.plain), 'bare write', median(figures.bare), {
        target: '≤ 1 ms',
        ok: median(figures.plain) <= 1,
      }),
      compared(
        'journal: append, synced',
        median(figures.synced),
        'bare write + fdatasync',
        median(figures.bareSynced),
        {
          target: '≤ 10 ms or ≤ 1.5× the bare one',
          ok: median(figures.synced) <= Math.max(10, 1.5 * median(figures.bareSynced)),
        },
      ),
    ];
  } finally {
    await bare.close();
  }
}

async function fill(journal: Journal, entry: TraceEntry): Promise<void> {
  while (journal.count < verified) {
    await journal.append(entry);
  }
}

/** The peer does what no check can do without: hash each line and parse it. */
function verifyRow(bytes: Uint8Array): BenchRow {
  const lines = new TextDecoder().decode(bytes).trimEnd().split('\n');
  const ours: number[] = [];
  const peer: number[] = [];
  for (let round = 0; round < 9; round += 1) {
    let start = performance.now();
    const { ok, events } = verifyLines(bytes, sha256);
    ours.push(performance.now() - start);
    if (!ok || events !== verified) {
      throw new Error(`The trace of the benchmark does not verify: ${events} events.`);
    }
    start = performance.now();
    for (const line of lines) {
      sha256(line);
      JSON.parse(line);
    }
    peer.push(performance.now() - start);
  }
  return compared('journal: verify 1,000 events', median(ours), 'hash and parse', median(peer), {
    target: '≤ 40 ms',
    ok: median(ours) <= 40,
  });
}

/** Beside the lint alone, whose rules are the larger part. The text is code, as most of what an agent reads. */
async function redactRow(): Promise<BenchRow> {
  const source = await readFile(new URL('../../src/host/taskDesk.ts', import.meta.url), 'utf8');
  const text = source.repeat(Math.ceil(1_000_000 / source.length)).slice(0, 1_000_000);
  const config = { rules: [{ id: 'preset', rule: creator }] };
  const ours: number[] = [];
  const lint: number[] = [];
  for (let round = 0; round < 7; round += 1) {
    // A new one has not seen the text yet.
    const { redactor } = testProtection();
    ours.push(await milliseconds(() => redactor.redact([{ text }])));
    const lintOptions = { config, noPhysicFilePath: true };
    const lintInput = { content: text, filePath: '/text', contentType: 'text' } as const;
    lint.push(await milliseconds(() => lintSource({ source: lintInput, options: lintOptions })));
  }
  return compared('journal: redact 1 MB of code', median(ours), 'secretlint alone', median(lint), {
    target: '≤ 250 ms',
    ok: median(ours) <= 250,
  });
}

async function milliseconds(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function compared(
  name: string,
  value: number,
  peer: string,
  peerValue: number,
  verdict: { readonly target: string; readonly ok: boolean },
): BenchRow {
  return { name, value, unit: 'ms', peer, peerValue, ratio: value / peerValue, ...verdict };
}
