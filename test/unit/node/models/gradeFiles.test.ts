import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readGrade, writeGrade } from '../../../../src/node/models/grades/gradeFiles.ts';

const model = { driver: 'ollama', name: 'qwen3:8b', endpoint: 'http://127.0.0.1:11434', digest: 'a'.repeat(64) };
const trial = {
  grade: { tools: 'native' as const, schema: true, level: 'capable' as const },
  words: 'capable: calls tools',
  findings: [{ question: 'edit' as const, passed: true, told: 'made an exact edit' }],
};
const now = new Date('2026-11-22T10:00:00.000Z');

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'ns-grades-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function onlyFile(): string {
  const [name = '', ...others] = readdirSync(folder);
  expect(others).toEqual([]);
  return join(folder, name);
}

describe('kept grades', () => {
  it('are read as they were written', async () => {
    await writeGrade(join(folder, 'models', 'grades'), model, trial, now);
    expect(await readGrade(join(folder, 'models', 'grades'), model)).toEqual({ ...trial, gradedAt: now.toISOString() });
  });

  it('are of one address and of the weights that were tried', async () => {
    await writeGrade(folder, model, trial, now);
    const { digest: _digest, ...unnamed } = model;
    for (const other of [{ ...model, digest: 'b'.repeat(64) }, { ...model, endpoint: 'http://other:1' }, unnamed]) {
      expect(await readGrade(folder, other)).toBeUndefined();
    }
  });

  it('are replaced, not piled up', async () => {
    await writeGrade(folder, model, trial, now);
    await writeGrade(folder, { ...model, digest: 'b'.repeat(64) }, trial, now);
    expect(await readGrade(folder, { ...model, digest: 'b'.repeat(64) })).toBeDefined();
    onlyFile();
  });

  it.each([
    ['cut', (text: string) => text.slice(0, 40)],
    ['empty', () => ''],
    ['of other questions', (text: string) => text.replace('"trial": 1', '"trial": 0')],
    ['of no level', (text: string) => text.replace('"capable"', '"superb"')],
    ['of another model', (text: string) => text.replace('"qwen3:8b"', '"other"')],
  ])('count as none when the file is %s', async (_how, damage) => {
    await writeGrade(folder, model, trial, now);
    const path = onlyFile();
    writeFileSync(path, damage(readFileSync(path, 'utf8')));
    expect(await readGrade(folder, model)).toBeUndefined();
    expect(await writeGrade(folder, model, trial, now)).toMatchObject({ ok: true });
    expect(await readGrade(folder, model)).toBeDefined();
  });

  it('of several hosts at once leave a whole file', async () => {
    await Promise.all(Array.from({ length: 20 }, () => writeGrade(folder, model, trial, now)));
    expect(await readGrade(folder, model)).toBeDefined();
    onlyFile();
  });

  it('that cannot be kept are a failure that says where', async () => {
    writeFileSync(join(folder, 'file'), '');
    expect(await writeGrade(join(folder, 'file'), model, trial, now)).toMatchObject({
      ok: false,
      error: { reason: 'state-unwritable' },
    });
  });
});
