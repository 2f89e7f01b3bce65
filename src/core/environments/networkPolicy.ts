/** Ports of the web: where no port is named, these. */
const webPorts: readonly number[] = [443, 80];

export type HostVerdict =
  /** `anyAddress`: the person named it, so it may be on a private network. */
  { readonly allowed: true; readonly anyAddress: boolean } | { readonly allowed: false; readonly message: string };

/**
 * Whether setup may reach a host. A person's own word opens any address; what a repository asks for, and was agreed to, opens
 * public addresses on the web's ports only.
 */
export function judgeHost(
  target: { readonly host: string; readonly port: number },
  network: boolean | readonly string[],
  named: readonly string[],
): HostVerdict {
  const host = target.host.toLowerCase();
  if (named.some((entry) => matches(entry, host, target.port))) {
    return { allowed: true, anyAddress: true };
  }
  const asked =
    typeof network === 'boolean'
      ? network && webPorts.includes(target.port)
      : network.some((entry) => matches(entry, host, target.port));
  return asked
    ? { allowed: true, anyAddress: false }
    : { allowed: false, message: `Setup may not reach ${host}:${target.port}.` };
}

function matches(entry: string, host: string, port: number): boolean {
  const [name, wanted] = entry.split(':');
  return name === host && (wanted === undefined ? webPorts.includes(port) : Number(wanted) === port);
}
