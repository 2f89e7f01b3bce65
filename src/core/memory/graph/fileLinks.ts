import type { SourceFacts } from '../sourceFacts.ts';
import { mentionsOf } from './mentions.ts';
import { bareName } from './callees.ts';
import { qualifiedName } from '../qualifiedName.ts';
import { languageFamily } from './languageFamily.ts';
import { testedName } from '../testedName.ts';
import type { Want } from './want.ts';

/** What a file says of other files, before it is known where they are. */
export interface FileLink {
  readonly by: 'import' | 'pair' | 'mention' | 'folder';
  /** As written. */
  readonly text: string;
  readonly names: readonly string[];
  readonly line: number;
  /** Of imports they are worked out from the project's manifests, which may come later. */
  readonly wants: readonly Want[];
}

/** Uses of one name by one caller. */
export interface NamedUse {
  readonly by: 'call' | 'mention';
  readonly name: string;
  readonly bare: string;
  /** Qualified name; empty at the top of the file. */
  readonly caller: string;
  readonly count: number;
  readonly line: number;
}

/** Generated code may have any number. */
const mostLinks = 2_000;
const mostUses = 5_000;

/** Links of a file, one of each; of imports of one module the names together. */
export function linksOf(path: string, facts: SourceFacts): readonly FileLink[] {
  const imports = new Map<string, { names: Set<string>; whole: boolean; line: number }>();
  for (const { specifier, names, line } of facts.imports) {
    const known = imports.get(specifier);
    const entry = known ?? { names: new Set<string>(), whole: false, line };
    for (const name of names) entry.names.add(name);
    entry.whole ||= names.length === 0;
    if (known === undefined) imports.set(specifier, entry);
  }
  const mentions = mentionsOf(path, facts);
  const links: FileLink[] = [...imports].map(([text, { names, whole, line }]) => ({
    by: 'import',
    text,
    names: whole ? [] : [...names].toSorted(),
    line,
    wants: [],
  }));
  if (facts.kind === 'test') {
    const value = testedName(path);
    links.push({ by: 'pair', text: value, names: [], line: 1, wants: [{ by: 'pair', value, group: 0 }] });
  }
  links.push(
    ...mentions.files.map(({ text, wants }) => ({ by: 'mention' as const, text, names: [], line: 1, wants })),
    ...mentions.folders.map((text) => ({ by: 'folder' as const, text, names: [], line: 1, wants: [] })),
  );
  return links.slice(0, mostLinks);
}

export function usesOf(path: string, facts: SourceFacts): readonly NamedUse[] {
  const uses = new Map<string, { -readonly [K in keyof NamedUse]: NamedUse[K] }>();
  const add = (by: NamedUse['by'], name: string, caller: string, line: number): void => {
    const bare = bareName(name);
    if (bare === '' || bare.length > 200) return;
    const written = name.slice(-300);
    const key = `${by}\n${written}\n${caller}`;
    const known = uses.get(key);
    if (known !== undefined) known.count += 1;
    else if (uses.size < mostUses) uses.set(key, { by, name: written, bare, caller, count: 1, line });
  };
  for (const { name, caller, line } of facts.calls) add('call', name, caller ?? '', line);
  for (const name of mentionsOf(path, facts).symbols) add('mention', name, '', 1);
  return [...uses.values()];
}

/** Namespaces that a file declares, in languages whose imports name those. */
export function namespacesOf(facts: SourceFacts): readonly string[] {
  if (!['csharp', 'jvm'].includes(languageFamily(facts.language))) return [];
  return [...new Set(facts.symbols.filter(({ kind }) => kind === 'module').map(qualifiedName))].toSorted();
}
