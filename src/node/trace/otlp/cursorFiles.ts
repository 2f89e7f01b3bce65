import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { writeWhole } from '../../repository/writeWhole.ts';

/** Number of the newest event whose spans, and those of all before it, were accepted. */
const cursorSchema = z.object({ seq: z.int().nonnegative() });

const suffix = '.json';

/** One small file a task, in a folder a destination: another destination gets everything from the start. */
export class CursorFiles {
  private readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** -1 for a task of which nothing was accepted; unreadable counts as that: spans sent twice are the same spans. */
  async read(task: string): Promise<number> {
    try {
      return cursorSchema.parse(JSON.parse(await readFile(this.path(task), 'utf8'))).seq;
    } catch {
      return -1;
    }
  }

  /** Replaces the file in one step. Throws what the file system throws. */
  async write(task: string, seq: number): Promise<void> {
    await writeWhole(this.path(task), `${JSON.stringify({ seq })}\n`);
  }

  /** Removes what there is of tasks that are gone. */
  async keepOnly(tasks: ReadonlySet<string>): Promise<void> {
    const names = await readdir(this.folder).catch((): string[] => []);
    for (const name of names.filter((each) => !tasks.has(each.replace(suffix, '')))) {
      await rm(join(this.folder, name), { force: true });
    }
  }

  private path(task: string): string {
    return join(this.folder, `${task}${suffix}`);
  }
}
