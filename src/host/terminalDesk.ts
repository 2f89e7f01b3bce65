import { type Failure, failure } from '../base/failure.ts';
import { newId } from '../base/ids.ts';
import { fail, ok, type Result } from '../base/result.ts';
import { openTaskTerminal } from '../core/supervisor/openTaskTerminal.ts';
import type { SupervisorPorts } from '../core/supervisor/supervisorPorts.ts';
import type { TaskTrace } from '../core/tasks/taskTrace.ts';
import type { HostParams, HostResult } from '../protocol/host.ts';
import { OpenTerminal } from './openTerminal.ts';
import type { RequestContext } from './rpc/hostService.ts';
import type { TaskDesk } from './taskDesk.ts';

/** Each has a box of up to 4 GiB. */
const mostTerminals = 3;

interface Entry {
  readonly open: OpenTerminal;
  readonly close: () => void;
}

/** The terminals that people have open in boxes of this host. */
export class TerminalDesk {
  private readonly desk: Pick<TaskDesk, 'beside'>;
  private readonly ports: SupervisorPorts;
  private readonly terminals = new Map<string, Entry>();
  /** Boxes that are there or on their way. */
  private boxes = 0;

  constructor(desk: Pick<TaskDesk, 'beside'>, ports: SupervisorPorts) {
    this.desk = desk;
    this.ports = ports;
  }

  /** The terminal outlives the request; its box ends with its shell, when it is closed, and when its client is gone. */
  open(
    trace: TaskTrace,
    { columns, rows }: HostParams<'openTerminal'>,
    context: RequestContext,
  ): Promise<Result<HostResult<'openTerminal'>, Failure>> {
    if (this.boxes >= mostTerminals) {
      const message = `${mostTerminals} terminals in sandboxes are open already. Close one, and open this one again.`;
      return Promise.resolve(fail(failure('too-many-terminals', message)));
    }
    this.boxes += 1;
    return new Promise((resolve) => {
      const live = async (signal: AbortSignal): Promise<Result<void, Failure>> => {
        const asked = AbortSignal.any([signal, context.signal]);
        const opened = await openTaskTerminal({ ports: this.ports, trace, signal: asked }, { columns, rows });
        if (!opened.ok) {
          return opened;
        }
        const { box, terminal, problem } = opened.value;
        if (asked.aborted) {
          await box.destroy();
          return fail(failure('aborted', 'The terminal was closed before it was open.'));
        }
        const id = newId('terminal');
        const open = new OpenTerminal(terminal);
        const closing = new AbortController();
        this.terminals.set(id, { open, close: () => closing.abort() });
        context.gone.addEventListener('abort', () => this.terminals.delete(id), { once: true });
        const { name: runtime = box.spec.runtime, isolatedKernel = false } = trace.task().runtime ?? {};
        resolve(ok({ terminal: id, runtime, isolatedKernel, problem }));
        await Promise.race([open.ended, aborted(closing.signal), aborted(signal)]);
        await box.destroy();
        return ok(undefined);
      };
      const life = this.desk.beside(context.gone, live).finally(() => (this.boxes -= 1));
      void life.then((ended) => (ended.ok ? undefined : resolve(ended)));
    });
  }

  async read(id: string, signal: AbortSignal): Promise<Result<HostResult<'readTerminal'>, Failure>> {
    const found = this.find(id);
    if (!found.ok) {
      return found;
    }
    const { open } = found.value;
    const { output, isLast } = await open.read(signal);
    if (!isLast) {
      return ok({ output });
    }
    this.terminals.delete(id);
    const { exitCode } = open;
    return ok({
      output,
      ended:
        exitCode === undefined ? { message: 'The sandbox is gone.' } : { exitCode, message: 'The shell has ended.' },
    });
  }

  write(id: string, input: string): Result<Record<string, never>, Failure> {
    const found = this.find(id);
    if (found.ok) {
      found.value.open.terminal.write(input);
    }
    return found.ok ? ok({}) : found;
  }

  async resize({ terminal, ...size }: HostParams<'resizeTerminal'>): Promise<Result<Record<string, never>, Failure>> {
    const found = this.find(terminal);
    if (found.ok) {
      await found.value.open.terminal.resize(size);
    }
    return found.ok ? ok({}) : found;
  }

  /** One that has ended already is closed all the same. */
  close(id: string): Result<Record<string, never>, Failure> {
    this.terminals.get(id)?.close();
    this.terminals.delete(id);
    return ok({});
  }

  private find(id: string): Result<Entry, Failure> {
    const found = this.terminals.get(id);
    return found === undefined
      ? fail(failure('no-such-terminal', 'This terminal has ended. Open another one in the sandbox.'))
      : ok(found);
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
    }
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
