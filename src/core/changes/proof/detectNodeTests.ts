import * as z from 'zod';
import type { TreeView } from './detectTests.ts';
import { instrument } from './instrument.ts';
import { shellWords } from './shellWords.ts';
import type { TestCommand } from './testCommand.ts';

const packageSchema = z.object({ scripts: z.record(z.string(), z.unknown()).default({}) });

type Scripts = Readonly<Record<string, unknown>>;

const maxDepth = 5;
const maxSegments = 20;
const readFiles = 20;
/** What `npm init` writes. */
const placeholder = /no test specified/i;
const testFile = /(?:^|\/)(?:test\/(?:.*\/)?[^/]+|[^/]+[._-]test|test(?:-[^/]+)?)\.(?:[cm]?js|[cm]?ts)$/;

/**
 * The test script of `package.json`, or `node --test` where there is none but files use `node:test`. The box has Node and no
 * package manager, so `npm run x` and `npx x` are replaced by what they would run.
 */
export async function detectNodeTests(files: TreeView): Promise<TestCommand | undefined> {
  const scripts = await readScripts(files);
  if (scripts === undefined) {
    return undefined;
  }
  const script = scriptNamed(scripts, 'test');
  if (script === undefined || placeholder.test(script)) {
    return (await usesNodeTest(files)) ? instrument(['node', '--test']) : undefined;
  }
  const segments = expand(script, scripts, 0).slice(0, maxSegments);
  const notes = ['pretest', 'posttest']
    .filter((name) => scriptNamed(scripts, name) !== undefined)
    .map((name) => `The script "${name}" of package.json is not run.`);
  return { ...commandFor(segments), ...(notes.length > 0 ? { notes } : {}) };
}

async function readScripts(files: TreeView): Promise<Scripts | undefined> {
  const text = files.has('package.json') ? await files.read('package.json') : null;
  if (text === null) {
    return undefined;
  }
  try {
    return packageSchema.safeParse(JSON.parse(text.replace(/^\uFEFF/, ''))).data?.scripts;
  } catch {
    return undefined;
  }
}

function scriptNamed(scripts: Scripts, name: string): string | undefined {
  const script = Object.hasOwn(scripts, name) ? scripts[name] : undefined;
  return typeof script === 'string' && script.trim() !== '' ? script : undefined;
}

async function usesNodeTest(files: TreeView): Promise<boolean> {
  const candidates = files.list().filter((path) => testFile.test(path) && !path.includes('node_modules/'));
  const texts = await Promise.all(candidates.slice(0, readFiles).map(async (path) => files.read(path)));
  return texts.some((text) => text !== null && /['"]node:test['"]/.test(text));
}

/** The parts of a script between `&&`, with the scripts and programs that a package manager would run in their place. */
function expand(script: string, scripts: Scripts, depth: number): readonly string[] {
  const parts = /["'`;|()]/.test(script) ? [script] : script.split('&&').map((part) => part.trim());
  return parts.flatMap((part) => {
    const words = shellWords(part);
    const named = words === undefined ? undefined : calledScript(words);
    const inner = named === undefined ? undefined : scriptNamed(scripts, named.script);
    if (named !== undefined && inner !== undefined && depth < maxDepth) {
      return expand([inner, ...named.args.map(quoted)].join(' '), scripts, depth + 1);
    }
    return [words?.[0] === 'npx' ? withoutNpx(words) : part];
  });
}

/** The script that `npm test`, `npm run x -- args`, `pnpm x` or `yarn x` would run. */
function calledScript(words: readonly string[]): { script: string; args: readonly string[] } | undefined {
  const [manager, ...rest] = words;
  if (manager === undefined || !['npm', 'pnpm', 'yarn', 'bun'].includes(manager)) {
    return undefined;
  }
  const plain = rest.filter((word) => word !== '--silent' && word !== '-s');
  const [first, ...others] = plain[0] === 'run' || plain[0] === 'run-script' ? plain.slice(1) : plain;
  return first === undefined
    ? undefined
    : { script: first === 't' ? 'test' : first, args: others.filter((word) => word !== '--') };
}

function withoutNpx(words: readonly string[]): string {
  const start = words.findIndex((word, index) => index > 0 && !word.startsWith('-'));
  return words
    .slice(start === -1 ? 1 : start)
    .map(quoted)
    .join(' ');
}

/** One recognised runner alone runs without a shell; among other commands it is told to report where it stands. */
function commandFor(segments: readonly string[]): TestCommand {
  const known = segments.map((segment) => instrument(shellWords(segment) ?? []));
  const recognised = known.filter((command) => command !== undefined);
  const [only] = recognised;
  if (only === undefined || recognised.length > 1) {
    return { runner: 'npm-script', ...inShell(segments.join(' && ')), report: { format: 'none' } };
  }
  if (segments.length === 1) {
    return only;
  }
  const line = segments.map((segment, index) => known[index]?.argv.map(quoted).join(' ') ?? segment).join(' && ');
  const { argv, environment } = inShell(line);
  return { ...only, argv, environment: { ...environment, ...only.environment } };
}

function inShell(line: string): Pick<TestCommand, 'argv' | 'environment'> {
  return {
    argv: ['sh', '-c', `PATH="$PWD/node_modules/.bin:$PATH"; ${line}`],
    environment: { CI: 'true', NO_COLOR: '1', FORCE_COLOR: '0' },
  };
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
