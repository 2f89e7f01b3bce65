import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { errorText, type Failure, failure } from '../../../base/failure.ts';
import { fail, ok, type Result } from '../../../base/result.ts';
import type { EnvironmentApproval, GivenApproval } from '../../../core/environments/environments.ts';
import { networkHostSchema } from '../../../core/environments/environmentFile.ts';

const definitionSchema = z.string().regex(/^[0-9a-f]{64}$/);

const imageIdSchema = z.string().regex(/^sha256:[0-9a-f]{64}$/);

const approvalSchema = z.strictObject({
  definition: definitionSchema,
  hosts: z.array(networkHostSchema).max(50),
  approvedAt: z.string(),
});

/**
 * What a person agreed to, one file a definition, closed to other users, and which images were made here. `folder` is in the
 * user's own state home: no workspace has a way to it.
 */
export class EnvironmentFiles {
  private readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** Undefined also for a file that is not as it was written: then the person is asked again. */
  approvalOf(definition: string): GivenApproval | undefined {
    if (!definitionSchema.safeParse(definition).success) {
      return undefined;
    }
    try {
      const parsed = approvalSchema.safeParse(JSON.parse(readFileSync(this.approvalPath(definition), 'utf8')));
      return parsed.success && parsed.data.definition === definition ? parsed.data : undefined;
    } catch {
      return undefined;
    }
  }

  approve(approval: EnvironmentApproval): Result<void, Failure> {
    const checked = approvalSchema.safeParse({ ...approval, approvedAt: new Date().toISOString() });
    if (!checked.success) {
      const [issue] = checked.error.issues;
      const what = issue === undefined ? 'it is malformed' : `${issue.path.join('.')} ${issue.message}`;
      return fail(failure('bad-approval', `The approval cannot be kept: ${what}.`));
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
}
