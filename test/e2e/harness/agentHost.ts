import { connectHost } from '../../../src/host/client/hostClient.ts';

/** Ends the agent host that an editor with this state folder left behind for a repository; a host outlives its window on purpose. */
export async function stopAgentHost(root: string, home: string): Promise<void> {
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
      const closed = new Promise<void>((resolve) => connected.value.onDidClose(() => resolve()));
      const answer = await connected.value.request('shutdown', { force: true });
      if (answer.ok) await closed;
      connected.value.dispose();
    }
  } finally {
    if (before === undefined) delete process.env['NIGHTSHIFT_HOME'];
    else process.env['NIGHTSHIFT_HOME'] = before;
  }
}
