import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Memory } from '../../../src/indexer/memory.ts';
import { forgottenSchema } from '../../../src/protocol/memory.ts';
import { must, signal, TemporaryRepository } from '../repository/temporaryRepository.ts';

let repository: TemporaryRepository;
let directory: string;
let memory: Memory;

/** The program that understands files ends at once, so they are read as plain text. */
async function open(paused = false): Promise<void> {
  const settings = { root: repository.root, directory, exclude: [], windowWatches: true, paused };
  const embedding = { by: 'none' } as const;
  memory = await Memory.open({ ...settings, embedding }, join(directory, 'bundles'), () => undefined);
  must(await memory.answer('settle', { vectors: false }, signal));
}

const forget = async (path: string) =>
  forgottenSchema.parse(must(await memory.answer('forget', { what: 'path', path }, signal)));
const stateOf = async (path: string) => must(await memory.answer('explain', { path }, signal));
const list = (): unknown => JSON.parse(readFileSync(join(directory, 'forgotten.json'), 'utf8'));

beforeEach(async () => {
  repository = new TemporaryRepository();
  repository.commit({ '.gitignore': 'build/\n', 'old/gone.ts': 'export const gone = 1;\n', 'a.ts': 'export {};\n' });
  rmSync(join(repository.root, 'old'), { recursive: true });
  repository.commit();
  repository.write('build/out.ts', 'export const out = 1;\n');
  directory = mkdtempSync(join(tmpdir(), 'nightshift-forget-'));
  mkdirSync(join(directory, 'bundles'));
  writeFileSync(join(directory, 'bundles', 'readingProcess.cjs'), '');
  await open();
});

afterEach(async () => {
  await memory.close();
  repository.remove();
  rmSync(directory, { recursive: true, force: true });
});

describe('asked to forget', () => {
  it('what it knows nothing of, the memory says so and keeps nothing out', async () => {
    for (const path of ['never.ts', 'never/there/', 'build/out.ts', 'old/gone']) {
      expect(await forget(path)).toEqual({ episodes: 0, files: 0, vectors: 0 });
    }
    expect(existsSync(join(directory, 'forgotten.json'))).toBe(false);
    repository.write('never.ts', 'export const never = 1;\n');
    must(await memory.answer('hint', { changed: ['never.ts'], used: [] }, signal));
    await expect.poll(() => stateOf('never.ts')).toMatchObject({ state: 'indexed' });
  });

  it('a folder that only the history has, it does, and keeps out what comes into it, also after a restart', async () => {
    expect(await forget('old/')).toEqual({ episodes: 0, files: 1, vectors: 0 });
    expect(await forget('old')).toEqual({ episodes: 0, files: 0, vectors: 0 });
    expect(list()).toEqual(['old']);
    await memory.close();
    repository.write('old/new.ts', 'export const fresh = 1;\n');
    rmSync(join(directory, 'memory.db'));
    await open();
    expect(await stateOf('old/new.ts')).toMatchObject({ state: 'forgotten' });
    expect(await stateOf('a.ts')).toMatchObject({ state: 'indexed' });
    expect(await forget('old')).toEqual({ episodes: 0, files: 0, vectors: 0 });
  });

  it('what it has not come to yet, it keeps out', async () => {
    await memory.close();
    rmSync(join(directory, 'memory.db'));
    await open(true);
    expect(await forget('a.ts')).toEqual({ episodes: 0, files: 1, vectors: 0 });
    must(await memory.answer('pause', { paused: false }, signal));
    must(await memory.answer('settle', { vectors: false }, signal));
    expect(await stateOf('a.ts')).toMatchObject({ state: 'forgotten' });
    expect(await stateOf('.gitignore')).toMatchObject({ state: 'indexed' });
  });
});
