import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import Docker from 'dockerode';
import { z } from 'zod';
import { errorText, failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import {
  defaultSockets,
  type DockerContext,
  type EngineEndpoint,
  type EngineEnvironment,
  resolveEndpoint,
} from '../../core/sandbox/engineEndpoint.ts';
import type { SandboxFailure } from '../../core/sandbox/sandbox.ts';

export interface EngineConnection {
  readonly docker: Docker;
  /** For people: `unix:///var/run/docker.sock (the default socket)`. */
  readonly endpoint: string;
}

const cliConfiguration = z.object({ currentContext: z.string().optional() });
const contextMetadata = z.object({
  Name: z.string(),
  Endpoints: z.object({
    docker: z.object({ Host: z.string(), SkipTLSVerify: z.boolean().optional() }),
  }),
});

/** Finds the engine as the Docker CLI does. Nothing is sent yet: whether it answers shows at the first call. */
export function connectEngine(setting?: string): Result<EngineConnection, SandboxFailure> {
  const endpoint = resolveEndpoint(readEngineEnvironment(setting));
  if (!endpoint.ok) {
    return endpoint;
  }
  try {
    return ok({ docker: new Docker(clientOptions(endpoint.value)), endpoint: describeEndpoint(endpoint.value) });
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
    dockerCertPath: environment['DOCKER_CERT_PATH'],
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

/** Every field is given: the client fills what is missing from DOCKER_HOST, which may not be what was chosen. */
function clientOptions(endpoint: EngineEndpoint): Docker.DockerOptions {
  const none = { host: undefined, port: undefined, ca: undefined, cert: undefined, key: undefined };
  if (endpoint.kind === 'socket') {
    return { ...none, protocol: 'http', socketPath: endpoint.path };
  }
  const { host, port, tls } = endpoint;
  if (tls === null) {
    return { ...none, protocol: 'http', host, port };
  }
  const file = (name: string): string | undefined => {
    const path = tls.directory === null ? undefined : join(tls.directory, name);
    return path !== undefined && existsSync(path) ? readFileSync(path, 'utf8') : undefined;
  };
  return { protocol: 'https', host, port, ca: file('ca.pem'), cert: file('cert.pem'), key: file('key.pem') };
}

function describeEndpoint(endpoint: EngineEndpoint): string {
  const address =
    endpoint.kind === 'socket'
      ? `${endpoint.path.startsWith('//') ? 'npipe' : 'unix'}://${endpoint.path}`
      : `tcp://${endpoint.host}:${endpoint.port}`;
  return `${address} (${endpoint.source})`;
}
