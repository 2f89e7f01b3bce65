/**
 * 53 bits of a text as hexadecimal digits, to tell texts apart by. Not cryptographic: whoever wants two texts to look alike can
 * have that, so nothing that must hold may rest on it. Two 32-bit multiply-and-xor lanes, each stirred by the other at the end.
 */
export function fingerprint(text: string): string {
  let first = 0xdeadbeef;
  let second = 0x41c6ce57;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    first = Math.imul(first ^ unit, 0x9e3779b1);
    second = Math.imul(second ^ unit, 0x5f356495);
  }
  first = Math.imul(first ^ (first >>> 16), 0x85ebca6b) ^ Math.imul(second ^ (second >>> 13), 0xc2b2ae35);
  second = Math.imul(second ^ (second >>> 16), 0x85ebca6b) ^ Math.imul(first ^ (first >>> 13), 0xc2b2ae35);
  return (4_294_967_296 * (second & 0x1fffff) + (first >>> 0)).toString(16);
}
