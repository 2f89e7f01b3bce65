import * as vscode from 'vscode';
import { errorText, type Failure } from '../../base/failure.ts';
import { DisposableStore } from '../../base/lifecycle.ts';
import type { Logger } from '../../base/logger.ts';
import type { Result } from '../../base/result.ts';
import type { DoctorCheck } from '../../protocol/doctorCheck.ts';
import { setContextKey } from '../window/contextKey.ts';
import { type MachineParts, machineParts } from './machineParts.ts';

/** Milliseconds between two looks while something is missing and the person is told so: it may be mended outside the editor. */
const againMilliseconds = 20_000;

/** For the editor to read a walkthrough on a loaded machine. */
const [blinkMilliseconds, blinksBeside] = [1_000, 20];

/** Settings that say where the parts are. */
const about = ['model', 'ollama', 'openai', 'sandbox.engine'];

export interface PartsWatchOptions {
  /** The brief checks, in a process of their own. */
  readonly look: (signal: AbortSignal) => Promise<Result<readonly DoctorCheck[], Failure>>;
  readonly model: () => string;
  readonly log: Logger;
  /** Kept from window to window. */
  readonly storage: Pick<vscode.Memento, 'get' | 'update'>;
}

/** Once nothing was missing, the editor's own welcome page is no reason to look. */
const completeKey = 'nightshift.machineComplete';

/**
 * Keeps the context keys about this machine, with which the walkthrough and the empty view follow what is there. It looks only
 * while somebody sees one of them.
 */
export class PartsWatch implements vscode.Disposable {
  private readonly options: PartsWatchOptions;
  private readonly owned = new DisposableStore();
  private readonly ended = new AbortController();
  private known: MachineParts = {};
  private looking: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;
  private isViewEmpty = false;
  private blinks = 0;
  private blinking: NodeJS.Timeout | undefined;

  constructor(options: PartsWatchOptions) {
    this.options = options;
    const look = (): void => this.look();
    this.owned.add(vscode.window.tabGroups.onDidChangeTabs(look));
    this.owned.add(vscode.window.tabGroups.onDidChangeTabs(() => this.blinkBeside()));
    this.owned.add(vscode.window.onDidChangeWindowState(({ focused }) => void (focused && this.look())));
    this.owned.add(
      vscode.workspace.onDidChangeConfiguration((change) => {
        if (about.some((name) => change.affectsConfiguration(`nightshift.${name}`))) {
          this.look(true);
        }
      }),
    );
    this.blink();
    this.look();
  }

  /** Whether the Tasks view is on screen with nothing but its welcome text. */
  set emptyView(isEmpty: boolean) {
    const isNew = isEmpty && !this.isViewEmpty;
    this.isViewEmpty = isEmpty;
    if (isNew) {
      this.look();
    }
  }

  /** Of the full checks too, which know more. */
  tell(checks: readonly DoctorCheck[]): void {
    const found = machineParts(checks, this.options.model());
    for (const name of ['git', 'engine', 'model', 'runtime'] as const) {
      const value = found[name];
      if (value !== undefined && value !== this.known[name]) {
        setContextKey(name, value);
      }
    }
    this.known = { ...this.known, ...found };
    const parts = Object.entries(found).map(([name, value]) => `${name} ${value}`);
    this.options.log.info(`This machine: ${parts.join(', ')}.`);
    if (this.isComplete()) {
      void this.options.storage.update(completeKey, true);
    }
  }

  dispose(): void {
    this.ended.abort();
    clearTimeout(this.timer);
    clearInterval(this.blinking);
    this.owned.dispose();
  }

  /**
   * The editor passes a condition of a step over for ever that holds already when it first reads the walkthrough, which it does when
   * one is opened. So each step has its condition twice, for either blink: the other one comes to hold after that.
   */
  private blink(): void {
    setContextKey('blink', this.blinks % 2 === 0 ? 'even' : 'odd');
    this.blinks += 1;
  }

  /** For a while after a tab was opened that may be the walkthrough's. */
  private blinkBeside(): void {
    clearInterval(this.blinking);
    if (vscode.window.tabGroups.all.some(({ activeTab }) => activeTab !== undefined && activeTab.input === undefined)) {
      const last = this.blinks + blinksBeside;
      this.blinking = setInterval(() => {
        this.blink();
        if (this.blinks >= last) {
          clearInterval(this.blinking);
        }
      }, blinkMilliseconds);
    }
  }

  /** What was found to be there is not asked for again, until a setting says where else it is. */
  private look(anew = false): void {
    const isNeeded = anew || !this.isComplete();
    if (!this.ended.signal.aborted && this.looking === undefined && isNeeded && this.isSeen()) {
      clearTimeout(this.timer);
      this.looking = this.lookNow().finally(() => {
        this.looking = undefined;
        this.timer = setTimeout(() => this.look(), againMilliseconds);
      });
    }
  }

  private async lookNow(): Promise<void> {
    try {
      const found = await this.options.look(this.ended.signal);
      if (found.ok) {
        this.tell(found.value);
      } else {
        this.options.log.warn(`This machine was not looked at: ${found.error.message}`);
      }
    } catch (error) {
      this.options.log.warn(`This machine was not looked at: ${errorText(error)}`);
    }
  }

  private isComplete(): boolean {
    const { git, engine, model } = this.known;
    return git === 'ready' && engine === 'ready' && model === 'ready';
  }

  private isSeen(): boolean {
    return vscode.window.state.focused && (this.isViewEmpty || this.isWalkthroughOpen());
  }

  /** The editor has no type for tabs of walkthroughs, and calls some of them as it calls its welcome page. */
  private isWalkthroughOpen(): boolean {
    const wasComplete = this.options.storage.get(completeKey) === true;
    return vscode.window.tabGroups.all.some(({ activeTab }) => {
      const label = activeTab?.input === undefined ? (activeTab?.label ?? '') : '';
      return label.includes('Nightshift') || (!wasComplete && /^(?:Welcome|Walkthrough)\b/.test(label));
    });
  }
}
