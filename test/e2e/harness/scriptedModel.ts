import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectNode, projectRoot } from '../../../scripts/provision/projectPaths.ts';
import { endProcess } from './editorServer.ts';

/** A server that speaks Ollama's wire on a real socket and answers from a script; what a client did wrong is in `stop`'s answer. */
export interface ScriptedModel {
  readonly url: string;
  readonly name: string;
  stop(): Promise<string>;
}

export async function startScriptedModel(turns: readonly unknown[]): Promise<ScriptedModel> {
  const folder = mkdtempSync(join(tmpdir(), 'nightshift-model-'));
  const script = join(folder, 'script.json');
  writeFileSync(script, JSON.stringify({ version: 1, contextTokens: 16_384, turns }));
  const name = 'scripted:latest';
  const program = join(projectRoot, 'test', 'fakes', 'ollama', 'serve.ts');
  const child = spawn(projectNode(), [program, '--script', script, '--model', name], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let problems = '';
  child.stderr.on('data', (chunk: Buffer) => (problems += chunk.toString()));
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString().trim()));
    child.once('exit', (code) => reject(new Error(`The scripted model ended with code ${code}: ${problems}`)));
  });
  return {
    url,
    name,
    async stop() {
      await endProcess(child);
      rmSync(folder, { recursive: true, force: true });
      return problems;
    },
  };
}

/** Fixes the fixture `node-counter`: looks, edits, runs the tests, finishes. */
export const counterFix: readonly unknown[] = [
  { text: 'I look at the class first.', calls: [{ name: 'read_file', arguments: { path: 'src/counter.js' } }] },
  {
    text: 'Counting down has no floor.',
    delayMs: 6_000,
    calls: [
      {
        name: 'edit_file',
        arguments: {
          path: 'src/counter.js',
          oldText: '    // TODO: stop at zero\n    this.#value = this.#value - step;',
          newText: '    this.#value = Math.max(0, this.#value - step);',
        },
      },
    ],
  },
  {
    calls: [
      {
        name: 'write_file',
        arguments: { path: 'docs/counting.md', content: '# Counting\n\nA counter never goes below zero.\n' },
      },
    ],
  },
  { calls: [{ name: 'run_tests', arguments: {} }] },
  { calls: [{ name: 'finish', arguments: { summary: 'down() stops at zero, and the rule is written down.' } }] },
];
