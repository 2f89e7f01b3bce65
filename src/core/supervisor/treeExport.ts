import { type Failure, failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import { decodeBase64 } from '../../base/base64.ts';
import type { GuestChange } from '../../protocol/guest.ts';
import { maxReadBytes } from '../../protocol/guestLimits.ts';
import { changeCaps } from '../policy/pathPolicy.ts';
import type { ImportedTree, IncomingChange } from '../repository/repository.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import type { Assignment } from './supervisorPorts.ts';

/** Milliseconds a box may take to compare its files with what it was given. */
const listDeadlineMs = 60_000;

/**
 * Brings what changed in a box into the store as a tree. `tree` is what the box was given. What the guest says is hostile until
 * the store and policy have judged it; a change over the caps is left unread, and judged by its size.
 */
export async function exportTree(
  { ports, signal }: Assignment,
  box: Sandbox,
  tree: string,
): Promise<Result<ImportedTree & { readonly changes: number }, Failure>> {
  const listed = await box.request('list_changes', {}, { signal, deadlineMs: listDeadlineMs });
  if (!listed.ok) {
    return listed;
  }
  if (listed.value.truncated || listed.value.changes.length > changeCaps.files) {
    const message = `The agent changed more than ${changeCaps.files} files; delegate a smaller goal.`;
    return fail(failure('too-many-changes', message));
  }
  const changes: IncomingChange[] = [];
  let total = 0;
  for (const change of listed.value.changes) {
    total += change.size;
    if (change.size > changeCaps.fileBytes || total > changeCaps.totalBytes) {
      const message = `${change.path} makes the change larger than what can be reviewed; delegate a smaller goal.`;
      return fail(failure('change-too-large', message));
    }
    const bytes = await readChange(ports, box, change, signal);
    if (!bytes.ok) {
      return bytes;
    }
    changes.push({ path: change.path, op: change.op, mode: change.mode, bytes: bytes.value });
  }
  const imported = await ports.store.importChanges(tree, changes, signal);
  return imported.ok ? ok({ ...imported.value, changes: changes.length }) : imported;
}

async function readChange(
  { sha256 }: Assignment['ports'],
  box: Sandbox,
  change: GuestChange,
  signal: AbortSignal,
): Promise<Result<Uint8Array | null, Failure>> {
  // A link's target is not read: policy refuses the link by its mode.
  if (change.op === 'delete' || change.mode === '120000') {
    return ok(change.op === 'delete' ? null : new Uint8Array());
  }
  const bytes = new Uint8Array(change.size);
  for (let offset = 0; offset < change.size;) {
    const length = Math.min(maxReadBytes, change.size - offset);
    const params = { path: change.path, from: 'repository' as const, offset, length };
    const part = await box.request('read_bytes', params, { signal });
    if (!part.ok) {
      return part;
    }
    const read = decodeBase64(part.value.bytes);
    if (read?.length !== length || part.value.size !== change.size) {
      return otherBytes(change);
    }
    bytes.set(read, offset);
    offset += read.length;
  }
  return sha256(bytes) === change.sha256 ? ok(bytes) : otherBytes(change);
}

function otherBytes({ path }: GuestChange): Result<never, Failure> {
  return fail(failure('protocol-violation', `The sandbox gave other bytes of ${path} than it had listed.`));
}
