import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { writeWhole } from '../../../src/node/repository/writeWhole.ts';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nightshift-whole-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('a small file of our own', () => {
  test('is made with its folders, closed to other users', async () => {
    const path = join(folder, 'a', 'b', 'file.json');
    await writeWhole(path, 'first');
    await writeWhole(path, new TextEncoder().encode('second'));
    expect(readFileSync(path, 'utf8')).toBe('second');
    expect([statSync(path).mode & 0o077, statSync(dirname(path)).mode & 0o077]).toEqual([0, 0]);
    expect(readdirSync(dirname(path))).toEqual(['file.json']);
  });

  test('is whole, and refused to nobody, when many write it at once', async () => {
    const path = join(folder, 'file.json');
    const texts = Array.from({ length: 40 }, (_, at) => String(at).repeat(at * 50 + 1));
    await Promise.all(texts.map((text) => writeWhole(path, text)));
    expect(texts).toContain(readFileSync(path, 'utf8'));
    expect(readdirSync(folder)).toEqual(['file.json']);
  });

  test('leaves nothing beside it where it cannot be put in its place', async () => {
    const path = join(folder, 'taken');
    mkdirSync(join(path, 'by a folder'), { recursive: true });
    await expect(writeWhole(path, 'text')).rejects.toThrow();
    expect(readdirSync(folder)).toEqual(['taken']);
  });
});
