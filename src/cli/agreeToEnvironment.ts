import { failure } from '../base/failure.ts';
import { fail, ok, type Result } from '../base/result.ts';
import type { HostClient } from '../host/client/hostClient.ts';
import type { CliFailure, Invocation } from './command.ts';

export interface Agreement {
  /** The task whose changes it is of; absent for the checkout. */
  readonly task?: string;
  /** Beginning of the hash of what the user looked at. */
  readonly hash?: string;
  /** Hosts that setup may reach, beside those that were agreed to before. */
  readonly hosts: readonly string[];
}

/**
 * Prints all that the user agrees to, then sends the definition of exactly that: what changed in between is refused by the host, and
 * what is not what `hash` names is refused here.
 */
export async function agreeToEnvironment(
  { writer, signal }: Pick<Invocation, 'writer' | 'signal'>,
  client: HostClient,
  { task, hash = '', hosts }: Agreement,
): Promise<Result<void, CliFailure>> {
  const of = task === undefined ? {} : { task };
  const asked = await client.request('environment', of, signal);
  if (!asked.ok) {
    return asked;
  }
  const { environment } = asked.value;
  const { definition } = environment;
  if (!definition.startsWith(hash)) {
    const now = definition === '' ? 'Nothing is to be set up' : `What is asked for has the hash ${definition}`;
    const look = `nightshift environment${task === undefined ? '' : ` --task ${task}`}`;
    return fail(failure('changed-meanwhile', `${now}, not ${hash}; look at it again with \`${look}\`.`));
  }
  const all = [...new Set([...environment.hosts, ...hosts])];
  if (definition !== '') {
    writer.agreeing({ ...environment, hosts: all });
  }
  const approved = await client.request('approveEnvironment', { definition, hosts: all, ...of }, signal);
  if (!approved.ok) {
    return approved;
  }
  writer.agreed(approved.value.environment, approved.value.proving ? task : undefined);
  return ok(undefined);
}
