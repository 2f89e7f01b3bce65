/** Names of files that stand for their folder. */
const folderFiles: ReadonlySet<string> = new Set(['index', '__init__', 'mod']);
const scriptExtension = /\.(?:d\.[cm]?ts|[cm]?[jt]sx?)$/;
const anyExtension = /\.[A-Za-z][A-Za-z0-9+]{0,9}$/;

export const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** The path as importers speak of it: without its extension, a folder for the file that stands for it. */
export function modulePath(path: string): string {
  const bare = withoutExtension(path);
  const cut = bare.lastIndexOf('/');
  return cut > 0 && folderFiles.has(bare.slice(cut + 1)) ? bare.slice(0, cut) : bare;
}

/** `src/a.d.ts` is `src/a`; a dot that begins a name is no extension. */
export function withoutExtension(path: string): string {
  const bare = path.replace(scriptExtension, '');
  const result = bare === path ? path.replace(anyExtension, '') : bare;
  return result === '' || result.endsWith('/') ? path : result;
}

/** A specifier of JavaScript names a script by its extension, or has none; `cart.service` is a name with a dot. */
export function withoutScriptExtension(path: string): string {
  return path.replace(scriptExtension, '');
}

/** The last `count` parts of a path. */
export function lastParts(path: string, count: number): string {
  return path.split('/').slice(-count).join('/');
}

/** How many folders two paths begin with alike. */
export function sharedFolders(one: string, other: string): number {
  const left = one.split('/').slice(0, -1);
  const right = other.split('/').slice(0, -1);
  let shared = 0;
  while (shared < left.length && shared < right.length && left[shared] === right[shared]) shared += 1;
  return shared;
}

export const isPathEnd = (path: string, end: string): boolean => path === end || path.endsWith(`/${end}`);

/** `a/./b/../c` is `a/c`; undefined where the path leaves the root. */
export function joinPath(folder: string, text: string): string | undefined {
  const parts = folder === '' ? [] : folder.split('/');
  for (const part of text.split('/')) {
    if (part === '..') {
      if (parts.pop() === undefined) return undefined;
    } else if (part !== '.' && part !== '') {
      parts.push(part);
    }
  }
  return parts.join('/');
}

export const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));
