import { expect, test } from 'vitest';
import { projectContext } from '../../../../src/core/memory/graph/projectContext.ts';
import { readProjectManifest } from '../../../../src/core/memory/graph/projectManifest.ts';

test('a manifest of more brackets than there is stack for is none', () => {
  expect(readProjectManifest('fixtures/package.json', '[\n'.repeat(20_000))).toBeUndefined();
});

test('a configuration that extends itself, and others that do, many times, is merged once', () => {
  const manifests = Array.from({ length: 8 }, (_, index) =>
    readProjectManifest(
      `p${index}/tsconfig.json`,
      JSON.stringify({
        extends: Array.from({ length: 30 }, (_each, at) => `../p${at % 8}/tsconfig.json`),
        ...(index === 3 ? { compilerOptions: { baseUrl: '.', paths: { '@/*': ['src/*'] } } } : {}),
      }),
    ),
  );
  const context = projectContext(manifests.filter((manifest) => manifest !== undefined));
  expect(context.mapping('p0/a.ts')).toMatchObject({ paths: { '@/*': ['p3/src/*'] } });
});

test('what two parents both inherit counts for the later one as well', () => {
  const manifest = (path: string, parents: readonly string[], paths?: Record<string, readonly string[]>) =>
    readProjectManifest(
      path,
      JSON.stringify({ extends: parents, compilerOptions: paths === undefined ? {} : { paths } }),
    );
  const manifests = [
    manifest('tsconfig.json', ['./tsconfig.b.json', './tsconfig.c.json']),
    manifest('tsconfig.b.json', ['./tsconfig.d.json'], { b: ['b'] }),
    manifest('tsconfig.c.json', ['./tsconfig.d.json']),
    manifest('tsconfig.d.json', [], { d: ['d'] }),
  ];
  const context = projectContext(manifests.filter((one) => one !== undefined));
  expect(context.mapping('a.ts').paths).toEqual({ d: ['d'] });
});
