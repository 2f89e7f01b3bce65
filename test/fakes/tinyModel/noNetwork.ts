import dns from 'node:dns';
import net from 'node:net';

/** Preloaded into a process: whatever reaches for the network is refused, and said on stderr. */
export function refuseNetwork(): void {
  const refuse = (what: string) => (): never => {
    process.stderr.write(`NETWORK ${what}\n`);
    throw new Error(`no network: ${what}`);
  };
  globalThis.fetch = async () => refuse('fetch')();
  net.Socket.prototype.connect = refuse('connect');
  dns.lookup = Object.assign(refuse('lookup'), { __promisify__: dns.lookup.__promisify__ });
}

refuseNetwork();
