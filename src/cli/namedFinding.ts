import { fail, ok, type Result } from '../base/result.ts';
import type { HostClient } from '../host/client/hostClient.ts';
import type { FindingView } from '../protocol/findings.ts';
import type { CliFailure, Invocation } from './command.ts';
import { usage } from './commandLine.ts';

export const findingOperand = {
  name: 'FINDING',
  missing: 'Which finding? Give its id; the beginning is enough.',
} as const;

/** The finding that the first operand names, by its id or the beginning of it. */
export async function namedFinding(
  client: HostClient,
  { positionals, signal }: Invocation,
): Promise<Result<FindingView, CliFailure>> {
  const given = (positionals[0] ?? '').replace(/^finding-/, '');
  const listed = await client.request('listFindings', {}, signal);
  if (!listed.ok) {
    return listed;
  }
  const [first, second] = listed.value.findings.filter(({ id }) => id.startsWith(`finding-${given}`));
  if (first === undefined) {
    return fail(usage(`There is no finding "${given}"; \`nightshift findings --all\` lists them.`));
  }
  return second === undefined ? ok(first) : fail(usage(`"${given}" begins several findings; give more of the id.`));
}
