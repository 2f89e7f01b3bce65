import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { defaultLimits } from '../../../src/core/guards/limits.ts';
import type { SandboxSpec } from '../../../src/core/sandbox/sandboxSpec.ts';
import type { SupervisorPorts } from '../../../src/core/supervisor/supervisorPorts.ts';
import { TerminalDesk } from '../../../src/host/terminalDesk.ts';
import { MemoryTaskTrace } from '../../fakes/memoryTaskTrace.ts';
import { MemoryTreeStore } from '../../fakes/memoryTreeStore.ts';
import { created, entry, move } from '../../fakes/traceEvents.ts';
import { requireEngine } from '../requirements.ts';
import { never, openBoxes, runtimes, value } from './boxes.ts';

const { skip, why } = requireEngine();
const size = { columns: 80, rows: 24 };

describe.skipIf(skip).each(runtimes)(`a terminal in a sandbox under %s ${why}`, (runtime) => {
  const workspace = `terminal-${runtime}`;
  const boxes = openBoxes(workspace);
  const clients: AbortController[] = [];
  afterEach(async () => {
    clients.splice(0).forEach((client) => client.abort());
    await expect.poll(() => boxes.remaining(), { timeout: 60_000 }).toEqual([]);
  });
  afterAll(() => boxes.close());

  /** A desk with a paused task on it, whose agent has changed `src/sum.js`, and a client that can go. */
  async function openDesk(files: Readonly<Record<string, string>> = {}) {
    const store = new MemoryTreeStore({ 'src/sum.js': 'wrong\n', ...files });
    const snapshot = value(await store.snapshot());
    const changed = { path: 'src/sum.js', op: 'write', mode: '100644', bytes: Buffer.from('mended\n') } as const;
    const { tree } = value(await store.importChanges(snapshot.tree, [changed]));
    const trace = new MemoryTaskTrace();
    for (const each of [
      created({ workspace, limits: defaultLimits, settings: settingsOf(runtime) }),
      move('prepare'),
      entry('snapshot-taken', { ...snapshot, excluded: [] }),
      move('work'),
      entry('run-started', { run: 'run-1', agent: 'implementer', tree: snapshot.tree }),
      entry('checkpoint-saved', { run: 'run-1', step: 1, tree, changes: 1 }),
      move('pause'),
    ]) {
      await trace.record(each);
    }
    const client = new AbortController();
    clients.push(client);
    const ports = { store, engine: boxes.engine, preferredRuntime: runtime, sha256: () => 'hash', owner: 'test' };
    // The rest is for agents, and none is here.
    const desk = new TerminalDesk({ beside: (signal, work) => work(signal) }, ports as unknown as SupervisorPorts);
    const open = (signal: AbortSignal = never) =>
      desk.open(trace, { task: 'task-1', ...size }, { signal, gone: client.signal, report: () => undefined });
    return { desk, trace, client, open };
  }

  /** What it shows until something is in it. */
  async function until(desk: TerminalDesk, terminal: string, wanted: RegExp): Promise<string> {
    let shown = '';
    while (!wanted.test(shown)) {
      const read = value(await desk.read(terminal, AbortSignal.timeout(20_000)));
      expect(read.output === '' && read.ended === undefined, `no more than this is shown: ${shown}`).toBe(false);
      shown += read.output;
      if (read.ended !== undefined) {
        return `${shown}<${read.ended.exitCode ?? 'gone'}>`;
      }
    }
    return shown;
  }

  it('has the agent’s files, the rights of a box and no others, and tells its exit code', async () => {
    const { desk, trace, open } = await openDesk();
    const opened = value(await open());
    expect(opened).toMatchObject({ runtime, isolatedKernel: runtime === 'runsc', problem: '' });
    desk.write(
      opened.terminal,
      'cat src/sum.js; echo sum=$((40 + 2)); id -u; ls /sys/class/net | tr "\\n" " "; echo done\n',
    );
    const shown = await until(desk, opened.terminal, /lo done/);
    expect(shown).toMatch(/mended\r\nsum=42\r\n10001\r\nlo done/);
    desk.write(opened.terminal, 'exit 7\n');
    expect(await until(desk, opened.terminal, /never/)).toContain('<7>');
    expect(desk.write(opened.terminal, 'x')).toMatchObject({ ok: false, error: { reason: 'no-such-terminal' } });
    expect(trace.events.map(({ type }) => type).slice(-2)).toEqual(['sandbox-started', 'terminal-opened']);
    await expect.poll(() => trace.events.at(-1)?.type).toBe('sandbox-ended');
    expect(trace.task().state).toBe('paused');
  });

  it('follows the size of its window', async () => {
    const { desk, open } = await openDesk();
    const { terminal } = value(await open());
    await desk.resize({ terminal, columns: 101, rows: 33 });
    desk.write(terminal, 'stty size\n');
    expect(await until(desk, terminal, /33 101/)).toContain('33 101');
    desk.close(terminal);
  });

  it('lets nothing of a hostile file reach further than its screen', async () => {
    const { desk, open } = await openDesk({
      'evil.txt': '<\u001b]52;c;ZXZpbA==\u0007\u001b]0;title\u001b\\\u009d52;c;AA\u0007>\n',
    });
    const { terminal } = value(await open());
    desk.write(terminal, 'cat evil.txt\n');
    const shown = await until(desk, terminal, /<.*>/);
    expect(shown).toContain('<>');
    expect(shown).not.toContain('52;c');
    desk.close(terminal);
  });

  it('that writes without end is read as fast as its client reads, and stops at a key', async () => {
    const { desk, open } = await openDesk();
    const { terminal } = value(await open());
    desk.write(terminal, 'yes\n');
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    const first = value(await desk.read(terminal, never));
    // What is kept, and one piece more.
    expect(first.output.length).toBeLessThan(512 * 1024);
    expect(first.output).toContain('y\r\ny\r\n');
    desk.write(terminal, '\u0003');
    desk.write(terminal, 'echo over-$((1 + 1))\n');
    let shown = '';
    while (!shown.includes('over-2')) {
      shown = (shown + value(await desk.read(terminal, AbortSignal.timeout(20_000))).output).slice(-1_000);
    }
    desk.close(terminal);
  });

  it('is no more than three, and ends with its client', async () => {
    const { open, client } = await openDesk();
    const opened = await Promise.all([open(), open(), open(), open()]);
    expect(opened.map((each) => (each.ok ? 'open' : each.error.reason))).toEqual([
      'open',
      'open',
      'open',
      'too-many-terminals',
    ]);
    expect(await boxes.remaining()).toHaveLength(3);
    client.abort();
  });

  it('that is closed before it is open leaves no box', async () => {
    const { open } = await openDesk();
    const closing = new AbortController();
    const opening = open(closing.signal);
    await expect
      .poll(async () => (await boxes.remaining()).length, { timeout: 20_000, interval: 10 })
      .toBeGreaterThan(0);
    closing.abort();
    expect(await opening).toMatchObject({ ok: false, error: { reason: 'aborted' } });
  });

  it('ends with its box, and says so', async () => {
    const { desk, open } = await openDesk();
    const { terminal } = value(await open());
    const [box = ''] = await boxes.remaining();
    await boxes.docker.getContainer(box).kill();
    expect(await until(desk, terminal, /never/)).toMatch(/<(gone|137)>/);
  });
});

function settingsOf(runtime: SandboxSpec['runtime']) {
  return { contextTokens: 16_384, requireGvisor: runtime === 'runsc' };
}
