import { connectHost, type HostClient } from '../../../src/host/client/hostClient.ts';

/** Speaks with the agent host that an editor with this state folder started for a repository; undefined where none runs. */
export async function withAgentHost<T>(
  root: string,
  home: string,
  use: (host: HostClient) => Promise<T>,
): Promise<T | undefined> {
  const before = process.env['NIGHTSHIFT_HOME'];
  process.env['NIGHTSHIFT_HOME'] = home;
  try {
    const connected = await connectHost({
      root,
      entry: { node: process.execPath, script: '' },
      client: 'test',
      trace: false,
      start: false,
      signal: new AbortController().signal,
    });
    if (!connected.ok) return undefined;
    try {
      return await use(connected.value);
    } finally {
      connected.value.dispose();
    }
  } finally {
    if (before === undefined) delete process.env['NIGHTSHIFT_HOME'];
    else process.env['NIGHTSHIFT_HOME'] = before;
  }
}

/** Ends the agent host that an editor with this state folder left behind for a repository; a host outlives its window on purpose. */
export async function stopAgentHost(root: string, home: string): Promise<void> {
  await withAgentHost(root, home, async (host) => {
    const closed = new Promise<void>((resolve) => host.onDidClose(() => resolve()));
    const answer = await host.request('shutdown', { force: true });
    if (answer.ok) await closed;
  });
}
