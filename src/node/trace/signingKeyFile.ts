import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { constants } from 'node:fs';
import { link, lstat, mkdir, open, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errorText, failure, type Failure } from '../../base/failure.ts';
import { newId } from '../../base/ids.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import { traceKeys, type TraceKeys } from './traceKeys.ts';

export type KeyFailure = Failure<'unsafe-key' | 'unreadable-key'>;

const fileName = 'trace-signing.pem';

/**
 * The key of `folder`, made when there is none yet. Refuses a file that others could have read or laid there; several processes
 * at once end up with the same key.
 */
export async function openSigningKey(folder: string): Promise<Result<TraceKeys, KeyFailure>> {
  const path = join(folder, fileName);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const unsafe = await whyUnsafe(folder, 'folder');
    if (unsafe !== undefined) {
      return refuse(folder, unsafe);
    }
    const text = (await readKey(path)) ?? (await makeKey(path));
    return typeof text === 'string' ? keysOf(path, text) : refuse(path, text.unsafe);
  } catch (error) {
    return fail(
      failure('unreadable-key', `The key ${path} cannot be used: ${errorText(error)}. Give your user access to it.`),
    );
  }
}

/** Undefined where there is no key. */
async function readKey(path: string): Promise<string | { readonly unsafe: string } | undefined> {
  const handle = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)).catch(
    (error: unknown) => {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      if (code === 'ENOENT') {
        return undefined;
      }
      if (code === 'ELOOP') {
        return 'link' as const;
      }
      throw error;
    },
  );
  if (handle === undefined) {
    return undefined;
  }
  if (handle === 'link') {
    return { unsafe: 'it is a link' };
  }
  try {
    const unsafe = wrongOwner(await handle.stat(), 'file');
    return unsafe === undefined ? await handle.readFile('utf8') : { unsafe };
  } finally {
    await handle.close();
  }
}

/** Written beside and linked, so that it is whole or not there, and the first of several makers wins. */
async function makeKey(path: string): Promise<string | { readonly unsafe: string }> {
  const made = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const temporary = `${path}.${newId('tmp')}`;
  try {
    const handle = await open(temporary, 'wx', 0o600);
    try {
      await handle.writeFile(made);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await link(temporary, path).catch((error: unknown) => {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) {
        throw error;
      }
    });
  } finally {
    await rm(temporary, { force: true });
  }
  const kept = await readKey(path);
  if (kept === undefined) {
    throw new Error(`it vanished from ${dirname(path)}`);
  }
  return kept;
}

function keysOf(path: string, pem: string): Result<TraceKeys, KeyFailure> {
  try {
    const privateKey = createPrivateKey(pem);
    return privateKey.asymmetricKeyType === 'ed25519' ? ok(traceKeys(privateKey)) : damaged(path);
  } catch {
    return damaged(path);
  }
}

function damaged(path: string): Result<never, KeyFailure> {
  const message = `The key ${path} is damaged: put it back from a backup. Without it the traces it signed cannot be verified.`;
  return fail(failure('unreadable-key', message));
}

async function whyUnsafe(path: string, kind: 'file' | 'folder'): Promise<string | undefined> {
  const stats = await lstat(path);
  if (stats.isSymbolicLink()) {
    return 'it is a link';
  }
  return wrongOwner(stats, kind);
}

/** Windows has no such bits: there the profile's own access rules keep others out. */
function wrongOwner(
  stats: { readonly uid: number; readonly mode: number; isFile(): boolean; isDirectory(): boolean },
  kind: 'file' | 'folder',
): string | undefined {
  if (kind === 'file' ? !stats.isFile() : !stats.isDirectory()) {
    return `it is not a ${kind}`;
  }
  if (process.platform === 'win32') {
    return undefined;
  }
  if (stats.uid !== process.getuid?.()) {
    return 'it belongs to another user';
  }
  return (stats.mode & 0o077) === 0 ? undefined : 'other users can read it';
}

function refuse(path: string, why: string): Result<never, KeyFailure> {
  const wayOut = `make it yours alone (\`chmod go-rwx\`), or remove it for a new key; old traces can then no longer be verified`;
  return fail(failure('unsafe-key', `${path} cannot be used for signing: ${why}; ${wayOut}.`));
}
