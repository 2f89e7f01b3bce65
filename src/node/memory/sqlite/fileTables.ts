import * as z from 'zod';
import { splitWords } from '../../../core/memory/recall/splitWords.ts';
import { sharedName } from '../../../core/memory/testedName.ts';
import { baseName } from '../../../core/memory/recall/understandQuery.ts';
import type { Chunk, FileKind, SourceFacts } from '../../../core/memory/sourceFacts.ts';
import type { SourceFile } from '../../../core/memory/sourceWatcher.ts';
import { isForgotten } from '../../../core/memory/forgottenPaths.ts';
import type { MemoryDatabase } from './openMemoryDatabase.ts';
import { boundsOf, isWithin } from './statements.ts';
import { pagesOf } from './pagesOf.ts';
import type { TableGroup } from './tableGroup.ts';

/**
 * Files, their chunks, and the words of both. The words are kept without the text they came from (`content=''`): identifiers are
 * split before they come in. `tags` holds what a question is narrowed by, so that the full-text index does the narrowing.
 */
export const fileTables: TableGroup = {
  name: 'files',
  migrations: [
    `
    CREATE TABLE files (
      id INTEGER PRIMARY KEY,
      path TEXT NOT NULL UNIQUE,
      language TEXT NOT NULL,
      kind TEXT NOT NULL,
      bytes INTEGER NOT NULL,
      modified REAL NOT NULL,
      state TEXT NOT NULL CHECK (state IN ('indexed', 'forgotten')),
      -- Name that a test and what it tests share, and the path's last name; NULL where it says nothing.
      tested TEXT,
      name TEXT,
      problem TEXT
    ) STRICT;
    CREATE INDEX files_by_tested ON files (tested);
    CREATE INDEX files_by_name ON files (name);
    CREATE TABLE chunks (
      id INTEGER PRIMARY KEY,
      file INTEGER NOT NULL REFERENCES files (id) ON DELETE CASCADE,
      ordinal INTEGER NOT NULL,
      start_line INTEGER NOT NULL,
      end_line INTEGER NOT NULL,
      kind TEXT NOT NULL,
      symbol TEXT,
      hash TEXT NOT NULL,
      text TEXT NOT NULL,
      UNIQUE (file, ordinal)
    ) STRICT;
    CREATE INDEX chunks_by_hash ON chunks (hash);
    CREATE VIRTUAL TABLE file_words USING fts5 (
      path, symbols, body, tags, content = '', contentless_delete = 1, tokenize = 'porter unicode61 remove_diacritics 2'
    );
    CREATE VIRTUAL TABLE chunk_words USING fts5 (
      path, symbols, body, tags, content = '', contentless_delete = 1, tokenize = 'porter unicode61 remove_diacritics 2'
    );
    `,
  ],
};

export interface KnownFile {
  readonly bytes: number;
  readonly modified: number;
  readonly kind: FileKind;
  readonly language: string;
  /** A forgotten file is known so that it is not read again; nothing that it says is kept. */
  readonly state: 'indexed' | 'forgotten';
  readonly problem?: string;
}

export interface StoredChunk extends Omit<Chunk, 'symbol'> {
  readonly path: string;
  readonly ordinal: number;
  readonly symbol?: string;
}

export interface FileCounts {
  readonly files: number;
  readonly chunks: number;
}

const kinds = ['code', 'test', 'document', 'decision', 'guideline', 'configuration', 'data'] as const;

const fileRow = z.object({
  path: z.string(),
  language: z.string(),
  kind: z.enum(kinds),
  bytes: z.number(),
  modified: z.number(),
  state: z.enum(['indexed', 'forgotten']),
  problem: z.nullable(z.string()),
});

const fileColumns = 'path, language, kind, bytes, modified, state, problem';

function knownFile(row: unknown): readonly [path: string, file: KnownFile] {
  const { path, problem, ...rest } = fileRow.parse(row);
  return [path, { ...rest, ...(problem === null ? {} : { problem }) }];
}

const chunkRow = z.object({
  path: z.string(),
  ordinal: z.int(),
  start_line: z.int(),
  end_line: z.int(),
  kind: z.enum(['symbol', 'section', 'window']),
  symbol: z.nullable(z.string()),
  hash: z.string(),
  text: z.string(),
});

/** The token by which the words of a kind or a language are found. */
export function tagOf(what: 'kind' | 'language', name: string): string {
  return `${what}${name.toLowerCase().replace(/[^a-z0-9]/g, '')}`;
}

/** Writes files and their words. Call its methods inside `MemoryDatabase.write`: many in one transaction. */
export class FileStore {
  private readonly database: MemoryDatabase;
  private readonly statements;
  /** Asked of every candidate of a question; made when it is first asked for. */
  private kinds: Map<string, { readonly kind: FileKind; readonly language: string }> | undefined;
  /** Asked of every file that is indexed and of every path of a commit. */
  private forgotten: Set<string> | undefined;

  constructor(database: MemoryDatabase) {
    this.database = database;
    const { connection } = database;
    this.statements = {
      find: connection.prepare('SELECT id, state FROM files WHERE path = ?'),
      known: connection.prepare(`SELECT ${fileColumns} FROM files WHERE path = ?`),
      page: connection.prepare(`SELECT id, ${fileColumns} FROM files WHERE id > ? ORDER BY id LIMIT ?`),
      putFile: connection.prepare(
        `INSERT INTO files (path, language, kind, bytes, modified, problem, tested, name, state)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'indexed')
         ON CONFLICT (path) DO UPDATE SET language = excluded.language, kind = excluded.kind, bytes = excluded.bytes,
           modified = excluded.modified, problem = excluded.problem, state = 'indexed'
         RETURNING id`,
      ),
      chunkIds: connection.prepare('SELECT id FROM chunks WHERE file = ?'),
      dropChunks: connection.prepare('DELETE FROM chunks WHERE file = ?'),
      dropFile: connection.prepare('DELETE FROM files WHERE id = ?'),
      dropChunkWords: connection.prepare('DELETE FROM chunk_words WHERE rowid = ?'),
      dropFileWords: connection.prepare('DELETE FROM file_words WHERE rowid = ?'),
      putChunk: connection.prepare(
        `INSERT INTO chunks (file, ordinal, start_line, end_line, kind, symbol, hash, text) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
         RETURNING id`,
      ),
      putChunkWords: connection.prepare(
        'INSERT INTO chunk_words (rowid, path, symbols, body, tags) VALUES (?, ?, ?, ?, ?)',
      ),
      putFileWords: connection.prepare(
        'INSERT INTO file_words (rowid, path, symbols, body, tags) VALUES (?, ?, ?, ?, ?)',
      ),
      within: connection.prepare(`SELECT id, path, state FROM files WHERE ${isWithin('path')}`),
      forgotten: connection.prepare(`SELECT path FROM files WHERE state = 'forgotten'`),
      forget: connection.prepare(
        `INSERT INTO files (path, language, kind, bytes, modified, state) VALUES (?, 'plaintext', 'data', 0, 0, 'forgotten')`,
      ),
      chunksOf: connection.prepare(
        `SELECT path, ordinal, start_line, end_line, chunks.kind, symbol, hash, text
         FROM chunks JOIN files ON files.id = chunks.file WHERE path = ? ORDER BY ordinal`,
      ),
    };
  }

  /** Puts what the file says now in the place of all that was known of it. One that was forgotten stays so. */
  replaceFile(file: SourceFile, facts: SourceFacts): void {
    if (this.isForgotten(file.path)) {
      return;
    }
    const known = this.statements.find.get(file.path);
    if (known !== undefined) {
      this.dropWords(Number(known['id']));
    }
    const row = this.statements.putFile.get(
      file.path,
      facts.language,
      facts.kind,
      Math.trunc(file.bytes),
      file.modified,
      facts.problem ?? null,
      sharedName(file.path) || null,
      baseName(file.path).toLowerCase(),
    );
    this.kinds?.set(file.path, { kind: facts.kind, language: facts.language });
    this.putWords(Number(row?.['id']), file.path, facts);
  }

  removeFiles(paths: readonly string[]): void {
    for (const path of paths) {
      const known = this.statements.find.get(path);
      // That a forgotten file went is not told apart from a branch without it: it stays forgotten.
      if (known?.['state'] === 'indexed') {
        this.dropWords(Number(known['id']));
        this.statements.dropFile.run(Number(known['id']));
        this.kinds?.delete(path);
      }
    }
  }

  /** The path and those below it that are indexed. */
  pathsWithin(path: string): readonly string[] {
    const rows = this.statements.within.all(...boundsOf(path));
    return rows.filter((row) => row['state'] === 'indexed').map((row) => String(row['path']));
  }

  /**
   * Takes away what the file says, or all that is below the folder, and keeps it away until everything is indexed anew: files that
   * come into a forgotten folder as well.
   */
  forgetPath(path: string): void {
    const rows = this.statements.within.all(...boundsOf(path));
    for (const row of rows) {
      this.dropWords(Number(row['id']));
      this.statements.dropFile.run(Number(row['id']));
      this.kinds?.delete(String(row['path']));
    }
    // Each that was there is known as forgotten too, so that it is not looked at again with every start.
    for (const each of new Set([path, ...rows.map((row) => String(row['path']))])) {
      this.statements.forget.run(each);
      this.forgotten?.add(each);
    }
  }

  isForgotten(path: string): boolean {
    return isForgotten(path, this.forgottenPaths());
  }

  /** As they were named, with the files below them that were known. */
  forgottenPaths(): ReadonlySet<string> {
    this.forgotten ??= new Set(this.statements.forgotten.all().map((row) => String(row['path'])));
    return this.forgotten;
  }

  knownFiles(): Map<string, KnownFile> {
    return new Map([...this.knownPages()].flat());
  }

  /** The same a page at a time, so that others can be given a turn between. */
  *knownPages(): Generator<readonly (readonly [path: string, file: KnownFile])[]> {
    for (const rows of pagesOf(this.statements.page)) {
      yield rows.map(knownFile);
    }
  }

  knownFile(path: string): KnownFile | undefined {
    const row = this.statements.known.get(path);
    return row === undefined ? undefined : knownFile(row)[1];
  }

  /** Kind and language of an indexed file. Each is looked up once: to look up all of them when the first is asked for takes too long. */
  describe(path: string): { readonly kind: FileKind; readonly language: string } | undefined {
    this.kinds ??= new Map();
    const cached = this.kinds.get(path);
    if (cached !== undefined) {
      return cached;
    }
    const file = this.knownFile(path);
    if (file?.state !== 'indexed') {
      return undefined;
    }
    const about = { kind: file.kind, language: file.language };
    this.kinds.set(path, about);
    return about;
  }

  /** After a transaction that was rolled back: what is in memory may be ahead of the file. */
  forgetCache(): void {
    this.kinds = undefined;
    this.forgotten = undefined;
  }

  chunksOf(path: string): readonly StoredChunk[] {
    return this.statements.chunksOf.all(path).map((row) => {
      const { start_line: startLine, end_line: endLine, symbol, ...rest } = chunkRow.parse(row);
      return { ...rest, startLine, endLine, ...(symbol === null ? {} : { symbol }) };
    });
  }

  counts(): FileCounts {
    const count = (sql: string): number => Number(this.database.connection.prepare(sql).get()?.['count'] ?? 0);
    return {
      files: count("SELECT count(*) AS count FROM files WHERE state = 'indexed'"),
      chunks: count('SELECT count(*) AS count FROM chunks'),
    };
  }

  private dropWords(file: number): void {
    for (const row of this.statements.chunkIds.all(file)) {
      this.statements.dropChunkWords.run(Number(row['id']));
    }
    this.statements.dropChunks.run(file);
    this.statements.dropFileWords.run(file);
  }

  private putWords(file: number, path: string, facts: SourceFacts): void {
    const pathWords = splitWords(path).join(' ');
    const tags = `${tagOf('kind', facts.kind)} ${tagOf('language', facts.language)}`;
    const bodies: string[] = [];
    for (const [ordinal, chunk] of facts.chunks.entries()) {
      const row = this.statements.putChunk.get(
        file,
        ordinal,
        chunk.startLine,
        chunk.endLine,
        chunk.kind,
        chunk.symbol ?? null,
        chunk.hash,
        chunk.text,
      );
      const body = splitWords(chunk.text).join(' ');
      bodies.push(body);
      this.statements.putChunkWords.run(Number(row?.['id']), pathWords, symbolWords(chunk, facts), body, tags);
    }
    const symbols = splitWords(facts.symbols.map(({ name }) => name).join(' ')).join(' ');
    this.statements.putFileWords.run(file, pathWords, symbols, bodies.join(' '), tags);
  }
}

/** Names of what is defined in a chunk, and of what it is a part of. */
function symbolWords(chunk: Chunk, facts: SourceFacts): string {
  const inside = facts.symbols.filter(({ startLine }) => startLine >= chunk.startLine && startLine <= chunk.endLine);
  return splitWords([chunk.symbol ?? '', ...inside.map(({ name }) => name)].join(' ')).join(' ');
}
