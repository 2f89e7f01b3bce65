import { type Failure, failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';

/** Where a Docker API answers. Paths of TLS files are the host's; absent ones mean the system's trust store. */
export type EngineEndpoint =
  | { readonly kind: 'socket'; readonly path: string; readonly source: string }
  | {
      readonly kind: 'tcp';
      readonly host: string;
      readonly port: number;
      readonly tls: TlsFiles | null;
      readonly source: string;
    };

export interface TlsFiles {
  readonly directory: string | null;
  readonly verify: boolean;
}

/** One named context of the Docker CLI. */
export interface DockerContext {
  readonly name: string;
  readonly host: string;
  /** Folder with `ca.pem`, `cert.pem`, `key.pem`; null when the context has none. */
  readonly tlsDirectory: string | null;
  readonly skipTlsVerify: boolean;
}

/** All that the choice of an engine depends on, read once by the host. */
export interface EngineEnvironment {
  readonly platform: 'linux' | 'darwin' | 'win32' | 'other';
  /** The user's own setting; the empty string means unset. */
  readonly setting?: string | undefined;
  readonly dockerHost?: string | undefined;
  readonly dockerContext?: string | undefined;
  readonly dockerTlsVerify?: string | undefined;
  readonly dockerCertPath?: string | undefined;
  readonly home: string;
  readonly runtimeDirectory?: string | undefined;
  /** `currentContext` of the CLI's configuration. */
  readonly currentContext?: string | undefined;
  readonly contexts: readonly DockerContext[];
  /** Which of `defaultSockets` are there. */
  readonly existingSockets: readonly string[];
}

export type EndpointFailure = Failure<'engine-unavailable'>;

/** Sockets of Docker, Docker Desktop, Colima, Rancher Desktop and Podman, in the order they are tried. */
export function defaultSockets(environment: {
  readonly platform: EngineEnvironment['platform'];
  readonly home: string;
  readonly runtimeDirectory?: string | undefined;
}): readonly string[] {
  if (environment.platform === 'win32') {
    return ['//./pipe/docker_engine', '//./pipe/dockerDesktopLinuxEngine', '//./pipe/podman-machine-default'];
  }
  const { home, runtimeDirectory } = environment;
  return [
    '/var/run/docker.sock',
    `${home}/.docker/run/docker.sock`,
    `${home}/.docker/desktop/docker.sock`,
    `${home}/.colima/default/docker.sock`,
    `${home}/.rd/docker.sock`,
    ...(runtimeDirectory ? [`${runtimeDirectory}/docker.sock`, `${runtimeDirectory}/podman/podman.sock`] : []),
    '/run/podman/podman.sock',
  ];
}

/** The order of the Docker CLI: our setting, DOCKER_HOST, DOCKER_CONTEXT, the chosen context, then the default sockets. */
export function resolveEndpoint(environment: EngineEnvironment): Result<EngineEndpoint, EndpointFailure> {
  if (environment.setting) {
    return parseAddress(environment.setting, 'the setting', environmentTls(environment));
  }
  if (environment.dockerHost) {
    return parseAddress(environment.dockerHost, 'DOCKER_HOST', environmentTls(environment));
  }
  const contextName = environment.dockerContext || environment.currentContext;
  if (contextName && contextName !== 'default') {
    return contextEndpoint(environment.contexts, contextName);
  }
  const socket = defaultSockets(environment).find((path) => environment.existingSockets.includes(path));
  return socket === undefined
    ? unavailable('No Docker engine was found; start Docker (or Podman), or set DOCKER_HOST to where it listens.')
    : ok({ kind: 'socket', path: socket, source: 'the default socket' });
}

function contextEndpoint(contexts: readonly DockerContext[], name: string): Result<EngineEndpoint, EndpointFailure> {
  const context = contexts.find((candidate) => candidate.name === name);
  if (context === undefined) {
    return unavailable(`The Docker context "${name}" does not exist; choose another with \`docker context use\`.`);
  }
  const tls =
    context.tlsDirectory === null ? null : { directory: context.tlsDirectory, verify: !context.skipTlsVerify };
  return parseAddress(context.host, `the Docker context "${name}"`, tls);
}

function environmentTls(environment: EngineEnvironment): TlsFiles | null {
  const verify = environment.dockerTlsVerify !== undefined && environment.dockerTlsVerify !== '';
  if (!verify && !environment.dockerCertPath) {
    return null;
  }
  return { directory: environment.dockerCertPath || `${environment.home}/.docker`, verify };
}

function parseAddress(address: string, source: string, tls: TlsFiles | null): Result<EngineEndpoint, EndpointFailure> {
  if (address.startsWith('/')) {
    return ok({ kind: 'socket', path: address, source });
  }
  const scheme = /^([a-z]+):\/\/(.*)$/i.exec(address);
  const [, name = 'tcp', rest = address] = scheme ?? [];
  switch (name.toLowerCase()) {
    case 'unix':
    case 'npipe':
      return rest === ''
        ? unavailable(`${source} names no socket: "${address}"; write unix:///path/of/the/socket.`)
        : ok({ kind: 'socket', path: rest, source });
    case 'ssh':
      return unavailable(
        `${source} is an SSH address; forward its socket with \`ssh -N -L\` and set DOCKER_HOST to the local end.`,
      );
    case 'tcp':
    case 'http':
    case 'https':
      return parseTcp(rest, name.toLowerCase() === 'https' ? (tls ?? { directory: null, verify: true }) : tls, source);
    default:
      return unavailable(`${source} has the unknown scheme "${name}"; use unix://, npipe:// or tcp://.`);
  }
}

function parseTcp(rest: string, tls: TlsFiles | null, source: string): Result<EngineEndpoint, EndpointFailure> {
  const match = /^(\[[0-9a-f:.]+\]|[\w.-]+)(?::(\d{1,5}))?\/?$/i.exec(rest);
  const port = Number(match?.[2] ?? (tls === null ? 2375 : 2376));
  if (match?.[1] === undefined || port < 1 || port > 65535) {
    return unavailable(`${source} is no address: "${rest}"; write tcp://host:port.`);
  }
  return ok({ kind: 'tcp', host: match[1].replace(/^\[|\]$/g, ''), port, tls, source });
}

function unavailable(message: string): Result<never, EndpointFailure> {
  return fail(failure('engine-unavailable', message));
}
