import type { DatabaseSync } from 'node:sqlite';
import * as z from 'zod';

/**
 * Tables that belong together and change their form together. The file keeps of each group by `name` how many of its migrations
 * were done, so groups come and grow without knowing of each other.
 */
export interface TableGroup {
  readonly name: string;
  /** SQL scripts, oldest first. One that was released is never changed: what should be otherwise is done by one more. */
  readonly migrations: readonly string[];
}

const versionRows = z.array(z.object({ name: z.string(), version: z.int().nonnegative() }));

/** Names of groups whose tables a newer product made; nothing of theirs may be touched. */
export function newerGroups(database: DatabaseSync, groups: readonly TableGroup[]): readonly string[] {
  const versions = readVersions(database);
  return groups.filter(({ name, migrations }) => (versions.get(name) ?? 0) > migrations.length).map(({ name }) => name);
}

/** Brings the tables of all groups to their newest form, each migration in the one transaction that is open. */
export function migrateGroups(database: DatabaseSync, groups: readonly TableGroup[]): void {
  database.exec('CREATE TABLE IF NOT EXISTS table_groups (name TEXT PRIMARY KEY, version INTEGER NOT NULL) STRICT');
  const versions = readVersions(database);
  const keep = database.prepare(
    'INSERT INTO table_groups (name, version) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET version = excluded.version',
  );
  for (const { name, migrations } of groups) {
    const done = versions.get(name) ?? 0;
    for (const script of migrations.slice(done)) {
      database.exec(script);
    }
    if (done < migrations.length) {
      keep.run(name, migrations.length);
    }
  }
}

function readVersions(database: DatabaseSync): ReadonlyMap<string, number> {
  const present = database.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'table_groups'").get();
  if (present === undefined) {
    return new Map();
  }
  const rows = versionRows.parse(database.prepare('SELECT name, version FROM table_groups').all());
  return new Map(rows.map(({ name, version }) => [name, version]));
}
