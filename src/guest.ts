import { connect } from 'node:net';
import { isMainThread, parentPort } from 'node:worker_threads';
import { errorText } from './base/failure.ts';
import { keepOutputForFrames, writeFrame } from './guest/channelStreams.ts';
import { GuestRequests } from './guest/guestMethods.ts';
import { ScanRunner, serveScans } from './guest/scanWorker.ts';
import { serveGuest } from './guest/serveGuest.ts';
import { serveTunnel } from './guest/serveTunnel.ts';

/** This file's own text, passed by the bootstrap so that the scan thread can be started from it. */
declare const guestSource: string;

function end(error: unknown): never {
  process.stderr.write(`guest: ${errorText(error)}\n`);
  process.exit(70);
}

if (!isMainThread && parentPort !== null) {
  serveScans(parentPort);
} else if (process.argv.at(-1) === 'tunnel') {
  keepOutputForFrames();
  serveTunnel(process.stdin, writeFrame).then(() => process.exit(0), end);
} else {
  keepOutputForFrames();
  process.on('uncaughtException', end);
  // Unless it is taken, this signal opens a debugger in us that any process of the box may connect to.
  process.on('SIGUSR1', () => undefined);
  const requests = new GuestRequests(
    { profile: process.argv.at(-1) === 'build' ? 'build' : 'locked', workspace: '/workspace', scratch: '/tmp' },
    new ScanRunner(guestSource),
  );
  if (process.argv.at(-2) === 'socket') {
    const socket = connect('/sock/box');
    serveGuest(socket, (frame) => void socket.write(frame), requests).then(() => process.exit(0), end);
    // The box ends with the host, whatever becomes of the socket.
    process.stdin.on('end', () => process.exit(0)).resume();
  } else {
    serveGuest(process.stdin, writeFrame, requests).then(() => process.exit(0), end);
  }
}
