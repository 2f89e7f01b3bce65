import { splitWords } from '../../../core/memory/recall/splitWords.ts';
import type { CommitFact } from '../../../core/memory/commitFact.ts';
import type { MemoryDatabase } from './openMemoryDatabase.ts';
import { boundsOf, isWithin } from './statements.ts';
import type { TableGroup } from './tableGroup.ts';

/** Commits, the paths that they changed and the words of their messages. */
export const commitTables: TableGroup = {
  name: 'commits',
  migrations: [
    `
    CREATE TABLE commits (
      id INTEGER PRIMARY KEY,
      hash TEXT NOT NULL UNIQUE,
      author TEXT NOT NULL,
      time INTEGER NOT NULL,
      subject TEXT NOT NULL,
      body TEXT NOT NULL,
      files INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE commit_paths (id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE) STRICT;
    CREATE TABLE commit_files (
      path INTEGER NOT NULL REFERENCES commit_paths (id) ON DELETE CASCADE,
      commit_id INTEGER NOT NULL REFERENCES commits (id) ON DELETE CASCADE,
      PRIMARY KEY (path, commit_id)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX commit_files_by_commit ON commit_files (commit_id);
    CREATE INDEX commits_by_time ON commits (time);
    CREATE VIRTUAL TABLE commit_words USING fts5 (
      subject, body, paths, content = '', contentless_delete = 1, tokenize = 'porter unicode61 remove_diacritics 2'
    );
    CREATE TABLE history (one INTEGER PRIMARY KEY CHECK (one = 1), head TEXT) STRICT;
    `,
  ],
};

/** Characters of a body whose words are kept. */
const bodyLimit = 4_000;

/** A commit that changed more files says little of any of them; their names are not among its words. */
const wordFiles = 50;

/** Writes commits. Call its methods inside `MemoryDatabase.write`: many in one transaction. */
export class CommitStore {
  private readonly statements;

  constructor({ connection }: MemoryDatabase) {
    this.statements = {
      put: connection.prepare(
        `INSERT INTO commits (hash, author, time, subject, body, files) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (hash) DO NOTHING RETURNING id`,
      ),
      findPath: connection.prepare('SELECT id FROM commit_paths WHERE path = ?'),
      putPath: connection.prepare('INSERT INTO commit_paths (path) VALUES (?) RETURNING id'),
      putFile: connection.prepare('INSERT OR IGNORE INTO commit_files (path, commit_id) VALUES (?, ?)'),
      putWords: connection.prepare('INSERT INTO commit_words (rowid, subject, body, paths) VALUES (?, ?, ?, ?)'),
      find: connection.prepare('SELECT id FROM commits WHERE hash = ?'),
      someCommits: connection.prepare('SELECT id FROM commits LIMIT ?'),
      dropSomePaths: connection.prepare(
        'DELETE FROM commit_paths WHERE id IN (SELECT id FROM commit_paths ORDER BY id LIMIT ?)',
      ),
      drop: connection.prepare('DELETE FROM commits WHERE id = ?'),
      dropWords: connection.prepare('DELETE FROM commit_words WHERE rowid = ?'),
      pathsWithin: connection.prepare(`SELECT path FROM commit_paths WHERE ${isWithin('path')}`),
      dropPaths: connection.prepare(`DELETE FROM commit_paths WHERE ${isWithin('path')}`),
      commitsOf: connection.prepare(
        `SELECT DISTINCT commits.id, subject, body, files FROM commit_paths
         JOIN commit_files ON commit_files.path = commit_paths.id JOIN commits ON commits.id = commit_id
         WHERE ${isWithin('commit_paths.path')}`,
      ),
      pathsOf: connection.prepare(
        `SELECT commit_paths.path FROM commit_files JOIN commit_paths ON commit_paths.id = commit_files.path
         WHERE commit_id = ?`,
      ),
      setHead: connection.prepare('INSERT OR REPLACE INTO history (one, head) VALUES (1, ?)'),
      head: connection.prepare('SELECT head FROM history'),
      count: connection.prepare('SELECT count(*) AS count FROM commits'),
    };
  }

  /** Those that are known already are left as they are. */
  addCommits(commits: readonly CommitFact[]): void {
    for (const commit of commits) {
      const row = this.statements.put.get(
        commit.id,
        commit.author,
        commit.time,
        commit.subject,
        commit.body.slice(0, bodyLimit),
        commit.files.length,
      );
      if (row !== undefined) {
        const id = Number(row['id']);
        for (const path of commit.files) {
          this.statements.putFile.run(this.pathId(path), id);
        }
        const paths = commit.files.length > wordFiles ? [] : commit.files;
        this.putWords(id, commit.subject, commit.body.slice(0, bodyLimit), paths);
      }
    }
  }

  removeCommits(ids: readonly string[]): void {
    for (const id of ids) {
      const row = this.statements.find.get(id);
      if (row !== undefined) {
        this.statements.dropWords.run(Number(row['id']));
        this.statements.drop.run(Number(row['id']));
      }
    }
  }

  /** Takes `most` commits away, or paths where no commit is left; the head at once. Answers whether there may be more. */
  removeSome(most: number): boolean {
    this.setHead(undefined);
    const rows = this.statements.someCommits.all(most);
    for (const row of rows) {
      this.statements.dropWords.run(Number(row['id']));
      this.statements.drop.run(Number(row['id']));
    }
    return rows.length > 0 || Number(this.statements.dropSomePaths.run(most).changes) > 0;
  }

  /** The path and those below it that commits changed, of which most may be gone by now. */
  pathsWithin(path: string): readonly string[] {
    return this.statements.pathsWithin.all(...boundsOf(path)).map((row) => String(row['path']));
  }

  /** Commits are not led to by this path, by those below it or by their words any more; what they say stays. */
  forgetPath(path: string): void {
    const commits = this.statements.commitsOf.all(...boundsOf(path));
    this.statements.dropPaths.run(...boundsOf(path));
    for (const commit of commits) {
      const id = Number(commit['id']);
      const few = Number(commit['files']) <= wordFiles;
      const paths = few ? this.statements.pathsOf.all(id).map((row) => String(row['path'])) : [];
      this.statements.dropWords.run(id);
      this.putWords(id, String(commit['subject']), String(commit['body']), paths);
    }
  }

  /** The commit up to which history was read to its end. */
  head(): string | undefined {
    const head = this.statements.head.get()?.['head'];
    return typeof head === 'string' ? head : undefined;
  }

  setHead(head: string | undefined): void {
    this.statements.setHead.run(head ?? null);
  }

  count(): number {
    return Number(this.statements.count.get()?.['count'] ?? 0);
  }

  private putWords(id: number, subject: string, body: string, paths: readonly string[]): void {
    const [words, more, names] = [subject, body, paths.join(' ')].map((text) => splitWords(text).join(' '));
    this.statements.putWords.run(id, words ?? '', more ?? '', names ?? '');
  }

  private pathId(path: string): number {
    const row = this.statements.findPath.get(path) ?? this.statements.putPath.get(path);
    return Number(row?.['id']);
  }
}
