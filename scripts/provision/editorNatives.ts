import { existsSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { canInstallPackages, installPackages } from './debianPackages.ts';
import { findExecutable } from './findExecutable.ts';
import type { ProgressLog } from './partStatus.ts';
import { projectNode, projectRoot, toolEnvironment } from './projectPaths.ts';
import { lastLine, runCommand } from './runCommand.ts';

/** Without the first the editor writes no log (activation could not be read from it), without the second it complains. */
const compiledModules = ['@vscode/spdlog', '@vscode/native-watchdog'];
const compileDeadline = 10 * 60_000;
const toolPackages = { 'g++': 'g++', make: 'make', python3: 'python3' };

/** Compiles the editor's two native modules that come without a binary. Returns the reason when that failed. */
export async function compileEditorNatives(
  editorFolder: string,
  workFolder: string,
  log: ProgressLog,
): Promise<string | undefined> {
  const toolFailure = await ensureCompiler(log);
  if (toolFailure !== undefined) return toolFailure;
  const nodeGyp = findNodeGyp();
  if (nodeGyp === undefined) return 'npm was not found, or it brings no node-gyp';
  const headers = await findHeaders(workFolder, log);
  if (headers === undefined) return `no headers for Node ${process.versions.node} were found`;

  for (const name of compiledModules) {
    log(`compiling ${name}`);
    const folder = join(editorFolder, 'node_modules', name);
    const compiled = await runCommand(projectNode(), [nodeGyp, 'rebuild', '-j', 'max', '--nodedir', headers.folder], {
      cwd: folder,
      env: toolEnvironment(),
      deadline: compileDeadline,
    });
    if (compiled.code !== 0) return `${name} did not compile: ${lastError(compiled.output)}`;
    rmSync(join(folder, 'build', 'Release', 'obj.target'), { recursive: true, force: true });
    const loaded = await runCommand(projectNode(), ['-e', 'require(process.argv[1])', folder], { deadline: 30_000 });
    if (loaded.code !== 0) return `${name} does not load: ${lastError(loaded.output)}`;
  }
  headers.release();
  return undefined;
}

async function ensureCompiler(log: ProgressLog): Promise<string | undefined> {
  const missing = Object.entries(toolPackages).filter(([program]) => findExecutable(program) === undefined);
  if (missing.length === 0) return undefined;
  const names = missing.map(([, name]) => name);
  return canInstallPackages() ? installPackages(names, log) : `a compiler is needed: install ${names.join(', ')}`;
}

/** npm carries node-gyp, so that the one in use is found beside it. */
function findNodeGyp(): string | undefined {
  const npm = process.env['npm_execpath'] ?? findExecutable('npm');
  if (npm === undefined) return undefined;
  const nodeGyp = join(realpathSync(npm), '..', '..', 'node_modules', 'node-gyp', 'bin', 'node-gyp.js');
  return existsSync(nodeGyp) ? nodeGyp : undefined;
}

/** The package that carries Node's program also carries its headers; node-gyp alone would fetch them from elsewhere. */
async function findHeaders(
  workFolder: string,
  log: ProgressLog,
): Promise<{ readonly folder: string; release(): void } | undefined> {
  const version = await runCommand(projectNode(), ['--version'], { deadline: 10_000 });
  const prefix = process.platform === 'darwin' && process.arch === 'arm64' ? 'node-bin' : 'node';
  const packageName = `${prefix}-${process.platform}-${process.arch}`;
  const installed = join(projectRoot, 'node_modules', packageName);
  if (hasHeaders(installed)) return { folder: installed, release: () => undefined };

  const specification = `${packageName}@${lastLine(version.output).replace(/^v/, '')}`;
  log(`fetching headers (${specification})`);
  const fetched = await runCommand(
    'npm',
    ['install', '--prefix', workFolder, '--ignore-scripts', '--no-audit', '--no-fund', '--no-save', specification],
    { env: toolEnvironment(), deadline: compileDeadline },
  );
  const folder = join(workFolder, 'node_modules', packageName);
  const release = (): void => rmSync(workFolder, { recursive: true, force: true });
  return fetched.code === 0 && hasHeaders(folder) ? { folder, release } : undefined;
}

function hasHeaders(folder: string): boolean {
  return existsSync(join(folder, 'include', 'node', 'node_api.h'));
}

/** The first line that names an error; compilers and npm end their output with summaries. */
function lastError(output: string): string {
  return (
    output
      .split('\n')
      .find((line) => /\berror\b/i.test(line) && !/^npm warn/i.test(line))
      ?.trim() ?? lastLine(output)
  );
}
