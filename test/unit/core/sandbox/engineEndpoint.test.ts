import { describe, expect, it } from 'vitest';
import {
  describeEndpoint,
  endpointRemark,
  type EngineEnvironment,
  resolveEndpoint,
} from '../../../../src/core/sandbox/engineEndpoint.ts';

const bare: EngineEnvironment = { platform: 'linux', home: '/home/u', contexts: [], existingSockets: [] };
const remote = {
  name: 'remote',
  host: 'tcp://10.0.0.5:2376',
  tlsDirectory: '/home/u/.docker/contexts/tls/x/docker',
  skipTlsVerify: false,
};

const resolve = (changes: Partial<EngineEnvironment>) => resolveEndpoint({ ...bare, ...changes });

describe('finding the engine as the Docker CLI does', () => {
  it('prefers the setting to DOCKER_HOST, that to a context, that to a socket', () => {
    const everything = {
      setting: 'unix:///set.sock',
      dockerHost: 'unix:///env.sock',
      dockerContext: 'remote',
      contexts: [remote],
      existingSockets: ['/var/run/docker.sock'],
    };
    expect(resolve(everything)).toMatchObject({ ok: true, value: { path: '/set.sock' } });
    expect(resolve({ ...everything, setting: '' })).toMatchObject({ ok: true, value: { path: '/env.sock' } });
    expect(resolve({ ...everything, setting: '', dockerHost: '' })).toMatchObject({
      ok: true,
      value: { kind: 'tcp', host: '10.0.0.5', port: 2376, tls: { directory: remote.tlsDirectory, verify: true } },
    });
    expect(resolve({ existingSockets: ['/var/run/docker.sock'] })).toMatchObject({
      ok: true,
      value: { kind: 'socket', path: '/var/run/docker.sock' },
    });
  });

  it.each([
    ['linux', '/home/u/.docker/desktop/docker.sock'],
    ['darwin', '/home/u/.docker/run/docker.sock'],
    ['darwin', '/home/u/.colima/default/docker.sock'],
    ['darwin', '/home/u/.rd/docker.sock'],
    ['win32', '//./pipe/docker_engine'],
  ] as const)('knows the default socket of %s at %s', (platform, path) => {
    expect(resolve({ platform, existingSockets: [path] })).toMatchObject({ ok: true, value: { kind: 'socket', path } });
  });

  it('knows the rootless sockets of Docker and Podman', () => {
    for (const path of ['/run/user/1000/docker.sock', '/run/user/1000/podman/podman.sock']) {
      expect(resolve({ runtimeDirectory: '/run/user/1000', existingSockets: [path] })).toMatchObject({
        ok: true,
        value: { path },
      });
    }
  });

  it('takes the current context, and goes on to the sockets for the one named default', () => {
    const local = {
      name: 'colima',
      host: 'unix:///home/u/.colima/default/docker.sock',
      tlsDirectory: null,
      skipTlsVerify: false,
    };
    expect(resolve({ currentContext: 'colima', contexts: [local] })).toMatchObject({
      ok: true,
      value: { path: '/home/u/.colima/default/docker.sock', source: 'the Docker context "colima"' },
    });
    expect(resolve({ currentContext: 'default', existingSockets: ['/var/run/docker.sock'] })).toMatchObject({
      ok: true,
    });
    expect(resolve({ dockerContext: 'gone', contexts: [local] })).toMatchObject({
      ok: false,
      error: { message: expect.stringContaining('docker context use') },
    });
  });

  it('reads TCP addresses with the ports and certificates of the CLI', () => {
    expect(resolve({ dockerHost: 'tcp://host' })).toMatchObject({ ok: true, value: { port: 2375, tls: null } });
    expect(resolve({ dockerHost: 'host:1234' })).toMatchObject({ ok: true, value: { host: 'host', port: 1234 } });
    expect(resolve({ dockerHost: 'tcp://[::1]:99' })).toMatchObject({ ok: true, value: { host: '::1', port: 99 } });
    expect(resolve({ dockerHost: 'tcp://host', dockerTlsVerify: '1' })).toMatchObject({
      ok: true,
      value: { port: 2376, tls: { directory: '/home/u/.docker', verify: true } },
    });
    expect(resolve({ dockerHost: 'tcp://host:1', dockerTlsVerify: '1', dockerCertPath: '/certs' })).toMatchObject({
      ok: true,
      value: { tls: { directory: '/certs' } },
    });
    expect(resolve({ dockerHost: 'tcp://host', dockerCertPath: '/certs' })).toMatchObject({ value: { tls: null } });
    expect(resolve({ dockerHost: 'tcp://host', dockerTls: '1', dockerConfig: '/config' })).toMatchObject({
      value: { port: 2376, tls: { directory: '/config', verify: false } },
    });
  });

  it('reads SSH addresses, and says back what it read', () => {
    const read = (dockerHost: string) => {
      const endpoint = resolve({ dockerHost });
      return endpoint.ok ? describeEndpoint(endpoint.value) : endpoint.error.message;
    };
    expect(read('ssh://me@build.example:2222')).toBe('ssh://me@build.example:2222/var/run/docker.sock (DOCKER_HOST)');
    expect(read('ssh://alias')).toBe('ssh://alias/var/run/docker.sock (DOCKER_HOST)');
    expect(read('ssh://me@[::1]/run/user/1000/podman/podman.sock')).toBe(
      'ssh://me@[::1]/run/user/1000/podman/podman.sock (DOCKER_HOST)',
    );
  });

  it('has a remark on a way that others could take over, and on no other', () => {
    const remark = (dockerHost: string, changes: Partial<EngineEnvironment> = {}) => {
      const endpoint = resolve({ dockerHost, ...changes });
      return endpoint.ok ? endpointRemark(endpoint.value) : endpoint.error.message;
    };
    expect(remark('tcp://10.0.0.5:2375')).toMatch(/neither encrypted nor authenticated/);
    expect(remark('tcp://127.0.0.1.example:2375')).toMatch(/neither encrypted/);
    expect(remark('tcp://10.0.0.5', { dockerTls: '1' })).toMatch(/not verified/);
    for (const sound of ['tcp://127.0.0.1:2375', 'tcp://localhost', 'tcp://[::1]', 'unix:///s', 'ssh://me@host']) {
      expect(remark(sound), sound).toBeUndefined();
    }
    expect(remark('tcp://10.0.0.5', { dockerTlsVerify: '1' })).toBeUndefined();
  });

  it.each([
    ['ssh://', 'ssh://user@host'],
    ['ssh://me:secret@host', 'passwords'],
    ['ssh://host:0', 'port'],
    ['ssh://host/a b', 'socket'],
    ['unix://', 'unix:///path'],
    ['ftp://host', 'unknown scheme'],
    ['tcp://host:99999', 'tcp://host:port'],
    ['tcp://', 'tcp://host:port'],
  ])('says of %s what to do', (dockerHost, way) => {
    expect(resolve({ dockerHost })).toMatchObject({
      ok: false,
      error: { reason: 'engine-unavailable', message: expect.stringContaining(way) },
    });
  });

  it('says how to start one when none is there', () => {
    expect(resolve({})).toMatchObject({ ok: false, error: { message: expect.stringContaining('start Docker') } });
  });
});
