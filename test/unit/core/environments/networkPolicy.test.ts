import { describe, expect, it } from 'vitest';
import { judgeHost } from '../../../../src/core/environments/networkPolicy.ts';
import { isPublicAddress } from '../../../../src/node/sandbox/environment/publicAddress.ts';

describe('what setup may reach', () => {
  it.each([
    ['nothing where no network was asked for', 'a.example', 443, false, [], false],
    ['public hosts on the ports of the web', 'a.example', 443, true, [], true],
    ['no other port', 'a.example', 22, true, [], false],
    ['only the hosts in a list', 'b.example', 443, ['a.example'], [], false],
    ['a host in a list, however it is written', 'A.Example', 443, ['a.example'], [], true],
    ['a port in a list', 'a.example', 8443, ['a.example:8443'], [], true],
    ['not another port than the one in a list', 'a.example', 443, ['a.example:8443'], [], false],
    ['a host that the user named', '127.0.0.1', 4873, false, ['127.0.0.1:4873'], true],
    ['no host that only ends like one', 'evil-a.example', 443, ['a.example'], [], false],
  ] as const)('is %s', (_, host, port, network, named, allowed) => {
    expect(judgeHost({ host, port }, network, named).allowed).toBe(allowed);
  });

  it('takes only the word of the user for a private address', () => {
    expect(judgeHost({ host: 'a', port: 443 }, ['a'], [])).toEqual({ allowed: true, anyAddress: false });
    expect(judgeHost({ host: 'a', port: 443 }, ['a'], ['a'])).toEqual({ allowed: true, anyAddress: true });
  });

  it.each([
    '127.0.0.1',
    '10.1.2.3',
    '172.17.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '0.0.0.0',
    '::1',
    '::',
    'fe80::1',
    'fd00::1',
    '::ffff:127.0.0.1',
    '::ffff:10.0.0.1',
    '::ffff:7f00:1',
    '168.63.129.16',
    '::ffff:168.63.129.16',
    '192.0.0.8',
    '240.0.0.1',
    '2002:7f00:1::',
    '2001:0:53aa:64c::1',
    '64:ff9b::7f00:1',
    '64:ff9b:1::a00:1',
    '::127.0.0.1',
    '::ffff:0:127.0.0.1',
    'fec0::1',
    'ff02::1',
    '100::1',
    'not an address',
  ])('takes %s for private', (address) => expect(isPublicAddress(address)).toBe(false));

  it.each(['93.184.216.34', '172.32.0.1', '2606:2800:220:1::1'])('takes %s for public', (address) =>
    expect(isPublicAddress(address)).toBe(true),
  );

  it('takes an address of this machine itself for private, though it is public elsewhere', () => {
    const own = {
      eth0: [{ address: '93.184.216.34' }, { address: '2606:2800:220:1::1' }, { address: 'fe80::1%eth0' }],
    };
    for (const address of ['93.184.216.34', '::ffff:93.184.216.34', '2606:2800:220:1::1']) {
      expect(isPublicAddress(address, own)).toBe(false);
      expect(isPublicAddress(address, {})).toBe(true);
    }
    expect(isPublicAddress('93.184.216.35', own)).toBe(true);
  });
});
