import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { z } from 'zod';

import { compileEditorNatives } from './editorNatives.ts';
import type { PartStatus, ProgressLog } from './partStatus.ts';
import { projectNode, projectRoot, toolEnvironment } from './projectPaths.ts';
import { lastLine, runCommand } from './runCommand.ts';

/** code-server counts as the VS Code it carries, with another major: 4.139.1 is VS Code 1.139.1. */
const editorVersion = '4.139.1';
export const serverFolder = join(projectRoot, '.vscode-test', 'server');
const packageFolder = join(serverFolder, 'node_modules', 'code-server');
/** The file to start with `editorNode`: `editorNode() editorEntry --bind-addr ...`. */
export const editorEntry = join(packageFolder, 'out', 'node', 'entry.js');
const stampFile = join(serverFolder, 'installed.json');
const npmDeadline = 5 * 60_000;
const npmFlags = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-save'];

const shrinkwrap = z.object({ packages: z.record(z.string(), z.object({ version: z.string().optional() })) });

/** The editor refuses every Node but 24, and hands the one that runs it to its extension host. */
export function editorNode(): string {
  return projectNode();
}

/**
 * VS Code as a server (code-server from npm) in an ignored folder, without any install script: those would compile ten
 * modules of which two are needed. About a minute on two cores, most of it one compile.
 */
export async function provisionEditor(log: ProgressLog): Promise<PartStatus> {
  const node = (await runCommand(editorNode(), ['--version'], { deadline: 10_000 })).output.trim();
  const stamp = JSON.stringify({ editorVersion, node });
  if (existsSync(editorEntry) && existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp)
    return present('ready');
  if (process.platform === 'win32')
    return missing('this editor does not run on Windows', 'run these tests under WSL 2');
  if (!node.startsWith('v24.')) return missing(`it needs Node 24 and found ${node}`, 'run "npm ci" first');

  rmSync(serverFolder, { recursive: true, force: true });
  mkdirSync(serverFolder, { recursive: true });
  const failure = (await installFiles(log)) ?? (await compileNatives(log)) ?? (await tryEditor());
  if (failure !== undefined)
    return missing(failure, 'check the network, then run "node scripts/provision.ts editor" again');
  writeFileSync(stampFile, stamp);
  return present('installed');
}

async function installFiles(log: ProgressLog): Promise<string | undefined> {
  log(`installing code-server ${editorVersion} (npm)`);
  writeFileSync(join(serverFolder, 'package.json'), '{ "private": true }\n');
  const base = await npmInstall(serverFolder, [`code-server@${editorVersion}`]);
  if (base !== undefined) return base;
  log("installing the editor's own dependencies (npm)");
  const editor = join(packageFolder, 'lib', 'vscode');
  const watcher = `@parcel/watcher-${process.platform}-${process.arch}${process.platform === 'linux' ? '-glibc' : ''}`;
  const version = watcherVersion(join(editor, 'npm-shrinkwrap.json'), watcher);
  if (version === undefined) return `the editor names no ${watcher}`;
  return (
    // Optional packages are 110 MB of agents of others; the file watcher's binary is the one that is needed.
    (await npmInstall(editor, ['--omit=dev', '--omit=optional', `${watcher}@${version}`])) ??
    npmInstall(join(editor, 'extensions'), ['--omit=dev', '--omit=optional'])
  );
}

function watcherVersion(file: string, name: string): string | undefined {
  const content: unknown = JSON.parse(readFileSync(file, 'utf8'));
  return shrinkwrap.safeParse(content).data?.packages[`node_modules/${name}`]?.version;
}

async function npmInstall(folder: string, args: readonly string[]): Promise<string | undefined> {
  const result = await runCommand('npm', ['install', '--prefix', folder, ...npmFlags, ...args], {
    cwd: folder,
    env: toolEnvironment(),
    deadline: npmDeadline,
  });
  const reason = result.output.split('\n').find((line) => /^npm error (?!code)/.test(line)) ?? lastLine(result.output);
  return result.code === 0 ? undefined : `npm install failed: ${reason.trim()}`;
}

function compileNatives(log: ProgressLog): Promise<string | undefined> {
  return compileEditorNatives(join(packageFolder, 'lib', 'vscode'), join(serverFolder, 'headers'), log);
}

async function tryEditor(): Promise<string | undefined> {
  const version = await runCommand(editorNode(), [editorEntry, '--version'], {
    env: {
      ...toolEnvironment(),
      XDG_CONFIG_HOME: join(serverFolder, 'config'),
      XDG_DATA_HOME: join(serverFolder, 'data'),
    },
    deadline: 60_000,
  });
  return version.code === 0 && version.output.includes(editorVersion)
    ? undefined
    : `the installed editor does not start: ${lastLine(version.output)}`;
}

function present(status: 'ready' | 'installed'): PartStatus {
  const code = `VS Code 1.${editorVersion.slice(editorVersion.indexOf('.') + 1)}`;
  return { name: 'editor', status, detail: `code-server ${editorVersion} (${code}) in .vscode-test/server`, fix: '' };
}

function missing(detail: string, fix: string): PartStatus {
  return { name: 'editor', status: 'missing', detail, fix };
}
