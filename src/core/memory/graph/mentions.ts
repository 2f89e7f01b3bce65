import type { SourceFacts } from '../sourceFacts.ts';
import { folderOf, joinPath } from './modulePath.ts';
import type { Want } from './want.ts';

/** What a document names. */
export interface Mentions {
  /** As written, with where it may be. */
  readonly files: readonly { readonly text: string; readonly wants: readonly Want[] }[];
  /** Folders from the root, as written. */
  readonly folders: readonly string[];
  /** Names of symbols, qualified where they are written so. */
  readonly symbols: readonly string[];
}

const mostMentions = 400;
const filePattern = /^(?:\.{0,2}\/)?(?:[\w@+.-]+\/)*[\w@+.-]*[\w@+-]\.[A-Za-z]\w{0,9}$/;
const fileName = /\.(?:[cm]?[jt]sx?|py|go|rs|java|kt|cs|c|h|cc|cpp|hpp|rb|php|md|json|ya?ml|toml|sh|css|html)$/;
const folderPattern = /^(?!\d)(?:\.\/)?(?:[\w@+.-]+\/)+[\w@+.-]*$/;
const symbolPattern = /^[A-Za-z_$][\w$]*(?:(?:\.|::|#)[A-Za-z_$][\w$]*){0,4}$/;

/** Files and symbols that documents, decisions and guidelines name in their text. */
export function mentionsOf(path: string, facts: SourceFacts): Mentions {
  const none = { files: [], folders: [], symbols: [] };
  if (!['document', 'decision', 'guideline'].includes(facts.kind)) return none;
  const files = new Map<string, readonly Want[]>();
  const folders = new Set<string>();
  const symbols = new Set<string>();
  for (const { text } of facts.chunks) {
    for (const { word, code } of wordsOf(text)) {
      if (files.size + folders.size + symbols.size >= mostMentions) break;
      if (word.length > 300 || /^\w+:\/\//.test(word)) continue;
      const place = word.replace(/[#?].*$/s, '').replace(/:\d+(?:[:-]\d+)?$/, '');
      if (filePattern.test(place) && (code || place.includes('/'))) files.set(place, fileWants(path, place));
      else if (folderPattern.test(place) && place.split('/').filter(Boolean).length > 1) folders.add(trimFolder(place));
      if (code) {
        const name = word.replace(/\(.*$/s, '');
        if (isTelling(name, word)) symbols.add(name.replace(/::|#/g, '.'));
      }
    }
  }
  return {
    files: [...files].map(([text, wants]) => ({ text, wants })),
    folders: [...folders],
    symbols: [...symbols],
  };
}

/** As links do, from the document's folder, then from the root, then wherever a path ends so. */
function fileWants(from: string, place: string): readonly Want[] {
  const relative = joinPath(folderOf(from), place);
  const bare = place.replace(/^(?:\.{0,2}\/)+/, '');
  return [
    ...(relative === undefined || relative === '' ? [] : [{ by: 'module' as const, value: relative, group: 0 }]),
    { by: 'module', value: bare, group: 0 },
    { by: 'end', value: bare, group: 0 },
  ];
}

const trimFolder = (place: string): string => place.replace(/^\.\//, '').replace(/\/$/, '');

/** Lower-case words stand in backticks for anything; a name with a capital inside, `_`, a dot or a call is one of code. */
function isTelling(name: string, word: string): boolean {
  return (
    name.length >= 4 &&
    name.length <= 200 &&
    symbolPattern.test(name) &&
    !fileName.test(name) &&
    (/[a-z][A-Z]|^[A-Z][a-z]|_|\.|::|#/.test(name) || word.endsWith(')'))
  );
}

/** Words of a text; `code`: between backticks. Linear: one cut of the text, and each word is looked at alone. */
function* wordsOf(text: string): Generator<{ word: string; code: boolean }> {
  let code = false;
  for (const [index, span] of text.split('`').entries()) {
    code = index % 2 === 1;
    for (const word of span.split(/[\s"'<>()[\]{},;|*]+/)) {
      const trimmed = word.replace(/[.:!?]$/, '');
      if (trimmed.length > 1) yield { word: code && span.includes(`${word}(`) ? `${trimmed}()` : trimmed, code };
    }
  }
}
