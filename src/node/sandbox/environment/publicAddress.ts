import { BlockList, isIPv4, isIPv6 } from 'node:net';
import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os';

/** Networks that are this machine, its neighbours, or a cloud's own services: never reached on a repository's word. */
const inner = new BlockList();
const subnets: readonly (readonly [string, number, 'ipv4' | 'ipv6'])[] = [
  ['0.0.0.0', 8, 'ipv4'],
  ['10.0.0.0', 8, 'ipv4'],
  ['100.64.0.0', 10, 'ipv4'],
  ['127.0.0.0', 8, 'ipv4'],
  // A cloud's own services, at the one public address that is none.
  ['168.63.129.16', 32, 'ipv4'],
  ['169.254.0.0', 16, 'ipv4'],
  ['172.16.0.0', 12, 'ipv4'],
  ['192.0.0.0', 24, 'ipv4'],
  ['192.168.0.0', 16, 'ipv4'],
  ['198.18.0.0', 15, 'ipv4'],
  ['224.0.0.0', 3, 'ipv4'],
  // Ways to IPv4 addresses: Teredo and 6to4.
  ['2001::', 32, 'ipv6'],
  ['2002::', 16, 'ipv6'],
];
for (const [network, prefix, family] of subnets) {
  inner.addSubnet(network, prefix, family);
}

/** All of IPv6 that is given out to be reached from everywhere. */
const outer = new BlockList();
outer.addSubnet('2000::', 3, 'ipv6');

type Interfaces = Readonly<Record<string, readonly Pick<NetworkInterfaceInfo, 'address'>[] | undefined>>;

/**
 * Whether an address is somewhere out there: neither on this machine, also by a public address of its own, nor near it, nor a way
 * back to such a one in IPv6 clothes.
 */
export function isPublicAddress(address: string, own: Interfaces = networkInterfaces()): boolean {
  // An IPv4 address that is written as IPv6 is judged as what it is.
  const plain = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address;
  if (!(isIPv4(plain) ? !inner.check(plain, 'ipv4') : isOuter(plain))) {
    return false;
  }
  const here = new BlockList();
  for (const each of Object.values(own).flatMap((list) => list ?? [])) {
    const [bare = ''] = each.address.split('%', 1);
    if (isIPv4(bare) || isIPv6(bare)) {
      here.addAddress(bare, familyOf(bare));
    }
  }
  return !here.check(plain, familyOf(plain));
}

function isOuter(address: string): boolean {
  return isIPv6(address) && outer.check(address, 'ipv6') && !inner.check(address, 'ipv6');
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIPv6(address) ? 'ipv6' : 'ipv4';
}
