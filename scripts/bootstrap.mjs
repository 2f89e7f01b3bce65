// Makes a fresh clone ready: installs what package-lock.json says and the Node that this project runs on.
// Plain JavaScript without dependencies, because it is the one file that runs on whatever Node is already there.
// `node scripts/bootstrap.mjs scripts/demo.ts --editor` then runs that script on the project's Node. It has to be done here:
// in "node bootstrap.mjs && node demo.ts" the shell keeps to the Node it found first, and that one may not know TypeScript.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, 'node_modules');
const stamp = join(modules, '.nightshift-bootstrap');
const isWindows = process.platform === 'win32';
const projectNode = join(modules, 'node', 'bin', isWindows ? 'node.exe' : 'node');

class BootstrapError extends Error {}

/** The lockfile decides what is installed, so its hash says whether the installation is still the right one. */
function lockfileHash() {
  const lockfile = join(root, 'package-lock.json');
  if (!existsSync(lockfile)) {
    throw new BootstrapError('package-lock.json is missing: get it back with "git checkout package-lock.json"');
  }
  return createHash('sha256').update(readFileSync(lockfile)).digest('hex');
}

function isInstalled(hash) {
  if (!existsSync(projectNode)) return false;
  return (existsSync(stamp) && readFileSync(stamp, 'utf8').trim() === hash) || installedByHand();
}

/** After an "npm install" npm's own record in node_modules is as new as the lockfile; two seconds for the time between both. */
function installedByHand() {
  const record = statSync(join(modules, '.package-lock.json'), { throwIfNoEntry: false });
  return record !== undefined && record.mtimeMs + 2000 >= statSync(join(root, 'package-lock.json')).mtimeMs;
}

/** `npm ci` empties node_modules first, through a link as well: then it would be another clone's. */
function refuseSharedModules() {
  if (lstatSync(modules, { throwIfNoEntry: false })?.isSymbolicLink()) {
    throw new BootstrapError(
      `${modules} is a link, and what it leads to is out of date: run npm ci there, or remove the link`,
    );
  }
}

function run(command, args, cwd) {
  // Under "npm run" npm's own script is known and needs no lookup on PATH; on Windows npm is a .cmd and needs a shell.
  const npmScript = process.env['npm_execpath'];
  const usesNpmScript = command === 'npm' && npmScript !== undefined && npmScript.endsWith('.js');
  const [file, argv] = usesNpmScript ? [process.execPath, [npmScript, ...args]] : [command, args];
  const result = spawnSync(file, argv, {
    cwd,
    // An npm that runs install scripts would have this package fetch libraries for graphics cards from a server of its own.
    env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' },
    stdio: ['ignore', 2, 2],
    shell: isWindows && !usesNpmScript,
  });
  if (result.error?.code === 'ENOENT' || (result.status === 127 && command === 'npm')) {
    throw new BootstrapError(`${command} was not found: install Node.js 20 or newer together with npm, then try again`);
  }
  if (result.status !== 0) {
    const end = result.signal ?? `exit code ${result.status ?? result.error?.message}`;
    throw new BootstrapError(`"${command} ${args.join(' ')}" failed (${end}): see its output above, then try again`);
  }
}

/** npm 12 does not run install scripts, and the `node` package fetches its binary in one: so that step is made up for here. */
function ensureProjectNode() {
  if (!existsSync(projectNode)) run(process.execPath, ['installArchSpecificPackage.js'], join(modules, 'node'));
  const check = spawnSync(projectNode, ['--version'], { encoding: 'utf8' });
  if (check.status !== 0) {
    throw new BootstrapError(
      `${projectNode} does not run on this machine: install Node.js 24 and start the scripts with it`,
    );
  }
}

/** Runs a script of this project; its exit code and the signals sent to this process are handed on. */
function runScript(args) {
  const path = [join(modules, '.bin'), process.env['PATH'] ?? ''].join(delimiter);
  const script = spawn(projectNode, args, { stdio: 'inherit', env: { ...process.env, PATH: path } });
  // Ctrl+C reaches the script by itself, as it shares the terminal; this process only has to outlive it.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => script.kill('SIGTERM'));
  script.once('error', (error) => {
    process.stderr.write(`bootstrap: ${projectNode} did not start: ${error.message}\n`);
    process.exitCode = 1;
  });
  script.once('exit', (code, signal) => {
    process.exitCode = code ?? 128 + (constants.signals[signal] ?? 0);
    process.exit();
  });
}

try {
  const hash = lockfileHash();
  if (!isInstalled(hash)) {
    process.stderr.write('bootstrap: installing dependencies (npm ci)\n');
    refuseSharedModules();
    // Warnings would be about the Node that happens to be here; the project's own comes with the installation.
    run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], root);
    ensureProjectNode();
    writeFileSync(stamp, `${hash}\n`);
  }
  const script = process.argv.slice(2);
  if (script.length > 0) runScript(script);
} catch (error) {
  if (!(error instanceof BootstrapError)) throw error;
  process.stderr.write(`bootstrap: ${error.message}\n`);
  process.exitCode = 1;
}
