import { t } from '@vscode/l10n';
import type { Failure } from '../../../base/failure.ts';
import type { Disposable } from '../../../base/lifecycle.ts';
import type { Result } from '../../../base/result.ts';
import type { Entity, GraphResult } from '../../../protocol/memory.ts';
import { fromPageSchema, type ToPage } from './graphMessages.ts';

export interface GraphBrowserOptions {
  readonly ask: (entity: string, signal: AbortSignal) => Promise<Result<GraphResult, Failure>>;
  readonly post: (message: ToPage) => void;
  readonly open: (entity: Entity) => Promise<void>;
  readonly onCenter: (entity: Entity) => void;
  /** Something of the page that is not a message of ours, or work for it that went wrong. */
  readonly onFault: (message: string) => void;
}

/** Where the graph was looked at, and what the page is told. One question is under way at most: a newer one ends it. */
export class GraphBrowser implements Disposable {
  private readonly options: GraphBrowserOptions;
  /** Centres that led here; the last is on screen. */
  private readonly trail: string[] = [];
  private shown: GraphResult | undefined;
  private problem: string | undefined;
  private running = new AbortController();

  constructor(options: GraphBrowserOptions) {
    this.options = options;
  }

  /** Puts an entity in the middle. What has no name in the memory changes nothing but tells so. */
  async show(entity: string): Promise<void> {
    await this.visit(entity, (center) => {
      if (this.trail.at(-1) !== center.id) {
        this.trail.push(center.id);
      }
    });
  }

  /** Takes whatever the page sends. */
  async receive(message: unknown): Promise<void> {
    const checked = fromPageSchema.safeParse(message);
    if (!checked.success) {
      this.options.onFault('The page of the graph sent what is no message.');
      return;
    }
    const { data } = checked;
    switch (data.type) {
      case 'ready':
        this.tell();
        break;
      case 'center':
        await this.show(data.id);
        break;
      case 'open':
        await this.open(data.id);
        break;
      case 'back': {
        const before = this.trail.at(-2);
        if (before !== undefined) {
          await this.visit(before, () => void this.trail.pop());
        }
        break;
      }
    }
  }

  dispose(): void {
    this.running.abort();
  }

  private async visit(entity: string, onFound: (center: Entity) => void): Promise<void> {
    this.running.abort();
    const running = new AbortController();
    this.running = running;
    this.options.post({ type: 'busy' });
    const answer = await this.options.ask(entity, running.signal);
    if (running.signal.aborted) {
      return;
    }
    const center = answer.ok ? answer.value.center : undefined;
    if (!answer.ok || center === undefined) {
      this.problem = answer.ok ? t`Nothing is known of ${entity} yet.` : answer.error.message;
    } else {
      onFound(center);
      this.shown = answer.value;
      this.problem = undefined;
      this.options.onCenter(center);
    }
    this.tell();
  }

  private tell(): void {
    if (this.shown !== undefined) {
      this.options.post({ type: 'graph', graph: this.shown, canGoBack: this.trail.length > 1 });
    }
    if (this.problem !== undefined) {
      this.options.post({ type: 'problem', message: this.problem });
    }
  }

  /** Only what is on screen can be opened: the page names things, and does not say where they are. */
  private async open(id: string): Promise<void> {
    const entity = [this.shown?.center, ...(this.shown?.entities ?? []), ...(this.shown?.others ?? [])].find(
      (each) => each?.id === id,
    );
    if (entity === undefined) {
      this.options.onFault('The page of the graph asked for what is not on it.');
      return;
    }
    await this.options.open(entity);
  }
}
