import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type Docker from 'dockerode';
import { failure } from '../../../base/failure.ts';
import { fail, ok, type Result } from '../../../base/result.ts';
import type { EnvironmentFailure } from '../../../core/environments/environmentFailure.ts';
import type { EnvironmentRequest } from '../../../core/environments/environments.ts';
import { collectDependencies } from '../../../core/environments/linkDependencies.ts';
import {
  pipLauncher,
  pipLauncherPath,
  pipWheelPath,
  setupRepository,
  setupVariables,
} from '../../../core/environments/setupSteps.ts';
import type { Sandbox, SandboxFailure, TreeFile } from '../../../core/sandbox/sandbox.ts';
import { openTunnel } from './openTunnel.ts';

/** Certificates that this machine trusts, for the box to trust too. */
export interface TrustedCertificates {
  readonly pem: string;
  /** True for a whole bundle, false for what is added to the ones that programs bring along. */
  readonly whole: boolean;
}

export interface SetupContext {
  readonly docker: Docker;
  readonly guestSource: string;
  readonly signal: AbortSignal;
  readonly certificates?: TrustedCertificates;
  /** Gets what steps print, in pieces. */
  readonly onOutput: (text: string) => void;
  readonly onReached: (hosts: readonly string[]) => void;
}

/** Milliseconds of one step, and what of its output is kept. */
const stepMs = 10 * 60_000;
const maxOutputBytes = 64 * 1024;
const graceMs = 15_000;

const certificatesPath = '.nightshift-setup/certificates.pem';

/**
 * Runs the steps of a plan in a box that has the manifests and nothing else, and gathers what they made below `/workspace/deps`.
 * The box is as locked as one for tests; with the user's agreement a proxy of the host is its only way out.
 */
export async function runSetup(
  box: Sandbox,
  { plan, approval }: EnvironmentRequest,
  context: SetupContext,
): Promise<Result<void, EnvironmentFailure>> {
  const { signal, certificates } = context;
  const put = await box.putTree(setupTree(plan.files, certificates), { signal });
  if (!put.ok) {
    return fail(setupFailure(put.error));
  }
  const networked = plan.network !== false;
  for (const { argv } of plan.steps) {
    context.onOutput(`$ ${argv.join(' ')}\n`);
    const rules = { network: plan.network, hosts: approval.hosts };
    const opened = networked ? await openTunnel(context.docker, box, context.guestSource, rules, signal) : undefined;
    if (opened !== undefined && !opened.ok) {
      return opened;
    }
    const way = opened?.value;
    const variables = { ...setupVariables, ...way?.variables, ...trusting(certificates) };
    const ran = await runStep(box, argv, variables, context);
    way?.tunnel.close();
    context.onReached([...(way?.tunnel.reached ?? [])]);
    if (!ran.ok) {
      const refused = [...(way?.tunnel.refused ?? [])][0];
      return refused === undefined ? ran : fail(failure(ran.error.reason, `${ran.error.message} ${refused}`));
    }
  }
  const collected = await runStep(box, collectDependencies(box.spec), {}, context);
  return collected;
}

async function runStep(
  box: Sandbox,
  argv: readonly string[],
  environment: Readonly<Record<string, string>>,
  { signal, onOutput }: SetupContext,
): Promise<Result<void, EnvironmentFailure>> {
  const ran = await box.request(
    'run_command',
    { argv: [...argv], environment: { ...environment }, timeoutMs: stepMs, maxOutputBytes },
    { signal, deadlineMs: stepMs + graceMs },
  );
  if (!ran.ok) {
    return fail(setupFailure(ran.error));
  }
  const { exitCode, timedOut, stdout, stderr } = ran.value;
  onOutput(`${stdout}${stderr}`);
  if (exitCode === 0) {
    return ok(undefined);
  }
  const how = timedOut ? `did not end within ${stepMs / 60_000} minutes` : `ended with exit code ${exitCode ?? 'none'}`;
  const shown = argv.at(-2) === '-e' ? 'Gathering the dependencies' : `The setup step "${argv.slice(0, 4).join(' ')}"`;
  return fail(failure('setup-failed', `${shown} ${how}: ${lastLine(stderr) || lastLine(stdout)}`));
}

/** The last line that says something: programs repeat where their logs are at the very end. */
function lastLine(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !/complete log|notice/i.test(line));
  return (lines.find((line) => /error|cannot|not found|denied|refused/i.test(line)) ?? lines.at(-1) ?? '').slice(
    0,
    300,
  );
}

function setupFailure(error: SandboxFailure): EnvironmentFailure {
  const { reason, message } = error;
  const own = reason === 'timeout' || reason === 'aborted' || reason === 'engine-unavailable' ? reason : 'setup-failed';
  return failure(own, `Setup could not be run: ${message}`);
}

/** Programs of their own certificates are told of a whole bundle only: in place of theirs, a part would be too little. */
function trusting(certificates: TrustedCertificates | undefined): Readonly<Record<string, string>> {
  if (certificates === undefined) {
    return {};
  }
  const others = ['SSL_CERT_FILE', 'REQUESTS_CA_BUNDLE', 'PIP_CERT', 'CARGO_HTTP_CAINFO'];
  const names = ['NODE_EXTRA_CA_CERTS', ...(certificates.whole ? others : [])];
  return Object.fromEntries(names.map((name) => [name, `${setupRepository}/${certificatesPath}`]));
}

async function* setupTree(
  files: readonly { readonly path: string; readonly text: string }[],
  certificates: TrustedCertificates | undefined,
): AsyncGenerator<TreeFile> {
  const wheel = await lentPip();
  const encoder = new TextEncoder();
  const text = (path: string, content: string): TreeFile => ({ path, mode: '100644', bytes: encoder.encode(content) });
  for (const file of files) {
    yield text(file.path, file.text);
  }
  yield text(pipLauncherPath, pipLauncher);
  if (wheel !== undefined) {
    yield { path: pipWheelPath, mode: '100644', bytes: wheel };
  }
  if (certificates !== undefined) {
    yield text(certificatesPath, certificates.pem);
  }
}

/** Where Debian keeps the wheel that Python's own installer starts from. */
const wheelFolder = '/usr/share/python-wheels';

/** pip as this machine has it, for an image without; undefined where there is none. */
async function lentPip(): Promise<Uint8Array | undefined> {
  try {
    const name = (await readdir(wheelFolder)).find((each) => /^pip-[\d.]+-py3-none-any\.whl$/.test(each));
    return name === undefined ? undefined : await readFile(join(wheelFolder, name));
  } catch {
    return undefined;
  }
}
