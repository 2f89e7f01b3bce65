import type { ImportFact } from '../../sourceFacts.ts';
import { folderOf, joinPath } from '../modulePath.ts';
import type { ProjectContext } from '../projectContext.ts';
import type { Want } from '../want.ts';
import { rustModules } from './rustImports.ts';
import { scriptModules } from './scriptImports.ts';

type Form = Omit<Want, 'group'>;

/** Names taken from one import that are looked at: more of them come out of generated files. */
const mostNames = 32;
const mostWants = 64;

/**
 * Where an import may lead: empty for what is not of this repository for certain. One import may lead to several files, one a group
 * of wants. `family` is that of the importing file.
 */
export function importWants(
  from: string,
  family: string,
  fact: Pick<ImportFact, 'specifier' | 'names'>,
  context: ProjectContext,
): readonly Want[] {
  const specifier = fact.specifier.trim().replace(/^[<"'`]+|[>"'`;]+$/g, '');
  if (specifier === '' || specifier.length > 1_000 || /^(?:[a-z]+:\/\/|data:|node:)/.test(specifier)) return [];
  const groups = groupsOf(from, family, specifier, fact.names.slice(0, mostNames), context);
  return groups.flatMap((group, index) => group.map((want) => ({ ...want, group: index }))).slice(0, mostWants);
}

function groupsOf(
  from: string,
  family: string,
  specifier: string,
  names: readonly string[],
  context: ProjectContext,
): readonly (readonly Form[])[] {
  switch (family) {
    case 'python':
      return pythonGroups(from, specifier, names);
    case 'go':
      return [goWants(specifier, context)];
    case 'rust':
      return withNames(specifier, names).flatMap((path) =>
        rustModules(from, path, context).map((paths) => paths.map(module)),
      );
    case 'jvm':
      return withTypeNames(specifier, names).map(jvmWants);
    case 'csharp':
      return [namespaceWants(specifier)];
    case 'c':
      return [[...optional(joinPath(folderOf(from), specifier), module), end(specifier.replace(/^(?:\.\.?\/)+/, ''))]];
    case 'javascript':
      return [scriptModules(from, specifier, context).map(module)];
    default:
      return [/[./]/.test(specifier) ? optional(joinPath(folderOf(from), specifier), module) : []];
  }
}

const module = (value: string): Form => ({ by: 'module', value });
const end = (value: string): Form => ({ by: 'end', value });

function optional(path: string | undefined, make: (path: string) => Form): readonly Form[] {
  return path === undefined || path === '' ? [] : [make(path)];
}

/** `from pkg import name`: the name is a module of the package or something in its file. */
function pythonGroups(from: string, specifier: string, names: readonly string[]): readonly (readonly Form[])[] {
  const dots = /^\.*/.exec(specifier)?.[0].length ?? 0;
  const rest = specifier.slice(dots).replaceAll('.', '/');
  const taken = names.filter((name) => name !== '*');
  if (dots > 0) {
    const base = joinPath(folderOf(from), `${'../'.repeat(dots - 1)}${rest}`);
    if (base === undefined) return [];
    return taken.length === 0
      ? [optional(base, module)]
      : taken.map((name) => [...optional(joinPath(base, name), module), ...optional(base, module)]);
  }
  return taken.length === 0 ? [[end(rest)]] : taken.map((name) => [end(`${rest}/${name}`), end(rest)]);
}

function goWants(specifier: string, context: ProjectContext): readonly Form[] {
  const manifest = context.goModule(specifier);
  if (manifest === undefined) return [];
  const folder = joinPath(folderOf(manifest.path), specifier.slice(manifest.module.length));
  return folder === undefined ? [] : [{ by: 'folder', value: folder }];
}

/** `com.shop.Cart`, `com.shop.Cart.empty` (static) or `com.shop.*`. */
function jvmWants(specifier: string): readonly Form[] {
  const path = specifier.replace(/^static\s+/, '').replace(/\s+as\s+.*$/s, '');
  const parts = path.split('.').filter((part) => part !== '' && part !== '*' && part !== '_');
  if (parts.length === 0) return [];
  const whole = parts.join('/');
  const shorter = parts.slice(0, -1).join('/');
  const isPackage = /[*_]$/.test(path);
  return [
    ...(isPackage ? [] : [end(whole), ...(parts.length > 2 ? [end(shorter)] : [])]),
    { by: 'namespace', value: parts.join('.') },
    ...(isPackage && parts.length > 1 ? [{ by: 'folder' as const, value: whole }, end(whole)] : []),
  ];
}

function namespaceWants(specifier: string): readonly Form[] {
  const name = specifier
    .replace(/^(?:global\s+)?(?:using\s+)?(?:static\s+)?/, '')
    .replace(/^\w+\s*=\s*/, '')
    .trim();
  const parts = name.split('.').filter((part) => part !== '');
  if (parts.length === 0) return [];
  return [
    { by: 'namespace', value: parts.join('.') },
    ...(parts.length > 1 ? [{ by: 'folder' as const, value: parts.join('/') }, end(parts.join('/'))] : []),
  ];
}

/** Readers may give `use a::b::{c, d}` as the path `a::b` with names. */
function withNames(specifier: string, names: readonly string[]): readonly string[] {
  const last = specifier.split('::').at(-1);
  const taken = names.filter((name) => name !== last && name !== '*' && !specifier.includes('{'));
  return taken.length === 0 ? [specifier] : taken.map((name) => `${specifier}::${name}`);
}

function withTypeNames(specifier: string, names: readonly string[]): readonly string[] {
  const last = specifier.split('.').at(-1);
  const taken = names.filter((name) => name !== last);
  if (taken.length === 1 && taken[0] === '*') return [`${specifier}.*`];
  return taken.length === 0 || specifier.endsWith('*') ? [specifier] : taken.map((name) => `${specifier}.${name}`);
}
