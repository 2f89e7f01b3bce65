import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { connectEngine, readEngineEnvironment } from '../../../../src/node/sandbox/engineConnection.ts';

function configuration(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'nightshift-docker-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}

describe('reading where the engine is', () => {
  it('reads the current context and the contexts of the Docker CLI', () => {
    const folder = configuration({
      'config.json': '{"auths":{},"currentContext":"remote"}',
      'contexts/meta/aa/meta.json':
        '{"Name":"remote","Metadata":{},"Endpoints":{"docker":{"Host":"tcp://h:2376","SkipTLSVerify":false}}}',
      'contexts/tls/aa/docker/ca.pem': 'x',
      'contexts/meta/bb/meta.json': 'no json',
      'contexts/meta/cc/meta.json': '{"Name":"other","Endpoints":{"kubernetes":{}}}',
    });
    const environment = readEngineEnvironment(undefined, { HOME: '/home/u', DOCKER_CONFIG: folder });
    expect(environment).toMatchObject({
      home: '/home/u',
      currentContext: 'remote',
      contexts: [
        {
          name: 'remote',
          host: 'tcp://h:2376',
          tlsDirectory: join(folder, 'contexts/tls/aa/docker'),
          skipTlsVerify: false,
        },
      ],
    });
  });

  it('takes no notice of a configuration that is missing or broken', () => {
    const folder = configuration({ 'config.json': '[' });
    for (const DOCKER_CONFIG of [folder, join(folder, 'nowhere')]) {
      const environment = readEngineEnvironment('unix:///s', { HOME: '/home/u', DOCKER_CONFIG });
      expect(environment).toMatchObject({ setting: 'unix:///s', currentContext: undefined, contexts: [] });
    }
  });

  it('names the address and where it came from', () => {
    const connected = connectEngine('unix:///run/other.sock');
    expect(connected.ok && connected.value.endpoint).toBe('unix:///run/other.sock (the setting)');
    expect(connected.ok && connected.value.docker.modem).toMatchObject({
      socketPath: '/run/other.sock',
      protocol: 'http',
    });
    expect(connectEngine('ssh://me@host')).toMatchObject({
      ok: true,
      value: { endpoint: 'ssh://me@host/var/run/docker.sock (the setting)' },
    });
  });
});
