import { fail, ok, type Result } from '../../base/result.ts';

/** An engine behind SSH: who to log in as, where, and which socket there is the engine's. */
export interface SshAddress {
  readonly host: string;
  /** Null: as the user's own SSH configuration says. */
  readonly user: string | null;
  readonly port: number | null;
  /** Absolute path on the remote machine. */
  readonly socket: string;
}

const usualSocket = '/var/run/docker.sock';

/** Nothing that could be read as an option, a forwarding or a token (`%h`, `${HOME}`) by ssh. */
const hostPattern = /^(?:[a-z0-9](?:[a-z0-9._-]{0,252})|\[[0-9a-f:.]{2,45}\])$/i;
const userPattern = /^[a-z0-9_][a-z0-9._-]{0,63}$/i;
const socketPattern = /^(?:\/[\w.+@-]+)+$/;

/** Reads what follows `ssh://`: `[user@]host[:port][/path/of/the/socket]`. The failure says what is wrong with it. */
export function parseSshAddress(rest: string): Result<SshAddress, string> {
  const match = /^(?:([^@/]*)@)?(\[[^\]]*\]|[^:/]*)(?::(\d{1,5}))?(\/.*)?$/.exec(rest);
  const [, user, host = '', port, path = ''] = match ?? [];
  if (!hostPattern.test(host)) {
    return fail('names no host that can be used');
  }
  if (user !== undefined && !userPattern.test(user)) {
    return fail('names a user that cannot be used (passwords have no place here)');
  }
  const number = port === undefined ? null : Number(port);
  if (number !== null && (number < 1 || number > 65_535)) {
    return fail('names no port');
  }
  const socket = path === '' || path === '/' ? usualSocket : path;
  return socketPattern.test(socket)
    ? ok({ host: host.replace(/^\[|\]$/g, ''), user: user ?? null, port: number, socket })
    : fail('names a socket that cannot be forwarded');
}

/**
 * The arguments of the `ssh` that forwards `local` to the engine's socket and does nothing else: it asks nobody anything, shares
 * no connection with another ssh, forwards no agent, and ends when the other side is gone for 45 s.
 */
export function sshArguments(address: SshAddress, local: string): readonly string[] {
  const options = [
    'BatchMode=yes',
    'ConnectTimeout=10',
    'ExitOnForwardFailure=yes',
    'ServerAliveInterval=15',
    'ServerAliveCountMax=3',
    'ControlMaster=no',
    'ControlPath=none',
    'ForwardAgent=no',
    'ForwardX11=no',
    'PermitLocalCommand=no',
    'StreamLocalBindMask=0177',
    'StreamLocalBindUnlink=yes',
  ];
  return [
    '-N',
    '-T',
    ...options.flatMap((option) => ['-o', option]),
    '-L',
    `${local}:${address.socket}`,
    ...(address.port === null ? [] : ['-p', String(address.port)]),
    ...(address.user === null ? [] : ['-l', address.user]),
    '--',
    address.host,
  ];
}
