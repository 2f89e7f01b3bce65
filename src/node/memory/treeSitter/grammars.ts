import type { NamingRules } from './collectFacts.ts';
import { cppQuery } from './queries/cppQuery.ts';
import { csharpQuery } from './queries/csharpQuery.ts';
import { goQuery } from './queries/goQuery.ts';
import { javaQuery } from './queries/javaQuery.ts';
import { pythonQuery } from './queries/pythonQuery.ts';
import { rustQuery } from './queries/rustQuery.ts';
import { jsxQuery, scriptQuery } from './queries/scriptQuery.ts';

export interface Grammar extends NamingRules {
  /** Of the wasm file, `tree-sitter-NAME.wasm`. */
  readonly name: string;
  readonly query: string;
}

const typescript: Grammar = { name: 'typescript', query: scriptQuery };
/** Takes JavaScript as well, of which TypeScript is an extension: one grammar less to ship. */
const tsx: Grammar = { name: 'tsx', query: scriptQuery + jsxQuery };

const cpp: Grammar = { name: 'cpp', query: cppQuery };

/** The last names of the paths of a `use`: `a::{b, c::d as e}` takes b and d. */
function usedNames(specifier: string): readonly string[] {
  const paths = specifier.split(/[{},]/).map((path) => path.replace(/\sas\s[^]*$/, '').trim());
  const ends = paths.filter((path) => path !== '' && !path.endsWith('::')).map((path) => path.split('::').at(-1) ?? '');
  return ends.filter((name) => /^\w+$/.test(name) && !['self', 'super', 'crate'].includes(name));
}

/** By the languages that they read, as VS Code names these. */
export const grammars: Readonly<Record<string, Grammar>> = {
  typescript,
  typescriptreact: tsx,
  javascript: tsx,
  javascriptreact: tsx,
  python: { name: 'python', query: pythonQuery, exportedName: /^(?!_)|^__\w+__$/ },
  go: { name: 'go', query: goQuery, exportedName: /^\p{Lu}/u },
  rust: { name: 'rust', query: rustQuery, namesIn: usedNames },
  java: { name: 'java', query: javaQuery },
  csharp: { name: 'c-sharp', query: csharpQuery },
  cpp,
  c: cpp,
};
