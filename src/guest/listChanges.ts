import { createHash } from 'node:crypto';
import { closeSync, constants, lstatSync, openSync, readdirSync, readlinkSync, readSync, type Stats } from 'node:fs';
import { ok } from '../base/result.ts';
import type { GuestChange, GuestResult } from '../protocol/guest.ts';
import { maxFrameBytes } from '../protocol/guestLimits.ts';
import { type Manifest, sha256, stampOf, treeMode } from './manifest.ts';
import type { Answer } from './refusal.ts';

const maxChanges = 5_000;
/** Leaves room in the answer's frame for its envelope. */
const maxAnswerBytes = maxFrameBytes - 64 * 1024;

/** Compares the tree with its manifest. Untouched files are told by their stamp, so only changed ones are read. */
export function listChanges(root: string, manifest: Manifest): Answer<GuestResult<'list_changes'>> {
  const seen = new Set<string>();
  const changes: GuestChange[] = [];
  for (const { path, stats } of walkEntries(root)) {
    seen.add(path);
    const change = changeOf(root, path, stats, manifest);
    if (change !== undefined) {
      changes.push(change);
    }
  }
  for (const path of manifest.keys()) {
    if (!seen.has(path)) {
      changes.push({ path, op: 'delete', mode: null, size: 0, sha256: null });
    }
  }
  changes.sort((left, right) => (left.path < right.path ? -1 : 1));
  return ok(fitChanges(changes));
}

function changeOf(root: string, path: string, stats: Stats, manifest: Manifest): GuestChange | undefined {
  const before = manifest.get(path);
  if (before?.stamp === stampOf(stats)) {
    return undefined;
  }
  const content = contentOf(`${root}/${path}`, stats);
  const mode = treeMode(stats);
  if (content === undefined || (before?.sha256 === content.sha256 && before.mode === mode)) {
    return undefined;
  }
  return { path, op: 'write', mode, ...content };
}

function contentOf(absolute: string, stats: Stats): { size: number; sha256: string } | undefined {
  try {
    if (stats.isSymbolicLink()) {
      const target = readlinkSync(absolute, 'buffer');
      return { size: target.length, sha256: sha256(target) };
    }
    return hashFile(absolute);
  } catch {
    // It vanished between the walk and now, or may not be read: then it is no part of a result.
    return undefined;
  }
}

function hashFile(absolute: string): { size: number; sha256: string } {
  const fd = openSync(absolute, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const hash = createHash('sha256');
    const buffer = Buffer.allocUnsafe(256 * 1024);
    let size = 0;
    for (let count = readSync(fd, buffer); count > 0; count = readSync(fd, buffer)) {
      hash.update(buffer.subarray(0, count));
      size += count;
    }
    return { size, sha256: hash.digest('hex') };
  } finally {
    closeSync(fd);
  }
}

/** Regular files and links below the root, without anything named `.git`; never enters a link. */
function* walkEntries(root: string): Generator<{ path: string; stats: Stats }> {
  const directories = [''];
  for (let directory = directories.pop(); directory !== undefined; directory = directories.pop()) {
    for (const entry of readdirSync(`${root}/${directory}`, { withFileTypes: true })) {
      const path = directory === '' ? entry.name : `${directory}/${entry.name}`;
      if (entry.name.toLowerCase() === '.git') {
        continue;
      }
      if (entry.isDirectory()) {
        directories.push(path);
      } else if (entry.isFile() || entry.isSymbolicLink()) {
        const stats = lstatSync(`${root}/${path}`, { throwIfNoEntry: false });
        if (stats !== undefined) {
          yield { path, stats };
        }
      }
    }
  }
}

function fitChanges(changes: readonly GuestChange[]): GuestResult<'list_changes'> {
  const kept: GuestChange[] = [];
  let used = 0;
  for (const change of changes) {
    used += Buffer.byteLength(JSON.stringify(change)) + 1;
    if (kept.length === maxChanges || used > maxAnswerBytes) {
      break;
    }
    kept.push(change);
  }
  return { changes: kept, truncated: kept.length < changes.length };
}
