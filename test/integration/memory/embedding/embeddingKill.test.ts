import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';

const script = fileURLToPath(new URL('embedAndDie.ts', import.meta.url));
const folders: string[] = [];
const kills = process.env['NIGHTSHIFT_LONG'] === '1' ? 60 : 6;

/** Texts in one request: those that are at the model when the process is killed are not embedded yet, or just. */
const batch = 2;

afterEach(() => Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true }))));

async function embeddedIn(folder: string): Promise<readonly string[]> {
  const text = await readFile(join(folder, 'embedded.log'), 'utf8').catch(() => '');
  return text.split('\n').filter((line) => line !== '');
}

it('a process that was killed embeds nothing again but the request that it was at', async () => {
  let repeated = 0;
  let survived = 0;
  for (let done = 0; done < kills;) {
    const folder = await mkdtemp(join(tmpdir(), 'nightshift-kill-'));
    folders.push(folder);
    for (;;) {
      const child = fork(script, [folder], { execArgv: [], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
      let status: unknown;
      child.on('message', (message) => (status = message));
      await once(child, 'message');
      const timer = setTimeout(() => child.kill('SIGKILL'), 20 + Math.random() * 180);
      const [, signal] = await once(child, 'exit');
      clearTimeout(timer);
      if (signal === null) {
        expect(status).toEqual({ state: 'ready', done: 300, total: 300, leftOut: 0 });
        break;
      }
      done += 1;
      survived += (await embeddedIn(folder)).length > 0 ? 1 : 0;
    }
    const embedded = await embeddedIn(folder);
    expect(new Set(embedded).size).toBe(300);
    repeated += embedded.length - 300;
    expect(repeated).toBeLessThanOrEqual(done * batch);
  }
  console.log(`${kills} kills or more, ${survived} in the middle of the work: ${repeated} texts embedded again`);
  expect(survived).toBeGreaterThan(0);
});
