import { connectHost, type HostClient } from '../../../src/host/client/hostClient.ts';

/** Ends the agent host that an editor with this state folder left behind for a repository; a host outlives its window on purpose. */
export async function stopAgentHost(root: string, home: string): Promise<void> {
  await withAgentHost(root, home, async (client) => {
    const closed = new Promise<void>((resolve) => client.onDidClose(() => resolve()));
    const answer = await client.request('shutdown', { force: true });
    if (answer.ok) await closed;
  });
}

/** Speaks with the agent host that an editor with this state folder started for a repository, beside its window. False where there is none. */
export async function withAgentHost(
  root: string,
  home: string,
  speak: (client: HostClient) => Promise<void>,
): Promise<boolean> {
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
    if (connected.ok) {
      await speak(connected.value);
      connected.value.dispose();
    }
    return connected.ok;
  } finally {
    if (before === undefined) delete process.env['NIGHTSHIFT_HOME'];
    else process.env['NIGHTSHIFT_HOME'] = before;
  }
}
