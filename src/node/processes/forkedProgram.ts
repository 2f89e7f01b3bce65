import { type ChildProcess, fork } from 'node:child_process';
import { Emitter } from '../../base/event.ts';

/** Characters kept of what it wrote last: where it says why it died. */
const wordsLength = 2_000;

/** The word that has an editor's own program run as Node, and what Windows needs to load a library. */
const alwaysNeeded = ['SystemRoot', 'ELECTRON_RUN_AS_NODE'];

export interface ForkedProgramOptions {
  /** Names of what it is given of our environment; it is given nothing else of it. */
  readonly needed?: readonly string[];
  /** Variables of its own. */
  readonly variables?: Readonly<Record<string, string>>;
  readonly nodeOptions?: readonly string[];
}

/** A program of ours in a process of its own, with a channel to it; owned from its start to its end. */
export class ForkedProgram {
  readonly child: ChildProcess;
  private readonly died = new Emitter<string>();
  private words = '';
  private gone = false;

  /** Once, with how and why. */
  readonly onEnd = this.died.event;

  /** Libraries in it are kept from the network. */
  constructor(script: string, environment: NodeJS.ProcessEnv, options: ForkedProgramOptions = {}) {
    const { needed = [], variables = {}, nodeOptions = [] } = options;
    const given = [...alwaysNeeded, ...needed].flatMap((name) =>
      environment[name] === undefined ? [] : [[name, environment[name]] as const],
    );
    this.child = fork(script, [], {
      env: { ...Object.fromEntries(given), ...variables, HF_HUB_OFFLINE: '1', TRANSFORMERS_OFFLINE: '1' },
      execArgv: [...nodeOptions],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.words = (this.words + text).slice(-wordsLength);
    });
    this.child.on('error', (error) => this.blame(error.message));
    this.child.once('close', (code, signal) => this.over(code, signal));
  }

  /** Undefined when it could not be started. */
  get pid(): number | undefined {
    return this.child.pid;
  }

  get isGone(): boolean {
    return this.gone;
  }

  /** Puts what we know of its end in the place of what it wrote. */
  blame(words: string): void {
    this.words = words;
  }

  kill(): void {
    this.child.kill('SIGKILL');
  }

  /** Closes its channel, and ends it where it does not go by itself in time; resolves when it is gone. */
  async end(patienceMs: number): Promise<void> {
    if (this.gone) {
      return;
    }
    const { exitCode, signalCode } = this.child;
    if (exitCode !== null || signalCode !== null) {
      this.over(exitCode, signalCode);
      return;
    }
    // A channel that we ourselves closed keeps Node from telling `close`.
    const gone = new Promise<void>((resolve) => {
      this.child.once('exit', (code, signal) => {
        this.over(code, signal);
        resolve();
      });
    });
    const lastResort = setTimeout(() => this.kill(), patienceMs);
    if (this.child.connected && patienceMs > 0) {
      this.child.disconnect();
    } else {
      this.kill();
    }
    await gone;
    clearTimeout(lastResort);
  }

  private over(code: number | null, signal: NodeJS.Signals | null): void {
    if (!this.gone) {
      this.gone = true;
      this.died.fire(`${signal ?? `exit code ${code}`}${lastLine(this.words)}`);
    }
  }
}

/** Of a crash, the line that names the error: the last one may be a bracket of what was printed of it. */
function lastLine(words: string): string {
  const lines = words
    .split('\n')
    .map((each) => each.trim())
    .filter((each) => each !== '' && !/^(at |Node\.js v)/.test(each));
  const line = lines.findLast((each) => /^\w*(Error|error)\b/.test(each)) ?? lines.at(-1);
  return line === undefined ? '' : `: ${line}`;
}
