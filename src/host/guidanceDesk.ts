import { type Failure, failure } from '../base/failure.ts';
import type { Sha256 } from '../base/hash.ts';
import { fail, ok, type Result } from '../base/result.ts';
import { type Guideline, readGuidelines } from '../core/repository/guideline.ts';
import type { GuidancePin, GuidancePins } from '../core/repository/guidancePins.ts';
import type { TreeStore } from '../core/repository/repository.ts';
import type { GuidanceView } from '../protocol/host.ts';

export interface GuidanceDeskOptions {
  readonly store: Pick<TreeStore, 'snapshot' | 'paths' | 'read'>;
  readonly pins: GuidancePins;
  readonly sha256: Sha256;
}

/** Shows what the checkout, as it is now, says to agents, and takes a person's word on it. */
export class GuidanceDesk {
  private readonly options: GuidanceDeskOptions;
  private readonly never = new AbortController().signal;

  constructor(options: GuidanceDeskOptions) {
    this.options = options;
  }

  async view(texts = false): Promise<Result<readonly GuidanceView[], Failure>> {
    const found = await this.found();
    if (!found.ok) {
      return found;
    }
    const pins = await this.options.pins.all();
    const gone = pins.filter((pin) => !found.value.some(({ path }) => path === pin.path));
    return ok([
      ...found.value.map((guideline) => ({
        ...toView(guideline, pins),
        ...(texts ? { text: guideline.text } : {}),
      })),
      ...gone.map(({ path, sha256 }) => ({ path, sha256, bytes: 0, about: '', status: 'gone' as const })),
    ]);
  }

  /** What is pinned must be what stands there now: a person pins what was shown. */
  async pin(pin: GuidancePin): Promise<Result<readonly GuidanceView[], Failure>> {
    const found = await this.found();
    if (!found.ok) {
      return found;
    }
    if (!found.value.some(({ path, sha256 }) => path === pin.path && sha256 === pin.sha256)) {
      const message = `What stands in ${pin.path} has changed; look at it again with \`nightshift guidance\`.`;
      return fail(failure('changed-meanwhile', message));
    }
    const kept = await this.options.pins.pin(pin);
    return kept.ok ? this.view() : kept;
  }

  async unpin(path: string): Promise<Result<readonly GuidanceView[], Failure>> {
    const kept = await this.options.pins.unpin(path);
    return kept.ok ? this.view() : kept;
  }

  private async found(): Promise<Result<readonly Guideline[], Failure>> {
    const { store, sha256 } = this.options;
    const snapshot = await store.snapshot(this.never);
    if (!snapshot.ok) {
      return snapshot;
    }
    const { tree } = snapshot.value;
    const paths = await store.paths(tree, this.never);
    if (!paths.ok) {
      return paths;
    }
    const read = async (path: string): Promise<Uint8Array | null> => {
      const bytes = await store.read(tree, path, this.never);
      return bytes.ok ? bytes.value : null;
    };
    return ok(await readGuidelines({ paths: paths.value, read }, sha256));
  }
}

function toView(guideline: Guideline, pins: readonly GuidancePin[]): GuidanceView {
  const { path, sha256, bytes, scope, globs, always } = guideline;
  const pin = pins.find((one) => one.path === path);
  const status = pin === undefined ? 'unpinned' : pin.sha256 === sha256 ? 'pinned' : 'changed';
  const place = scope === '' ? 'all files' : `files in ${scope}`;
  const about = always ? place : globs === undefined ? 'nothing by itself' : globs.join(', ');
  return { path, sha256, bytes, about, status };
}
