import { installedGrammars } from '../../../fakes/installedGrammars.ts';
import { createSourceReader } from '../../../../src/node/memory/treeSitter/sourceReader.ts';
import { sha256 } from '../../../../src/node/tasks/sha256.ts';
import type { SourceFacts } from '../../../../src/core/memory/sourceFacts.ts';

export interface ShownFacts {
  readonly symbols: readonly string[];
  readonly imports: readonly string[];
  readonly calls: readonly string[];
}

/** Reads a program with the grammars of the packages, and shows what was found a line each. */
export async function readWith(path: string, text: string): Promise<ShownFacts> {
  const reader = createSourceReader({ grammars: installedGrammars(), sha256 });
  try {
    const facts = await reader.read(path, text);
    if (facts.problem !== undefined) {
      throw new Error(facts.problem);
    }
    return shown(facts);
  } finally {
    await reader.close();
  }
}

/** `exported class Shop.Cart 3-9`, `./x.ts {a,b} 1`, `Cart.add > push 5`. */
function shown({ symbols, imports, calls }: SourceFacts): ShownFacts {
  return {
    symbols: symbols.map(({ kind, name, container, exported, startLine, endLine }) =>
      [
        exported === true ? 'exported ' : '',
        kind,
        ' ',
        container === undefined ? '' : `${container}.`,
        name,
        ` ${startLine}-${endLine}`,
      ].join(''),
    ),
    imports: imports.map(({ specifier, names, line }) => `${specifier} {${names.join()}} ${line}`),
    calls: calls.map(({ caller, name, line }) => `${caller ?? ''} > ${name} ${line}`.trim()),
  };
}
