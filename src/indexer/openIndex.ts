import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Failure } from '../base/failure.ts';
import { ok, type Result } from '../base/result.ts';
import type { WordSearch } from '../core/memory/recall/recallSources.ts';
import type { SkipReason } from '../protocol/memory.ts';
import { CommitStore, commitTables } from '../node/memory/sqlite/commitTables.ts';
import { episodeTables } from '../node/memory/sqlite/episodeTables.ts';
import { fileChunks } from '../node/memory/sqlite/fileChunks.ts';
import { FileStore, fileTables, type KnownFile } from '../node/memory/sqlite/fileTables.ts';
import { GraphReader } from '../node/memory/sqlite/graphReader.ts';
import { GraphResolver } from '../node/memory/sqlite/graphResolver.ts';
import { GraphStore } from '../node/memory/sqlite/graphStore.ts';
import { graphTables } from '../node/memory/sqlite/graphTables.ts';
import { type MemoryDatabase, openMemoryDatabase } from '../node/memory/sqlite/openMemoryDatabase.ts';
import { createWordSearch } from '../node/memory/sqlite/wordSearch.ts';
import { createProcessReader } from '../node/memory/treeSitter/processReader.ts';
import { createSourceWatcher } from '../node/memory/watching/sourceWatcher.ts';
import type { IndexerParams } from '../protocol/indexer.ts';
import { GraphIndexing } from './graphIndexing.ts';
import { HistoryIndexing } from './historyIndexing.ts';
import { Meaning, vectorsFolder } from './meaning.ts';
import type { PauseGate } from './pauseGate.ts';
import { forgetPath } from './forgetPath.ts';
import { readForgotten } from './forgottenPaths.ts';
import type { Problems } from './problems.ts';
import { SourceIndexing } from './sourceIndexing.ts';

export interface IndexContext {
  readonly settings: IndexerParams<'open'>;
  /** Folder of the bundles: programs of what it starts lie in it. */
  readonly bundles: string;
  readonly problems: Problems;
  readonly gate: PauseGate;
  /** Something that the status tells changed. */
  readonly onChange: () => void;
  /** The database is spoiled: everything is to be made anew. */
  readonly onDamaged: (damaged: OpenIndex) => void;
}

/** Everything that is open for one repository. */
export interface OpenIndex {
  readonly database: MemoryDatabase;
  readonly files: FileStore;
  readonly commits: CommitStore;
  readonly graph: GraphReader;
  readonly graphStore: GraphStore;
  readonly words: WordSearch;
  readonly sources: SourceIndexing;
  readonly history: HistoryIndexing;
  readonly linking: GraphIndexing;
  readonly meaning: Meaning;
  readonly watcher: ReturnType<typeof createSourceWatcher>;
  /** Files that are not indexed. */
  readonly skipped: ReadonlyMap<string, SkipReason>;
  /** Resolves when the first look at the repository is over and what it found is in. */
  readonly scanned: Promise<void>;
  isScanned(): boolean;
  close(): Promise<void>;
}

const setAsideWords = {
  damaged: 'is damaged',
  foreign: 'is a database of another program',
  newer: 'was written by a newer Nightshift',
} as const;

/** Opens the index and begins to bring it up to date; what it had before can be found at once. */
export async function openIndex(context: IndexContext): Promise<Result<OpenIndex, Failure>> {
  const { settings, bundles, problems, gate, onChange, onDamaged } = context;
  const { root, directory } = settings;
  const forgotten = await readForgotten(directory);
  if (!forgotten.ok) {
    return forgotten;
  }
  const opened = await openMemoryDatabase(directory, [fileTables, commitTables, episodeTables, graphTables]);
  if (!opened.ok) {
    return opened;
  }
  const database = opened.value;
  const { setAside, foreign } = database;
  if (setAside !== undefined) {
    const what = setAsideWords[setAside.reason];
    problems.set('database', `The index that was here ${what} and was made anew; it is kept as ${setAside.path}.`);
  } else if (foreign !== undefined) {
    const found = 'A file of another program was in the place of the index';
    problems.set('database', `${found} and is kept as ${foreign}: move it to where it belongs, or remove it.`);
  } else {
    problems.set('database', undefined);
  }
  const files = new FileStore(database);
  const commits = new CommitStore(database);
  const graphStore = new GraphStore(database);
  const kept = database.write(() =>
    forgotten.value.forEach((path) => forgetPath({ files, commits, graphStore }, path)),
  );
  if (!kept.ok) {
    database.close();
    return kept;
  }
  const linking = new GraphIndexing(database, new GraphResolver(database), problems);
  const skipped = new Map<string, SkipReason>();
  const meaning = new Meaning({
    directory: vectorsFolder(directory),
    threadScript: join(bundles, 'embeddingThread.cjs'),
    source: fileChunks(database, files),
    problems,
    onChange,
  });
  let scanned = false;
  /** Words come first: until every file can be found by them, nothing is worked out of what files say of each other. */
  const link = (): void => {
    if (scanned) {
      linking.wake();
    }
  };
  const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');
  const reader = createProcessReader({ script: join(bundles, 'readingProcess.cjs'), sha256 });
  const sources = new SourceIndexing({
    root,
    database,
    files,
    reader,
    listeners: [graphStore],
    problems,
    gate: () => gate.pass(),
    onDamaged: () => onDamaged(index),
    onWritten: (changed, removed) => {
      meaning.changed([...changed, ...removed]);
      link();
      onChange();
    },
  });
  const history = new HistoryIndexing({
    root,
    database,
    commits,
    problems,
    gate: () => gate.pass(),
    isForgotten: (path) => files.isForgotten(path),
    onWritten: () => {
      link();
      onChange();
    },
  });
  const watcher = createSourceWatcher({ root, exclude: settings.exclude, windowWatches: settings.windowWatches });
  watcher.onChanges(async (changes) => {
    for (const { path, reason } of changes.skipped) {
      skipped.set(path, reason);
    }
    for (const path of [...changes.removed, ...changes.changed.map((file) => file.path)]) {
      skipped.delete(path);
    }
    if (changes.head !== undefined) {
      void history.update();
    }
    await sources.apply({
      changed: changes.changed,
      removed: [...changes.removed, ...changes.skipped.map((each) => each.path)],
    });
    if (changes.complete && !scanned) {
      scanned = true;
      linking.wake();
    }
    onChange();
  });
  const first = watcher.start(await knownFiles(database, files));
  const historyRead = history.update();
  meaning.set(settings.embedding);
  const index: OpenIndex = {
    database,
    files,
    commits,
    graph: new GraphReader(database),
    graphStore,
    words: createWordSearch(database, files),
    sources,
    history,
    linking,
    meaning,
    watcher,
    skipped,
    scanned: first,
    isScanned: () => scanned,
    async close() {
      sources.close();
      history.close();
      gate.set(false);
      await history.settle();
      await watcher.close();
      await historyRead;
      await linking.close();
      await meaning.close();
      await reader.close();
      database.close();
    },
  };
  return ok(index);
}

/** What was indexed before; nothing of it where the database cannot be read, which is told with the first write. */
async function knownFiles(database: MemoryDatabase, files: FileStore): Promise<ReadonlyMap<string, KnownFile>> {
  const known = new Map<string, KnownFile>();
  const pages = files.knownPages();
  for (;;) {
    const page = database.read(() => pages.next());
    if (!page.ok || page.value.done === true) {
      return page.ok ? known : new Map();
    }
    page.value.value.forEach(([path, file]) => known.set(path, file));
    await nextTurn();
  }
}
