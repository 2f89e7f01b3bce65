import { describe, expect, it } from 'vitest';
import { redactText } from '../../../src/node/tasks/redactText.ts';
import { randomText } from '../../fakes/sampleSecrets.ts';
import { testProtection } from '../../fakes/traceProtection.ts';

const { redactor } = testProtection();
const secret = randomText(20, 91);

describe('a payload', () => {
  it.each([
    ['before', [0xff, 0x41], []],
    ['after', [], [0x0a, 0xc3]],
    ['around', [0x80, 0xe4, 0x20], [0x20, 0x00, 0xfe]],
  ])('that is no UTF-8 keeps every byte but those of a secret: bad bytes %s it', async (_, before, after) => {
    const text = Buffer.from(`\npassword = "${secret}"`);
    const bytes = Buffer.concat([Uint8Array.from(before), text, Uint8Array.from(after)]);
    const redacted = Buffer.from(await redactText(bytes, redactor));
    expect(redacted.includes(secret)).toBe(false);
    expect(redacted.includes('[redacted:assigned:')).toBe(true);
    expect([...redacted.subarray(0, before.length)]).toEqual(before);
    expect([...redacted.subarray(redacted.length - after.length)]).toEqual(after);
  });

  it('that is no UTF-8 and has no secret stays the same', async () => {
    const bytes = Uint8Array.from({ length: 1_024 }, (_, index) => (index * 7) % 256);
    expect(await redactText(bytes, redactor)).toBe(bytes);
  });
});
