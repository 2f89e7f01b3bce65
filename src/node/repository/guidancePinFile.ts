import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { Serializer } from '../../base/async.ts';
import { errorText, type Failure, failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import type { GuidancePin, GuidancePins } from '../../core/repository/guidancePins.ts';
import { writeWhole } from './writeWhole.ts';

const fileSchema = z.strictObject({
  version: z.literal(1),
  pins: z.array(z.strictObject({ path: z.string().min(1), sha256: z.string().regex(/^[0-9a-f]{64}$/) })).max(1_000),
});

/** The pins of one workspace in a file of the user's own state home, closed to other users: no workspace has a way to it. */
export class GuidancePinFile implements GuidancePins {
  private readonly path: string;
  /** One change at a time. */
  private readonly changes = new Serializer();

  constructor(path: string) {
    this.path = path;
  }

  async all(): Promise<readonly GuidancePin[]> {
    try {
      const parsed = fileSchema.safeParse(JSON.parse(await readFile(this.path, 'utf8')));
      return parsed.success ? parsed.data.pins : [];
    } catch {
      return [];
    }
  }

  pin(pin: GuidancePin): Promise<Result<void, Failure>> {
    return this.change((pins) => [...pins.filter(({ path }) => path !== pin.path), pin]);
  }

  unpin(path: string): Promise<Result<void, Failure>> {
    return this.change((pins) => pins.filter((pin) => pin.path !== path));
  }

  private change(next: (pins: readonly GuidancePin[]) => readonly GuidancePin[]): Promise<Result<void, Failure>> {
    return this.changes.run(async () => {
      try {
        const text = JSON.stringify({ version: 1, pins: next(await this.all()) });
        await writeWhole(this.path, `${text}\n`);
        return ok(undefined);
      } catch (error) {
        return fail(failure('state-unwritable', `The pin cannot be kept in ${this.path}: ${errorText(error)}.`));
      }
    });
  }
}
