import { PassThrough } from 'node:stream';
import type { CliIo } from '../../src/cli/cliIo.ts';
import { openModelDesk } from '../../src/host/models/openModelDesk.ts';
import { toDisposable } from '../../src/base/lifecycle.ts';

export interface MemoryCliIo extends CliIo {
  readonly out: () => string;
  readonly err: () => string;
  readonly interrupt: () => void;
}

/** A command line whose output is kept and whose interrupts a test gives. */
export function memoryCliIo(argv: readonly string[], changes: Partial<CliIo> = {}, tty = false): MemoryCliIo {
  const written = { out: '', err: '' };
  const listeners = new Set<() => void>();
  const output = (to: 'out' | 'err') => ({
    write: (text: string) => void (written[to] += text),
    isTty: tty,
    columns: tty ? 100 : undefined,
  });
  return {
    argv,
    cwd: process.cwd(),
    environment: {},
    stdout: output('out'),
    stderr: output('err'),
    readInput: async () => '',
    streams: () => ({ input: new PassThrough().end(), output: new PassThrough() }),
    version: '1.2.3',
    hostEntry: { node: process.execPath, script: '/nowhere/agentHost.cjs' },
    onInterrupt: (listener) => {
      listeners.add(listener);
      return toDisposable(() => listeners.delete(listener));
    },
    models: () => openModelDesk({ NIGHTSHIFT_HOME: '/nowhere' }),
    runChecks: async function* () {
      yield { name: 'node', status: 'ok', detail: 'Node 24' };
    },
    ...changes,
    out: () => written.out,
    err: () => written.err,
    interrupt: () => listeners.forEach((listener) => listener()),
  };
}
