import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const wheelName = 'nightshift_sample-1.0-py3-none-any.whl';

/** Makes a wheel with Python's own zip writer: a module, a console script and a `.pth` file, as packages have them. */
const makeWheel = `
import sys, zipfile
info = 'nightshift_sample-1.0.dist-info'
files = {
  'nightshift_sample/__init__.py': 'def double(value):\\n    return 2 * value\\n',
  'nightshift_sample.pth': 'import os; os.environ["NIGHTSHIFT_SAMPLE_PTH"] = "read"\\n',
  info + '/METADATA': 'Metadata-Version: 2.1\\nName: nightshift-sample\\nVersion: 1.0\\n',
  info + '/WHEEL': 'Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n',
  info + '/entry_points.txt': '[console_scripts]\\nnightshift-sample = nightshift_sample:double\\n',
}
with zipfile.ZipFile(sys.argv[1], 'w') as wheel:
    for name, text in files.items():
        wheel.writestr(name, text)
    wheel.writestr(info + '/RECORD', ''.join(name + ',,\\n' for name in files) + info + '/RECORD,,\\n')
`;

export interface PackageIndex {
  /** `127.0.0.1:<port>`. */
  readonly host: string;
  readonly requests: readonly string[];
  close(): Promise<void>;
}

/** An index of Python packages with one package, in plain HTTP on this machine's loopback. */
export async function startPackageIndex(): Promise<PackageIndex> {
  const folder = mkdtempSync(join(tmpdir(), 'nightshift-wheel-'));
  const path = join(folder, wheelName);
  execFileSync('python3', ['-c', makeWheel, path]);
  const wheel = readFileSync(path);
  rmSync(folder, { recursive: true });
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(request.url ?? '');
    if (request.url === '/simple/nightshift-sample/') {
      const page = `<!DOCTYPE html><html><body><a href="/files/${wheelName}">${wheelName}</a></body></html>`;
      response.writeHead(200, { 'content-type': 'text/html' }).end(page);
    } else if (request.url === `/files/${wheelName}`) {
      response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(wheel);
    } else {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    host: `127.0.0.1:${port}`,
    requests,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
