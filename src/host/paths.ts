import { createHash } from 'node:crypto';
import { chmodSync, lstatSync, mkdirSync, realpathSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { errorText, failure, type Failure } from '../base/failure.ts';
import { fail, ok, type Result } from '../base/result.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Where everything of one workspace lives. All paths are absolute. */
export interface WorkspacePaths {
  /** 16 hexadecimal digits of the root's real path. */
  readonly id: string;
  readonly root: string;
  readonly directory: string;
  /** Traces, one folder a task. */
  readonly tasks: string;
  /** Newest signed checkpoint of each trace, apart from the traces. */
  readonly heads: string;
  /** The key that signs them; one for all workspaces of the user. */
  readonly keys: string;
  /** A Unix socket, or a named pipe on Windows. */
  readonly socket: string;
  /** Folder of the lock's files. */
  readonly lock: string;
  readonly log: string;
}

/** A Unix socket's path has room for 104 bytes on macOS and 108 on Linux, its end included. */
export const maxSocketBytes = 99;

/** `NIGHTSHIFT_HOME`, else the platform's folder for state that belongs to one user on one machine. */
export function stateHome(environment: Environment = process.env): string {
  const named = environment['NIGHTSHIFT_HOME'];
  if (named !== undefined && named !== '') {
    return resolve(named);
  }
  if (process.platform === 'win32') {
    return join(environment['LOCALAPPDATA'] ?? join(homedir(), 'AppData', 'Local'), 'Nightshift');
  }
  if (process.platform === 'darwin') {
    return join(homedir(), 'Library', 'Application Support', 'Nightshift');
  }
  const state = environment['XDG_STATE_HOME'];
  return join(state !== undefined && state.startsWith('/') ? state : join(homedir(), '.local', 'state'), 'nightshift');
}

/** Where models inside the extension lie, `<org>/<name>` each: `NIGHTSHIFT_MODELS_DIRECTORY`, else in the folder for state. */
export function modelsDirectory(environment: Environment = process.env): string {
  const named = environment['NIGHTSHIFT_MODELS_DIRECTORY'];
  return named !== undefined && named !== '' ? resolve(named) : join(stateHome(environment), 'models');
}

/** `root` is the working tree's root; links in it are resolved, so that every way to it names the same workspace. */
export function workspacePaths(root: string, environment: Environment = process.env): WorkspacePaths {
  const real = realPath(root);
  const home = stateHome(environment);
  const id = digest(real);
  const directory = join(home, 'workspaces', id);
  return {
    id,
    root: real,
    directory,
    tasks: join(directory, 'tasks'),
    heads: join(directory, 'heads'),
    keys: keysFolder(home),
    socket: socketPath(digest(`${realPath(home)}\0${real}`), environment),
    lock: join(directory, 'lock'),
    log: join(directory, 'host.log'),
  };
}

/** The folder of the key that signs traces, in the folder for state. */
export function keysFolder(home: string): string {
  return join(home, 'keys');
}

/** Makes the workspace's folders, closed to other users. */
export function ensureWorkspace(paths: WorkspacePaths): Result<void, Failure<'state-unwritable'>> {
  try {
    for (const folder of [paths.directory, paths.lock]) {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
    }
    return ok(undefined);
  } catch (error) {
    return fail(
      failure(
        'state-unwritable',
        `${paths.directory} cannot be written (${errorText(error)}). Set NIGHTSHIFT_HOME to a folder that can.`,
      ),
    );
  }
}

/**
 * Makes the socket's folder and refuses one that another user could have laid there: who owns the folder owns the
 * conversation. Nothing to do for a named pipe.
 */
export function ensureSocketDirectory(paths: WorkspacePaths): Result<void, Failure<'unsafe-socket-directory'>> {
  if (process.platform === 'win32') {
    return ok(undefined);
  }
  const folder = join(paths.socket, '..');
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const stats = lstatSync(folder);
    const owner = process.getuid?.();
    if (!stats.isDirectory() || (owner !== undefined && stats.uid !== owner)) {
      return refuse(folder, 'it belongs to another user or is no folder');
    }
    if ((stats.mode & 0o077) !== 0) {
      chmodSync(folder, 0o700);
    }
    return ok(undefined);
  } catch (error) {
    return refuse(folder, errorText(error));
  }
}

function refuse(folder: string, why: string): Result<never, Failure<'unsafe-socket-directory'>> {
  return fail(
    failure(
      'unsafe-socket-directory',
      `${folder} cannot be used for the agent host's socket: ${why}. Remove it, or set XDG_RUNTIME_DIR.`,
    ),
  );
}

function socketPath(name: string, environment: Environment): string {
  if (process.platform === 'win32') {
    return `\\\\.\\pipe\\nightshift-${name}`;
  }
  const own = `nightshift-${process.getuid?.() ?? 0}`;
  const runtime = environment['XDG_RUNTIME_DIR'];
  const folders = [
    ...(runtime !== undefined && runtime.startsWith('/') ? [join(runtime, 'nightshift')] : []),
    join(tmpdir(), own),
    join('/tmp', own),
  ];
  const paths = folders.map((folder) => join(folder, `${name}.sock`));
  return paths.find((path) => Buffer.byteLength(path) <= maxSocketBytes) ?? join('/tmp', own, `${name}.sock`);
}

/** A folder that is not there yet stands for itself. */
function realPath(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    return resolve(path);
  }
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
