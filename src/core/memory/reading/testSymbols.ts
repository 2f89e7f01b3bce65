import type { SymbolFact } from '../sourceFacts.ts';

/** How functions of a file of tests are named that are tests, where nothing else marks them. */
const testNames: Readonly<Record<string, RegExp>> = {
  python: /^test(?:_|[A-Z]|$)/,
  go: /^(?:Test|Benchmark|Fuzz|Example)(?:[^a-z]|$)/,
  java: /^test(?:_|[A-Z])/,
  php: /^test(?:_|[A-Z])/,
};

/** The symbols of a file of tests, with those that its language knows as tests by their names. */
export function testSymbols(language: string, symbols: readonly SymbolFact[]): readonly SymbolFact[] {
  const pattern = Object.hasOwn(testNames, language) ? testNames[language] : undefined;
  if (pattern === undefined) {
    return symbols;
  }
  return symbols.map((symbol) =>
    (symbol.kind === 'function' || symbol.kind === 'method') && pattern.test(symbol.name)
      ? { ...symbol, kind: 'test' }
      : symbol,
  );
}
