import { t } from '@vscode/l10n';
import { errorText } from '../../base/failure.ts';
import { Emitter } from '../../base/event.ts';
import type { HostResult } from '../../protocol/host.ts';
import { longestInput } from '../../protocol/terminal.ts';
import type { TaskHost } from '../host/taskHost.ts';

export interface TerminalDimensions {
  readonly columns: number;
  readonly rows: number;
}

const usualSize: TerminalDimensions = { columns: 80, rows: 24 };

/** A terminal of the editor (its `Pseudoterminal`) whose shell runs in a sandbox of the host. Ends the box when it is closed. */
export class SandboxTerminal {
  private readonly host: Pick<TaskHost, 'request'>;
  private readonly task: string;
  private readonly written = new Emitter<string>((error) => this.onError(error));
  private readonly closed = new Emitter<number | void>((error) => this.onError(error));
  private readonly life = new AbortController();
  private readonly onError: (error: unknown) => void;
  readonly onDidWrite = this.written.event;
  readonly onDidClose = this.closed.event;
  private id: string | undefined;
  private size = usualSize;
  /** What was typed goes in the order in which it was. */
  private typed: Promise<unknown> = Promise.resolve();

  constructor(host: Pick<TaskHost, 'request'>, task: string, onError: (error: unknown) => void) {
    this.host = host;
    this.task = task;
    this.onError = onError;
  }

  open(size: TerminalDimensions | undefined): void {
    this.size = size ?? usualSize;
    this.run().catch((error: unknown) => {
      this.onError(error);
      this.say(errorText(error));
    });
  }

  close(): void {
    this.life.abort();
    if (this.id !== undefined) {
      const { id } = this;
      this.id = undefined;
      this.host.request('closeTerminal', { terminal: id }, new AbortController().signal).catch(this.onError);
    }
  }

  handleInput(input: string): void {
    const { id } = this;
    if (id === undefined) {
      return;
    }
    for (let from = 0; from < input.length; from += longestInput) {
      const part = input.slice(from, from + longestInput);
      this.typed = this.typed
        .then(() => this.host.request('writeTerminal', { terminal: id, input: part }, this.life.signal))
        .catch(this.onError);
    }
  }

  setDimensions(size: TerminalDimensions): void {
    this.size = size;
    if (this.id !== undefined) {
      this.host.request('resizeTerminal', { terminal: this.id, ...size }, this.life.signal).catch(this.onError);
    }
  }

  private async run(): Promise<void> {
    this.say(t('Starting a sandbox…'));
    const { signal } = this.life;
    const asked = this.size;
    const opened = await this.host.request('openTerminal', { task: this.task, ...asked }, signal);
    if (!opened.ok) {
      this.say(opened.error.message);
      return;
    }
    const { terminal } = opened.value;
    if (signal.aborted) {
      await this.host.request('closeTerminal', { terminal }, new AbortController().signal);
      return;
    }
    this.id = terminal;
    this.say(...bannerOf(opened.value));
    if (this.size !== asked) {
      this.setDimensions(this.size);
    }
    await this.follow(terminal, signal);
  }

  private async follow(terminal: string, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const read = await this.host.request('readTerminal', { terminal }, signal);
      if (!read.ok) {
        if (!signal.aborted) {
          this.id = undefined;
          this.say(read.error.message);
        }
        return;
      }
      const { output, ended } = read.value;
      this.written.fire(output);
      if (ended !== undefined) {
        this.id = undefined;
        if (ended.exitCode === 0) {
          this.closed.fire();
        } else {
          // What was written last stays to be read.
          const how = ended.exitCode === undefined ? '' : ` (${ended.exitCode})`;
          this.say('', `${ended.message}${how}`);
        }
        return;
      }
    }
  }

  /** Dim lines of the product's own, in whatever colours the box has left behind. */
  private say(...lines: readonly string[]): void {
    const plain = lines.flatMap((line) => line.split('\n'));
    this.written.fire(`\u001b[0m${plain.map((line) => `\u001b[2m${line}\u001b[0m\r\n`).join('')}`);
  }
}

function bannerOf({ runtime, isolatedKernel, problem }: HostResult<'openTerminal'>): readonly string[] {
  const where = isolatedKernel
    ? t`Sandbox: ${runtime}, with a kernel of its own, no network.`
    : t`Sandbox: ${runtime}, no network.`;
  return [
    where,
    t('This is a copy of what the agent has made so far; what you change here is not kept.'),
    ...(problem === '' ? [] : [problem]),
  ];
}
