import { BlockList, isIPv6 } from 'node:net';

/** Networks that are this machine, its neighbours, or a cloud's own services: never reached on a repository's word. */
const inner = new BlockList();
const subnets: readonly (readonly [string, number, 'ipv4' | 'ipv6'])[] = [
  ['0.0.0.0', 8, 'ipv4'],
  ['10.0.0.0', 8, 'ipv4'],
  ['100.64.0.0', 10, 'ipv4'],
  ['127.0.0.0', 8, 'ipv4'],
  ['169.254.0.0', 16, 'ipv4'],
  ['172.16.0.0', 12, 'ipv4'],
  ['192.168.0.0', 16, 'ipv4'],
  ['198.18.0.0', 15, 'ipv4'],
  ['224.0.0.0', 3, 'ipv4'],
  ['::', 127, 'ipv6'],
  ['64:ff9b::', 96, 'ipv6'],
  ['fc00::', 7, 'ipv6'],
  ['fe80::', 10, 'ipv6'],
  ['ff00::', 8, 'ipv6'],
];
for (const [network, prefix, family] of subnets) {
  inner.addSubnet(network, prefix, family);
}

export function isPublicAddress(address: string): boolean {
  // An IPv4 address in IPv6 clothes is judged as what it is; the list does that by itself.
  return !inner.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}
