import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createOllamaModel } from '../../../src/node/models/ollama/ollama.ts';
import { value } from './contract.ts';
import { chatRequest } from './requests.ts';

const never = new AbortController().signal;
let directory = '';
let child: ChildProcess | undefined;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'nightshift-serve-'));
});

afterEach(async () => {
  child?.kill('SIGKILL');
  await rm(directory, { recursive: true, force: true });
});

it('the fake runs as a process of its own, prints its URL first, and reports violations by its exit code', async () => {
  const script = join(directory, 'script.json');
  await writeFile(script, JSON.stringify({ version: 1, turns: [{ text: 'hello' }] }));
  const entry = join(import.meta.dirname, '../../fakes/ollama/serve.ts');
  child = spawn(process.execPath, [entry, '--script', script, '--model', 'qwen3:8b'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const { stdout } = child;
  if (stdout === null) {
    throw new Error('no stdout');
  }
  const [url] = await once(createInterface({ input: stdout }), 'line');
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  const model = createOllamaModel({ name: 'qwen3:8b', host: String(url) });
  expect(value(await model.chat(chatRequest(), { signal: never })).text).toBe('hello');
  const bad = await fetch(`${String(url)}/api/chat`, {
    method: 'POST',
    body: '{"model":"qwen3:8b","messages":[],"tool_choice":1}',
  });
  expect(bad.status).toBe(400);
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  expect((await exited)[0]).toBe(1);
});
