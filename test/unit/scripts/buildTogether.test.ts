import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { buildTogether } from '../../../scripts/buildTogether.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nightshift-together-'));
  mkdirSync(join(folder, 'src'));
  mkdirSync(join(folder, 'dist'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const source = (name: string, text: string): void => writeFileSync(join(folder, 'src', name), text);
const built = (): string[] => readdirSync(join(folder, 'dist'));
const text = (file: string): string => readFileSync(join(folder, 'dist', file), 'utf8');
const run = (entry: string): string =>
  execFileSync(process.execPath, [join(folder, 'dist', entry)], { encoding: 'utf8' });
const build = (...entries: string[]) =>
  buildTogether(join(folder, 'dist'), {
    group: 'common',
    entries,
    absWorkingDir: folder,
    bundle: true,
    platform: 'node',
    target: 'node22',
    minify: true,
  });

test('what two programs need lies in one file, what one needs in its own', async () => {
  source('both.ts', 'export const both = (who: string): string => `needed-by-both ${who}`;');
  source('one.ts', "import { both } from './both.ts'; process.stdout.write(both('only-one'));");
  source('two.ts', "import { both } from './both.ts'; process.stdout.write(both('only-two'));");
  const programs = await build('one', 'two');
  expect(run('one.cjs')).toBe('needed-by-both only-one');
  expect(run('two.cjs')).toBe('needed-by-both only-two');
  const common = built().filter((file) => /^common-\w+\.cjs$/.test(file));
  expect(common).toHaveLength(1);
  expect(built().filter((file) => text(file).includes('needed-by-both'))).toEqual(common);
  expect(built().filter((file) => text(file).includes('only-one'))).toEqual(['one.cjs']);
  const bytes = (...files: string[]): number => files.reduce((sum, file) => sum + text(file).length, 0);
  expect(programs.get('one')?.bytes).toBe(bytes('one.cjs', ...common));
  expect(programs.get('two')?.bytes).toBe(bytes('two.cjs', ...common));
});

test('what a program imports on its way is read only then, and counts', async () => {
  source('heavy.ts', "process.stdout.write('heavy '); export const heavy = 'imported-on-the-way';");
  source(
    'lazy.ts',
    "process.stdout.write('started '); void import('./heavy.ts').then(({ heavy }) => process.stdout.write(heavy));",
  );
  const programs = await build('lazy');
  expect(run('lazy.cjs')).toBe('started heavy imported-on-the-way');
  expect(text('lazy.cjs')).not.toContain('imported-on-the-way');
  expect(programs.get('lazy')?.bytes).toBe(built().reduce((sum, file) => sum + text(file).length, 0));
  expect(programs.get('lazy')?.bytesAtStart).toBe(text('lazy.cjs').length);
});

test('a program keeps its first line for the shell, finds its folder, and takes libraries of either form', async () => {
  writeFileSync(join(folder, 'src', 'old.cjs'), "const { basename } = require('path'); exports.name = basename;");
  source('both.ts', "import old from './old.cjs'; export const folderName = (): string => old.name(__dirname);");
  const program = "import { folderName } from './both.ts'; process.stdout.write(`${folderName()} ${__dirname}`);";
  source('one.ts', `#!/usr/bin/env node\n${program}`);
  source('two.ts', program);
  await build('one', 'two');
  expect(text('one.cjs')).toMatch(/^#!\/usr\/bin\/env node\n/);
  expect(run('one.cjs')).toBe(`dist ${join(folder, 'dist')}`);
});
