import { readdir } from 'node:fs/promises';
import { Emitter } from '../../base/event.ts';
import type { Failure } from '../../base/failure.ts';
import { ok, type Result } from '../../base/result.ts';
import { connectHost, type HostClient } from '../../host/client/hostClient.ts';
import type { ModelLender } from '../../host/client/lendToHost.ts';
import { workspacePaths } from '../../host/paths.ts';
import type { HostConnection } from './clientTaskHost.ts';

/** Whether a host may be started that does not run: `for-tasks` only where tasks of the repository are on disk to be shown. */
export type Starting = 'never' | 'for-tasks' | 'always';

/** The real connection, with the editor's own Node to run the host's script; undefined where none runs and none was started. `variables` are for a host that is started; it may ask the models of `lender`. */
export async function openHostConnection(
  script: string,
  root: string,
  starting: Starting,
  variables: Readonly<Record<string, string>>,
  lender: ModelLender,
  signal: AbortSignal,
): Promise<Result<HostConnection | undefined, Failure>> {
  const connected = await connectHost({
    root,
    entry: { node: process.execPath, script, env: { ...variables, ELECTRON_RUN_AS_NODE: '1' } },
    client: 'vscode',
    trace: false,
    start: starting === 'always' || (starting === 'for-tasks' && (await hasTasks(root))),
    lender,
    signal,
  });
  if (connected.ok) {
    return ok(asConnection(connected.value));
  }
  return connected.error.reason === 'host-absent' ? ok(undefined) : connected;
}

async function hasTasks(root: string): Promise<boolean> {
  const names = await readdir(workspacePaths(root).tasks).catch(() => []);
  return names.length > 0;
}

function asConnection(client: HostClient): HostConnection {
  const changed = new Emitter<void>();
  const ended = new Emitter<void>();
  const memoryChanged = new Emitter<void>();
  client.onDidChangeState(({ kind }) => {
    // The memory tells of itself a few times a second while it indexes: nobody who shows tasks has to look then.
    if (kind !== 'memory') {
      changed.fire();
    }
    if (kind === 'memory' || kind === 'reset') {
      memoryChanged.fire();
    }
  });
  client.onDidClose(() => ended.fire());
  return {
    get tasks() {
      return client.state.tasks;
    },
    get findings() {
      return client.state.findings;
    },
    onDidChangeTasks: changed.event,
    get memory() {
      return client.state.memory;
    },
    onDidChangeMemory: memoryChanged.event,
    onDidReconnect: client.onDidConnect,
    onDidEnd: ended.event,
    request: (method, params, signal, onProgress) => client.request(method, params, signal, onProgress),
    dispose() {
      changed.dispose();
      memoryChanged.dispose();
      ended.dispose();
      client.dispose();
    },
  };
}
