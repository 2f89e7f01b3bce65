// The main job on a real repository: `npm run demo`. A background agent fixes a failing test of a small project in a locked
// container, and the patch comes back with proof. With a tool-capable model in Ollama that model does it; else a recording does,
// and it is said which. `npm run demo -- --editor` shows the same in VS Code in the browser.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { listOllamaModels } from '../src/node/models/ollama/ollamaCatalog.ts';
import { defaultOllamaHost } from '../src/node/models/ollama/ollamaHost.ts';
import { makeSample, sampleGoal as goal } from '../src/vscode/start/sample.ts';
import { openDemoEditor } from './demo/openDemoEditor.ts';
import { formatStatus, provision } from './provision.ts';
import { projectNode, projectRoot } from './provision/projectPaths.ts';

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { editor: { type: 'boolean', default: false } } });
  say(`Nightshift demo: a background agent fixes a failing test in a sandbox.\n`);
  for (const status of await provision(values.editor ? ['engine', 'editor'] : ['engine'])) {
    say(formatStatus(status));
    if (status.status === 'missing') return 3;
  }
  execFileSync(projectNode(), ['esbuild.mjs'], { cwd: projectRoot, stdio: 'inherit' });
  const folder = mkdtempSync(join(tmpdir(), 'nightshift-demo-'));
  const repository = join(folder, 'project');
  await makeSample(join(projectRoot, 'media/demo/project'), repository);
  const model = await chooseModel();
  const home = join(folder, 'home');
  say(`repository: ${repository}`);
  say(model.label);
  if (values.editor) return openDemoEditor({ repository, model: model.id, home });
  const before = status(repository);
  say(`\n$ nightshift run "${goal}"\n`);
  const args = ['dist/cli.cjs', 'run', goal, '--repo', repository, '--model', model.id];
  const exitCode = await run(args, { ...process.env, NIGHTSHIFT_HOME: home, NIGHTSHIFT_IDLE_SECONDS: '5' });
  say(
    status(repository) === before
      ? '\nThe repository itself is untouched: `git status` there says what it said before.'
      : '\nThe repository was changed before anything was accepted. That is a defect; please report it.',
  );
  say(`
To go on with it, for example to apply the patch:
  cd ${repository}
  export NIGHTSHIFT_HOME=${home}
  alias nightshift='${projectNode()} ${join(projectRoot, 'dist/cli.cjs')}'
  nightshift tasks
Remove ${folder} when you have seen enough.`);
  return status(repository) === before ? exitCode : 1;
}

async function chooseModel(): Promise<{ id: string; label: string }> {
  const host = process.env['OLLAMA_HOST'] ?? defaultOllamaHost;
  const installed = await listOllamaModels(host, AbortSignal.timeout(10_000));
  const capable = installed.ok ? installed.value.find((model) => model.tools) : undefined;
  if (capable !== undefined) {
    return { id: `ollama:${capable.name}`, label: `model: ${capable.name}, live in Ollama` };
  }
  const why = installed.ok ? 'Ollama has no model that can call tools' : 'no Ollama answers here';
  return {
    id: `replay:${join(projectRoot, 'media/demo/replay.json')}`,
    label: `model: a recording (${why}). The answers are recorded; sandbox, tools, patch and proof are real.`,
  };
}

function status(repository: string): string {
  return git(repository, 'status', '--porcelain=v2', '--branch', '--untracked-files=all');
}

function git(folder: string, ...args: readonly string[]): string {
  return execFileSync('git', args, { cwd: folder, encoding: 'utf8' });
}

function run(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(projectNode(), args, { cwd: projectRoot, stdio: 'inherit', env });
    child.once('error', (error) => {
      say(`The command did not start: ${error.message}`);
      resolve(1);
    });
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

function say(line: string): void {
  console.log(line);
}

process.exitCode = await main();
