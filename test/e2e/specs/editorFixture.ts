import type { Browser } from 'playwright-core';
import { stopAgentHost } from '../harness/agentHost.ts';
import { launchBrowser, openPage, screenshot } from '../harness/browser.ts';
import { type EditorServer, startEditorServer } from '../harness/editorServer.ts';
import { ensurePackage } from '../harness/packageFile.ts';
import type { ScriptedModel } from '../harness/scriptedModel.ts';
import { Workbench } from '../pages/workbench.ts';

/** An editor with the packaged extension and a window on a folder; ended by `stop`. */
export interface OpenEditor {
  readonly workbench: Workbench;
  readonly server: EditorServer;
  /** Addresses outside this machine that the page asked for: there must be none. */
  readonly outside: readonly string[];
  stop(): Promise<void>;
}

export async function openEditor(options: {
  readonly folder?: string;
  readonly model?: ScriptedModel;
  /** Settings beside those of the model. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Packages to install beside the extension. */
  readonly packages?: readonly string[];
  readonly trust?: boolean;
  /** With the editor's own chat. */
  readonly chat?: boolean;
  readonly environment?: Readonly<Record<string, string>>;
}): Promise<OpenEditor> {
  const { folder, model, packages = [], trust = true, chat = false, environment = {} } = options;
  const settings = {
    ...(model === undefined ? {} : { 'nightshift.ollama.host': model.url, 'nightshift.model': `ollama:${model.name}` }),
    ...options.settings,
  };
  const server = await startEditorServer({
    packages: [ensurePackage(), ...packages],
    settings,
    trust,
    chat,
    environment,
  });
  let browser: Browser | undefined;
  try {
    browser = await launchBrowser();
    const { page, outside } = await openPage(browser, server);
    const workbench = new Workbench(page, server);
    await workbench.open(folder);
    const opened = browser;
    return {
      workbench,
      server,
      outside,
      async stop() {
        await opened.close();
        if (folder !== undefined) await stopAgentHost(folder, server.home);
        await server.stop();
      },
    };
  } catch (error) {
    await browser?.close();
    await server.stop();
    throw error;
  }
}

/** Keeps what is on screen when a test failed. */
export async function keepFailure(test: Mocha.Test | undefined, editor: OpenEditor | undefined): Promise<void> {
  if (test?.state === 'failed' && editor !== undefined) {
    await screenshot(editor.workbench.page, `failed ${test.title.replace(/[^a-z ]/gi, '').slice(0, 60)}`);
    console.log(editor.server.extensionLog());
  }
}
