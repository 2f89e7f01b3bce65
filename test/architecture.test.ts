import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { describe, expect, test } from 'vitest';

/** The import table of docs/architecture.md, checked on the sources themselves, so that it holds whatever tool is swapped. */

type Layer = 'base' | 'protocol' | 'core' | 'node' | 'host' | 'cli' | 'vscode' | 'guest' | 'indexer' | 'entry';

const source = resolve(import.meta.dirname, '../src');

const mayImport: Readonly<Record<Layer, { layers: readonly Layer[]; node: boolean; vscode: boolean }>> = {
  base: { layers: ['base'], node: false, vscode: false },
  protocol: { layers: ['base', 'protocol'], node: false, vscode: false },
  core: { layers: ['base', 'protocol', 'core'], node: false, vscode: false },
  node: { layers: ['base', 'protocol', 'core', 'node'], node: true, vscode: false },
  host: { layers: ['base', 'protocol', 'core', 'node', 'host'], node: true, vscode: false },
  cli: { layers: ['base', 'protocol', 'cli', 'host'], node: true, vscode: false },
  vscode: { layers: ['base', 'protocol', 'vscode', 'host'], node: true, vscode: true },
  guest: { layers: ['base', 'protocol', 'core', 'guest'], node: true, vscode: false },
  indexer: { layers: ['base', 'protocol', 'core', 'node', 'indexer'], node: true, vscode: false },
  entry: {
    layers: ['base', 'protocol', 'core', 'node', 'host', 'cli', 'vscode', 'guest', 'indexer'],
    node: true,
    vscode: true,
  },
};

/** The editor's side and the guest see little of what they may import: these folders and files only. */
const narrowed: readonly { from: Layer; to: Layer; allowed: RegExp }[] = [
  { from: 'vscode', to: 'host', allowed: /^host\/(client\/|paths\.ts$)/ },
  { from: 'guest', to: 'core', allowed: /^core\/(tools|sandbox)\// },
];

/** Within core, a folder knows only folders of its own rank and below. */
const coreRank: Readonly<Record<string, number>> = {
  tasks: 0,
  models: 0,
  sandbox: 0,
  changes: 0,
  trace: 0,
  guards: 0,
  policy: 0,
  repository: 0,
  environments: 0,
  findings: 1,
  tools: 1,
  memory: 1,
  agents: 2,
  triggers: 2,
  workflows: 2,
  supervisor: 3,
};

interface Import {
  readonly file: string;
  readonly target: string;
  readonly typeOnly: boolean;
}

const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))
  .map((name) => name.split(sep).join('/'));

const imports = files.flatMap((file) => importsOf(file));

function importsOf(file: string): Import[] {
  const text = readFileSync(join(source, file), 'utf8');
  const pattern =
    /(?:^|\n)\s*(?:import|export)\s+(type\s+)?(?:[\w*{}\s,$]+?\s+from\s+)?'([^']+)'|import\(\s*'([^']+)'\s*\)/g;
  return [...text.matchAll(pattern)].map((match) => {
    const specifier = match[2] ?? match[3] ?? '';
    const target = specifier.startsWith('.')
      ? relative(source, resolve(source, dirname(file), specifier))
          .split(sep)
          .join('/')
      : specifier;
    return { file, target, typeOnly: match[1] !== undefined };
  });
}

function layerOf(path: string): Layer {
  const first = path.split('/')[0] ?? '';
  return path.includes('/') && Object.hasOwn(mayImport, first) ? (first as Layer) : 'entry';
}

const isRelative = (target: string): boolean => files.includes(target);

describe('the import table', () => {
  test('finds the imports it is to check', () => {
    expect(files.length).toBeGreaterThan(50);
    expect(imports.filter(({ target }) => isRelative(target)).length).toBeGreaterThan(100);
  });

  test('each layer imports only the layers below it', () => {
    const bad = imports.filter(
      ({ file, target }) => isRelative(target) && !mayImport[layerOf(file)].layers.includes(layerOf(target)),
    );
    // A front door may know the shapes of the core, and nothing that runs.
    const typesOfCore = (item: Import): boolean =>
      item.typeOnly && layerOf(item.target) === 'core' && ['cli', 'vscode'].includes(layerOf(item.file));
    expect(bad.filter((item) => !typesOfCore(item)).map(show)).toEqual([]);
  });

  test('only the layers that run on Node import its modules', () => {
    const bad = imports.filter(({ file, target }) => target.startsWith('node:') && !mayImport[layerOf(file)].node);
    expect(bad.map(show)).toEqual([]);
  });

  test('no module that a Node may lack is imported, but for its types', () => {
    const bad = imports.filter(({ target, typeOnly }) => target === 'node:sqlite' && !typeOnly);
    expect(bad.map(show)).toEqual([]);
  });

  test('only the editor side imports vscode, not even its types elsewhere', () => {
    const bad = imports.filter(
      ({ file, target }) => target === 'vscode' && (!mayImport[layerOf(file)].vscode || isHeadlessEntry(file)),
    );
    expect(bad.map(show)).toEqual([]);
  });

  test('the editor side and the guest see only the narrow part of other layers', () => {
    const bad = imports.filter(({ file, target }) =>
      narrowed.some(
        ({ from, to, allowed }) =>
          layerOf(file) === from && isRelative(target) && layerOf(target) === to && !allowed.test(target),
      ),
    );
    expect(bad.map(show)).toEqual([]);
  });

  test('an adapter knows its own folder and no other adapter, but for those of git and of processes', () => {
    const folder = (path: string): string => path.split('/').slice(0, 2).join('/');
    const shared = new Set(['node/repository', 'node/processes']);
    const bad = imports.filter(
      ({ file, target }) =>
        layerOf(file) === 'node' &&
        isRelative(target) &&
        layerOf(target) === 'node' &&
        folder(file) !== folder(target) &&
        !shared.has(folder(target)),
    );
    expect(bad.map(show)).toEqual([]);
  });

  test('folders of the core know only their own rank and below', () => {
    const bad = imports.filter(({ file, target }) => {
      const from = coreFolder(file);
      const to = coreFolder(target);
      return from !== undefined && to !== undefined && rank(from) < rank(to);
    });
    expect(bad.map(show)).toEqual([]);
  });

  test('every folder of the core has a rank', () => {
    const folders = new Set(files.map(coreFolder).filter((folder) => folder !== undefined));
    expect([...folders].filter((folder) => !Object.hasOwn(coreRank, folder))).toEqual([]);
  });
});

describe('the sources', () => {
  test('are short: no file over 400 lines', () => {
    const long = files.filter((file) => readFileSync(join(source, file), 'utf8').split('\n').length > 401);
    expect(long).toEqual([]);
  });

  test('have entries without logic', () => {
    const entries = files.filter((file) => !file.includes('/'));
    const long = entries.filter((file) => readFileSync(join(source, file), 'utf8').split('\n').length > 60);
    expect(long).toEqual([]);
  });

  test('have no barrels and no names that say nothing', () => {
    const bad = files.filter((file) => /(^|\/)(index|utils?|helpers?|misc|manager|handler)\.ts$/i.test(file));
    expect(bad).toEqual([]);
  });

  test('take schemas as a namespace, of which a bundle keeps what is used', () => {
    const whole = /import (?!type )(?!\* as z )[^;]* from 'zod(\/mini)?';/;
    expect(files.filter((file) => whole.test(readFileSync(join(source, file), 'utf8')))).toEqual([]);
  });
});

function isHeadlessEntry(file: string): boolean {
  return layerOf(file) === 'entry' && file !== 'extension.ts';
}

function coreFolder(path: string): string | undefined {
  const [layer, folder, rest] = path.split('/');
  return layer === 'core' && rest !== undefined ? folder : undefined;
}

function rank(folder: string): number {
  return coreRank[folder] ?? Number.MAX_SAFE_INTEGER;
}

function show({ file, target }: Import): string {
  return `${file} -> ${target}`;
}
