import { execFile } from 'node:child_process';
import { open, readdir, readFile, realpath, stat } from 'node:fs/promises';
import { basename, delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';

import * as z from 'zod';

import { fail, ok, type Result } from '../../../base/result.ts';

const run = promisify(execFile);
/** Milliseconds; these are version questions that answer at once. */
const commandDeadline = 10_000;
const oldestNode = 22;
const systemFolders = ['/usr/local/bin', '/usr/bin', '/bin', '/usr/sbin', '/sbin'];

/** The programs of this machine that a base image is put together from. All paths are absolute and resolved. */
export interface HostPieces {
  readonly node: { readonly path: string; readonly version: string };
  readonly python: { readonly path: string; readonly library: string };
  readonly git: { readonly path: string; readonly core: string };
  readonly ripgrep: string;
  readonly bash: string;
  readonly busybox: string;
  /** npm's own folder. Without it an image still runs tests by argv, only not through `npm`. */
  readonly npm: { readonly folder: string; readonly version: string } | undefined;
}

/** Finds every piece, or names the ones this machine lacks. Programs that are scripts or shims do not count. */
export async function findHostPieces(): Promise<Result<HostPieces, { readonly missing: readonly string[] }>> {
  if (process.platform !== 'linux') {
    return fail({ missing: ['Linux'] });
  }
  const [node, python, git, ripgrep, bash, busybox, npm] = await Promise.all([
    findNode(),
    findPython(),
    findGit(),
    findProgram('rg'),
    findProgram('bash'),
    findProgram('busybox'),
    findNpm(),
  ]);
  if (node && python && git && ripgrep && bash && busybox) {
    return ok({ node, python, git, ripgrep, bash, busybox, npm });
  }
  const found = { node, python3: python, git, ripgrep, bash, busybox };
  return fail({ missing: Object.entries(found).flatMap(([name, piece]) => (piece === undefined ? [name] : [])) });
}

/** Inside Electron the running program is not a plain Node, so then the one on PATH is looked at. */
async function findNode(): Promise<HostPieces['node'] | undefined> {
  if (process.versions['electron'] === undefined && (await isBinary(process.execPath))) {
    return { path: await realpath(process.execPath), version: process.version };
  }
  const path = await findProgram('node');
  const version = path === undefined ? '' : await output(path, ['--version']);
  const major = Number(/^v(\d+)\./.exec(version)?.[1] ?? 0);
  return path !== undefined && major >= oldestNode ? { path, version } : undefined;
}

/** The system's own Python: one from a version manager keeps its library elsewhere and may link to more of the host. */
async function findPython(): Promise<HostPieces['python'] | undefined> {
  if (!(await isBinary('/usr/bin/python3'))) {
    return undefined;
  }
  const path = await realpath('/usr/bin/python3');
  for (const folder of ['/usr/lib', '/usr/lib64']) {
    const library = join(folder, basename(path));
    if ((await exists(join(library, 'unittest'))) && (await exists(join(library, 'lib-dynload')))) {
      return { path, library };
    }
  }
  return undefined;
}

async function findGit(): Promise<HostPieces['git'] | undefined> {
  const path = await findProgram('git');
  const core = path === undefined ? '' : await output(path, ['--exec-path']);
  return path !== undefined && (await exists(core)) ? { path, core } : undefined;
}

async function findNpm(): Promise<HostPieces['npm']> {
  for (const folder of searchFolders()) {
    try {
      const root = dirname(dirname(await realpath(join(folder, 'npm'))));
      const manifest: unknown = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
      const parsed = z.object({ name: z.literal('npm'), version: z.string() }).safeParse(manifest);
      if (parsed.success) {
        return { folder: root, version: parsed.data.version };
      }
    } catch {
      continue;
    }
  }
  return undefined;
}

async function findProgram(name: string): Promise<string | undefined> {
  for (const folder of searchFolders()) {
    const path = join(folder, name);
    if (await isBinary(path)) {
      return realpath(path);
    }
  }
  return undefined;
}

function searchFolders(): readonly string[] {
  return [
    ...new Set([
      ...systemFolders,
      ...(process.env['PATH'] ?? '').split(delimiter).filter((path) => path.startsWith('/')),
    ]),
  ];
}

/** Whether the file starts as ELF programs do; false when it is not there. */
async function isBinary(path: string): Promise<boolean> {
  try {
    await using file = await open(path);
    const { buffer } = await file.read(new Uint8Array(4), 0, 4, 0);
    return buffer[0] === 0x7f && String.fromCharCode(...buffer.subarray(1)) === 'ELF';
  } catch {
    return false;
  }
}

async function output(file: string, args: readonly string[]): Promise<string> {
  try {
    const { stdout } = await run(file, [...args], { timeout: commandDeadline, env: cleanEnvironment });
    return stdout.trim();
  } catch {
    return '';
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch {
    return false;
  }
}

/** Nothing of the user's environment (`LD_LIBRARY_PATH`, `GIT_EXEC_PATH`) may bend what goes into the image. */
export const cleanEnvironment = { PATH: systemFolders.join(':'), LC_ALL: 'C' };

/** The names busybox answers to, itself left out: an archive with two members of one name is refused. */
export async function busyboxApplets(busybox: string): Promise<readonly string[]> {
  const list = await output(busybox, ['--list']);
  return list.split('\n').filter((name) => name !== '' && name !== 'busybox');
}

/** Files directly in a folder that end in `.so`: extension modules, whose libraries `ldd` must be asked about as well. */
export async function extensionModules(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder);
  return names.filter((name) => name.endsWith('.so')).map((name) => join(folder, name));
}
