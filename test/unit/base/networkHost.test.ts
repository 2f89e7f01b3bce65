import { describe, expect, it } from 'vitest';
import { isNetworkHost } from '../../../src/base/networkHost.ts';

describe('the name of a host', () => {
  it.each(['registry.example', '10.0.0.5:4873', 'a', 'x:1', 'x:65535'])('can be %s', (text) => {
    expect(isNetworkHost(text)).toBe(true);
  });

  it.each(['', 'a b', 'Registry.Example', 'x:0', 'x:65536', 'x:99999', 'x:1:2', 'http://reg.local/', 'a'.repeat(256)])(
    'is not "%s"',
    (text) => {
      expect(isNetworkHost(text)).toBe(false);
    },
  );
});
