import { once } from 'node:events';
import { startEditorServer } from '../../test/e2e/harness/editorServer.ts';
import { ensurePackage } from '../../test/e2e/harness/packageFile.ts';

export interface DemoEditor {
  readonly repository: string;
  /** `driver:name`, as the setting takes it. */
  readonly model: string;
  /** State folder of the agent host. */
  readonly home: string;
}

/** Opens the demo repository in VS Code in the browser, with the packaged extension, until it is interrupted. */
export async function openDemoEditor({ repository, model, home }: DemoEditor): Promise<number> {
  const server = await startEditorServer({
    packages: [ensurePackage()],
    settings: { 'nightshift.model': model },
    environment: { NIGHTSHIFT_HOME: home },
  });
  const interrupted = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  console.log(`
VS Code with Nightshift is at

  ${server.url}/?folder=${encodeURIComponent(repository)}

Open test/interval.test.js or src/interval.js, select the code in question, and choose
"Delegate to Background Agent" from the lightbulb. Ctrl+C ends the editor.`);
  await interrupted;
  await server.stop();
  return 0;
}
