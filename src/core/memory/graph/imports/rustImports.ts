import { folderOf, joinPath, modulePath, nameOf } from '../modulePath.ts';
import type { ProjectContext } from '../projectContext.ts';

const rootNames = ['lib', 'main'];

/** One list of modules, best first, for each path that a `use` or `mod` names; `a::{b, c}` names two. */
export function rustModules(from: string, specifier: string, context: ProjectContext): readonly (readonly string[])[] {
  const text = specifier.replace(/^(?:pub(?:\([^)]*\))?\s+)?(?:use|mod)\s+/, '').replace(/[;\s]+/g, ' ');
  return expand(text, 0).map((path) => modulesOf(from, path, context));
}

function modulesOf(from: string, path: string, context: ProjectContext): readonly string[] {
  const parts = path
    .split('::')
    .map((part) => part.replace(/\sas\s.*$/s, '').trim())
    .filter((part) => part !== '' && part !== '*');
  const first = parts[0];
  if (first === undefined) return [];
  if (first === 'crate') return inside(crateFolder(from), parts.slice(1), true);
  if (first === 'self' || first === 'super') {
    let folder = ownFolder(from);
    let index = first === 'self' ? 1 : 0;
    for (; parts[index] === 'super'; index += 1) folder = folderOf(folder);
    const root = folder === crateFolder(from);
    return [...inside(folder, parts.slice(index), root), ...(root ? [] : [folder])];
  }
  const child = inside(ownFolder(from), parts, false);
  const manifest = context.crate(first);
  if (manifest === undefined) return child;
  const crate = folderOf(manifest.path);
  return [...child, ...inside(crate === '' ? 'src' : `${crate}/src`, parts.slice(1), true)];
}

/** The longest path that may be a file first: its last parts may be items in it. */
function inside(folder: string, parts: readonly string[], root: boolean): readonly string[] {
  const modules = parts.map((_, index) => joinPath(folder, parts.slice(0, parts.length - index).join('/')) ?? folder);
  if (root) return [...modules, ...rootNames.map((name) => joinPath(folder, name) ?? name)];
  return modules;
}

/** The `src` of the crate: tests, examples and benches stand beside it. */
function crateFolder(from: string): string {
  const folders = folderOf(from).split('/');
  const source = folders.lastIndexOf('src');
  if (source !== -1) return folders.slice(0, source + 1).join('/');
  const beside = folders.findLastIndex((folder) => /^(?:tests|examples|benches)$/.test(folder));
  return [...folders.slice(0, Math.max(0, beside)), 'src'].join('/');
}

/** Where the children of a file's module are. */
function ownFolder(from: string): string {
  return /^(?:lib|main|mod)\.rs$/.test(nameOf(from)) ? folderOf(from) : modulePath(from);
}

/** `a::{b, c::{d, e}}`, at most 64 paths, braces at most 6 deep. */
function expand(text: string, depth: number): readonly string[] {
  const open = text.indexOf('{');
  if (open === -1 || depth > 6) return [text];
  const close = text.lastIndexOf('}');
  const before = text.slice(0, open);
  return splitOutside(text.slice(open + 1, close === -1 ? undefined : close))
    .flatMap((part) => expand(`${before}${part.trim() === 'self' ? '' : part.trim()}`, depth + 1))
    .slice(0, 64);
}

function splitOutside(text: string): readonly string[] {
  const parts = [''];
  let depth = 0;
  for (const character of text) {
    if (character === '{') depth += 1;
    if (character === '}') depth -= 1;
    if (character === ',' && depth === 0) parts.push('');
    else parts[parts.length - 1] += character;
  }
  return parts.filter((part) => part.trim() !== '');
}
