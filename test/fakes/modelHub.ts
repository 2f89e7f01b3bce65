import { createHash } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';

/** How the hub answers for a file; tests change it while it runs. */
export interface HubFile {
  content: Buffer;
  /** Sent as it is in place of the file. */
  status?: number | undefined;
  /** So many answers like that, then as it should be. */
  times?: number | undefined;
  /** The connection ends after so many bytes of an answer. */
  cutAfter?: number | undefined;
  /** Every answer is cut so, and not the first alone. */
  alwaysCut?: boolean;
  /** Ranges are ignored. */
  noRange?: boolean;
  /** Its page sends to its store, as hubs do with large files. */
  redirect?: string | undefined;
  /** Nothing comes after the headers. */
  silent?: boolean;
  /** Nothing comes after so many bytes, and the connection stays. */
  stallAfter?: number;
  /** What the hub says that its digest is. */
  toldDigest?: string;
  noTag?: boolean;
}

export interface FakeHub {
  readonly url: string;
  readonly files: Map<string, HubFile>;
  /** `PATH` or `PATH RANGE`, in the order of asking. */
  readonly asked: string[];
  close(): Promise<void>;
}

/** A hub of models on 127.0.0.1: `/ORG/NAME/resolve/REVISION/PATH`, ranges, redirects to `/store/PATH`, and its faults. */
export async function startFakeHub(name: string, revision = 'main'): Promise<FakeHub> {
  const files = new Map<string, HubFile>();
  const asked: string[] = [];
  const server = http.createServer((request, response) => {
    const url = request.url ?? '';
    const { range } = request.headers;
    const stored = url.startsWith('/store/');
    const path = stored ? url.slice('/store/'.length) : url.slice(`/${name}/resolve/${revision}/`.length);
    const file = files.get(path);
    if (!stored) {
      asked.push(range === undefined ? path : `${path} ${range}`);
    }
    if (file === undefined || (!stored && !url.startsWith(`/${name}/resolve/${revision}/`))) {
      response.writeHead(404).end('Entry not found');
      return;
    }
    const isFaulty = file.times === undefined || file.times > 0;
    if (file.times !== undefined) {
      file.times -= 1;
    }
    if (file.redirect !== undefined && !stored) {
      response
        .writeHead(302, {
          location: file.redirect,
          ...(file.toldDigest === undefined ? {} : { 'x-linked-etag': `"${file.toldDigest}"` }),
        })
        .end();
      return;
    }
    if (file.status !== undefined && isFaulty) {
      response.writeHead(file.status).end('no');
      return;
    }
    sendFile(file, request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address: AddressInfo | string | null = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    files,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function sendFile(file: HubFile, request: http.IncomingMessage, response: http.ServerResponse): void {
  const { content } = file;
  const tag = `"${createHash('sha256').update(content).digest('hex').slice(0, 20)}"`;
  const { range, 'if-range': wanted } = request.headers;
  const from = Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0);
  const isPart = from > 0 && file.noRange !== true && wanted === tag;
  if (isPart && from >= content.length) {
    response.writeHead(416, { 'content-range': `bytes */${content.length}` }).end();
    return;
  }
  const rest = isPart ? content.subarray(from) : content;
  response.writeHead(isPart ? 206 : 200, {
    'content-length': rest.length,
    ...(file.noTag === true ? {} : { etag: tag }),
    ...(isPart ? { 'content-range': `bytes ${from}-${content.length - 1}/${content.length}` } : {}),
  });
  response.flushHeaders();
  if (file.silent === true) {
    return;
  }
  if (file.stallAfter !== undefined) {
    response.write(rest.subarray(0, file.stallAfter));
    return;
  }
  if (file.cutAfter === undefined || rest.length <= file.cutAfter) {
    response.end(rest);
    return;
  }
  const cut = rest.subarray(0, file.cutAfter);
  if (file.alwaysCut !== true) {
    file.cutAfter = undefined;
  }
  response.write(cut, () => setTimeout(() => response.destroy(), 20));
}
