import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { addAbortSignal } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { WriteStream } from 'node:tty';
import * as z from 'zod/mini';
import { toDisposable } from '../base/lifecycle.ts';
import { openDoctor } from '../host/doctor/openDoctor.ts';
import { openModelDesk } from '../host/models/openModelDesk.ts';
import type { CliIo, Output } from './cliIo.ts';
import { exitCode } from './exitCode.ts';
import { runCli } from './runCli.ts';

const interrupts = ['SIGINT', 'SIGTERM'] as const;

/**
 * Runs the CLI of this process and sets its exit code. A second interrupt ends the process at once. `changes` stand in for
 * what this installation would give, for a program that brings its own agent host.
 */
export async function runProcess(changes: Partial<CliIo> = {}): Promise<void> {
  // A reader that has seen enough is no error of ours; what was asked for was not done, though.
  process.stdout.on('error', () => process.exit(exitCode.failed));
  const cwd = currentFolder();
  if (cwd === undefined) {
    process.stderr.write('nightshift: The current folder is gone: change to one that is there.\n');
    process.exitCode = exitCode.usage;
    return;
  }
  process.exitCode = await runCli({ ...processIo(cwd), ...changes });
}

/** Undefined where it was removed. */
function currentFolder(): string | undefined {
  try {
    return process.cwd();
  } catch {
    return undefined;
  }
}

function processIo(cwd: string): CliIo {
  const installation = installationFolder();
  const bundles = join(installation, 'dist');
  return {
    argv: process.argv.slice(2),
    cwd,
    environment: process.env,
    stdout: output(process.stdout),
    stderr: output(process.stderr),
    readInput: async (signal) => (process.stdin.isTTY ? '' : text(addAbortSignal(signal, process.stdin))),
    streams: () => ({ input: process.stdin, output: process.stdout }),
    version: productVersion(installation),
    hostEntry: { node: process.execPath, script: join(bundles, 'agentHost.cjs') },
    onInterrupt: (listener) => {
      let seen = false;
      const onSignal = (): void => {
        if (seen) {
          process.exit(exitCode.interrupted);
        }
        seen = true;
        listener();
      };
      interrupts.forEach((name) => process.on(name, onSignal));
      return toDisposable(() => interrupts.forEach((name) => process.off(name, onSignal)));
    },
    models: () => openModelDesk(process.env),
    runChecks: (options) => openDoctor({ ...options, installation }),
  };
}

/** The folder above the program's own, links of a `bin` folder resolved. The same from `dist/` and from `src/`. */
function installationFolder(): string {
  const program = process.argv[1];
  const real = program !== undefined && existsSync(program) ? realpathSync(program) : process.cwd();
  return dirname(dirname(real));
}

function productVersion(installation: string): string {
  try {
    const manifest: unknown = JSON.parse(readFileSync(join(installation, 'package.json'), 'utf8'));
    return z.parse(z.looseObject({ version: z.string() }), manifest).version;
  } catch {
    return 'of unknown version';
  }
}

function output(stream: WriteStream): Output {
  return {
    write: (text) => void stream.write(text),
    isTty: stream.isTTY === true,
    columns: stream.isTTY === true ? stream.columns : undefined,
  };
}
