import { describe, expect, test } from 'vitest';
import { otlpAddress, otlpSettings } from '../../../../src/host/trace/otlpSettings.ts';

const prefix = 'NIGHTSHIFT_OTLP_';

function settings(variables: Readonly<Record<string, string>>): ReturnType<typeof otlpSettings> {
  return otlpSettings(Object.fromEntries(Object.entries(variables).map(([name, value]) => [prefix + name, value])));
}

describe('where traces are exported to', () => {
  test('is nowhere until Nightshift itself is told, whatever other programs are told', () => {
    expect(otlpSettings({})).toEqual({ ok: true, value: undefined });
    expect(settings({ ENDPOINT: ' ' })).toEqual({ ok: true, value: undefined });
    expect(
      otlpSettings({
        OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318',
        OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://127.0.0.1:4318/v1/traces',
        OTEL_EXPORTER_OTLP_HEADERS: 'a=b',
        NIGHTSHIFT_OTLP_HEADERS: 'a=b',
      }),
    ).toEqual({ ok: true, value: undefined });
  });

  test('is an address with headers, uncompressed and without content unless asked for', () => {
    expect(settings({ ENDPOINT: 'http://127.0.0.1:4318' })).toEqual({
      ok: true,
      value: {
        destination: { url: 'http://127.0.0.1:4318/v1/traces', headers: {}, compress: false },
        content: false,
      },
    });
    const all = {
      ENDPOINT: 'https://a.example/otlp/',
      HEADERS: 'x-key=a%2Cb, Authorization=Bearer%20c==',
      COMPRESSION: 'gzip',
      CONTENT: 'true',
    };
    expect(settings(all)).toEqual({
      ok: true,
      value: {
        destination: {
          url: 'https://a.example/otlp/v1/traces',
          headers: { 'x-key': 'a,b', authorization: 'Bearer c==' },
          compress: true,
        },
        content: true,
      },
    });
  });

  test.each([
    ['http://a.example/v1/traces', 'http://a.example/v1/traces'],
    ['http://a.example/v1/traces/?key=1#x', 'http://a.example/v1/traces?key=1'],
    ['http://a.example:4318/', 'http://a.example:4318/v1/traces'],
  ])('%s means %s', (given, meant) => {
    expect(otlpAddress(given)).toEqual({ ok: true, value: meant });
  });

  test.each([
    [{ ENDPOINT: 'localhost' }, 'ENDPOINT'],
    [{ ENDPOINT: 'grpc://a.example' }, 'ENDPOINT'],
    [{ ENDPOINT: 'http://user:word@a.example' }, 'ENDPOINT'],
    [{ ENDPOINT: 'http://a.example', HEADERS: 'no value' }, 'HEADERS'],
    [{ ENDPOINT: 'http://a.example', HEADERS: 'a=%ZZ' }, 'HEADERS'],
    [{ ENDPOINT: 'http://a.example', HEADERS: 'a=b%0d%0ac: d' }, 'HEADERS'],
    [{ ENDPOINT: 'http://a.example', COMPRESSION: 'zstd' }, 'COMPRESSION'],
    [{ ENDPOINT: 'http://a.example', CONTENT: 'yes' }, 'CONTENT'],
  ])('refuses %j and names the variable, never a secret in it', (variables, name) => {
    const refused = settings(variables);
    expect(refused).toMatchObject({ ok: false, error: { reason: 'bad-setting' } });
    const message = refused.ok ? '' : refused.error.message;
    expect(message).toContain(`${prefix}${name} cannot be used`);
    expect(message).not.toMatch(/word@|c: d/);
  });
});
