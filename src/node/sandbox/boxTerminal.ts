import type { Duplex } from 'node:stream';
import type { Container } from 'dockerode';
import * as z from 'zod';
import { ok, type Result } from '../../base/result.ts';
import { engineDeadlines } from '../../core/sandbox/budgets.ts';
import type { SandboxFailure } from '../../core/sandbox/sandbox.ts';
import type { BoxTerminal, TerminalSize } from '../../core/sandbox/terminal.ts';
import { engineCall } from './engineCall.ts';

/** Bash where the image has one, for its line editing. */
const shell = ['/bin/sh', '-c', 'command -v bash >/dev/null 2>&1 && exec bash; exec sh'];

const execAnswer = z.object({ ExitCode: z.number().nullable() });

interface ShellOptions {
  readonly size: TerminalSize;
  readonly variables: Readonly<Record<string, string>>;
  /** Settles when the box has ended. */
  readonly gone: Promise<unknown>;
}

/** Starts a shell in a running box, with the rights that the box has and no others. */
export async function openBoxTerminal(
  container: Container,
  { size, variables, gone }: ShellOptions,
  signal: AbortSignal,
): Promise<Result<BoxTerminal, SandboxFailure>> {
  const call = { deadline: engineDeadlines.attach, signal, reason: 'start-failed' } as const;
  const environment = { TERM: 'xterm-256color', PS1: '\\[\\e[1m\\]sandbox\\[\\e[0m\\] \\w $ ', ...variables };
  const opened = await engineCall({ ...call, what: 'Opening a terminal in the sandbox' }, async () => {
    const exec = await container.exec({
      Cmd: shell,
      Tty: true,
      AttachStdin: true,
      AttachStdout: true,
      AttachStderr: true,
      WorkingDir: '/workspace/repo',
      Env: Object.entries(environment).map(([name, value]) => `${name}=${value}`),
    });
    const stream: Duplex = await exec.start({ hijack: true, stdin: true, Tty: true });
    return { exec, stream };
  });
  if (!opened.ok) {
    return opened;
  }
  const { exec, stream } = opened.value;
  // Read as an iterable below; an error of a stream that nobody reads any more must not end the host.
  stream.on('error', () => undefined);
  // The stream of a box under gVisor that was killed stays open for ever.
  void gone.then(() => stream.destroy());
  const never = new AbortController().signal;
  const terminal: BoxTerminal = {
    output: untilEnd(stream),
    write: (input) => void stream.write(input),
    resize: async ({ columns, rows }) => {
      // A shell that ended meanwhile has no size: nothing is lost.
      await engineCall({ ...call, signal: never, what: 'Resizing a terminal' }, () =>
        exec.resize({ w: columns, h: rows }),
      );
    },
    exitCode: async () => {
      const told = await engineCall({ ...call, signal: never, what: 'Asking for an exit code' }, () => exec.inspect());
      return (told.ok ? execAnswer.safeParse(told.value).data?.ExitCode : undefined) ?? undefined;
    },
  };
  await terminal.resize(size);
  return ok(terminal);
}

/** A box that dies ends the stream with an error, which is an end like any other here. */
async function* untilEnd(stream: Duplex): AsyncIterable<Uint8Array> {
  try {
    for await (const chunk of stream) {
      yield chunk;
    }
  } catch {
    // The box is gone.
  }
}
