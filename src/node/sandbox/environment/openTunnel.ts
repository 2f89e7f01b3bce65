import { Duplex } from 'node:stream';
import type Docker from 'dockerode';
import { withDeadline } from '../../../base/async.ts';
import { failure } from '../../../base/failure.ts';
import { fail, ok, type Result } from '../../../base/result.ts';
import type { EnvironmentFailure } from '../../../core/environments/environmentFailure.ts';
import { engineDeadlines } from '../../../core/sandbox/budgets.ts';
import type { SandboxSpec } from '../../../core/sandbox/sandboxSpec.ts';
import { nodeCommand } from '../../../core/sandbox/toolbox.ts';
import { engineCall } from '../engineCall.ts';
import { guestBootstrap, guestPayload } from '../guestBootstrap.ts';
import { HostTunnel, type TunnelRules } from './hostTunnel.ts';

export interface OpenTunnel {
  readonly tunnel: HostTunnel;
  /** Tells programs in the box where the way out is. */
  readonly variables: Readonly<Record<string, string>>;
}

/** Starts the proxy beside the guest in a box. It ends when the tunnel is closed, the box dies, or the next command ends. */
export async function openTunnel(
  docker: Docker,
  box: { readonly id: string; readonly spec: SandboxSpec },
  guestSource: string,
  rules: TunnelRules,
  signal: AbortSignal,
): Promise<Result<OpenTunnel, EnvironmentFailure>> {
  const started = await engineCall(
    { what: 'Opening the way to the network', deadline: engineDeadlines.start, signal, reason: 'start-failed' },
    async () => {
      const exec = await docker.getContainer(box.id).exec({
        Cmd: [...nodeCommand(box.spec), '-e', guestBootstrap, 'tunnel'],
        Env: ['NODE_OPTIONS='],
        WorkingDir: '/workspace',
        AttachStdin: true,
        AttachStdout: true,
        AttachStderr: true,
        Tty: false,
      });
      return exec.start({ hijack: true, stdin: true });
    },
  );
  if (!started.ok || !(started.value instanceof Duplex)) {
    const why = started.ok ? 'the engine gave no two-way stream' : started.error.message;
    return fail(failure('setup-failed', `Setup got no way to the network: ${why}`));
  }
  const tunnel = new HostTunnel(started.value, rules);
  started.value.write(guestPayload(guestSource));
  const listening = await withDeadline(engineDeadlines.start, signal, 'The proxy of setup', () => tunnel.listening);
  if (!listening.ok || listening.value === undefined) {
    tunnel.close();
    const why = listening.ok ? 'its proxy did not start' : listening.error.message;
    return fail(failure('setup-failed', `Setup got no way to the network: ${why}`));
  }
  return ok({ tunnel, variables: proxyVariables(`http://127.0.0.1:${listening.value}`) });
}

function proxyVariables(address: string): Readonly<Record<string, string>> {
  const names = [
    'HTTP_PROXY',
    'HTTPS_PROXY',
    'http_proxy',
    'https_proxy',
    'npm_config_proxy',
    'npm_config_https_proxy',
  ];
  return {
    ...Object.fromEntries(names.map((name) => [name, address])),
    NO_PROXY: '',
    no_proxy: '',
    npm_config_noproxy: '',
  };
}
