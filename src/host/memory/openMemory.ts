import { join } from 'node:path';
import { systemClock } from '../../base/clock.ts';
import { Emitter, type Event } from '../../base/event.ts';
import { failure } from '../../base/failure.ts';
import type { Logger } from '../../base/logger.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import type { Memory } from '../../core/memory/memory.ts';
import type { IndexerMethod, IndexerParams, IndexerResult } from '../../protocol/indexer.ts';
import type { Redactor } from '../../core/trace/redactor.ts';
import type { Episode, Forget, MemoryStatus } from '../../protocol/memory.ts';
import type { Environment, WorkspacePaths } from '../paths.ts';
import type { HostFailure } from '../rpc/hostService.ts';
import { answerRecall } from './answerRecall.ts';
import { fetchEmbedding, importEmbedding } from './fetchEmbedding.ts';
import { Indexer } from './indexer.ts';
import type { MemoryDesk } from './memoryDesk.ts';
import { KeptSettings, type MemorySettings } from './memorySettings.ts';

/** What is remembered of solved tasks; see `EpisodeBook`. */
export interface Episodes {
  all(): readonly Episode[];
  /** Sees which are stale or reverted now. Never rejects. */
  lookAgain(): Promise<void>;
  /** What is wrong with what is kept of them, one line each. */
  problems(): readonly string[];
  /** Removes for good; answers how many. */
  forget(what: Forget): Promise<Result<number, HostFailure>>;
}

export interface MemoryOptions {
  readonly paths: WorkspacePaths;
  /** Folder of the bundles: the indexer lies beside the host. */
  readonly bundles: string;
  readonly environment: Environment;
  readonly logger: Logger;
  readonly episodes: Episodes;
  /** For what language models of a window are told. */
  readonly redactor: Redactor;
  readonly onStatus: (status: MemoryStatus) => void;
}

export interface OpenMemory {
  /** For agents. */
  readonly memory: Memory;
  readonly desk: MemoryDesk;
  /** False while the person has it turned off by the setting. */
  isOn(): boolean;
  readonly onDidTurnOn: Event<void>;
  /** Somebody will ask soon: it starts, where it has not. */
  anticipate(): void;
  /** What is remembered changed. */
  episodesChanged(): void;
  close(): Promise<void>;
}

/** Turns the memory off for a whole host: `NIGHTSHIFT_MEMORY=off`. */
export function isMemoryOff(environment: Environment): boolean {
  return environment['NIGHTSHIFT_MEMORY'] === 'off';
}

/** The memory of one workspace. Nothing is started before it is asked for the first time. */
export async function openMemory(options: MemoryOptions): Promise<OpenMemory> {
  const { paths, logger, episodes } = options;
  const directory = join(paths.directory, 'memory');
  const kept = await KeptSettings.open(join(directory, 'settings.json'));
  if (kept.problem !== undefined) {
    logger.warn(kept.problem);
  }
  const turnedOn = new Emitter<void>();
  const lenders = new Set<AbortSignal>();
  const indexer = new Indexer({
    script: join(options.bundles, 'indexer.cjs'),
    environment: { ...options.environment },
    settings: () => ({
      root: paths.root,
      directory: join(directory, 'index'),
      ...kept.now,
      windowWatches: lenders.size > 0,
    }),
    episodes: () => episodes.all(),
    clock: systemClock,
    logger,
  });
  /** The indexer knows nothing of what is wrong on our side. */
  function completed(status: MemoryStatus): MemoryStatus {
    const settings = kept.problem === undefined ? [] : [{ part: 'settings' as const, message: kept.problem }];
    const remembered = inOneLine(episodes.problems());
    const solved = remembered === undefined ? [] : [{ part: 'episodes' as const, message: remembered }];
    return { ...status, problems: [...settings, ...status.problems, ...solved] };
  }
  const tellStatus = (): void => options.onStatus(completed(indexer.status()));
  indexer.onStatus(tellStatus);

  async function change(changes: Partial<MemorySettings>): Promise<Result<Record<string, never>, HostFailure>> {
    const { problem } = kept;
    const { enabled } = kept.now;
    const changed = await kept.change(changes);
    tellSettings();
    await restWhereOff();
    if (kept.now.enabled && !enabled) {
      turnedOn.fire();
    }
    if (kept.problem !== problem && indexer.running) {
      tellStatus();
    }
    if (!changed.ok) {
      logger.warn(changed.error.message);
    }
    return changed.ok ? ok({}) : changed;
  }

  /** Refused while the person has the memory turned off. */
  async function ask<M extends IndexerMethod>(
    method: M,
    params: IndexerParams<M>,
    signal?: AbortSignal,
  ): Promise<Result<IndexerResult<M>, HostFailure>> {
    return kept.now.enabled ? indexer.request(method, params, signal) : fail(turnedOff());
  }

  /** Nothing of it runs while it is turned off. */
  async function restWhereOff(): Promise<void> {
    if (!kept.now.enabled) {
      await indexer.rest();
    }
  }

  let toldSettings = kept.now;
  function tellSettings(): void {
    const { now } = kept;
    const differs = (name: 'exclude' | 'paused'): boolean =>
      JSON.stringify(now[name]) !== JSON.stringify(toldSettings[name]);
    if (differs('exclude')) {
      indexer.tell('setExclude', { exclude: now.exclude });
    }
    if (differs('paused')) {
      indexer.tell('pause', { paused: now.paused });
    }
    toldSettings = now;
  }

  async function whole(asked: Promise<Result<MemoryStatus, HostFailure>>): Promise<Result<MemoryStatus, HostFailure>> {
    const status = await asked;
    return status.ok ? ok(completed(status.value)) : status;
  }

  /** Until it says otherwise, or its connection ends, a client that lends its watching of files stands in for ours. */
  function lendWatching(gone: AbortSignal, lends: boolean): void {
    if (lends && !gone.aborted && !lenders.has(gone)) {
      lenders.add(gone);
      gone.addEventListener('abort', () => lendWatching(gone, false), { once: true });
    } else if (!lends) {
      lenders.delete(gone);
    }
    indexer.tell('setWindowWatches', { windowWatches: lenders.size > 0 });
  }

  const memory: Memory = { recall: (query, signal) => ask('recall', query, signal) };
  const desk: MemoryDesk = {
    recall: (query, { signal }) => answerRecall(memory, options.redactor, query, signal),
    graph: (query, { signal }) => ask('graph', query, signal),
    memoryStatus: (_params, { signal }) => whole(ask('status', {}, signal)),
    explainPath: (params, { signal }) => ask('explain', params, signal),
    memorySettle: (params, { signal }) => whole(ask('settle', params, signal)),
    pauseMemory: async ({ paused }, { signal }) => {
      const changed = await change({ paused });
      const told = await ask('pause', { paused }, signal);
      return told.ok ? changed : told;
    },
    rebuildMemory: (_params, { signal }) => ask('rebuild', {}, signal),
    episodes: async () => {
      await episodes.lookAgain();
      return ok({ episodes: [...episodes.all()] });
    },
    forget: async (what, { signal }) => {
      if (what.what === 'episode' && !episodes.all().some(({ id }) => id === what.id)) {
        return fail(failure('no-episode', `No episode has the id ${what.id}; \`nightshift memory show\` lists them.`));
      }
      const removed = await episodes.forget(what);
      if (!removed.ok) {
        return removed;
      }
      // The indexer is told the rest: what is left of the episodes, and the path.
      const told = await indexer.request('setEpisodes', { episodes: [...episodes.all()] }, signal);
      const forgotten = told.ok ? await indexer.request('forget', what, signal) : told;
      await restWhereOff();
      return forgotten.ok ? ok({ ...forgotten.value, episodes: removed.value }) : forgotten;
    },
    memoryHint: async (hint) => {
      indexer.tell('hint', hint);
      return ok({});
    },
    fetchEmbedding: (params, context) => fetchEmbedding(params, options.environment, context),
    importEmbedding: (params) => importEmbedding(params, options.environment),
    setMemory: async ({ enabled, embedding, exclude, windowWatches }, { gone }) => {
      if (windowWatches !== undefined) {
        lendWatching(gone, windowWatches);
      }
      const changed = await change({
        embedding,
        ...(enabled === undefined ? {} : { enabled }),
        ...(exclude === undefined ? {} : { exclude }),
      });
      // Also where it is the same: what could not be opened is tried again.
      indexer.tell('setEmbedding', { embedding: kept.now.embedding });
      return changed;
    },
  };
  return {
    memory,
    desk,
    isOn: () => kept.now.enabled,
    onDidTurnOn: turnedOn.event,
    anticipate: () => void ask('status', {}),
    episodesChanged: () => {
      indexer.tell('setEpisodes', { episodes: [...episodes.all()] });
      if (indexer.running) {
        tellStatus();
      }
    },
    close: () => indexer.close(),
  };
}

/** A full disk refuses every one of them alike: the log has each. */
function inOneLine([first, ...others]: readonly string[]): string | undefined {
  return first === undefined || others.length === 0
    ? first
    : `${first} ${others.length} more of what is remembered of tasks ${others.length === 1 ? 'has a problem' : 'have problems'}: the log names each.`;
}

function turnedOff(): HostFailure {
  const message =
    'The memory is turned off by your setting `nightshift.memory.enabled`: turn it on in the settings of VS Code.';
  return { ...failure('memory-off', message), exitCode: 3 };
}
