import { maxReadBytes } from '../../protocol/guestLimits.ts';
import { decodeBase64 } from '../../base/base64.ts';
import { type Failure, failure } from '../../base/failure.ts';
import { linesOf, quoteLines } from '../../base/quotedLines.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import type { FindingRegion } from '../findings/finding.ts';
import type { RestrictedSandbox } from '../sandbox/sandbox.ts';
import { mostFindings, type TaskFinding } from '../tasks/taskFinding.ts';
import type { TaskTrace } from '../tasks/taskTrace.ts';
import { findLines } from '../tools/editMatch.ts';
import type { EditStyle } from '../tools/editStyle.ts';
import type { ToolContext } from '../tools/tool.ts';

/** A weak model has its hands full with its task. */
export function reportsFindings(style: EditStyle): boolean {
  return style === 'exact';
}

/** Keeps what an agent reports, with the lines that it is about; the text has to stand there as that of an edit has. */
export function reportFindingIn(
  trace: TaskTrace,
  run: string,
  sandbox: RestrictedSandbox,
): NonNullable<ToolContext['reportFinding']> {
  return async ({ path, message, oldText, newText }, signal) => {
    if (trace.task().findings.length >= mostFindings) {
      return fail(failure('no-more-findings', `${mostFindings} findings are reported, and no more are kept.`));
    }
    const where = { path, from: 'repository', offset: 0, length: maxReadBytes } as const;
    const read = await sandbox.request('read_bytes', where, { signal });
    if (!read.ok) {
      return fail(failure(read.error.detail ?? read.error.reason, read.error.message));
    }
    const bytes = decodeBase64(read.value.bytes);
    if (bytes === undefined || read.value.size > bytes.byteLength) {
      return fail(failure('too-long', `${path} is too long for a finding.`));
    }
    const text = new TextDecoder().decode(bytes).replaceAll('\r\n', '\n');
    const place = placeOf(text, oldText, newText ?? oldText);
    if (!place.ok) {
      return place;
    }
    const { region, quote } = place.value;
    const data = { run, severity: 'warning' as const, message, path, region, quote };
    const fix = newText === undefined ? {} : { fix: place.value };
    await trace.record({ type: 'finding-reported', actor: 'agent', data: { ...data, ...fix } });
    return ok(undefined);
  };
}

/** Where the text stands, and what the suggestion is in the file's own words. */
function placeOf(text: string, oldText: string, newText: string): Result<NonNullable<TaskFinding['fix']>, Failure> {
  const first = oldText === '' ? -1 : text.indexOf(oldText);
  const isUnique = first >= 0 && !text.includes(oldText, first + 1);
  const search = first >= 0 ? undefined : findLines(text, oldText, newText);
  const found = isUnique
    ? { start: first, end: first + oldText.length, replacement: newText }
    : search?.kind === 'found'
      ? search.found
      : undefined;
  if (found === undefined) {
    const message = 'oldText does not stand in the file exactly once; give the exact text of a few whole lines.';
    return fail(failure('not-one-place', message));
  }
  const region = regionOf(text, found.start, found.end);
  const quote = quoteLines(linesOf(text), region.startLine, region.endLine);
  return quote === undefined
    ? fail(failure('not-one-place', 'oldText is in no line of the file.'))
    : ok({ region, quote, oldText: text.slice(found.start, found.end), text: found.replacement });
}

function regionOf(text: string, start: number, end: number): FindingRegion & { readonly endCharacter: number } {
  const at = (offset: number): readonly [line: number, character: number] => {
    const before = text.slice(0, offset).split('\n');
    return [before.length - 1, before.at(-1)?.length ?? 0];
  };
  const [startLine, startCharacter] = at(start);
  const [endLine, endCharacter] = at(end);
  return { startLine, startCharacter, endLine, endCharacter };
}
