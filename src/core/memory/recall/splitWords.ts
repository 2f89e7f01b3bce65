/** Letters and digits of any script, with what joins the parts of an identifier. */
const runs = /[\p{L}\p{N}\p{M}_$]+/gu;

/** A run this long is data, not a word, unless it is a sentence of a script without spaces. UTF-16 units. */
const longestRun = 64;

/** Scripts that put no space between words: every character is taken for one. */
const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u;
const unspacedRuns = /([\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}])/gu;

/** Texts repeat their identifiers: what was split once is kept, up to this many. */
const mostKept = 50_000;
const kept = new Map<string, readonly string[]>();

/**
 * Words of a text in lower case, as the index and a question both have them: every identifier whole, without what joins its parts,
 * then its parts (`readHTTPFile` gives `readhttpfile read http file`). Parts of one letter are left out.
 */
export function splitWords(text: string): string[] {
  const words: string[] = [];
  for (const [run] of text.matchAll(runs)) {
    if (run.length <= longestRun) {
      words.push(...splitRun(run));
    } else if (unspaced.test(run)) {
      words.push(...charactersOf(run).filter((word) => word.length <= longestRun));
    }
  }
  return words;
}

function splitRun(run: string): readonly string[] {
  const known = kept.get(run);
  if (known !== undefined) {
    return known;
  }
  const words = unspaced.test(run) ? charactersOf(run) : partsOf(run);
  if (kept.size >= mostKept) {
    kept.clear();
  }
  kept.set(run, words);
  return words;
}

/** And what of other scripts stands between them. */
function charactersOf(run: string): string[] {
  return run
    .replace(unspacedRuns, ' $1 ')
    .split(/[\s_$]+/u)
    .filter((word) => word !== '');
}

function partsOf(run: string): readonly string[] {
  const parts = run
    .replace(/([\p{Ll}\p{N}])(\p{Lu})/gu, '$1 $2')
    .replace(/(\p{Lu}+)(\p{Lu}\p{Ll})/gu, '$1 $2')
    .toLowerCase()
    .split(/[\s_$]+/u)
    .filter((part) => part !== '');
  const long = parts.filter((part) => part.length > 1 || /\p{N}/u.test(part));
  return parts.length > 1 ? [parts.join(''), ...long] : long;
}
