import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readCheckpoint, signCheckpoint, verifierKey } from '../../../src/core/trace/checkpointNote.ts';
import { chainStart, encodeLine, verifyLines } from '../../../src/core/trace/hashChain.ts';
import { parseTraceEvent } from '../../../src/core/trace/traceEvent.ts';
import { verifyTraceFile } from '../../../src/node/tasks/verifyTraceFile.ts';
import { sha256 } from '../../../src/node/tasks/sha256.ts';
import { answer, created, move, toolCalled, toolReturned } from '../../fakes/traceEvents.ts';
import { testProtection } from '../../fakes/traceProtection.ts';
import { protection, TaskFolder } from './taskFolder.ts';

/** A trace and its signed checkpoint, as bytes on disk. */
interface Kept {
  readonly trace: Buffer;
  readonly note: Buffer;
}

const folder = new TaskFolder();
const name = { workspace: 'x', task: 'task-1' };
const tools = { key: protection.key, sha256 };
const forger = { key: testProtection('forger').key, sha256 };
let whole: Kept;
/** The same trace some events earlier, with the checkpoint of then. */
let older: Kept;
let lines: string[];

beforeAll(async () => {
  const journal = await folder.written(move('prepare'), toolCalled('edit_file', { path: 'ä', text: 'one' }, 'write'));
  await journal.rest();
  older = read();
  for (const next of [toolReturned('edit_file', true), answer({ text: 'thinking "twice"\n' }), move('work')]) {
    await journal.append(next);
  }
  await journal.close();
  whole = read();
  lines = whole.trace.toString('utf8').trimEnd().split('\n');
});

afterAll(() => folder.remove());

function read(): Kept {
  return { trace: readFileSync(folder.files.trace), note: readFileSync(folder.files.head) };
}

/** What `verifyTraceFile` does with the bytes, without a disk in between: a test below sees that both agree. */
function intact({ trace, note }: Kept): boolean {
  const checkpoint = readCheckpoint(note.toString('utf8'), name, tools);
  return checkpoint.ok && verifyLines(trace, sha256, checkpoint.value).ok;
}

async function intactOnDisk({ trace, note }: Kept): Promise<boolean> {
  writeFileSync(folder.files.trace, trace);
  writeFileSync(folder.files.head, note);
  return (await folder.verify()).ok;
}

/** The same numbers in every run. */
let state = 20_261_122;
function random(below: number): number {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return Math.floor((state / 2 ** 32) * below);
}

const text = (all: readonly string[]): Buffer => Buffer.from(all.map((line) => `${line}\n`).join(''));
const flip = (bytes: Buffer): Buffer => {
  const changed = Buffer.from(bytes);
  const place = random(bytes.length);
  changed[place] = (changed[place] ?? 0) ^ (1 << random(8));
  return changed;
};

/** Every line from `from` on written anew behind a change, with a chain that holds: what somebody does who knows the format. */
function rechained(from: number, edit: (line: string) => string): string[] {
  const result = lines.slice(0, from);
  let prev = from === 0 ? chainStart : sha256(lines[from - 1] ?? '');
  for (const line of lines.slice(from)) {
    const event = parseTraceEvent(JSON.parse(result.length === from ? edit(line) : line));
    if (event === undefined) {
      return [];
    }
    const next = encodeLine(event, { seq: result.length, ts: event.ts, prev });
    prev = sha256(next);
    result.push(next);
  }
  return result;
}
const later = (line: string): string => line.replace(/"ts":"\d{4}/, `"ts":"${1990 + random(30)}`);
const forgedNote = (all: readonly string[], by = forger): Buffer =>
  Buffer.from(signCheckpoint(name, { seq: all.length - 1, hash: sha256(all.at(-1) ?? '') }, 0, by));

const mutations: Readonly<Record<string, readonly [times: number, mutate: () => Kept]>> = {
  'a bit flipped': [12_000, () => ({ ...whole, trace: flip(whole.trace) })],
  'a bit of the checkpoint flipped': [2_500, () => ({ ...whole, note: flip(whole.note) })],
  'a byte deleted': [1_500, () => ({ ...whole, trace: without(whole.trace, random(whole.trace.length), 1) })],
  'a cut at any byte': [1_500, () => ({ ...whole, trace: whole.trace.subarray(0, random(whole.trace.length)) })],
  'a stretch deleted': [
    500,
    () => ({ ...whole, trace: without(whole.trace, random(whole.trace.length - 1), 1 + random(400)) }),
  ],
  'a line deleted': [500, () => ({ ...whole, trace: text(lines.toSpliced(random(lines.length), 1)) })],
  'a line repeated': [
    500,
    () => {
      const line = lines[random(lines.length)] ?? '';
      return { ...whole, trace: text(lines.toSpliced(random(lines.length + 1), 0, line)) };
    },
  ],
  'two lines swapped': [
    500,
    () => {
      const first = random(lines.length - 1);
      const second = first + 1 + random(lines.length - first - 1);
      return { ...whole, trace: text(lines.with(first, lines[second] ?? '').with(second, lines[first] ?? '')) };
    },
  ],
  'a key repeated': [
    500,
    () => {
      const place = random(lines.length);
      const keys = [...(lines[place] ?? '').matchAll(/[{,]("[a-z]+":)/gi)];
      const key = keys[random(keys.length)];
      const at = (key?.index ?? 0) + 1;
      const line = `${lines[place]?.slice(0, at)}${key?.[1]}0,${lines[place]?.slice(at)}`;
      return { ...whole, trace: text(lines.with(place, line)) };
    },
  ],
  'lines written anew with a chain that holds': [
    500,
    () => ({ ...whole, trace: text(rechained(random(lines.length), later)) }),
  ],
  'all of it written anew and signed by another key': [
    250,
    () => {
      const forged = rechained(random(lines.length), later);
      return { trace: text(forged), note: forgedNote(forged) };
    },
  ],
  'a checkpoint of another trace of the same key': [
    250,
    () => {
      const forged = rechained(random(lines.length), later);
      const head = { seq: forged.length - 1, hash: sha256(forged.at(-1) ?? '') };
      const note = signCheckpoint({ workspace: 'x', task: `task-${2 + random(9)}` }, head, 0, tools);
      return { trace: text(forged), note: Buffer.from(note) };
    },
  ],
};

function without(bytes: Buffer, from: number, count: number): Buffer {
  return Buffer.concat([bytes.subarray(0, from), bytes.subarray(from + count)]);
}

describe('a trace with a signed checkpoint', () => {
  test('is found changed by each of more than 20,000 random changes', { timeout: 240_000 }, async () => {
    expect(intact(whole)).toBe(true);
    const missed: Record<string, number> = {};
    let count = 0;
    const sampled: Kept[] = [];
    for (const [what, [times, mutate]] of Object.entries(mutations)) {
      missed[what] = 0;
      for (let round = 0; round < times; round += 1) {
        const changed = mutate();
        if (changed.trace.equals(whole.trace) && changed.note.equals(whole.note)) {
          continue;
        }
        count += 1;
        missed[what] += intact(changed) ? 1 : 0;
        if (round % 150 === 0) sampled.push(changed);
      }
    }
    expect(missed).toEqual(Object.fromEntries(Object.keys(mutations).map((what) => [what, 0])));
    expect(count).toBeGreaterThan(20_000);
    // What reads the files finds the same.
    for (const changed of sampled) {
      expect(await intactOnDisk(changed)).toBe(false);
    }
    expect(sampled.length).toBeGreaterThan(100);
    expect(await intactOnDisk(whole)).toBe(true);
  });

  test('is found put back, log and checkpoint together, only by who remembers a later place', async () => {
    expect(await intactOnDisk(older)).toBe(true);
    const last = { seq: lines.length - 1, hash: sha256(lines.at(-1) ?? '') };
    const asked = { ...protection, files: folder.files, task: 'task-1', known: last };
    expect(await verifyTraceFile(asked)).toMatchObject({
      ok: false,
      firstBad: { line: 4, reason: 'the trace is cut: line 6 stood here when the checkpoint was written' },
    });
    // Nor does it help to have the key.
    const forged = rechained(1, later);
    writeFileSync(folder.files.trace, text(forged));
    writeFileSync(folder.files.head, forgedNote(forged, tools));
    expect((await folder.verify()).ok).toBe(true);
    expect(await verifyTraceFile(asked)).toMatchObject({ ok: false, firstBad: { line: 6 } });
    await intactOnDisk(whole);
  });
});

describe('the verifier that needs nothing but Node', () => {
  const script = join(import.meta.dirname, '../../../media/verify/verify.mjs');

  async function verify({ trace, note }: Kept, key = verifierKey(tools)) {
    const paths = [join(folder.root, 'trace.jsonl'), join(folder.root, 'task.checkpoint')] as const;
    writeFileSync(paths[0], trace);
    writeFileSync(paths[1], note);
    const run = promisify(execFile)(process.execPath, [script, ...paths, key]);
    return run.then(
      ({ stdout }) => ({ code: 0, said: stdout }),
      (error: { code: number; stdout: string; stderr: string }) => ({
        code: error.code,
        said: error.stdout + error.stderr,
      }),
    );
  }

  /** Its trace names the workspace that its checkpoint does, as a product's does. */
  async function own(): Promise<Kept> {
    const other = new TaskFolder();
    const made = await other.store.create('task-1');
    if (!made.ok) throw new Error(made.error.message);
    await made.value.append(created({ workspace: 'x' }));
    await made.value.append(answer({ text: 'ä "quoted"' }));
    await made.value.append(move('prepare'));
    await made.value.close();
    const kept = { trace: readFileSync(other.files.trace), note: readFileSync(other.files.head) };
    other.remove();
    return kept;
  }

  test('agrees with the product on whole and on changed traces, and names the line', { timeout: 60_000 }, async () => {
    const kept = await own();
    expect(await verify(kept)).toEqual({ code: 0, said: 'intact: 3 events, 3 of them under a signed checkpoint\n' });
    const all = kept.trace.toString('utf8').trimEnd().split('\n');
    const changes: readonly [Kept, string][] = [
      [{ ...kept, trace: text(all.with(1, all[1]?.replace('quoted', 'edited') ?? '')) }, 'CHANGED at line 3:'],
      [{ ...kept, trace: text(all.slice(0, 2)) }, 'CHANGED at line 3: the trace is cut'],
      [{ ...kept, trace: text(all.toSpliced(1, 1)) }, 'CHANGED at line 2:'],
      [{ ...kept, trace: text(all.with(2, all[2]?.replace('"v":1', '"v":2,"v":1') ?? '')) }, 'CHANGED at line 3:'],
      [{ ...kept, trace: text(all.with(2, all[2]?.replace('prepare', 'discard') ?? '')) }, 'CHANGED at line 3:'],
      [{ ...kept, note: forgedNote(all) }, 'CHANGED at line 0: a checkpoint is signed with another key'],
      [{ ...kept, note: Buffer.from(kept.note.toString().replace('\n3\n', '\n2\n')) }, 'signature'],
      [{ ...kept, note: Buffer.from('nothing\n') }, 'not a signed note'],
    ];
    for (const [changed, said] of changes) {
      expect(await verify(changed)).toEqual({ code: 1, said: expect.stringContaining(said) });
    }
    expect(await verify(kept, 'nightshift+00000000+AAAA')).toMatchObject({ code: 2 });
  });
});
