import type { FileKind, SourceFacts, SymbolFact } from '../../src/core/memory/sourceFacts.ts';

/** Facts in short: `symbols: ['Cart', 'Cart.add']`, `imports: ['./cart', ['./tax', 'rate']]`, `calls: ['add', ['Cart.add', 'sum']]`. */
export interface ShortFacts {
  readonly kind?: FileKind;
  readonly language?: string;
  readonly symbols?: readonly (string | readonly [SymbolFact['kind'], string])[];
  readonly imports?: readonly (string | readonly [string, ...string[]])[];
  /** A name, or the caller and the name. */
  readonly calls?: readonly (string | readonly [string, string])[];
  readonly text?: string;
  readonly title?: string;
}

/** The nth symbol is on the lines from 10n+1 to 10n+9. */
export function graphFacts(short: ShortFacts): SourceFacts {
  return {
    kind: short.kind ?? 'code',
    language: short.language ?? 'typescript',
    chunks: short.text === undefined ? [] : [{ kind: 'section', text: short.text, hash: '', startLine: 1, endLine: 1 }],
    symbols: (short.symbols ?? []).map((entry, index) => {
      const [kind, qualified] = typeof entry === 'string' ? (['function', entry] as const) : entry;
      const mark = kind === 'heading' ? ' > ' : '.';
      const cut = qualified.lastIndexOf(mark);
      return {
        kind,
        name: cut === -1 ? qualified : qualified.slice(cut + mark.length),
        ...(cut === -1 ? {} : { container: qualified.slice(0, cut) }),
        startLine: 10 * index + 1,
        endLine: 10 * index + 9,
      };
    }),
    imports: (short.imports ?? []).map((entry) =>
      typeof entry === 'string'
        ? { specifier: entry, names: [], line: 1 }
        : { specifier: entry[0], names: entry.slice(1), line: 1 },
    ),
    calls: (short.calls ?? []).map((entry) =>
      typeof entry === 'string' ? { name: entry, line: 1 } : { caller: entry[0], name: entry[1], line: 1 },
    ),
    ...(short.title === undefined ? {} : { decision: { title: short.title, decision: '' } }),
  };
}
