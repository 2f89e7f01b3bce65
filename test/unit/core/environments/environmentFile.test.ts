import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseEnvironmentFile } from '../../../../src/core/environments/environmentFile.ts';

const messageOf = (text: string): string => {
  const parsed = parseEnvironmentFile(text);
  return parsed.ok ? '' : parsed.error.message;
};

describe('an environment file', () => {
  it('says an image, setup steps, the network they need and how tests run', () => {
    const text = `# what tests run in
image: registry.example.com/team/node:24@sha256:${'a'.repeat(64)}
setup:
  - [npm, ci, --ignore-scripts]
  - [python3, -m, pip, install, -r, requirements.txt]
network: [registry.example.com, '10.0.0.5:4873']
scripts: false
test: [npm, test]
`;
    expect(parseEnvironmentFile(text)).toMatchObject({
      ok: true,
      value: {
        setup: [
          ['npm', 'ci', '--ignore-scripts'],
          ['python3', '-m', 'pip', 'install', '-r', 'requirements.txt'],
        ],
        network: ['registry.example.com', '10.0.0.5:4873'],
        test: ['npm', 'test'],
      },
    });
    expect(parseEnvironmentFile('')).toEqual({ ok: true, value: {} });
  });

  it.each([
    ['an unknown key', 'setup: []\nprivileged: true\n', ':2:', '"privileged" is not known'],
    ['a shell line in place of words', 'setup:\n  - npm ci && curl x\n', ':2:5', '"setup.0"'],
    ['a line break in a word', 'setup:\n  - [sh, "a\\nb"]\n', ':2:10', 'holds a control or invisible character'],
    ['a hidden character in a word', 'test: ["npm\u202E"]\n', ':1:8', 'holds a control or invisible character'],
    ['an image that looks like an option', 'image: --privileged\n', ':1:8', 'is no image reference'],
    ['an image with a blank', 'image: "a b"\n', ':1:8', 'is no image reference'],
    ['a Dockerfile outside', 'dockerfile: ../Dockerfile\n', ':1:13', 'is no path inside the repository'],
    ['an absolute Dockerfile', 'dockerfile: /etc/passwd\n', ':1:13', 'is no path inside the repository'],
    ['a Dockerfile in .git', 'dockerfile: .GIT/hooks/x\n', ':1:13', 'is no path inside the repository'],
    ['a Dockerfile with a back slash', 'dockerfile: "a\\\\..\\\\b"\n', ':1:13', 'is no path inside the repository'],
    ['an image and a Dockerfile', 'image: a\ndockerfile: b\n', ':2:13', 'stands beside "image"'],
    ['a host that is an address of a page', 'network: ["https://a/b"]\n', ':1:11', '"network.0" is no host name'],
    ['a key given twice', 'image: a\nimage: b\n', ':2:1', 'is no plain YAML'],
    ['something that is no YAML', 'setup: [\n', ':2:1', 'is no plain YAML'],
    ['a list in place of keys', '- a\n', '', 'expected object'],
    ['a tag that makes other types', 'image: !!js/function "x"\n', ':1:8', 'is no plain YAML'],
  ])('is refused for %s, with the place', (_, text, place, message) => {
    expect(messageOf(text)).toContain(`.nightshift/environment.yml${place}`);
    expect(messageOf(text)).toContain(message);
    expect(messageOf(text)).toMatch(/; mend it or remove it\.$/);
  });

  it('expands no alias, however small', () => {
    const bomb = [
      'a: &a [x, x]',
      ...'bcdefghi'.split('').map((name, index) => `${name}: &${name} [*${'abcdefgh'[index]}, *${'abcdefgh'[index]}]`),
    ];
    const began = performance.now();
    expect(messageOf(bomb.join('\n'))).toContain('uses an alias');
    expect(messageOf('setup: &a [[npm]]\ntest: *a\n')).toContain('uses an alias');
    expect(performance.now() - began).toBeLessThan(1_000);
  });

  it('knows no key of the prototype', () => {
    for (const key of ['__proto__', 'constructor', 'prototype']) {
      expect(messageOf(`${key}: {image: a}\n`)).toContain('is not known');
    }
    expect(Object.hasOwn(Object.prototype, 'image')).toBe(false);
  });

  it('is refused when it is huge before it is read', () => {
    expect(messageOf(`# ${'x'.repeat(70_000)}`)).toContain('is longer than 64 KiB');
  });

  it('is a value or one line of failure for any text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        const parsed = parseEnvironmentFile(text);
        expect(parsed.ok || !parsed.error.message.includes('\n')).toBe(true);
      }),
    );
  });
});
