import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CommitFact } from '../../src/core/memory/commitFact.ts';
import type { SourceFacts } from '../../src/core/memory/sourceFacts.ts';
import { CommitStore, commitTables } from '../../src/node/memory/sqlite/commitTables.ts';
import { GraphReader } from '../../src/node/memory/sqlite/graphReader.ts';
import { GraphResolver } from '../../src/node/memory/sqlite/graphResolver.ts';
import { GraphStore } from '../../src/node/memory/sqlite/graphStore.ts';
import { graphTables } from '../../src/node/memory/sqlite/graphTables.ts';
import { type MemoryDatabase, openMemoryDatabase } from '../../src/node/memory/sqlite/openMemoryDatabase.ts';
import { type BenchRow, median, percentile } from './benchRow.ts';

const files = 10_000;
const symbolsPerFile = 10;
const callsPerFile = 30;
const importsPerFile = 5;
const commits = 5_000;
const rounds = 100;

/** The graph of 10,000 files, 100,000 symbols and 300,000 calls: its build beside bare inserts, one changed file, and questions. */
export async function graphBench(): Promise<BenchRow[]> {
  const directory = await mkdtemp(join(tmpdir(), 'nightshift-graph-bench-'));
  const bare = bareTable(await open(join(directory, 'bare')));
  const database = await open(join(directory, 'graph'));
  try {
    const store = new GraphStore(database);
    const resolver = new GraphResolver(database);
    const slices: number[] = [];
    const resolve = (): void => {
      for (let more = true; more;) more = timed(slices, () => write(database, () => resolver.resolve(50)));
    };
    const build = milliseconds(() => {
      for (let start = 0; start < files; start += 100) {
        write(database, () => {
          for (let file = start; file < start + 100; file += 1) store.replaceFile(pathOf(file), factsOf(file));
        });
      }
      resolve();
    });
    const longest = Math.max(...slices);
    write(database, () =>
      new CommitStore(database).addCommits(Array.from({ length: commits }, (_, index) => commitOf(index))),
    );
    const reader = new GraphReader(database);
    const { symbols, edges } = reader.counts();
    if (symbols !== files * symbolsPerFile || edges < files * (symbolsPerFile + importsPerFile + callsPerFile / 2)) {
      throw new Error(`The graph of the benchmark has ${symbols} symbols and ${edges} edges.`);
    }
    const bareBuild = milliseconds(() => bare(files * (symbolsPerFile + callsPerFile + importsPerFile)));
    const change = (variant: (round: number) => SourceFacts): number[] =>
      times((round) => {
        write(database, () => store.replaceFile(pathOf(pick(round)), variant(round)));
        resolve();
      });
    const edited = change((round) => factsOf(pick(round), { lines: round + 1 }));
    const renamed = change((round) => factsOf(pick(round), { lines: round, renamed: true }));
    const question = times((round) => reader.ask({ entity: pathOf(pick(round)), question: 'around', count: 40 }));
    const related = times((round) =>
      reader.related(Array.from({ length: 10 }, (_, index) => pathOf(pick(round + index)))),
    );
    return [
      {
        name: `graph: build of ${edges} edges`,
        value: build,
        unit: 'ms',
        peer: 'one bare insert for each symbol, import and call',
        peerValue: bareBuild,
        ratio: build / bareBuild,
        target: '≤ 15 s',
        ok: build <= 15_000,
      },
      limit('graph: longest hold of the process while it is built', longest, 100),
      limit('graph: one file changed, p50', median(edited), 10),
      limit('graph: one file changed, p95', percentile(edited, 0.95), 25),
      limit('graph: one file with its symbols renamed, p95', percentile(renamed, 0.95), 50),
      limit('graph: what stands around a file, p95', percentile(question, 0.95), 20),
      limit('graph: what belongs to ten files, p95', percentile(related, 0.95), 20),
    ];
  } finally {
    database.close();
    await rm(directory, { recursive: true, force: true });
  }
}

function limit(name: string, value: number, most: number): BenchRow {
  return { name, value, unit: 'ms', target: `≤ ${most} ms`, ok: value <= most };
}

/** A number for each place that is the same in every run. */
const mixed = (one: number, other: number): number =>
  (Math.imul(one + 1, 2_654_435_761) ^ Math.imul(other + 1, 40_503)) >>> 1;
const pick = (round: number): number => mixed(round, 7) % files;
const pathOf = (file: number): string => `packages/p${file % 50}/src/d${file % 400}/module${file}.ts`;

/** A third of the calls stay in the file, a third go to imports, the rest to names that many or none have. */
function factsOf(file: number, change: { lines?: number; renamed?: boolean } = {}): SourceFacts {
  const shift = change.lines ?? 0;
  const ending = change.renamed === true ? `Renamed${shift}` : '';
  const imported = Array.from({ length: importsPerFile }, (_, index) => mixed(file, index) % files);
  return {
    kind: 'code',
    language: 'typescript',
    chunks: [],
    symbols: Array.from({ length: symbolsPerFile }, (_, index) => ({
      kind: 'function',
      name: index === 0 ? `common${file % 200}` : `name${file}x${index}${ending}`,
      startLine: 1 + index * 10 + shift,
      endLine: 9 + index * 10 + shift,
    })),
    imports: imported.map((other) => ({ specifier: `../../../../${pathOf(other)}`, names: [], line: 1 })),
    calls: Array.from({ length: callsPerFile }, (_, index) => {
      const place = index % symbolsPerFile;
      const other = imported[index % importsPerFile] ?? 0;
      const names = [
        `name${file}x${place}`,
        `name${other}x${place}`,
        index % 2 === 0 ? `common${index}` : `outside${index}`,
      ];
      return { name: names[index % 3] ?? '', caller: `name${file}x${place}${ending}`, line: index + shift };
    }),
  };
}

function commitOf(index: number): CommitFact {
  const touched = Array.from({ length: 1 + (index % 6) }, (_, place) => pathOf(mixed(index, place) % (files / 4)));
  return {
    id: index.toString(16).padStart(40, '0'),
    author: `Author ${index % 20}`,
    time: index,
    subject: `Change ${index}`,
    body: '',
    files: [...new Set(touched)],
  };
}

function bareTable(database: MemoryDatabase): (rows: number) => void {
  database.connection.exec(
    'CREATE TABLE bare (id INTEGER PRIMARY KEY, file INTEGER, name TEXT); CREATE INDEX bare_name ON bare (name)',
  );
  const insert = database.connection.prepare('INSERT INTO bare (file, name) VALUES (?, ?)');
  return (rows) => {
    write(database, () => {
      for (let row = 0; row < rows; row += 1) insert.run(row % files, `name${mixed(row, 1)}`);
    });
    database.close();
  };
}

async function open(directory: string): Promise<MemoryDatabase> {
  const opened = await openMemoryDatabase(directory, [commitTables, graphTables]);
  if (!opened.ok) throw new Error(opened.error.message);
  return opened.value;
}

function write<T>(database: MemoryDatabase, work: () => T): T {
  const written = database.write(work);
  if (!written.ok) throw new Error(written.error.message);
  return written.value;
}

function times(work: (round: number) => unknown): number[] {
  return Array.from({ length: rounds }, (_, round) => milliseconds(() => work(round)));
}

function timed<T>(into: number[], work: () => T): T {
  const start = performance.now();
  const value = work();
  into.push(performance.now() - start);
  return value;
}

function milliseconds(work: () => unknown): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}
