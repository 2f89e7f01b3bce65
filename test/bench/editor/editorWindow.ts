import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { z } from 'zod';
import { openPage } from '../../e2e/harness/browser.ts';
import { type EditorServer, startEditorServer } from '../../e2e/harness/editorServer.ts';
import { memoryOf, type ProcessMemory } from './processMemory.ts';

const placeSchema = z.object({ port: z.int(), pid: z.int() });
const delaySchema = z.object({ p50: z.number(), p99: z.number(), max: z.number() });
const savedSchema = z.object({ saved: z.boolean(), saving: z.number() });
const startMilliseconds = 90_000;

/** Loop delay of an extension host, milliseconds. */
export type LoopDelay = z.infer<typeof delaySchema>;

/** A server of the editor whose extensions hold the probe. */
export async function startProbedServer(folder: string, packages: readonly string[]): Promise<EditorServer> {
  return startEditorServer({ packages, environment: { PROBE_FILE: join(folder, 'probe.json') } });
}

/** One window on a folder, with the probe in its extension host. */
export class EditorWindow {
  readonly page: Page;
  /** `performance.now()` when it was asked for. */
  readonly opened: number;
  /** How often the editor said that the extension host does not answer. */
  unresponsive = 0;
  private readonly place: z.infer<typeof placeSchema>;

  private constructor(page: Page, opened: number, place: z.infer<typeof placeSchema>) {
    this.page = page;
    this.opened = opened;
    this.place = place;
    page.on('console', (message) => {
      this.unresponsive += message.text().includes('is unresponsive') ? 1 : 0;
    });
  }

  /** Resolves when the extensions of the start are active. */
  static async open(
    browser: Browser,
    server: EditorServer,
    folder: string,
    probeFolder: string,
  ): Promise<EditorWindow> {
    const file = join(probeFolder, 'probe.json');
    rmSync(file, { force: true });
    const { page } = await openPage(browser, server);
    const opened = performance.now();
    const payload = JSON.stringify([
      ['skipWelcome', 'true'],
      ['skipReleaseNotes', 'true'],
    ]);
    await page.goto(`${server.url}/?${new URLSearchParams({ folder, payload }).toString()}`);
    await page.locator('.monaco-workbench').waitFor({ timeout: startMilliseconds });
    return new EditorWindow(page, opened, await placeIn(file));
  }

  /** Since it was asked last. */
  async loopDelay(): Promise<LoopDelay> {
    return delaySchema.parse(await this.ask('/delay'));
  }

  /** Of the extension host, when what is not needed was collected. */
  async memory(): Promise<ProcessMemory> {
    for (let round = 0; round < 3; round += 1) {
      await this.ask('/collect');
      await delay(500);
    }
    const memory = memoryOf(this.place.pid);
    if (memory === undefined) {
      throw new Error('The extension host is gone.');
    }
    return memory;
  }

  /** Puts a text before what a file says and saves it, as a person does. Answers when the saving began, milliseconds since 1970. */
  async save(path: string, text: string): Promise<number> {
    const { saved, saving } = savedSchema.parse(
      await this.ask(`/save?${new URLSearchParams({ path, text }).toString()}`),
    );
    if (!saved) {
      throw new Error(`${path} was not saved.`);
    }
    return saving;
  }

  private async ask(what: string): Promise<unknown> {
    const answer = await fetch(`http://127.0.0.1:${this.place.port}${what}`);
    if (!answer.ok) {
      throw new Error(`The probe: ${await answer.text()}`);
    }
    return answer.json();
  }
}

async function placeIn(file: string): Promise<z.infer<typeof placeSchema>> {
  const deadline = performance.now() + startMilliseconds;
  for (;;) {
    try {
      return placeSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
    } catch (error) {
      if (performance.now() > deadline) {
        throw new Error('The probe did not start.', { cause: error });
      }
      await delay(100);
    }
  }
}
