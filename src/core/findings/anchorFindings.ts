import type { Sha256 } from '../../base/hash.ts';
import { findQuoted, linesOf, quoteLines } from '../../base/quotedLines.ts';
import { protectedByName } from '../policy/protectedPaths.ts';
import { refusedByName } from '../policy/refusedPaths.ts';
import type { AnchoredReplacement, Finding, FindingRegion, FindingReplacement, ReportedFinding } from './finding.ts';

/** Lines of a file of the checkout; undefined where there is none that may be written. */
export type ReadLines = (path: string) => Promise<readonly string[] | undefined>;

const longestOldText = 100_000;

/**
 * The findings with what stands at their places now, and why those were suppressed that were; those that say the same of the same
 * lines are one.
 */
export async function anchorFindings(
  reported: readonly ReportedFinding[],
  read: ReadLines,
  sha256: Sha256,
): Promise<{ readonly findings: readonly Finding[]; readonly suppressed: Readonly<Record<string, string>> }> {
  const found = new Map<string, Finding>();
  const reasons: Record<string, string> = {};
  for (const each of reported) {
    const { fix, suppressed, ...said } = each;
    const lines = await read(each.path);
    const quote = lines && quoteLines(lines, each.region.startLine, each.region.endLine);
    const place = quote?.lines ?? each.region;
    const about = JSON.stringify([each.tool, each.rule, each.message, each.path, place]);
    // Two of the same words on lines that look the same are told apart by their order.
    let id = '';
    for (let copy = 0; id === '' || isOther(found.get(id), each); copy += 1) {
      id = `finding-${sha256(`${copy} ${about}`).slice(0, 12)}`;
    }
    const anchored = await anchorFix(fix, read);
    found.set(id, {
      ...said,
      id,
      ...(quote === undefined ? {} : { quote }),
      ...(anchored === undefined ? {} : { fix: anchored }),
    });
    if (suppressed !== undefined) {
      reasons[id] = suppressed;
    }
  }
  return { findings: [...found.values()], suppressed: reasons };
}

function isOther(known: Finding | undefined, { region }: ReportedFinding): boolean {
  return known !== undefined && JSON.stringify(known.region) !== JSON.stringify(region);
}

/** All of a fix or nothing. None for files that only a person changes: a file that is imported is no person. */
async function anchorFix(
  fix: readonly FindingReplacement[] | undefined,
  read: ReadLines,
): Promise<readonly AnchoredReplacement[] | undefined> {
  const anchored: AnchoredReplacement[] = [];
  for (const each of fix ?? []) {
    const allowed = refusedByName(each.path, true) === undefined && protectedByName(each.path) === undefined;
    const lines = allowed ? await read(each.path) : undefined;
    const quote = lines && quoteLines(lines, each.region.startLine, Math.min(each.region.endLine, lines.length - 1));
    const oldText = lines && textIn(lines, each.region);
    if (quote === undefined || oldText === undefined || oldText.length > longestOldText) {
      return undefined;
    }
    anchored.push({ ...each, quote, oldText });
  }
  return anchored.length === 0 || overlaps(anchored) ? undefined : anchored;
}

/** With `\n` between lines; undefined where the text has no such place. */
function textIn(lines: readonly string[], region: FindingRegion): string | undefined {
  const { startLine, startCharacter, endLine, endCharacter } = region;
  // The end of a text that ends with its last line: tools name the line behind it.
  const isBehind = endLine === lines.length && (endCharacter ?? 0) === 0;
  const part = lines.slice(startLine, endLine + 1);
  const last = part.at(-1);
  if (last === undefined || startCharacter > (part[0] ?? '').length || (endLine >= lines.length && !isBehind)) {
    return undefined;
  }
  if (!isBehind && endCharacter !== undefined && endCharacter > last.length) {
    return undefined;
  }
  const cut = isBehind ? part : [...part.slice(0, -1), last.slice(0, endCharacter)];
  return cut.join('\n').slice(startCharacter);
}

function overlaps(fix: readonly AnchoredReplacement[]): boolean {
  const end = ({ region: { endLine, endCharacter = Infinity } }: AnchoredReplacement): readonly [number, number] => [
    endLine,
    endCharacter,
  ];
  return fix.some((one, index) =>
    fix.slice(index + 1).some((other) => {
      const [first, second] =
        one.region.startLine < other.region.startLine ||
        (one.region.startLine === other.region.startLine && one.region.startCharacter <= other.region.startCharacter)
          ? [one, other]
          : [other, one];
      const [line, character] = end(first);
      const { startLine, startCharacter } = second.region;
      return first.path === second.path && (startLine < line || (startLine === line && startCharacter < character));
    }),
  );
}

/** Where a finding stands now; `stale` where its lines are no longer there, and the place is the one that it was reported at. */
export function placeFinding(
  { region, quote }: Pick<Finding, 'region' | 'quote'>,
  lines: readonly string[] | undefined,
): { readonly region: FindingRegion; readonly stale: boolean } {
  const line = quote === undefined || lines === undefined ? undefined : findQuoted(lines, region.startLine, quote);
  if (line === undefined) {
    return { region, stale: true };
  }
  const shift = line - region.startLine;
  return { region: { ...region, startLine: line, endLine: region.endLine + shift }, stale: false };
}

/** As the checkout's files are read: without a mark at the beginning. */
export function fileLines(bytes: Uint8Array): readonly string[] {
  return linesOf(new TextDecoder().decode(bytes));
}
