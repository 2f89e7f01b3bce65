import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Duplex } from 'node:stream';
import { errorText, failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import type { SandboxFailure } from '../../core/sandbox/sandbox.ts';
import type { MountSpec } from '../../core/sandbox/sandboxSpec.ts';

/** Where the guest finds its socket. */
const socketFolder = '/sock';
const socketName = 'box';

/** A socket for one box: who speaks through it is known by that alone. */
export interface BoxSocket {
  readonly mount: MountSpec;
  /** To the guest. What is written before it dials is kept until then. */
  readonly stream: Duplex;
  /** Ends the stream and the wait for the guest. */
  close(): void;
}

/**
 * Listens for one box, in a folder that no other user of this machine can enter. The first to dial is the guest: nothing else runs in a
 * box before it. With that the socket and its folder are gone, so nobody else can dial, and a host that is killed later leaves nothing.
 */
export async function listenForBox(): Promise<Result<BoxSocket, SandboxFailure>> {
  let folder = '';
  let shared = '';
  const server = createServer({ pauseOnConnect: true });
  const stop = (): void => {
    server.close();
    if (folder !== '') {
      void rm(folder, { recursive: true, force: true }).catch(() => undefined);
    }
  };
  // Nobody can dial any more then.
  server.on('error', stop);
  try {
    folder = await mkdtemp(join(tmpdir(), 'nightshift-box-'));
    shared = join(folder, 'sock');
    await mkdir(shared);
    // Whatever this process leaves out of new modes.
    await chmod(shared, 0o755);
    // The agent's user has to be able to write to it; who may come near is decided by the folder.
    server.listen({ path: join(shared, socketName), readableAll: true, writableAll: true });
    await once(server, 'listening');
  } catch (error) {
    stop();
    return fail(failure('start-failed', `No socket could be made for a sandbox: ${errorText(error)}`));
  }
  const stream = new LateStream();
  server.on('connection', (socket) => {
    if (server.listening) {
      stop();
      stream.join(socket);
    } else {
      socket.destroy();
    }
  });
  return ok({
    mount: { kind: 'bind', source: shared, target: socketFolder },
    stream,
    close() {
      stop();
      stream.giveUp();
    },
  });
}

type Done = (error?: Error | null) => void;

/** A two-way stream to a peer that is not there yet. Holds back what is sent too fast, in both directions. */
class LateStream extends Duplex {
  private socket: Socket | undefined;
  private isOver = false;
  /** Until it is called nothing is read, written or destroyed. */
  private begin: Done = () => undefined;

  override _construct(done: Done): void {
    if (this.isOver) {
      done();
    } else {
      this.begin = done;
    }
  }

  join(socket: Socket): void {
    this.socket = socket;
    socket.on('data', (chunk) => {
      if (!this.push(chunk)) {
        socket.pause();
      }
    });
    socket.once('end', () => this.push(null));
    socket.once('error', (error) => this.destroy(error));
    socket.once('close', () => this.destroy());
    this.start();
  }

  giveUp(): void {
    this.isOver = true;
    this.destroy();
    this.start();
  }

  private start(): void {
    const { begin } = this;
    this.begin = () => undefined;
    begin();
  }

  override _read(): void {
    this.socket?.resume();
  }

  override _write(chunk: Buffer, _encoding: string, done: Done): void {
    if (this.socket === undefined) {
      done(new Error('nobody dialled'));
    } else {
      this.socket.write(chunk, done);
    }
  }

  override _destroy(error: Error | null, done: Done): void {
    this.socket?.destroy();
    done(error);
  }
}
