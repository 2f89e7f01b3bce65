import { DisposableStore } from '../../base/lifecycle.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import type { Failure } from '../../base/failure.ts';
import { connectHost, type HostClient } from '../../host/client/hostClient.ts';
import { findRepository } from '../../host/findRepository.ts';
import type { Command } from '../command.ts';
import { exitCode } from '../exitCode.ts';
import { offerModelKey } from '../offerModelKey.ts';
import { taskModel, taskOptions, taskSettings } from '../taskOptions.ts';
import { repositoryFolder } from '../withHost.ts';

export const mcpCommand: Command = {
  name: 'mcp',
  summary:
    'Serve other agents over the Model Context Protocol on standard input and output: delegate, status, patch, recall',
  operands: [],
  options: taskOptions,
  json: false,
  run: async (invocation) => {
    const { io, signal, values } = invocation;
    const settings = taskSettings(values, io.environment);
    if (!settings.ok) {
      return settings.error;
    }
    const owned = new DisposableStore();
    let connected: Promise<Result<HostClient, Failure>> | undefined;
    /** Made at the first call, so that a client that only lists the tools starts nothing. */
    const host = async (): Promise<Result<HostClient, Failure>> => {
      connected ??= connect();
      const client = await connected;
      if (!client.ok) {
        connected = undefined;
      }
      return client;
    };
    const connect = async (): Promise<Result<HostClient, Failure>> => {
      const repository = await findRepository(repositoryFolder(invocation), signal);
      if (!repository.ok) {
        return fail(repository.error);
      }
      const { root } = repository.value;
      const client = await connectHost({ root, entry: io.hostEntry, client: 'mcp', trace: true, start: true, signal });
      if (!client.ok) {
        return client;
      }
      owned.add(client.value);
      client.value.onDidClose(() => (connected = undefined));
      const told = await offerModelKey(client.value, settings.value.openaiBaseUrl, io.environment);
      return told.ok ? ok(client.value) : told;
    };
    const model = taskModel(values, io);
    try {
      if (io.stdout.isTty) {
        io.stderr.write('An MCP client starts this command and speaks with it here; Ctrl+C ends it.\n');
      }
      // The library of the protocol is read by this command alone.
      const { serveMcp } = await import('../mcp/serveMcp.ts');
      await serveMcp({
        ...io.streams(),
        host,
        model,
        settings: settings.value,
        version: io.version,
        note: (line) => io.stderr.write(`nightshift: ${line}\n`),
        signal,
      });
    } finally {
      owned.dispose();
    }
    return signal.aborted ? exitCode.interrupted : exitCode.done;
  },
};
