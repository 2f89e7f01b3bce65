import type { DatabaseSync } from 'node:sqlite';
import { failure, type Failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';

/**
 * SQLite of the Node that runs us. Asked for only when it is needed, and never imported: a program that imports a module which its
 * Node was built or started without ends before it can say so.
 */
export function findSqlite(): Result<typeof DatabaseSync, Failure<'no-sqlite'>> {
  const found = process.getBuiltinModule('node:sqlite');
  if (found !== undefined) {
    return ok(found.DatabaseSync);
  }
  const message = `This Node (${process.version}) has no SQLite (node:sqlite), which the index needs: run Nightshift with Node 22.22 or later that has it, without --no-experimental-sqlite, or with a newer VS Code.`;
  return fail(failure('no-sqlite', message));
}
