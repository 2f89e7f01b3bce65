import type { TableGroup } from './tableGroup.ts';

/**
 * The entity graph. What files say is kept as it was said (`graph_links` with their `graph_wants`, `graph_uses`); where that leads is
 * kept beside it (`graph_targets`, `graph_callees`) and worked out again where `graph_stale` says so. What commits say stands in the tables of commits.
 */
export const graphTables: TableGroup = {
  name: 'graph',
  migrations: [
    `
CREATE TABLE graph_files (
  id INTEGER PRIMARY KEY,
  path TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  family TEXT NOT NULL,
  title TEXT NOT NULL
) STRICT;
CREATE TABLE graph_offers (key TEXT NOT NULL, file INTEGER NOT NULL, PRIMARY KEY (key, file)) STRICT, WITHOUT ROWID;
CREATE INDEX graph_offers_of_file ON graph_offers (file);
CREATE TABLE graph_manifests (path TEXT PRIMARY KEY, manifest TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE graph_symbols (
  id INTEGER PRIMARY KEY,
  file INTEGER NOT NULL,
  name TEXT NOT NULL,
  qualified TEXT NOT NULL,
  kind TEXT NOT NULL,
  start_line INTEGER NOT NULL,
  end_line INTEGER NOT NULL,
  UNIQUE (file, qualified)
) STRICT;
CREATE INDEX graph_symbols_by_name ON graph_symbols (name COLLATE NOCASE);

CREATE TABLE graph_links (
  id INTEGER PRIMARY KEY,
  file INTEGER NOT NULL,
  by TEXT NOT NULL,
  text TEXT NOT NULL,
  names TEXT NOT NULL,  -- JSON array
  line INTEGER NOT NULL
) STRICT;
CREATE INDEX graph_links_of_file ON graph_links (file);
CREATE INDEX graph_links_to_folder ON graph_links (text) WHERE by = 'folder';
CREATE TABLE graph_wants (
  link INTEGER NOT NULL,
  rank INTEGER NOT NULL,
  by TEXT NOT NULL,
  value TEXT NOT NULL,
  alternative INTEGER NOT NULL,
  key TEXT NOT NULL,
  PRIMARY KEY (link, rank)
) STRICT, WITHOUT ROWID;
CREATE INDEX graph_wants_by_key ON graph_wants (key);
CREATE TABLE graph_targets (
  link INTEGER NOT NULL,
  target INTEGER NOT NULL,
  source INTEGER NOT NULL,
  PRIMARY KEY (link, target)
) STRICT, WITHOUT ROWID;
CREATE INDEX graph_targets_of_source ON graph_targets (source, target);
CREATE INDEX graph_targets_to ON graph_targets (target, source);

CREATE TABLE graph_uses (
  id INTEGER PRIMARY KEY,
  file INTEGER NOT NULL,
  caller INTEGER NOT NULL,  -- a symbol of the file; 0: its top
  by TEXT NOT NULL,
  bare TEXT NOT NULL,
  name TEXT,  -- as written, where that is more
  uses INTEGER NOT NULL,
  line INTEGER NOT NULL
) STRICT;
CREATE INDEX graph_uses_of_file ON graph_uses (file, caller);
CREATE INDEX graph_uses_by_name ON graph_uses (bare);
CREATE TABLE graph_callees (
  use INTEGER NOT NULL,
  symbol INTEGER NOT NULL,
  weight REAL NOT NULL,
  PRIMARY KEY (use, symbol)
) STRICT, WITHOUT ROWID;
CREATE INDEX graph_callees_by_symbol ON graph_callees (symbol);

CREATE TABLE graph_stale (
  what TEXT NOT NULL,  -- family | key | file | name | uses
  value TEXT NOT NULL,
  PRIMARY KEY (what, value)
) STRICT, WITHOUT ROWID;

CREATE TABLE graph_tasks (id TEXT PRIMARY KEY, label TEXT NOT NULL, time TEXT NOT NULL, weight REAL NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE graph_solved (path TEXT NOT NULL, task TEXT NOT NULL, PRIMARY KEY (path, task)) STRICT, WITHOUT ROWID;
CREATE INDEX graph_solved_by_task ON graph_solved (task);
`,
  ],
};
