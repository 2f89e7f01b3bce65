import { describe, expect, it } from 'vitest';
import { embeddingManner } from '../../../../src/core/memory/embedding/embeddingManner.ts';
import { pauseReason, restAfter } from '../../../../src/core/memory/embedding/embeddingPace.ts';
import { remedyFor } from '../../../../src/core/memory/embedding/embeddingRemedy.ts';
import { embeddingText } from '../../../../src/core/memory/embedding/embeddingText.ts';
import { embeddingManifest, isModelName } from '../../../../src/core/memory/embedding/modelManifest.ts';
import { chunksToEmbed, countPresent, itemsOf } from '../../../../src/core/memory/embedding/ownerWork.ts';
import { unitVector } from '../../../../src/core/memory/embedding/unitVector.ts';
import { answeringFolder, vectorFolderName } from '../../../../src/core/memory/embedding/vectorFolders.ts';

describe('the manner of a model', () => {
  it.each([
    ['Xenova/bge-small-en-v1.5', 'cls', 'Represent this sentence', ''],
    ['bge-m3:latest', 'cls', '', ''],
    ['BAAI/bge-large-zh-v1.5', 'cls', '为这个句子', ''],
    ['intfloat/multilingual-e5-small', 'mean', 'query: ', 'passage: '],
    ['nomic-embed-text:v1.5', 'mean', 'search_query: ', 'search_document: '],
    ['snowflake-arctic-embed:33m', 'cls', 'Represent this sentence', ''],
    ['snowflake-arctic-embed2', 'cls', 'query: ', ''],
    ['mxbai-embed-large', 'cls', 'Represent this sentence', ''],
    ['Xenova/all-MiniLM-L6-v2', 'mean', '', ''],
    ['somebody/e500', 'mean', '', ''],
  ])('of %s goes by its family', (name, pooling, query, passage) => {
    const manner = embeddingManner(name);
    expect(manner).toMatchObject({ pooling, passage });
    expect(manner.query === '' ? '' : manner.query.startsWith(query)).toBe(query === '' ? '' : true);
  });
});

describe('the text that is embedded', () => {
  it('says where it stands and what it is called', () => {
    expect(embeddingText('src/cart.ts', { symbol: 'Cart.add', text: 'add() {}' }, 512)).toBe(
      'src/cart.ts Cart.add\nadd() {}',
    );
    expect(embeddingText('src/cart.ts', { text: 'x' }, 512)).toBe('src/cart.ts\nx');
    expect(embeddingText('commit:abc', { text: 'Fix it' }, 512)).toBe('Fix it');
  });

  it('is cut to what the model takes, never inside a character', () => {
    const text = embeddingText('a', { text: '😀'.repeat(1_000) }, 10);
    expect(text.length).toBeLessThanOrEqual(60);
    expect(text).not.toMatch(/[\uD800-\uDBFF]$/);
  });
});

describe('the pace', () => {
  it('rests in proportion to its work, and never long', () => {
    expect(restAfter(100, 0.5)).toBe(100);
    expect(restAfter(100, 0.8)).toBeCloseTo(25);
    expect(restAfter(100, 1)).toBe(0);
    expect(restAfter(1_000_000, 0.1)).toBe(5_000);
  });

  const calm = { byUser: false, before: undefined, awaited: false, strain: {} };

  it('knows no reason to pause where nothing is known', () => {
    expect(pauseReason(calm)).toBeUndefined();
  });

  it('pauses for the user before all, then for the battery, then for load', () => {
    const strain = { onBattery: true, loadPerCore: 9 };
    expect(pauseReason({ ...calm, byUser: true, strain })).toBe('user');
    expect(pauseReason({ ...calm, strain })).toBe('battery');
    expect(pauseReason({ ...calm, strain: { loadPerCore: 9 } })).toBe('load');
    expect(pauseReason({ ...calm, strain, awaited: true })).toBeUndefined();
    expect(pauseReason({ ...calm, byUser: true, strain, awaited: true })).toBe('user');
  });

  it('does not stutter at the limit of load', () => {
    const strain = { loadPerCore: 1.3 };
    expect(pauseReason({ ...calm, strain })).toBeUndefined();
    expect(pauseReason({ ...calm, strain, before: 'load' })).toBe('load');
    expect(pauseReason({ ...calm, strain: { loadPerCore: 1 }, before: 'load' })).toBeUndefined();
  });
});

describe('the remedy of a failure', () => {
  it('waits longer and longer for a server, but never for hours', () => {
    const waits = [1, 2, 3, 8, 50].map((times) => remedyFor({ reason: 'unreachable', times, texts: 4, leftOut: 0 }));
    expect(waits).toEqual(
      [2_000, 4_000, 8_000, 256_000, 300_000].map((milliseconds) => ({ do: 'wait', milliseconds })),
    );
  });

  it('takes apart what a model rejects, then leaves the one text out, then stops', () => {
    expect(remedyFor({ reason: 'rejected', times: 1, texts: 4, leftOut: 0 })).toEqual({ do: 'divide' });
    expect(remedyFor({ reason: 'rejected', times: 2, texts: 1, leftOut: 0 })).toEqual({ do: 'leave-out' });
    expect(remedyFor({ reason: 'rejected', times: 9, texts: 1, leftOut: 7 })).toEqual({ do: 'stop' });
    expect(remedyFor({ reason: 'failed', times: 1, texts: 4, leftOut: 0 })).toMatchObject({ do: 'wait' });
    expect(remedyFor({ reason: 'failed', times: 3, texts: 4, leftOut: 0 })).toEqual({ do: 'divide' });
    expect(remedyFor({ reason: 'model-unusable', times: 1, texts: 4, leftOut: 0 })).toEqual({ do: 'stop' });
  });
});

describe('the work on an owner', () => {
  const chunk = (hash: string, startLine: number) => ({
    kind: 'window' as const,
    text: hash,
    hash,
    startLine,
    endLine: startLine,
  });
  const chunks = [chunk('a', 1), chunk('b', 2), chunk('a', 3), chunk('c', 4)];

  it('asks for each hash once, and not for what is known', () => {
    expect(chunksToEmbed(chunks, (hash) => hash === 'c').map(({ startLine }) => startLine)).toEqual([1, 2]);
  });

  it('keeps the places of those that have a vector', () => {
    const vector = new Float32Array([1]);
    expect(itemsOf(chunks, (hash) => (hash === 'a' ? vector : undefined)).map(({ ordinal }) => ordinal)).toEqual([
      0, 2,
    ]);
  });

  it('counts a hash as often as it is there', () => {
    expect(countPresent(['a', 'a', 'b'], ['a', 'c', 'b'])).toBe(2);
    expect(countPresent([], ['a'])).toBe(0);
  });
});

describe('a vector', () => {
  it('has length 1, or is none', () => {
    expect(unitVector([3, 4])).toEqual(new Float32Array([0.6, 0.8]));
    for (const bad of [[0, 0], [], [Number.NaN, 1], [Number.POSITIVE_INFINITY, 1]]) {
      expect(unitVector(bad)).toBeUndefined();
    }
  });
});

describe('the folders of vectors', () => {
  it('are named for people and told apart for us', () => {
    const one = vectorFolderName('transformers:Xenova/bge-small-en-v1.5 q8 cls abc');
    expect(one).toMatch(/^xenova-bge-small-en-v1-5-[0-9a-f]+$/);
    expect(vectorFolderName('transformers:Xenova/bge-small-en-v1.5 q8 cls abd')).not.toBe(one);
    expect(vectorFolderName('ollama:../.. x')).toMatch(/^model-[0-9a-f]+$/);
  });

  it('answer in place of one that is not complete, if they are', () => {
    const folder = (identity: string, complete: boolean) => ({ name: identity, identity, complete });
    expect(answeringFolder([folder('a', true), folder('b', false)], 'b')?.name).toBe('a');
    expect(answeringFolder([folder('a', true), folder('b', true)], 'b')).toBeUndefined();
    expect(answeringFolder([folder('a', false), folder('b', false)], 'b')).toBeUndefined();
    expect(answeringFolder([folder('a', true)], 'new')?.name).toBe('a');
  });
});

describe('what is fetched of a model', () => {
  it('is what a text model needs', () => {
    const { files } = embeddingManifest('Xenova/bge-small-en-v1.5');
    expect(files.filter(({ optional }) => optional !== true).map(({ path }) => path)).toEqual([
      'config.json',
      'tokenizer.json',
      'tokenizer_config.json',
      'onnx/model_quantized.onnx',
    ]);
  });

  it('has a name that stays where it belongs', () => {
    expect(['a/b', 'bge', 'Xenova/bge-small-en-v1.5'].every(isModelName)).toBe(true);
    expect(['', '..', 'a/..', '../a', 'a/b/c', '/a', 'a\\b', '.hidden', 'a/.incoming'].some(isModelName)).toBe(false);
  });
});
