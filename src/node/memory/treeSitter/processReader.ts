import { type ChildProcess, fork } from 'node:child_process';
import { errorText } from '../../../base/failure.ts';
import type { Sha256 } from '../../../base/hash.ts';
import { factsOf } from '../../../core/memory/reading/factsOf.ts';
import { plainLines } from '../../../core/memory/reading/textLines.ts';
import type { SourceFacts, SourceReader } from '../../../core/memory/sourceFacts.ts';
import type { ReadingAnswer, ReadingOrder } from './serveReading.ts';

export interface ProcessReaderOptions {
  /** Its own program. */
  readonly script: string;
  readonly sha256: Sha256;
  /** Milliseconds without a file, after which it ends and gives its memory back: some 200 MB after many languages. */
  readonly idleMs?: number;
  /** Milliseconds that one file may take; a parser gives up by itself long before. */
  readonly silenceMs?: number;
}

interface Wish extends ReadingOrder {
  readonly settle: (facts: SourceFacts) => void;
}

/**
 * Reads source in a process of its own, so that no question waits for a parser. It starts with the first file and ends when idle: a
 * thread would leave behind what compiling the parsers took, which stays with the process that asked for it.
 */
export function createProcessReader(options: ProcessReaderOptions): SourceReader {
  return new ProcessReader(options);
}

class ProcessReader implements SourceReader {
  private readonly options: Required<ProcessReaderOptions>;
  private child: ChildProcess | undefined;
  /** What it was given and has not answered, oldest first. */
  private waiting: Wish[] = [];
  private timer: NodeJS.Timeout | undefined;
  private closed = false;
  private orders = 0;

  constructor(options: ProcessReaderOptions) {
    this.options = { idleMs: 15_000, silenceMs: 20_000, ...options };
  }

  read(path: string, text: string): Promise<SourceFacts> {
    return new Promise((settle) => {
      this.orders += 1;
      const wish = { id: this.orders, path, text, settle };
      if (this.closed) {
        this.settleUnread(wish, 'the reader is closed');
        return;
      }
      this.waiting.push(wish);
      this.give(wish);
      if (this.waiting.length === 1) {
        this.watch();
      }
    });
  }

  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.timer);
    this.child?.kill('SIGKILL');
    this.child = undefined;
    this.waiting.splice(0).forEach((wish) => this.settleUnread(wish, 'the reader is closed'));
  }

  private give({ id, path, text }: Wish): void {
    this.child ??= this.start();
    // What cannot be sent is given to the next one, when this one has ended.
    this.child.send({ id, path, text } satisfies ReadingOrder, () => undefined);
  }

  private start(): ChildProcess {
    const child = fork(this.options.script, [], {
      execArgv: [],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const ended = (how: string): void => {
      if (this.child === child) {
        this.child = undefined;
        this.onEnd(how);
      }
    };
    child.on('message', (answer: ReadingAnswer) => {
      if (this.child === child) {
        this.take(answer);
        this.watch();
      }
    });
    child.on('error', (error) => ended(errorText(error)));
    child.on('exit', (code, signal) => ended(signal ?? `exit code ${code}`));
    return child;
  }

  private take(answer: ReadingAnswer): void {
    const wish = this.waiting.find(({ id }) => id === answer.id);
    this.waiting = this.waiting.filter((other) => other !== wish);
    if (wish !== undefined && 'facts' in answer) {
      wish.settle(answer.facts);
    } else if (wish !== undefined && 'problem' in answer) {
      this.settleUnread(wish, `the parser failed: ${answer.problem}`);
    }
  }

  /** One that is at work must answer soon; one that is not ends after a while. */
  private watch(): void {
    clearTimeout(this.timer);
    const { silenceMs, idleMs } = this.options;
    this.timer =
      this.waiting.length > 0
        ? setTimeout(() => this.stop(`no answer for ${silenceMs / 1_000} s`), silenceMs)
        : setTimeout(() => this.stop('it was idle'), idleMs);
    this.timer.unref();
  }

  private stop(how: string): void {
    this.child?.kill('SIGKILL');
    this.child = undefined;
    this.onEnd(how);
  }

  /** It died of the file that it was at: that one is indexed without a parser, and the others are given to the next. */
  private onEnd(how: string): void {
    clearTimeout(this.timer);
    const culprit = this.waiting.shift();
    if (culprit !== undefined) {
      this.settleUnread(culprit, `the parser ended: ${how}`);
      this.waiting.forEach((wish) => this.give(wish));
      this.watch();
    }
  }

  private settleUnread({ path, text, settle }: Wish, problem: string): void {
    settle(factsOf(path, plainLines(text), this.options.sha256, { problem }));
  }
}
