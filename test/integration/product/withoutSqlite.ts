import { renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { installedCli } from './bundles.ts';

/** For commands and agent hosts: Node without `node:sqlite`. */
export const withoutSqlite = { NODE_OPTIONS: '--no-experimental-sqlite' };

/** The host gives its indexer options of its own choice: this one stands between them, and starts the true one without SQLite. */
const relay = `
const script = require('node:path').join(__dirname, 'trueIndexer.cjs');
const child = require('node:child_process').fork(script, [], { execArgv: ['--no-experimental-sqlite'] });
process.on('message', (message) => child.connected && child.send(message));
process.once('disconnect', () => child.connected && child.disconnect());
child.on('message', (message) => process.connected && process.send(message));
child.once('exit', (code) => process.exit(code ?? 1));
`;

/** Has the installed product run its indexer in a Node that has no SQLite; answers what gives it back. */
export function takeSqlite(): () => void {
  const folder = dirname(installedCli());
  const usual = join(folder, 'indexer.cjs');
  const kept = join(folder, 'trueIndexer.cjs');
  renameSync(usual, kept);
  writeFileSync(usual, relay);
  return () => renameSync(kept, usual);
}
