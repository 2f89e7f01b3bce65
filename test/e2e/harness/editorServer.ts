import { type ChildProcess, spawn } from 'node:child_process';
import {
  createWriteStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { editorEntry, editorNode } from '../../../scripts/provision/editor.ts';

export interface EditorServerOptions {
  /** Packages to install before the start. */
  readonly packages: readonly string[];
  /** Settings of the machine: where the window is remote, as it is here, the user's own do not count for it. */
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly environment?: Readonly<Record<string, string>>;
  /** Lets a page name a folder as extension and a suite to run; notifications are not shown then. */
  readonly testDriver?: boolean;
  /** False: folders open in Restricted Mode. */
  readonly trust?: boolean;
  /** The editor's own chat is there. */
  readonly chat?: boolean;
}

/** A real VS Code behind HTTP on this machine, with a profile of its own that goes with it. */
export interface EditorServer {
  readonly url: string;
  readonly port: number;
  /** Profile, extensions, logs and the state of agent hosts. */
  readonly folder: string;
  /** State folder of agent hosts that this editor starts. */
  readonly home: string;
  /** Changes settings of the machine as a person who edits the file does; the window follows by itself. */
  changeSettings(values: Readonly<Record<string, unknown>>): void;
  /** Log of the extension host, empty before it started. */
  extensionHostLog(): string;
  /** What the extension under test wrote into its own log. */
  extensionLog(): string;
  stop(): Promise<void>;
}

/** Nothing on the screen that a run does not ask for: no welcome page, no side bar of others, no updates, no telemetry. */
const quietSettings = {
  'workbench.startupEditor': 'none',
  // On a page the editor saves by itself a second after typing: whether a file is unsaved would be chance.
  'files.autoSave': 'off',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.enableExperiments': false,
  'workbench.tips.enabled': false,
  'workbench.reduceMotion': 'on',
  'window.autoDetectColorScheme': true,
  'workbench.editor.useModal': 'off',
  'chat.commandCenter.enabled': false,
  // Its text stands in the page then, not in a picture.
  'terminal.integrated.gpuAcceleration': 'off',
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'git.autofetch': false,
  'git.openRepositoryInParentFolders': 'never',
  'security.workspace.trust.startupPrompt': 'never',
};

const startMilliseconds = 60_000;

export async function startEditorServer(options: EditorServerOptions): Promise<EditorServer> {
  const folder = mkdtempSync(join(tmpdir(), 'nightshift-editor-'));
  const home = join(folder, 'home');
  const profile = join(folder, 'profile');
  mkdirSync(join(profile, 'User'), { recursive: true });
  mkdirSync(home);
  writeFileSync(
    join(profile, 'User', 'settings.json'),
    JSON.stringify({ ...quietSettings, 'chat.disableAIFeatures': options.chat !== true }),
  );
  mkdirSync(join(profile, 'Machine'));
  const settings = { ...options.settings };
  const writeSettings = (): void => writeFileSync(join(profile, 'Machine', 'settings.json'), JSON.stringify(settings));
  writeSettings();
  const environment = { ...cleanEnvironment(folder), NIGHTSHIFT_HOME: home, ...options.environment };
  const base = [editorEntry, '--user-data-dir', profile, '--extensions-dir', join(folder, 'extensions')];
  for (const path of options.packages) {
    await finish(spawn(editorNode(), [...base, '--install-extension', path, '--force'], { env: environment }));
  }
  const port = await freePort();
  const flags = ['--auth', 'none', '--bind-addr', `127.0.0.1:${port}`, '--disable-telemetry', '--disable-update-check'];
  flags.push('--disable-getting-started-override', '--disable-proxy');
  if (options.trust !== false) flags.push('--disable-workspace-trust');
  if (options.testDriver === true) flags.push('--vscode-option', 'enable-smoke-test-driver');
  const child = spawn(editorNode(), [...base, ...flags], { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = createWriteStream(join(folder, 'server.log'));
  child.stdout.pipe(output, { end: false });
  child.stderr.pipe(output, { end: false });
  const url = `http://127.0.0.1:${port}`;
  await answering(child, url, () => readFileSync(join(folder, 'server.log'), 'utf8'));
  return {
    url,
    port,
    folder,
    home,
    changeSettings(values) {
      Object.assign(settings, values);
      writeSettings();
    },
    extensionHostLog: () => readLogs(join(profile, 'logs'), 'remoteexthost.log'),
    extensionLog: () => readLogs(join(profile, 'logs'), 'Nightshift.log'),
    async stop() {
      await endProcess(child);
      output.end();
      if (process.env['E2E_KEEP'] !== '1') rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** The editor's own variables of an outer editor, and the user's folders, stay outside. */
function cleanEnvironment(folder: string): Record<string, string> {
  const kept = Object.entries(process.env).flatMap(([name, value]) =>
    value === undefined || /^(VSCODE_|ELECTRON_|XDG_|PASSWORD$|PORT$|NODE_OPTIONS$)/.test(name) ? [] : [[name, value]],
  );
  return {
    ...Object.fromEntries(kept),
    XDG_CONFIG_HOME: join(folder, 'config'),
    XDG_DATA_HOME: join(folder, 'data'),
    XDG_CACHE_HOME: join(folder, 'cache'),
    EXTENSIONS_GALLERY: '{"serviceUrl":""}',
  };
}

async function answering(child: ChildProcess, url: string, log: () => string): Promise<void> {
  const deadline = performance.now() + startMilliseconds;
  while (performance.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`The editor's server ended: ${log()}`);
    const answer = await fetch(`${url}/healthz`).catch(() => undefined);
    if (answer?.ok === true) return;
    await delay(100);
  }
  child.kill();
  throw new Error(`The editor's server did not answer within ${startMilliseconds / 1_000} s: ${log()}`);
}

async function finish(child: ChildProcess): Promise<void> {
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise((resolve) => child.once('exit', resolve));
  if (code !== 0) throw new Error(`Installing the package failed: ${output}`);
}

/** Ends a process that we started, gently first. */
export async function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await Promise.race([ended, delay(8_000, undefined, { ref: false }).then(() => child.kill('SIGKILL'))]);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        typeof address === 'object' && address !== null ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
}

function readLogs(logs: string, ending: string): string {
  if (!existsSync(logs)) return '';
  const files = readdirSync(logs, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith(ending));
  return files
    .sort()
    .map((name) => readFileSync(join(logs, name), 'utf8'))
    .join('');
}
