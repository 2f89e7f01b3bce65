import { createServer as createHttp } from 'node:http';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { Duplex, PassThrough } from 'node:stream';
import http from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { serveTunnel } from '../../../../src/guest/serveTunnel.ts';
import { HostTunnel, type TunnelRules } from '../../../../src/node/sandbox/environment/hostTunnel.ts';
import { encodeTunnelMessage } from '../../../../src/protocol/tunnel.ts';

const servers: (Server | http.Server)[] = [];
const tunnels: HostTunnel[] = [];

afterEach(() => {
  tunnels.splice(0).forEach((tunnel) => tunnel.close());
  servers.splice(0).forEach((server) => server.close());
});

async function listen(server: Server | http.Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** As the engine wraps the output of a box. */
function framed(bytes: Uint8Array): Buffer {
  const header = Buffer.alloc(8);
  header[0] = 1;
  header.writeUInt32BE(bytes.length, 4);
  return Buffer.concat([header, bytes]);
}

/** Both ends of a tunnel in this process, with the engine's stream between them. */
async function open(rules: TunnelRules) {
  const toBox = new PassThrough();
  const fromBox = new PassThrough();
  const stream = Duplex.from({ readable: fromBox, writable: toBox });
  const tunnel = new HostTunnel(stream, rules);
  tunnels.push(tunnel);
  void serveTunnel(toBox, (frame) => fromBox.write(framed(frame)));
  const port = await tunnel.listening;
  return { tunnel, port: port ?? 0, fromBox };
}

function get(port: number, url: string): Promise<{ status: number | undefined; body: string }> {
  return new Promise((resolve, reject) => {
    http
      .get({ host: '127.0.0.1', port, path: url, headers: { host: new URL(url).host }, agent: false }, (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (text: string) => (body += text));
        response.on('end', () => resolve({ status: response.statusCode, body }));
      })
      .on('error', reject);
  });
}

function connect(port: number, target: string): Promise<{ status: number | undefined; socket: Duplex }> {
  return new Promise((resolve, reject) => {
    const request = http.request({ host: '127.0.0.1', port, method: 'CONNECT', path: target, agent: false });
    request.on('connect', (response, socket) => resolve({ status: response.statusCode, socket }));
    request.on('error', reject);
    request.end();
  });
}

describe('the way out of a box', () => {
  it('carries requests in plain HTTP and connections of any kind to what the user named, whole', async () => {
    const large = 'x'.repeat(5 * 2 ** 20);
    const web = await listen(createHttp((request, response) => response.end(`${request.url} ${large}`)));
    const echo = await listen(createServer((socket) => socket.pipe(socket)));
    const { tunnel, port } = await open({ network: false, hosts: [`127.0.0.1:${web}`, `127.0.0.1:${echo}`] });
    const answer = await get(port, `http://127.0.0.1:${web}/a?b`);
    expect(answer.status).toBe(200);
    expect(answer.body).toBe(`/a?b ${large}`);
    const { status, socket } = await connect(port, `127.0.0.1:${echo}`);
    expect(status).toBe(200);
    const back = new Promise<string>((resolve) => {
      let text = '';
      socket.on('data', (chunk: Buffer) => {
        text += chunk.toString();
        if (text.length === large.length) {
          resolve(text);
        }
      });
    });
    socket.write(large);
    expect(await back).toBe(large);
    socket.destroy();
    expect([...tunnel.reached].toSorted()).toEqual([`127.0.0.1:${web}`, `127.0.0.1:${echo}`].toSorted());
  });

  it('reaches no private address on the word of a repository, and nothing without a word', async () => {
    let connections = 0;
    const web = await listen(createServer(() => (connections += 1)));
    const asked = await open({ network: [`localhost:${web}`, `127.0.0.1:${web}`], hosts: [] });
    expect(await connect(asked.port, `127.0.0.1:${web}`)).toMatchObject({ status: 403 });
    expect(await connect(asked.port, `localhost:${web}`)).toMatchObject({ status: 403 });
    expect([...asked.tunnel.refused].join()).toContain('is on a private network; name it with --allow-host');
    const none = await open({ network: false, hosts: [] });
    expect(await get(none.port, `http://127.0.0.1:${web}/`)).toMatchObject({
      status: 403,
      body: `Setup may not reach 127.0.0.1:${web}.\n`,
    });
    expect(connections).toBe(0);
  });

  it('holds no more connections than its cap, however often the box opens and closes one', async () => {
    const live = new Set<Duplex>();
    let most = 0;
    const server = createServer((socket) => {
      live.add(socket);
      most = Math.max(most, live.size);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => live.delete(socket));
    });
    const web = await listen(server);
    const { tunnel, fromBox } = await open({ network: false, hosts: [`127.0.0.1:${web}`] });
    const send = (message: Parameters<typeof encodeTunnelMessage>[0]): void => {
      fromBox.write(framed(encodeTunnelMessage(message)));
    };
    const flood = (): void => {
      for (let id = 2; id < 40; id += 1) {
        send({ type: 'open', id, host: '127.0.0.1', port: web });
      }
      for (let round = 0; round < 500; round += 1) {
        send({ type: 'close', id: 1 });
        send({ type: 'open', id: 1, host: '127.0.0.1', port: web });
      }
    };
    flood();
    const started = Date.now();
    while (live.size === 0 && Date.now() - started < 5_000) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThanOrEqual(64);
    const closed = new Promise((resolve) => fromBox.once('close', resolve));
    flood();
    tunnel.close();
    await closed;
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(live.size).toBe(0);
  });

  it('takes nothing more of what came with the frame that ended it', async () => {
    let connections = 0;
    const web = await listen(createServer(() => (connections += 1)));
    const { fromBox } = await open({ network: false, hosts: [`127.0.0.1:${web}`] });
    const closed = new Promise((resolve) => fromBox.once('close', resolve));
    const wrong = encodeTunnelMessage({ type: 'opened', id: 1 });
    const more = encodeTunnelMessage({ type: 'open', id: 1, host: '127.0.0.1', port: web });
    fromBox.write(framed(Buffer.concat([wrong, more])));
    await closed;
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(connections).toBe(0);
  });

  it.each([
    ['what is no frame', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
    ['a message that is none', encodeTunnelMessage({ type: 'open', id: -1, host: '', port: 0 })],
    ['a message of the other side', encodeTunnelMessage({ type: 'opened', id: 1 })],
  ])('ends with %s', async (_, bytes) => {
    const { tunnel, fromBox } = await open({ network: true, hosts: [] });
    const closed = new Promise((resolve) => fromBox.once('close', resolve));
    fromBox.write(framed(bytes));
    await closed;
    expect([...tunnel.reached]).toEqual([]);
  });
});
