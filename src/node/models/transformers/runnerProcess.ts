import { Emitter, type Event } from '../../../base/event.ts';
import { type RunnerOrder, type RunnerReport, runnerReportSchema } from '../../../protocol/modelRunner.ts';
import { ForkedProgram } from '../../processes/forkedProgram.ts';

/** One process of the model runner, from its start to its end. */
export class RunnerProcess {
  private readonly program: ForkedProgram;
  private readonly reported = new Emitter<RunnerReport>();

  readonly onReport = this.reported.event;
  /** Once, with how and why. */
  readonly onEnd: Event<string>;

  constructor(script: string) {
    this.program = new ForkedProgram(script, process.env);
    this.onEnd = this.program.onEnd;
    this.program.child.on('message', (raw) => {
      const report = runnerReportSchema.safeParse(raw);
      if (report.success) {
        this.reported.fire(report.data);
      } else {
        this.program.blame('it sent what is no report');
        this.kill();
      }
    });
    this.keepHostAlive(false);
  }

  /** For tests and logs; undefined when it could not be started. */
  get pid(): number | undefined {
    return this.program.pid;
  }

  /** Whether this process keeps the one that started it from ending. */
  keepHostAlive(keep: boolean): void {
    const { child } = this.program;
    for (const part of [child, child.channel, child.stderr]) {
      setReference(part, keep);
    }
  }

  /** An order to a process that just died is lost; its end is told all the same. */
  send(order: RunnerOrder): void {
    this.program.child.send(order, () => undefined);
  }

  kill(): void {
    this.program.kill();
  }

  /** It has nothing to close; resolves when it is gone. */
  async end(): Promise<void> {
    this.keepHostAlive(true);
    await this.program.end(0);
  }
}

function setReference(part: object | null | undefined, keep: boolean): void {
  const name = keep ? 'ref' : 'unref';
  if (part !== null && part !== undefined && name in part) {
    const change: unknown = Reflect.get(part, name);
    if (typeof change === 'function') {
      change.call(part);
    }
  }
}
