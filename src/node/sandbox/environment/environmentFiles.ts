import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { errorText, type Failure, failure } from '../../../base/failure.ts';
import { fail, ok, type Result } from '../../../base/result.ts';
import type { EnvironmentApproval } from '../../../core/environments/environments.ts';
import { networkHostSchema } from '../../../core/environments/environmentFile.ts';

const definitionSchema = z.string().regex(/^[0-9a-f]{64}$/);

const imageIdSchema = z.string().regex(/^sha256:[0-9a-f]{64}$/);

const approvalSchema = z.strictObject({
  definition: definitionSchema,
  hosts: z.array(networkHostSchema).max(50),
  approvedAt: z.string(),
});

/**
 * What a person agreed to, one file a definition, closed to other users, which images were made here, and when each was used last. `folder` is in the
 * user's own state home: no workspace has a way to it.
 */
export class EnvironmentFiles {
  private readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** Undefined also for a file that is not as it was written: then the person is asked again. */
  approvalOf(definition: string): EnvironmentApproval | undefined {
    if (!definitionSchema.safeParse(definition).success) {
      return undefined;
    }
    try {
      const parsed = approvalSchema.safeParse(JSON.parse(readFileSync(this.approvalPath(definition), 'utf8')));
      return parsed.success && parsed.data.definition === definition
        ? { definition, hosts: parsed.data.hosts }
        : undefined;
    } catch {
      return undefined;
    }
  }

  approve(approval: EnvironmentApproval): Result<void, Failure> {
    const checked = approvalSchema.safeParse({ ...approval, approvedAt: new Date().toISOString() });
    if (!checked.success) {
      const [issue] = checked.error.issues;
      return fail(failure('bad-approval', `The approval cannot be kept: ${issue?.message ?? 'it is malformed'}.`));
    }
    const path = this.approvalPath(approval.definition);
    const draft = `${path}.${randomBytes(6).toString('hex')}`;
    try {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      writeFileSync(draft, `${JSON.stringify(checked.data)}\n`, { mode: 0o600, flush: true });
      renameSync(draft, path);
      return ok(undefined);
    } catch (error) {
      if (existsSync(draft)) {
        rmSync(draft);
      }
      return fail(failure('state-unwritable', `The approval cannot be kept in ${path}: ${errorText(error)}`));
    }
  }

  /** Notes that the image of a key was used now. That it cannot be noted costs no more than its place in line. */
  noteUse(key: string): void {
    const path = this.usePath(key);
    try {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      writeFileSync(path, '', { mode: 0o600 });
      utimesSync(path, new Date(), new Date());
    } catch {
      return;
    }
  }

  /** Milliseconds since 1970; undefined where no use is known. */
  lastUse(key: string): number | undefined {
    return statSync(this.usePath(key), { throwIfNoEntry: false })?.mtimeMs;
  }

  /** The image that was made here under a key. A tag or a label anyone can write; this folder only the user. */
  imageOf(key: string): string | undefined {
    try {
      return imageIdSchema.safeParse(readFileSync(this.imagePath(key), 'utf8')).data;
    } catch {
      return undefined;
    }
  }

  /** That it cannot be noted costs no more than making the image anew. */
  noteImage(key: string, id: string): void {
    const path = this.imagePath(key);
    const draft = `${path}.${randomBytes(6).toString('hex')}`;
    try {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      writeFileSync(draft, id, { mode: 0o600 });
      renameSync(draft, path);
    } catch {
      rmSync(draft, { force: true });
    }
  }

  private approvalPath(definition: string): string {
    return join(this.folder, 'approvals', `${definition}.json`);
  }

  private imagePath(key: string): string {
    return join(this.folder, 'images', /^[0-9a-f]{32}$/.test(key) ? key : 'unknown');
  }

  private usePath(key: string): string {
    return join(this.folder, 'uses', /^[0-9a-f]{32}$/.test(key) ? key : 'unknown');
  }
}
