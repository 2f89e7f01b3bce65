import { fail, ok, type Result } from '../../src/base/result.ts';
import type {
  EngineInfo,
  RuntimeInfo,
  Sandbox,
  SandboxEngine,
  SandboxFailure,
} from '../../src/core/sandbox/sandbox.ts';
import type { SandboxSpec } from '../../src/core/sandbox/sandboxSpec.ts';
import { type MemoryCommand, MemorySandbox } from './memorySandbox.ts';

const noAnswer: SandboxFailure = { reason: 'engine-unavailable', message: 'No engine answers; start Docker.' };

/** An engine whose boxes are in memory; every box it ever started stays looked at. */
export class MemoryEngine implements SandboxEngine {
  readonly boxes: { readonly box: MemorySandbox; readonly spec: SandboxSpec }[] = [];
  /** Numbers of the starts, from 1, at which the engine does not answer. */
  downAt: ReadonlySet<number> = new Set();
  /** How often it is asked for in vain after such a start, until it is there again. */
  looksInVain = Infinity;
  private starts = 0;
  private looksLeft = 0;
  /** Called with each box right after its start. */
  onStart: (box: MemorySandbox, spec: SandboxSpec) => void = () => undefined;
  private readonly command: MemoryCommand;

  constructor(command: MemoryCommand) {
    this.command = command;
  }

  async info(): Promise<Result<EngineInfo, SandboxFailure>> {
    if (this.looksLeft > 0) {
      this.looksLeft -= 1;
      return fail(noAnswer);
    }
    return ok({ endpoint: 'memory', version: '1', apiVersion: '1', runtimes: ['runc'] });
  }

  async chooseRuntime(options: { readonly requireGvisor: boolean }): Promise<Result<RuntimeInfo, SandboxFailure>> {
    return options.requireGvisor
      ? fail({ reason: 'runtime-unavailable', message: 'gVisor is required and not there; install runsc.' })
      : ok({ name: 'runc', isolatedKernel: false });
  }

  async ensureBaseImage(): Promise<Result<{ image: string; id: string }, SandboxFailure>> {
    return ok({ image: 'memory/base', id: 'sha256:memory' });
  }

  async start(spec: SandboxSpec): Promise<Result<Sandbox, SandboxFailure>> {
    this.starts += 1;
    if (this.downAt.has(this.starts)) {
      this.looksLeft = this.looksInVain;
      return fail(noAnswer);
    }
    this.looksLeft = 0;
    const box = new MemorySandbox({ profile: spec.profile, command: this.command });
    this.boxes.push({ box, spec });
    this.onStart(box, spec);
    return ok(box);
  }

  async reap(): Promise<Result<number, SandboxFailure>> {
    return ok(0);
  }
}
