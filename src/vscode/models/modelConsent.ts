import { Emitter, type Event } from '../../base/event.ts';
import type { Disposable } from '../../base/lifecycle.ts';
import type { Memory } from '../tasks/rememberedTasks.ts';
import type { EditorModel } from './editorModel.ts';

const key = 'nightshift.allowedLanguageModels';

/** A JSON pair: the name in a setting, `VENDOR/ID`, can mean two models, as either part may have a slash. */
function entryOf({ vendor, id }: Pick<EditorModel, 'vendor' | 'id'>): string {
  return JSON.stringify([vendor, id]);
}

/** The models that the person allowed background tasks to use. Kept by the editor for all its windows, never in a workspace. */
export class ModelConsent implements Disposable {
  private readonly memory: Memory;
  private readonly changed = new Emitter<void>();

  readonly onDidChange: Event<void> = this.changed.event;

  constructor(memory: Memory) {
    this.memory = memory;
  }

  has(model: Pick<EditorModel, 'vendor' | 'id'>): boolean {
    return this.memory.get(key, []).includes(entryOf(model));
  }

  async set(model: Pick<EditorModel, 'vendor' | 'id'>, allowed: boolean): Promise<void> {
    const entry = entryOf(model);
    const others = this.memory.get(key, []).filter((each) => each !== entry && each.startsWith('['));
    await this.memory.update(key, allowed ? [...others, entry].toSorted() : others);
    this.changed.fire();
  }

  dispose(): void {
    this.changed.dispose();
  }
}
