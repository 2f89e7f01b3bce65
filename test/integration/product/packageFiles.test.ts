import { execFileSync, fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { listFiles, PackageManager } from '@vscode/vsce';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { withPlatformFiles } from '../../../scripts/package/platformFiles.ts';
import { installedCli } from './bundles.ts';

const project = fileURLToPath(new URL('../../..', import.meta.url));
const universalList = readFileSync(join(project, '.vscodeignore'), 'utf8');
/** Only packages for one platform have them; what starts them tells the person so. */
const forModels = ['embeddingThread.cjs', 'modelRunner.cjs'];

let folder: string;
let universal: readonly string[];
let forOnePlatform: readonly string[];

beforeAll(async () => {
  folder = dirname(dirname(installedCli()));
  for (const name of ['README.md', 'LICENSE', 'CHANGELOG.md']) {
    cpSync(join(project, name), join(folder, name));
  }
  universal = await packedFiles('universal', universalList);
  forOnePlatform = await packedFiles('platform', withPlatformFiles(universalList));
});

async function packedFiles(name: string, list: string): Promise<readonly string[]> {
  const ignoreFile = join(folder, `${name}.list`);
  writeFileSync(ignoreFile, list);
  return listFiles({ cwd: folder, packageManager: PackageManager.None, ignoreFile });
}

const programs = (files: readonly string[]): string[] => files.filter((file) => /^dist\/[^/]+\.cjs$/.test(file));

/** Files beside them that the programs of a package name as what they require, or as what they start. */
function read(files: readonly string[], pattern: RegExp): string[] {
  const texts = programs(files).map((file) => readFileSync(join(folder, file), 'utf8'));
  return [...new Set(texts.flatMap((text) => [...text.matchAll(pattern)].map(([, name]) => `dist/${name}`)))].sort();
}

const required = /require\("\.\/([^"]+)"\)/g;
const started = /["'`](\w+\.cjs)["'`]/g;

describe('the package', () => {
  test.each([
    ['for every platform', () => universal, ['extension', 'shared']],
    ['for one platform', () => forOnePlatform, ['extension', 'shared', 'models']],
  ] as const)('%s has each file that its programs share, and no other', (_, files, groups) => {
    const parts = read(files(), required);
    expect(parts.filter((part) => !files().includes(part))).toEqual([]);
    expect(programs(files()).filter((file) => basename(file).includes('-'))).toEqual(parts);
    expect(new Set(parts.map((part) => basename(part).split('-')[0]))).toEqual(new Set(groups));
  });

  test('has each program that another one starts; those for models only with their engine', () => {
    const missing = (files: readonly string[]): string[] =>
      read(files, started)
        .filter((file) => !files.includes(file))
        .map((file) => basename(file));
    expect(read(universal, started).length).toBeGreaterThan(forModels.length);
    expect(missing(universal)).toEqual(forModels);
    expect(missing(forOnePlatform)).toEqual([]);
  });

  test('has a guest that needs no other file', () => {
    const alone = readFileSync(join(folder, 'dist', 'guest.cjs'), 'utf8');
    expect([...alone.matchAll(required)]).toEqual([]);
    const asked = [...alone.matchAll(/require\("([^"]+)"\)/g)].map(([, name]) => name);
    expect(asked.length).toBeGreaterThan(0);
    expect(asked.filter((name) => !/^node:|^[a-z_/]+$/.test(name ?? ''))).toEqual([]);
  });
});

describe('the programs of a package', () => {
  let alone: string;

  beforeAll(() => {
    alone = mkdtempSync(join(tmpdir(), 'nightshift-packed-'));
    for (const file of universal) {
      mkdirSync(dirname(join(alone, file)), { recursive: true });
      cpSync(join(folder, file), join(alone, file));
    }
  });

  afterAll(() => rmSync(alone, { recursive: true, force: true }));

  test('start where nothing else is: the command, also through a link', () => {
    const link = join(alone, 'nightshift');
    symlinkSync(join('dist', 'cli.cjs'), link);
    const { version } = z
      .object({ version: z.string() })
      .parse(JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')));
    for (const script of [join(alone, 'dist', 'cli.cjs'), link]) {
      expect(execFileSync(process.execPath, [script, '--version'], { encoding: 'utf8' })).toContain(version);
    }
  });

  test('start where nothing else is: the agent host', () => {
    const host = spawnSync(process.execPath, [join(alone, 'dist', 'agentHost.cjs')], { encoding: 'utf8' });
    expect(host.stderr).toContain('The agent host needs --workspace');
    expect(host.stderr).not.toContain('Cannot find module');
    expect(host.status).toBe(1);
  });

  test('start where nothing else is: the indexer', async () => {
    const indexer = fork(join(alone, 'dist', 'indexer.cjs'), { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    indexer.send({ jsonrpc: '2.0', id: 1, method: 'status', params: {} });
    const gone = once(indexer, 'exit');
    const first: unknown[] = await Promise.race([once(indexer, 'message'), gone]);
    expect(first[0]).toMatchObject({ id: 1, error: { data: { reason: 'not-opened' } } });
    indexer.disconnect();
    expect(await gone).toEqual([0, null]);
  });
});
