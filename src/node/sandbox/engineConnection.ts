import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { connect, isIP, type TcpNetConnectOpts } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import Docker from 'dockerode';
import * as z from 'zod';
import { errorText, failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import {
  defaultSockets,
  describeEndpoint,
  type DockerContext,
  type EngineEndpoint,
  type EngineEnvironment,
  endpointRemark,
  resolveEndpoint,
} from '../../core/sandbox/engineEndpoint.ts';
import type { SandboxFailure } from '../../core/sandbox/sandbox.ts';
import { EngineAgent } from './engineAgent.ts';
import { SshTunnel } from './sshTunnel.ts';

export interface EngineConnection {
  readonly docker: Docker;
  /** For people: `unix:///var/run/docker.sock (the default socket)`. */
  readonly endpoint: string;
  /** What is unsound about the way to it. */
  readonly remark?: string | undefined;
  /** Ends the tunnel, where there is one. */
  close(): void;
}

const cliConfiguration = z.object({ currentContext: z.string().optional() });
const contextMetadata = z.object({
  Name: z.string(),
  Endpoints: z.object({
    docker: z.object({ Host: z.string(), SkipTLSVerify: z.boolean().optional() }),
  }),
});

/**
 * Finds the engine as the Docker CLI does. Nothing is sent yet: whether it answers shows at the first call. A previous connection is
 * kept where it still is the one to use (a tunnel mends itself), and closed otherwise.
 */
export function connectEngine(setting?: string, previous?: EngineConnection): Result<EngineConnection, SandboxFailure> {
  const endpoint = resolveEndpoint(readEngineEnvironment(setting));
  if (!endpoint.ok) {
    return endpoint;
  }
  const description = describeEndpoint(endpoint.value);
  if (previous?.endpoint === description && endpoint.value.kind === 'ssh') {
    return ok(previous);
  }
  previous?.close();
  try {
    return ok({ ...openClient(endpoint.value), endpoint: description, remark: endpointRemark(endpoint.value) });
  } catch (error) {
    return fail(failure('engine-unavailable', `The Docker engine's address cannot be used: ${errorText(error)}`));
  }
}

/** A snapshot of all that decides where the engine is. */
export function readEngineEnvironment(
  setting?: string,
  environment: NodeJS.ProcessEnv = process.env,
): EngineEnvironment {
  const home = environment['HOME'] ?? homedir();
  const folder = environment['DOCKER_CONFIG'] ?? join(home, '.docker');
  const platform = ['linux', 'darwin', 'win32'].includes(process.platform) ? process.platform : 'other';
  const place = {
    platform: platform === 'linux' || platform === 'darwin' || platform === 'win32' ? platform : ('other' as const),
    home,
    runtimeDirectory: environment['XDG_RUNTIME_DIR'],
  };
  return {
    ...place,
    setting,
    dockerHost: environment['DOCKER_HOST'],
    dockerContext: environment['DOCKER_CONTEXT'],
    dockerTlsVerify: environment['DOCKER_TLS_VERIFY'],
    dockerTls: environment['DOCKER_TLS'],
    dockerCertPath: environment['DOCKER_CERT_PATH'],
    dockerConfig: folder,
    currentContext: readJson(join(folder, 'config.json'), cliConfiguration)?.currentContext,
    contexts: readContexts(join(folder, 'contexts')),
    existingSockets: defaultSockets(place).filter((path) => existsSync(path)),
  };
}

function readContexts(folder: string): readonly DockerContext[] {
  const metaFolder = join(folder, 'meta');
  if (!existsSync(metaFolder)) {
    return [];
  }
  return readdirSync(metaFolder).flatMap((id) => {
    const meta = readJson(join(metaFolder, id, 'meta.json'), contextMetadata);
    const tls = join(folder, 'tls', id, 'docker');
    return meta === undefined
      ? []
      : [
          {
            name: meta.Name,
            host: meta.Endpoints.docker.Host,
            tlsDirectory: existsSync(tls) ? tls : null,
            skipTlsVerify: meta.Endpoints.docker.SkipTLSVerify ?? false,
          },
        ];
  });
}

/** Undefined for a file that is missing, is no JSON, or is another program's idea of the format: then it decides nothing. */
function readJson<T>(path: string, schema: z.ZodType<T>): T | undefined {
  try {
    return schema.safeParse(JSON.parse(readFileSync(path, 'utf8'))).data;
  } catch {
    return undefined;
  }
}

function openClient(endpoint: EngineEndpoint): { readonly docker: Docker; readonly close: () => void } {
  if (endpoint.kind === 'socket') {
    return { docker: client({ socketPath: endpoint.path }), close: () => undefined };
  }
  if (endpoint.kind === 'tcp') {
    const options = tcpOptions(endpoint);
    const agent = new EngineAgent(async () => ok(endpoint.tls === null ? connect(options) : connectTls(options)));
    return { docker: client({ socketPath: unused, agent }), close: () => undefined };
  }
  const tunnel = new SshTunnel(endpoint.address);
  const agent = new EngineAgent(() => tunnel.dial());
  const close = (): void => {
    agent.destroy();
    tunnel.close();
  };
  return { docker: client({ socketPath: unused, agent }), close };
}

/**
 * A client of exactly that socket or agent. The library reads DOCKER_HOST for itself, whatever it is given, with the certificates
 * that DOCKER_CERT_PATH names: so it is not shown the one while it is made, and every field that it would fill is given.
 */
function client(way: { readonly socketPath: string; readonly agent?: EngineAgent }): Docker {
  const none = { host: undefined, port: undefined, ca: undefined, cert: undefined, key: undefined };
  const dockerHost = process.env['DOCKER_HOST'];
  delete process.env['DOCKER_HOST'];
  try {
    return new Docker({ ...none, protocol: 'http', ...way });
  } finally {
    if (dockerHost !== undefined) {
      process.env['DOCKER_HOST'] = dockerHost;
    }
  }
}

/** What the client is given for a path where the agent makes the connections. */
const unused = '/dev/null';

/** Throws where a file of the certificates that is there cannot be read, or the CA's is not there. */
function tcpOptions({
  host,
  port,
  tls,
}: Extract<EngineEndpoint, { kind: 'tcp' }>): ConnectionOptions & TcpNetConnectOpts {
  const address = { host, port, noDelay: true };
  if (tls === null) {
    return address;
  }
  const read = (name: string): string | undefined => {
    const path = tls.directory === null ? undefined : join(tls.directory, name);
    return path !== undefined && existsSync(path) ? readFileSync(path, 'utf8') : undefined;
  };
  const files = { ca: read('ca.pem'), cert: read('cert.pem'), key: read('key.pem') };
  if (tls.verify && tls.directory !== null && files.ca === undefined) {
    throw new Error(`${join(tls.directory, 'ca.pem')} is missing`);
  }
  return { ...address, ...files, rejectUnauthorized: tls.verify, ...(isIP(host) === 0 ? { servername: host } : {}) };
}
