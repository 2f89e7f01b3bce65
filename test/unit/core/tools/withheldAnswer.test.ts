import { describe, expect, it } from 'vitest';
import { withheldAnswer } from '../../../../src/core/tools/editStyle.ts';
import { allTools } from '../../../../src/core/tools/toolRegistry.ts';

describe('a call of the exact edit', () => {
  it('is answered with the way to go by who writes whole files, until a long file was read', () => {
    const answer = withheldAnswer('Edit-File', allTools, 'whole', {}, 150);
    expect(answer).toMatch(/write_file.*more than 150 lines/);
    expect(withheldAnswer('edit_file', allTools, 'whole', { longFile: true }, 150)).toBeUndefined();
    expect(withheldAnswer('edit_file', allTools, 'either', {}, 150)).toBeUndefined();
    expect(withheldAnswer('shell', allTools, 'whole', {}, 150)).toBeUndefined();
  });
});
