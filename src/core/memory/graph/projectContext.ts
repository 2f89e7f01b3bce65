import { folderOf } from './modulePath.ts';
import type { ProjectManifest } from './projectManifest.ts';

type Of<K extends ProjectManifest['kind']> = Extract<ProjectManifest, { readonly kind: K }>;

/** All manifests of a repository, as imports ask for them. */
export interface ProjectContext {
  /** The nearest `tsconfig.json` above a file that says how paths are mapped, with what it extends. */
  mapping(path: string): { readonly baseUrl?: string; readonly paths: Readonly<Record<string, readonly string[]>> };
  /** The package whose name a specifier begins with, longest first. */
  packageOf(specifier: string): Of<'package'> | undefined;
  /** The package that a file stands in. */
  ownPackage(path: string): Of<'package'> | undefined;
  /** The Go module that an import path lies in. */
  goModule(importPath: string): Of<'go'> | undefined;
  /** By the name as `use` writes it. */
  crate(name: string): Of<'cargo'> | undefined;
}

export function projectContext(manifests: readonly ProjectManifest[]): ProjectContext {
  const sorted = manifests.toSorted((one, other) => (one.path < other.path ? -1 : 1));
  const configurations = new Map(sorted.filter((one) => one.kind === 'typescript').map((one) => [one.path, one]));
  const packages = sorted.filter((one) => one.kind === 'package');
  const byName = new Map(packages.filter(({ name }) => name !== undefined).map((one) => [one.name, one]));
  const byFolder = new Map(packages.map((one) => [folderOf(one.path), one]));
  const modules = sorted
    .filter((one) => one.kind === 'go')
    .toSorted((one, other) => other.module.length - one.module.length);
  const crates = new Map(
    sorted.filter((one) => one.kind === 'cargo').map((one) => [one.name.replaceAll('-', '_'), one]),
  );
  const known = new Map<string, ReturnType<ProjectContext['mapping']>>();
  const mapping = (folder: string): ReturnType<ProjectContext['mapping']> => {
    const found = known.get(folder);
    if (found !== undefined) return found;
    const own = ['tsconfig.json', 'jsconfig.json']
      .map((name) => configurations.get(folder === '' ? name : `${folder}/${name}`))
      .find((one) => one !== undefined);
    const merged = own === undefined ? undefined : merge(own, configurations, new Map());
    const result =
      merged !== undefined && (merged.baseUrl !== undefined || Object.keys(merged.paths).length > 0)
        ? merged
        : folder === ''
          ? { paths: {} }
          : mapping(folderOf(folder));
    known.set(folder, result);
    return result;
  };
  return {
    mapping: (path) => mapping(folderOf(path)),
    packageOf: (specifier) =>
      prefixes(specifier)
        .map((name) => byName.get(name))
        .find((one) => one !== undefined),
    ownPackage: (path) =>
      folders(path)
        .map((folder) => byFolder.get(folder))
        .find((one) => one !== undefined),
    goModule: (path) => modules.find(({ module }) => path === module || path.startsWith(`${module}/`)),
    crate: (name) => crates.get(name),
  };
}

type Mapping = NonNullable<ReturnType<ProjectContext['mapping']>>;

/** Each file is merged once, however often others extend it; one that extends itself has nothing of its own to inherit. */
function merge(
  own: Of<'typescript'>,
  all: ReadonlyMap<string, Of<'typescript'>>,
  merged: Map<string, Mapping>,
): Mapping {
  merged.set(own.path, { paths: {} });
  const inherited: Mapping[] = [];
  for (const path of own.extends) {
    const parent = all.get(path);
    if (parent !== undefined) {
      inherited.push(merged.get(path) ?? merge(parent, all, merged));
    }
  }
  const baseUrl = own.baseUrl ?? inherited.findLast((one) => one.baseUrl !== undefined)?.baseUrl;
  const paths = own.paths ?? inherited.findLast((one) => Object.keys(one.paths).length > 0)?.paths ?? {};
  const result = { ...(baseUrl === undefined ? {} : { baseUrl }), paths };
  merged.set(own.path, result);
  return result;
}

/** `@a/b/c` → `@a/b/c`, `@a/b`, `@a`. */
function prefixes(specifier: string): readonly string[] {
  const parts = specifier.split('/', 8);
  return parts.map((_, index) => parts.slice(0, parts.length - index).join('/'));
}

/** Folders above a file, nearest first, the root (`''`) last. */
function folders(path: string): readonly string[] {
  const parts = path.split('/').slice(0, -1);
  return [...parts.map((_, index) => parts.slice(0, parts.length - index).join('/')), ''];
}
