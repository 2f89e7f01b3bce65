import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { environmentFileSchema } from '../../../../src/core/environments/environmentFile.ts';

test('the schema for editors allows the same keys and shapes as the reader', () => {
  const path = resolve(import.meta.dirname, '../../../../media/schemas/environment.schema.json');
  const shipped: unknown = JSON.parse(readFileSync(path, 'utf8'));
  expect(shipped).toMatchObject(z.toJSONSchema(environmentFileSchema, { io: 'input' }));
});
