import { type Failure, failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import { parseSshAddress, type SshAddress } from './sshAddress.ts';

/** Where a Docker API answers. Paths of TLS files are the host's; absent ones mean the system's trust store. */
export type EngineEndpoint =
  | { readonly kind: 'socket'; readonly path: string; readonly source: string }
  | {
      readonly kind: 'tcp';
      readonly host: string;
      readonly port: number;
      readonly tls: TlsFiles | null;
      readonly source: string;
    }
  | { readonly kind: 'ssh'; readonly address: SshAddress; readonly source: string };

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
  /** TLS without a look at the engine's certificate, as the CLI has it. */
  readonly dockerTls?: string | undefined;
  readonly dockerCertPath?: string | undefined;
  readonly home: string;
  /** Folder of the CLI's configuration; `~/.docker` when absent. */
  readonly dockerConfig?: string | undefined;
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

/** A folder of certificates alone turns nothing on: the CLI speaks plain then, and so do we, and say so. */
function environmentTls(environment: EngineEnvironment): TlsFiles | null {
  const { dockerTlsVerify, dockerTls, dockerCertPath, dockerConfig, home } = environment;
  return dockerTlsVerify || dockerTls
    ? { directory: dockerCertPath || dockerConfig || `${home}/.docker`, verify: Boolean(dockerTlsVerify) }
    : null;
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
      return parseSsh(rest, source);
    case 'tcp':
    case 'http':
    case 'https':
      return parseTcp(rest, name.toLowerCase() === 'https' ? (tls ?? { directory: null, verify: true }) : tls, source);
    default:
      return unavailable(`${source} has the unknown scheme "${name}"; use unix://, npipe://, tcp:// or ssh://.`);
  }
}

function parseSsh(rest: string, source: string): Result<EngineEndpoint, EndpointFailure> {
  const address = parseSshAddress(rest);
  return address.ok
    ? ok({ kind: 'ssh', address: address.value, source })
    : unavailable(`${source} ${address.error}; write ssh://user@host, with a port or the path of a socket if need be.`);
}

/** Where the engine is and who said so: `unix:///var/run/docker.sock (the default socket)`. */
export function describeEndpoint(endpoint: EngineEndpoint): string {
  return `${endpointAddress(endpoint)} (${endpoint.source})`;
}

function endpointAddress(endpoint: EngineEndpoint): string {
  if (endpoint.kind === 'socket') {
    return `${endpoint.path.startsWith('//') ? 'npipe' : 'unix'}://${endpoint.path}`;
  }
  if (endpoint.kind === 'tcp') {
    return `tcp://${bracketed(endpoint.host)}:${endpoint.port}`;
  }
  const { user, host, port, socket } = endpoint.address;
  return `ssh://${user === null ? '' : `${user}@`}${bracketed(host)}${port === null ? '' : `:${port}`}${socket}`;
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

/** What a person should know of the way to an engine: anyone between could take over the machine. Undefined when it is sound. */
export function endpointRemark(endpoint: EngineEndpoint): string | undefined {
  if (endpoint.kind !== 'tcp' || isLoopback(endpoint.host)) {
    return undefined;
  }
  if (endpoint.tls === null) {
    return 'the connection is neither encrypted nor authenticated: whoever reaches that port controls the machine';
  }
  return endpoint.tls.verify ? undefined : 'the certificate of the engine is not verified';
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
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
