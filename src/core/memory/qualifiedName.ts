import type { SymbolFact } from './sourceFacts.ts';

/** The one name of a symbol with what it stands in: `Cart.addItem`; of a heading `Install > Linux`. */
export function qualifiedName({ kind, name, container }: Pick<SymbolFact, 'kind' | 'name' | 'container'>): string {
  return container === undefined || container === '' ? name : `${container}${kind === 'heading' ? ' > ' : '.'}${name}`;
}
