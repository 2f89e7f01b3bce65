import fs from 'node:fs';
import promises from 'node:fs/promises';
import type { CrashPoint, CrashPoints } from './crashPoints.ts';
import { fileLabel } from './pointLabel.ts';

type Describe = (args: readonly unknown[], self: unknown) => CrashPoint | undefined;
type Tell = (result: unknown, args: readonly unknown[]) => void;

const temporary = /\/\.nightshift-[^/]*\.tmp$/;
const writing = /^(?:w|a|r\+|ax|wx)/;

/** Wraps what changes files, of `node:fs/promises`, its handles, and `node:fs`. Opens for reading are no points. */
export async function wrapFiles(points: CrashPoints): Promise<void> {
  const { plan } = points;
  const label = (operation: string, path: unknown): string => fileLabel(operation, String(path), plan);
  const at = (operation: string, path: unknown): CrashPoint => points.next(label(operation, path), ['before', 'after']);
  const isOwn = (path: unknown): boolean => path === plan.report;
  const isEffect = (path: unknown): path is string =>
    typeof path === 'string' && path.startsWith(`${plan.root}/`) && !temporary.test(path);
  const effect = (path: unknown): void => {
    if (isEffect(path)) {
      points.effect(path.slice(plan.root.length + 1));
    }
  };
  const opened = new WeakMap<object, { readonly path: string; readonly writes: boolean }>();

  const handle = await promises.open(import.meta.filename, 'r');
  const handlePrototype: unknown = Object.getPrototypeOf(handle);
  await handle.close();
  for (const operation of ['appendFile', 'writeFile', 'write', 'datasync', 'sync', 'truncate', 'chmod']) {
    wrap(handlePrototype, operation, (_, self) => {
      const file = typeof self === 'object' && self !== null ? opened.get(self) : undefined;
      const changes = file !== undefined && (file.writes || operation === 'sync');
      return changes ? at(operation, file.path) : undefined;
    });
  }
  wrap(
    promises,
    'open',
    ([path, flags]) => (opensForWriting(flags) ? at('open', path) : undefined),
    (result, [path, flags]) => {
      if (typeof result === 'object' && result !== null) {
        const writes = opensForWriting(flags);
        opened.set(result, { path: String(path), writes });
        // Each handle has a `close` of its own.
        wrap(result, 'close', () => (writes ? at('close', path) : undefined));
      }
    },
  );
  for (const operation of ['mkdir', 'mkdtemp', 'rmdir', 'writeFile', 'utimes', 'rm']) {
    wrap(promises, operation, ([path]) => at(operation, path));
    wrap(fs, `${operation}Sync`, ([path]) => (isOwn(path) ? undefined : at(operation, path)));
  }
  for (const owner of [promises, fs]) {
    const name = (operation: string): string => (owner === fs ? `${operation}Sync` : operation);
    for (const operation of ['rename', 'link', 'copyFile']) {
      wrap(
        owner,
        name(operation),
        ([, to]) => at(operation, to),
        (_, [, to]) => effect(to),
      );
    }
    wrap(
      owner,
      name('unlink'),
      ([path]) => at('unlink', path),
      (_, [path]) => effect(path),
    );
  }
}

function opensForWriting(flags: unknown): boolean {
  return typeof flags === 'number'
    ? (flags & (fs.constants.O_WRONLY | fs.constants.O_RDWR)) !== 0
    : typeof flags === 'string' && writing.test(flags);
}

/** Replaces a function by one that passes a point; `tell` sees the result before `after` does. */
function wrap(owner: unknown, name: string, describe: Describe, tell?: Tell): void {
  const original: unknown = typeof owner === 'object' && owner !== null ? Reflect.get(owner, name) : undefined;
  if (typeof owner !== 'object' || owner === null || typeof original !== 'function') {
    throw new TypeError(`There is no ${name} to wrap.`);
  }
  const isSync = name.endsWith('Sync');
  Reflect.set(owner, name, function (this: unknown, ...args: unknown[]): unknown {
    const point = describe(args, this);
    try {
      point?.begin();
    } catch (error) {
      if (isSync) {
        throw error;
      }
      return Promise.reject(error);
    }
    const result: unknown = Reflect.apply(original, this, args);
    if (result instanceof Promise) {
      return result.then((value: unknown) => {
        tell?.(value, args);
        point?.after();
        return value;
      });
    }
    tell?.(result, args);
    point?.after();
    return result;
  });
}
