import { readTraceKey } from '../../host/traceKey.ts';
import type { Command } from '../command.ts';
import { exitCode } from '../exitCode.ts';

export const traceKeyCommand: Command = {
  name: 'trace key',
  summary: 'Print the public key that traces and statements are signed with, and its fingerprint',
  operands: [],
  options: {},
  json: true,
  run: async ({ io, writer }) => {
    const key = await readTraceKey(io.environment);
    if (!key.ok) {
      return key.error;
    }
    writer.traceKey(key.value);
    return exitCode.done;
  },
};
