import { findQuoted } from '../../base/quotedLines.ts';
import type { FindingView } from '../../protocol/findings.ts';
import type { CommandContext } from '../commands/command.ts';

/** A finding and the repository that it belongs to: what our code actions call commands with. */
export interface FindingReference {
  readonly root: string;
  readonly finding: FindingView;
}

/** Where a finding stands in a document that may not be saved; undefined where its lines are no longer there. */
export function placeIn(
  { region, quote, stale }: FindingView,
  lines: readonly string[] | undefined,
): FindingView['region'] | undefined {
  if (lines === undefined || quote === undefined) {
    return stale ? undefined : region;
  }
  const line = findQuoted(lines, region.startLine, quote);
  return line === undefined
    ? undefined
    : { ...region, startLine: line, endLine: region.endLine + line - region.startLine };
}

/** The findings of all repositories of this window. */
export async function allFindings({ hosts }: Pick<CommandContext, 'hosts'>): Promise<readonly FindingReference[]> {
  const known = hosts.all().filter(({ findings }) => findings !== undefined);
  const lists = await Promise.all(
    known.map(async (host) => {
      const answer = await host.request('listFindings', {}, new AbortController().signal);
      return answer.ok ? answer.value.findings.map((finding) => ({ root: host.root, finding })) : [];
    }),
  );
  return lists.flat();
}

/** Checks what a command was called with: other extensions can call it with anything. */
export async function findingOf(
  context: Pick<CommandContext, 'hosts'>,
  argument: unknown,
): Promise<FindingReference | undefined> {
  if (typeof argument !== 'object' || argument === null) {
    return undefined;
  }
  const { root, id } = argument as { readonly root?: unknown; readonly id?: unknown };
  return (await allFindings(context)).find((each) => each.root === root && each.finding.id === id);
}
