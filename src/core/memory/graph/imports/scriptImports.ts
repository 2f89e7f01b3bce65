import { folderOf, joinPath, withoutScriptExtension } from '../modulePath.ts';
import type { ProjectContext } from '../projectContext.ts';
import type { ProjectManifest } from '../projectManifest.ts';

type Package = Extract<ProjectManifest, { readonly kind: 'package' }>;

/** Modules from the root that a specifier of JavaScript or TypeScript may mean, best first. Empty: a package from elsewhere. */
export function scriptModules(from: string, specifier: string, context: ProjectContext): readonly string[] {
  const bare = specifier.replace(/[?!].*$/s, '');
  if (/^\.{0,2}\//.test(bare) || bare === '.' || bare === '..') {
    return defined([joinPath(bare.startsWith('/') ? '' : folderOf(from), bare)]);
  }
  if (bare.startsWith('#')) {
    const own = context.ownPackage(from);
    return own === undefined ? [] : targets(folderOf(own.path), own.imports, bare);
  }
  const { baseUrl, paths } = context.mapping(from);
  return [
    ...mapped(paths, bare),
    ...packageModules(context.packageOf(bare), bare),
    ...(baseUrl === undefined ? [] : defined([joinPath(baseUrl, bare)])),
  ];
}

function packageModules(manifest: Package | undefined, specifier: string): readonly string[] {
  if (manifest?.name === undefined) return [];
  const folder = folderOf(manifest.path);
  const rest = specifier.slice(manifest.name.length + 1);
  const key = rest === '' ? '.' : `./${rest}`;
  const named = targets(folder, manifest.exports, key);
  const guessed = rest === '' ? ['src', 'src/main', 'lib', '.'] : [`src/${rest}`, rest];
  // What is shipped is built; what is in the repository is what it is built from.
  const sources = named.map((target) =>
    target.replace(/(^|\/)(?:dist|build|out|lib|esm|cjs)\/(?:esm\/|cjs\/)?/, '$1src/'),
  );
  return unique([
    ...named,
    ...sources.map(withoutScriptExtension),
    ...defined(guessed.map((guess) => joinPath(folder, guess))),
  ]);
}

/** `exports` and `imports` of a package: exact keys, then the pattern with the longest beginning. */
function targets(folder: string, table: Readonly<Record<string, readonly string[]>>, key: string): readonly string[] {
  const exact = Object.hasOwn(table, key) ? (table[key] ?? []) : undefined;
  const found = exact ?? matching(table, key);
  return defined(
    found.filter((target) => target.startsWith('.') || !target.includes(':')).map((target) => joinPath(folder, target)),
  );
}

function mapped(paths: Readonly<Record<string, readonly string[]>>, specifier: string): readonly string[] {
  const exact = Object.hasOwn(paths, specifier) ? paths[specifier] : undefined;
  return exact ?? matching(paths, specifier);
}

function matching(table: Readonly<Record<string, readonly string[]>>, text: string): readonly string[] {
  let found: readonly string[] = [];
  let longest = -1;
  for (const [pattern, values] of Object.entries(table)) {
    const star = pattern.indexOf('*');
    if (star <= longest || star === -1) continue;
    const end = pattern.slice(star + 1);
    if (text.length >= pattern.length - 1 && text.startsWith(pattern.slice(0, star)) && text.endsWith(end)) {
      const middle = text.slice(star, text.length - end.length);
      found = values.map((value) => value.replace('*', () => middle));
      longest = star;
    }
  }
  return found;
}

const unique = (texts: readonly string[]): readonly string[] => [...new Set(texts)].slice(0, 12);
const defined = (texts: readonly (string | undefined)[]): readonly string[] =>
  unique(texts.filter((text) => text !== undefined).filter((text) => text !== ''));
