import { readFile } from 'node:fs/promises';
import * as z from 'zod/mini';
import { Serializer } from '../../base/async.ts';
import { errorText, failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import { writeWhole } from '../../node/repository/writeWhole.ts';
import { embeddingSettingsSchema } from '../../protocol/memory.ts';
import type { HostFailure } from '../rpc/hostService.ts';

const memorySettingsSchema = z.object({
  enabled: z._default(z.boolean(), true),
  embedding: embeddingSettingsSchema,
  exclude: z.array(z.string()),
  paused: z.boolean(),
});

export type MemorySettings = z.infer<typeof memorySettingsSchema>;

const usualMemorySettings: MemorySettings = { enabled: true, embedding: { by: 'none' }, exclude: [], paused: false };

/**
 * What a person set for the memory of a workspace; kept so that the command line goes by what was set in the editor. One owner a file.
 * Where it cannot be read, what was to be left out is not known: indexing rests until somebody says it again, or to go on.
 */
export class KeptSettings {
  private readonly path: string;
  private readonly changes = new Serializer();
  private settings: MemorySettings;
  /** Why the file cannot be read; undefined once it is known again what is to be left out. */
  private unread: string | undefined;
  private unkept: string | undefined;

  private constructor(path: string, settings: MemorySettings, unread?: string) {
    this.path = path;
    this.settings = settings;
    this.unread = unread;
  }

  static async open(path: string): Promise<KeptSettings> {
    try {
      return new KeptSettings(path, memorySettingsSchema.parse(JSON.parse(await readFile(path, 'utf8'))));
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
        return new KeptSettings(path, usualMemorySettings);
      }
      const why = error instanceof z.core.$ZodError ? 'it is of another form' : errorText(error);
      return new KeptSettings(path, { ...usualMemorySettings, paused: true }, why);
    }
  }

  get now(): MemorySettings {
    return this.settings;
  }

  /** One line for the status. */
  get problem(): string | undefined {
    return this.unread === undefined
      ? this.unkept
      : `${this.path} cannot be read (${this.unread}), so nothing is indexed: open the repository in VS Code, which says what to leave out, or index all of it with \`nightshift index --resume\`.`;
  }

  /** In force at once. A failure says that it is not kept for the next host. */
  change(changes: Partial<MemorySettings>): Promise<Result<void, HostFailure>> {
    return this.changes.run(async () => {
      const isKnown = this.unread === undefined || changes.exclude !== undefined || changes.paused === false;
      const resumes = isKnown && this.unread !== undefined;
      const next = { ...this.settings, ...(resumes ? { paused: false } : {}), ...changes };
      const isSame = JSON.stringify(next) === JSON.stringify(this.settings);
      if (isSame && this.unread === undefined && this.unkept === undefined) {
        return ok(undefined);
      }
      this.settings = next;
      this.unread = isKnown ? undefined : this.unread;
      try {
        await writeWhole(this.path, JSON.stringify(next));
        this.unkept = undefined;
        return ok(undefined);
      } catch (error) {
        this.unkept = `${this.path} cannot be written (${errorText(error)}): what was set holds until the agent host ends; give your user write access to it.`;
        return fail({ ...failure('state-unwritable', this.unkept), exitCode: 3 });
      }
    });
  }
}
