import { resolve } from 'node:path';
import { connectHost, type HostClient } from '../host/client/hostClient.ts';
import { findRepository } from '../host/findRepository.ts';
import type { CliFailure, Invocation } from './command.ts';
import { exitCode } from './exitCode.ts';
import { stringOption } from './optionValues.ts';

export interface HostUse {
  /** Follow trace lines. */
  readonly trace: boolean;
  readonly start: boolean;
}

/** The folder that a command is about. */
export function repositoryFolder({ io, values }: Invocation): string {
  return resolve(io.cwd, stringOption(values, 'repo') ?? '.');
}

/** Connects to the agent host of the repository for as long as `use` works with it. */
export async function withHost(
  invocation: Invocation,
  { trace, start }: HostUse,
  use: (client: HostClient, root: string) => Promise<number | CliFailure>,
): Promise<number | CliFailure> {
  const { io, signal } = invocation;
  const repository = await findRepository(repositoryFolder(invocation), signal);
  if (!repository.ok) {
    return repository.error;
  }
  const { root } = repository.value;
  const client = await connectHost({ root, entry: io.hostEntry, client: 'cli', trace, start, signal });
  if (!client.ok) {
    return { exitCode: exitCode.environment, ...client.error };
  }
  try {
    return await use(client.value, root);
  } finally {
    client.value.dispose();
  }
}
