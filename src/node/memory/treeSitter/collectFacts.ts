import type { ParsedSource } from '../../../core/memory/reading/factsOf.ts';
import { qualifiedName } from '../../../core/memory/qualifiedName.ts';
import type { CallFact, ImportFact, SymbolFact, SymbolKind } from '../../../core/memory/sourceFacts.ts';

/** A node that a query captured; rows count from 0, offsets are of UTF-16 units. */
export interface CapturedNode {
  readonly id: number;
  readonly startIndex: number;
  readonly endIndex: number;
  readonly startPosition: { readonly row: number };
  readonly endPosition: { readonly row: number; readonly column: number };
}

export interface CapturedMatch {
  readonly patternIndex: number;
  readonly captures: readonly { readonly name: string; readonly node: CapturedNode }[];
}

/** What the queries cannot say of a language. */
export interface NamingRules {
  /** Of symbols that others see: by their first letter in Go, without an underscore in Python. */
  readonly exportedName?: RegExp;
  /** The names that a specifier itself says are taken: `a::{b, c}`. */
  readonly namesIn?: (specifier: string) => readonly string[];
}

/**
 * What the captures of a query are:
 * - a kind of symbol (`@function`, `@class`, …) with its `@name`, and its `@container` where that is not what it stands in. Where
 *   two patterns take the same name the first counts;
 * - `@scope` with a `@name`: what stands in it is named after it, but it is no symbol itself (`impl` of Rust);
 * - `@namespace`: a symbol, but what stands in it is not named after it (what one file has inside of it, another has not);
 * - `@exported`, `@tested`: a node that another pattern takes for a symbol; `@exportedName`: a name, apart from its symbol;
 * - `@import` with its `@specifier`, or with one name taken from it, `@imported`; `@wildcard` for all of it;
 * - `@call`: the name that is called, and `@receiver`: the name before it.
 */
const symbolKinds: Readonly<Record<string, SymbolKind | 'scope' | 'namespace'>> = {
  function: 'function',
  method: 'method',
  class: 'class',
  interface: 'interface',
  type: 'type',
  enum: 'enum',
  module: 'module',
  constant: 'constant',
  variable: 'variable',
  test: 'test',
  scope: 'scope',
  namespace: 'namespace',
};

interface Definition {
  readonly kind: SymbolKind | 'scope' | 'namespace';
  readonly patternIndex: number;
  readonly node: CapturedNode;
  readonly name: string;
  readonly container?: string;
}

interface Import {
  readonly node: CapturedNode;
  specifier?: string;
  readonly names: Set<string>;
}

interface Call {
  readonly node: CapturedNode;
  readonly name: string;
}

interface Found {
  /** By the node of their name. */
  readonly definitions: Map<number, Definition>;
  readonly imports: Map<number, Import>;
  readonly calls: Map<number, Call>;
  readonly exported: Set<number>;
  readonly exportedNames: Set<string>;
  readonly tested: Set<number>;
}

/** Makes facts of what a query matched in a text. */
export function collectFacts(matches: readonly CapturedMatch[], text: string, rules: NamingRules): ParsedSource {
  const found: Found = {
    definitions: new Map(),
    imports: new Map(),
    calls: new Map(),
    exported: new Set(),
    exportedNames: new Set(),
    tested: new Set(),
  };
  for (const match of matches) {
    note(match, text, found);
  }
  const { symbols, calls } = place(found, rules);
  return { symbols, calls, imports: importFacts(found.imports, rules) };
}

function note({ patternIndex, captures }: CapturedMatch, text: string, found: Found): void {
  const nodeOf = (name: string): CapturedNode | undefined => captures.find((capture) => capture.name === name)?.node;
  const textOf = (name: string): string | undefined => {
    const node = nodeOf(name);
    return node === undefined ? undefined : plainName(text.slice(node.startIndex, node.endIndex));
  };
  for (const { name: capture, node } of captures) {
    const kind = symbolKinds[capture];
    if (kind !== undefined) {
      const container = textOf('container');
      noteDefinition(found.definitions, nodeOf('name'), {
        kind,
        patternIndex,
        node,
        name: textOf('name') ?? '',
        ...(container === undefined ? {} : { container }),
      });
    } else if (capture === 'import') {
      const specifier = textOf('specifier');
      const wildcard = specifier !== undefined && nodeOf('wildcard') !== undefined;
      noteImport(found.imports, node, wildcard ? `${specifier}.*` : specifier, textOf('imported'));
    } else if (capture === 'call') {
      const receiver = textOf('receiver');
      const name = text.slice(node.startIndex, node.endIndex);
      found.calls.set(node.id, { node, name: receiver === undefined ? name : `${receiver}.${name}` });
    } else if (capture === 'exported') {
      found.exported.add(node.id);
    } else if (capture === 'tested') {
      found.tested.add(node.id);
    } else if (capture === 'exportedName') {
      found.exportedNames.add(text.slice(node.startIndex, node.endIndex));
    }
  }
}

function noteDefinition(
  definitions: Map<number, Definition>,
  nameNode: CapturedNode | undefined,
  definition: Definition,
): void {
  if (nameNode === undefined || definition.name === '') {
    return;
  }
  const known = definitions.get(nameNode.id);
  if (known === undefined || known.patternIndex > definition.patternIndex) {
    definitions.set(nameNode.id, definition);
  }
}

function noteImport(
  imports: Map<number, Import>,
  node: CapturedNode,
  specifier: string | undefined,
  name: string | undefined,
): void {
  const known: Import = imports.get(node.id) ?? { node, names: new Set() };
  if (specifier !== undefined) {
    known.specifier = specifier;
  }
  if (name !== undefined) {
    known.names.add(name);
  }
  imports.set(node.id, known);
}

function importFacts(imports: ReadonlyMap<number, Import>, { namesIn }: NamingRules): ImportFact[] {
  return [...imports.values()]
    .toSorted((a, b) => a.node.startIndex - b.node.startIndex)
    .flatMap(({ specifier, names, node }) =>
      specifier === undefined
        ? []
        : [{ specifier, names: namesIn?.(specifier) ?? [...names], line: node.startPosition.row + 1 }],
    );
}

/** A definition that is open while the text is gone through, with the name of all that stands in it. */
interface Open {
  readonly id: number;
  readonly endIndex: number;
  readonly qualified: string;
}

/** Goes through definitions and calls by their place in the text, so that each finds the innermost one that it stands in. */
function place(found: Found, rules: NamingRules): Pick<ParsedSource, 'symbols' | 'calls'> {
  const definitions = [...found.definitions.values()].toSorted(
    (a, b) => a.node.startIndex - b.node.startIndex || b.node.endIndex - a.node.endIndex,
  );
  const called = [...found.calls.values()].toSorted((a, b) => a.node.startIndex - b.node.startIndex);
  const symbols: SymbolFact[] = [];
  const calls: CallFact[] = [];
  const open: Open[] = [];
  const innermost = (index: number): string | undefined => {
    while ((open.at(-1)?.endIndex ?? Number.POSITIVE_INFINITY) <= index) {
      open.pop();
    }
    return open.at(-1)?.qualified;
  };
  let call = 0;
  const callsBefore = (index: number): void => {
    for (let next = called[call]; next !== undefined && next.node.startIndex < index; next = called[call]) {
      addCall(calls, next, innermost(next.node.startIndex));
      call += 1;
    }
  };
  for (const definition of definitions) {
    callsBefore(definition.node.startIndex);
    // The second name of one declaration stands beside the first.
    if (open.at(-1)?.id === definition.node.id) {
      open.pop();
    }
    const outer = innermost(definition.node.startIndex);
    const container = joined(outer, definition.container);
    addSymbol(symbols, definition, container, found, rules);
    if (definition.kind !== 'namespace' && definition.kind !== 'type') {
      open.push({
        id: definition.node.id,
        endIndex: definition.node.endIndex,
        qualified: joined(container, definition.name) ?? definition.name,
      });
    }
  }
  callsBefore(Number.POSITIVE_INFINITY);
  return { symbols, calls };
}

function joined(outer: string | undefined, inner: string | undefined): string | undefined {
  return outer === undefined || inner === undefined ? (outer ?? inner) : `${outer}.${inner}`;
}

function addSymbol(
  symbols: SymbolFact[],
  { kind, node, name, container: explicit }: Definition,
  container: string | undefined,
  found: Found,
  { exportedName }: NamingRules,
): void {
  if (kind === 'scope') {
    return;
  }
  const isCode = kind === 'function' || kind === 'method' || kind === 'class';
  const isTest = isCode && found.tested.has(node.id);
  const exported =
    found.exported.has(node.id) ||
    (container === undefined && found.exportedNames.has(name)) ||
    ((container === undefined || explicit !== undefined || kind === 'method') && exportedName?.test(name) === true);
  const symbol: SymbolFact = {
    kind: isTest ? 'test' : kind === 'namespace' ? 'module' : kind,
    name,
    ...(container === undefined ? {} : { container }),
    ...(exported ? { exported } : {}),
    startLine: node.startPosition.row + 1,
    endLine: lastLine(node),
  };
  const last = symbols.at(-1);
  // The forms of one function, right below each other, are one symbol.
  if (
    last !== undefined &&
    last.kind === symbol.kind &&
    qualifiedName(last) === qualifiedName(symbol) &&
    kind !== 'test'
  ) {
    if (symbol.startLine <= last.endLine + 1) {
      symbols[symbols.length - 1] = { ...last, ...symbol, startLine: last.startLine };
      return;
    }
  }
  symbols.push(symbol);
}

function addCall(calls: CallFact[], { node, name }: Call, caller: string | undefined): void {
  const fact: CallFact = {
    name,
    ...(caller === undefined ? {} : { caller }),
    line: node.startPosition.row + 1,
  };
  const last = calls.at(-1);
  if (last === undefined || last.name !== fact.name || last.line !== fact.line || last.caller !== caller) {
    calls.push(fact);
  }
}

/** Some grammars end a node at the start of the line after it. */
function lastLine({ startPosition, endPosition }: CapturedNode): number {
  const row = endPosition.column === 0 && endPosition.row > startPosition.row ? endPosition.row - 1 : endPosition.row;
  return row + 1;
}

/** Characters of a name: longer ones, such as a whole text in the place of a title, say nothing more. */
const mostName = 200;

/** A name on one line, without the quotes around a text. */
function plainName(text: string): string {
  const unquoted = /^[`"'<][\s\S]*[`"'>]$/.test(text) ? text.slice(1, -1) : text;
  return unquoted.replace(/\s+/g, ' ').trim().slice(0, mostName);
}
