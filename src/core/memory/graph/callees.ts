import type { SymbolKind } from '../sourceFacts.ts';
import { folderOf } from './modulePath.ts';
import { seesItsFolder } from './languageFamily.ts';

/** A symbol that a name may mean. */
export interface NamedSymbol {
  readonly path: string;
  readonly family: string;
  readonly test: boolean;
  readonly kind: SymbolKind;
  readonly qualified: string;
}

/** A name that a file uses, from where it stands. */
export interface NameUse {
  /** As the reader gives it: `add`, `cart.add`, `Cart::add`. */
  readonly name: string;
  /** Qualified name of what it stands in; empty at the top of the file. */
  readonly caller: string;
  readonly path: string;
  /** Empty: symbols of every language, as documents name them. */
  readonly family: string;
  readonly test: boolean;
  /** Paths of the files that its file imports, with what it takes from each; empty for all of it. */
  readonly imports: ReadonlyMap<string, ReadonlySet<string>>;
}

const callable: ReadonlySet<SymbolKind> = new Set([
  'function',
  'method',
  'class',
  'interface',
  'type',
  'enum',
  'constant',
  'variable',
]);

/** More of one name, and a call by it says nothing. */
const mostMeanings = 4;

export const isCallable = (kind: SymbolKind): boolean => callable.has(kind);

/** The last part of a name as it is called: symbols are looked up by it. */
export function bareName(name: string): string {
  const parts = name.split(/\.|::|->|#/);
  return parts.at(-1)?.trim() ?? name;
}

/** The symbols of one bare name, so laid out that a use looks only at those that it may mean: of `run` there may be 60,000. */
export interface Namesakes<S extends NamedSymbol> {
  readonly byPath: ReadonlyMap<string, readonly S[]>;
  /** Of the families that see their folder. */
  readonly byFolder: ReadonlyMap<string, readonly S[]>;
  /** Of each family and of all, without tests and with them: as many as show that a call by the name says nothing. */
  readonly few: ReadonlyMap<string, readonly S[]>;
}

export function layOut<S extends NamedSymbol>(symbols: readonly S[]): Namesakes<S> {
  const byPath = new Map<string, S[]>();
  const byFolder = new Map<string, S[]>();
  const few = new Map<string, S[]>();
  for (const symbol of symbols) {
    const { kind, path, family, test } = symbol;
    if (!callable.has(kind)) continue;
    add(byPath, path, symbol);
    if (seesItsFolder(family)) add(byFolder, folderOf(path), symbol);
    for (const group of new Set([family, ''])) {
      add(few, fewKey(group, true), symbol, mostMeanings + 1);
      if (!test) add(few, fewKey(group, false), symbol, mostMeanings + 1);
    }
  }
  return { byPath, byFolder, few };
}

const fewKey = (family: string, test: boolean): string => `${family} ${test}`;

function add<S>(lists: Map<string, S[]>, key: string, symbol: S, most = Infinity): void {
  const list = lists.get(key);
  if (list === undefined) {
    lists.set(key, [symbol]);
  } else if (list.length < most) {
    list.push(symbol);
  }
}

/**
 * Which symbols a use by name means, and how sure that is (0 to 1): those of its own file, then those of files that it imports or
 * that see each other without, then the only one of that name; of a few each is possible, of many none.
 */
export function chooseCallees<S extends NamedSymbol>(
  use: NameUse,
  { byPath, byFolder, few }: Namesakes<S>,
): readonly { readonly symbol: S; readonly weight: number }[] {
  const isPossible = ({ family, test, path }: S): boolean =>
    (use.family === '' || family === use.family) && (!test || use.test || path === use.path);
  const own = (byPath.get(use.path) ?? []).filter(isPossible);
  if (own.length > 0) return share(closest(use, own), 1);
  const imported = [...use.imports.keys()].flatMap((path) => (byPath.get(path) ?? []).filter(isPossible));
  const named = imported.filter(({ path, qualified }) => isTaken(use, path, qualified));
  if (named.length > 0) return share(closest(use, named), 0.95);
  if (imported.length > 0) return share(closest(use, imported), 0.8);
  if (seesItsFolder(use.family)) {
    const beside = (byFolder.get(folderOf(use.path)) ?? []).filter(isPossible);
    if (beside.length > 0) return share(closest(use, beside), 0.8);
  }
  // Tests of its own file would have been found above.
  const possible = few.get(fewKey(use.family, use.test)) ?? [];
  if (possible.length === 1) return share(possible, 0.6);
  return possible.length <= mostMeanings ? share(closest(use, possible), 0.3) : [];
}

function isTaken(use: NameUse, path: string, qualified: string): boolean {
  const names = use.imports.get(path);
  return names !== undefined && qualified.split('.').some((part) => names.has(part));
}

/** Those that the written qualifier names, or that stand in what the caller stands in; all where neither says more. */
function closest<S extends NamedSymbol>(use: NameUse, symbols: readonly S[]): readonly S[] {
  const written = use.name
    .split(/\.|::|->|#/)
    .at(-2)
    ?.trim()
    .toLowerCase();
  const container = ['this', 'self', 'super', 'base', 'cls'].includes(written ?? '')
    ? use.caller.slice(0, Math.max(0, use.caller.lastIndexOf('.'))).toLowerCase()
    : written;
  if (container !== undefined && container !== '') {
    const inside = symbols.filter(({ qualified }) => `.${qualified.toLowerCase()}`.includes(`.${container}.`));
    if (inside.length > 0) return inside;
  }
  const sibling = use.caller.slice(0, use.caller.lastIndexOf('.') + 1);
  const beside = symbols.filter(({ qualified }) => sibling !== '' && qualified.startsWith(sibling));
  const free = symbols.filter(({ qualified }) => !qualified.includes('.'));
  return beside.length > 0 ? beside : written === undefined && free.length > 0 ? free : symbols;
}

/** Symbols of one name in one place are as good as each other. */
function share<S extends NamedSymbol>(
  symbols: readonly S[],
  weight: number,
): readonly { readonly symbol: S; readonly weight: number }[] {
  if (symbols.length > mostMeanings) return [];
  return symbols.map((symbol) => ({ symbol, weight: weight / symbols.length }));
}
