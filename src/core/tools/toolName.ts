import { type Failure, failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import type { Repair } from '../models/callRepair.ts';
import type { Tool } from './tool.ts';

const mostTypos = 2;
const longestName = 64;

/** What templates put before a tool's name and behind it, as in `functions.read_file:0`. */
const before = /^(?:functions?|tools?|default_api)[.:/]+(?=\w)/i;
const behind = /(?<=\w)(?::\d{1,4}|\(\)|<\|\w{1,32}\|>\w{0,32})$/;

/**
 * The offered tool that a name means: exactly, else without what templates put around it and with case, `_`, `-`, `.` and spaces aside, else the only one within two
 * typos. Typos are forgiven only into tools that read: nobody gets to write, execute or end by a misspelling.
 */
export function resolveToolName(
  name: string,
  offered: readonly Tool[],
): Result<{ readonly tool: Tool; readonly repair?: Repair }, Failure<'unknown-tool'>> {
  const exact = offered.find((tool) => tool.name === name);
  if (exact !== undefined) {
    return ok({ tool: exact });
  }
  const plain = name.replace(behind, '').replace(before, '');
  const wanted = folded(plain);
  const sameName = offered.filter((tool) => folded(tool.name) === wanted);
  const near =
    name.length > longestName ? [] : offered.filter((tool) => editDistance(folded(tool.name), wanted) <= mostTypos);
  const [tool, ...others] = sameName.length > 0 ? sameName : near.every((each) => each.effect === 'read') ? near : [];
  if (tool !== undefined && others.length === 0) {
    const detail = `${JSON.stringify(name.slice(0, 100))} read as ${tool.name}`;
    return ok({ tool, repair: { rung: 'tool-name', detail } });
  }
  const suggestion = near.length > 0 ? ` Did you mean ${near.map((each) => each.name).join(' or ')}?` : '';
  const names = offered.map((each) => each.name).join(', ');
  return fail(
    failure(
      'unknown-tool',
      `There is no tool ${JSON.stringify(name.slice(0, longestName))}.${suggestion} The tools are: ${names}.`,
    ),
  );
}

/** A name without what models get wrong about its spelling. */
export function folded(name: string): string {
  return name.toLowerCase().replace(/[_\-.\s]/g, '');
}

/** Levenshtein distance. */
export function editDistance(left: string, right: string): number {
  let previous = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let row = 1; row <= left.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= right.length; column += 1) {
      const replaced = (previous[column - 1] ?? 0) + (left[row - 1] === right[column - 1] ? 0 : 1);
      current.push(Math.min(replaced, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[right.length] ?? 0;
}
