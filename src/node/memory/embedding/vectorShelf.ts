import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { type VectorFolder, vectorFolderName } from '../../../core/memory/embedding/vectorFolders.ts';
import { type EmbeddingSettings, embeddingSettingsSchema } from '../../../protocol/memory.ts';
import { writeWhole } from '../../repository/writeWhole.ts';

/** What is written beside the vectors of a model, so that it can be asked again after a restart. */
const noteSchema = z.object({
  version: z.literal(1),
  identity: z.string(),
  settings: z.unknown(),
  complete: z.boolean(),
  /** Of its vectors; absent in a note of before. */
  dimensions: z.int().positive().optional(),
});

export interface ShelvedVectors extends VectorFolder {
  readonly settings: EmbeddingSettings;
  readonly dimensions?: number;
}

const noteFile = 'model.json';

/** The folders of vectors of a workspace, one per model. A folder without a readable note counts for nothing, and goes with the useless. */
export class VectorShelf {
  readonly directory: string;

  constructor(directory: string) {
    this.directory = directory;
  }

  async list(): Promise<readonly ShelvedVectors[]> {
    const names = await readdir(this.directory).catch((): string[] => []);
    const found = await Promise.all(names.map((name) => this.read(name)));
    return found.filter((each) => each !== undefined);
  }

  /** Makes the folder of a model where there is none, and says how far it is. */
  async take(identity: string, dimensions: number, settings: EmbeddingSettings): Promise<ShelvedVectors> {
    const name = vectorFolderName(identity);
    const before = await this.read(name);
    const shelved = {
      name,
      identity,
      dimensions,
      settings,
      complete: before?.identity === identity && before.complete,
    };
    await this.write(shelved);
    return shelved;
  }

  async write({ name, identity, dimensions, settings, complete }: ShelvedVectors): Promise<void> {
    const note = JSON.stringify({ version: 1, identity, dimensions, settings, complete });
    await writeWhole(join(this.directory, name, noteFile), note);
  }

  /** Removes every folder but these. */
  async keepOnly(names: readonly string[]): Promise<void> {
    const there = await readdir(this.directory).catch((): string[] => []);
    const useless = there.filter((name) => !names.includes(name));
    await Promise.all(useless.map((name) => rm(join(this.directory, name), { recursive: true, force: true })));
  }

  private async read(name: string): Promise<ShelvedVectors | undefined> {
    const text = await readFile(join(this.directory, name, noteFile), 'utf8').catch(() => undefined);
    const note = noteSchema.safeParse(parseJson(text ?? ''));
    const settings = note.success ? embeddingSettingsSchema.safeParse(note.data.settings) : undefined;
    if (!note.success || settings?.success !== true) {
      return undefined;
    }
    const { identity, complete, dimensions } = note.data;
    return { name, identity, complete, settings: settings.data, ...(dimensions === undefined ? {} : { dimensions }) };
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
