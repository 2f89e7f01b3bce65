/** What the guest does once it has greeted. Built by itself and carried by the guest as a text: see `guest.ts`. */
import { connect } from 'node:net';
import type { ProfileName } from '../core/sandbox/sandboxSpec.ts';
import { writeFrame } from './channelStreams.ts';
import { GuestRequests } from './guestMethods.ts';
import { ScanRunner, serveScans } from './scanWorker.ts';
import { serveGuest } from './serveGuest.ts';

/** Serves the host over the standard streams until their end; `begun` was read of them already. */
export function serveStreams(profile: ProfileName, source: string, begun: Uint8Array): Promise<void> {
  if (begun.length > 0) {
    process.stdin.unshift(begun);
  }
  return serveGuest(process.stdin, writeFrame, requestsOf(profile, source));
}

/** Serves the host over the socket that it listens at. */
export function serveSocket(profile: ProfileName, source: string): Promise<void> {
  const socket = connect('/sock/box');
  // The box ends with the host, whatever becomes of the socket.
  process.stdin.on('end', () => process.exit(0)).resume();
  return serveGuest(socket, (frame) => void socket.write(frame), requestsOf(profile, source));
}

/** Carries connections of the box to the host until the end of the standard input. */
export async function serveConnections(): Promise<void> {
  const { serveTunnel } = await import('./serveTunnel.ts');
  return serveTunnel(process.stdin, writeFrame);
}

/** The side of the thread that lists and searches. */
export function serveThread(): void {
  serveScans();
}

function requestsOf(profile: ProfileName, source: string): GuestRequests {
  return new GuestRequests({ profile, workspace: '/workspace', scratch: '/tmp' }, new ScanRunner(source));
}
