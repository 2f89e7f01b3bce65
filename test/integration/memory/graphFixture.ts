import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commitTables, CommitStore } from '../../../src/node/memory/sqlite/commitTables.ts';
import { GraphReader } from '../../../src/node/memory/sqlite/graphReader.ts';
import { GraphResolver } from '../../../src/node/memory/sqlite/graphResolver.ts';
import { GraphStore } from '../../../src/node/memory/sqlite/graphStore.ts';
import { graphTables } from '../../../src/node/memory/sqlite/graphTables.ts';
import { type MemoryDatabase, openMemoryDatabase } from '../../../src/node/memory/sqlite/openMemoryDatabase.ts';
import { graphFacts, type ShortFacts } from '../../fakes/graphFacts.ts';
import { must } from '../repository/temporaryRepository.ts';

/** A graph on a real file, with a short way to write and to read it. */
export interface GraphFixture {
  readonly database: MemoryDatabase;
  readonly reader: GraphReader;
  readonly store: GraphStore;
  readonly commits: CommitStore;
  put(path: string, facts: ShortFacts, content?: string): void;
  remove(...paths: string[]): void;
  /** Works off everything that is stale. */
  settle(most?: number): void;
  /** One run. Answers whether there is more. */
  settleOnce(most: number): boolean;
  /** `a.ts -import-> b.ts`, `a.ts#f -call-> b.ts#g 0.95`, in order. */
  edges(): readonly string[];
  close(): void;
}

export async function openGraph(): Promise<GraphFixture> {
  const directory = mkdtempSync(join(tmpdir(), 'nightshift-graph-'));
  const database = must(await openMemoryDatabase(directory, [commitTables, graphTables]));
  const store = new GraphStore(database);
  const resolver = new GraphResolver(database);
  const settleOnce = (most: number): boolean => must(database.write(() => resolver.resolve(most)));
  const settle = (most = 100): void => {
    while (settleOnce(most));
  };
  return {
    database,
    store,
    reader: new GraphReader(database),
    commits: new CommitStore(database),
    put: (path, facts, content) => must(database.write(() => store.replaceFile(path, graphFacts(facts), content))),
    remove: (...paths) => must(database.write(() => store.removeFiles(paths))),
    settle,
    settleOnce,
    edges: () => [...targets(database), ...callees(database)].toSorted(),
    close: () => {
      database.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function targets({ connection }: MemoryDatabase): readonly string[] {
  return connection
    .prepare(
      `SELECT DISTINCT s.path AS source, l.by, f.path AS target FROM graph_targets t JOIN graph_links l ON l.id = t.link
       LEFT JOIN graph_files s ON s.id = t.source LEFT JOIN graph_files f ON f.id = t.target`,
    )
    .all()
    .map((row) => `${row['source']} -${row['by']}-> ${row['target']}`);
}

function callees({ connection }: MemoryDatabase): readonly string[] {
  return connection
    .prepare(
      `SELECT f.path, c.qualified AS caller, u.by, u.uses, sf.path AS target, s.qualified, k.weight FROM graph_callees k
       LEFT JOIN graph_uses u ON u.id = k.use LEFT JOIN graph_files f ON f.id = u.file LEFT JOIN graph_symbols c ON c.id = u.caller
       LEFT JOIN graph_symbols s ON s.id = k.symbol LEFT JOIN graph_files sf ON sf.id = s.file`,
    )
    .all()
    .map(
      ({ path, caller, by, target, qualified, weight }) =>
        `${path}${caller === null ? '' : `#${caller}`} -${by}-> ${target}#${qualified} ${Number(weight).toFixed(2)}`,
    );
}
