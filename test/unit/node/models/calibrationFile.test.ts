import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { nullLogger } from '../../../../src/base/logger.ts';
import { uncalibrated } from '../../../../src/core/models/tokenEstimate.ts';
import { CalibrationFile } from '../../../../src/node/models/calibrationFile.ts';

const folder = mkdtempSync(join(tmpdir(), 'nightshift-calibration-'));
const path = join(folder, 'models', 'calibration.json');
const qwen = { driver: 'ollama', name: 'qwen3:8b' };
const learned = { factor: 1.2, samples: 3 };

afterEach(() => rmSync(join(folder, 'models'), { recursive: true, force: true }));

describe('what is known of how a model counts', () => {
  test('is there for the next host, in a file of the user alone', async () => {
    await new CalibrationFile(path, nullLogger).keep(qwen, learned);
    expect(await new CalibrationFile(path, nullLogger).of(qwen)).toEqual(learned);
    expect(await new CalibrationFile(path, nullLogger).of({ ...qwen, name: 'other' })).toEqual(uncalibrated);
    expect(statSync(path).mode & 0o077).toBe(0);
  });

  test('of two hosts is kept of both', async () => {
    const hosts = [new CalibrationFile(path, nullLogger), new CalibrationFile(path, nullLogger)] as const;
    await hosts[0].keep(qwen, learned);
    await hosts[1].keep({ ...qwen, name: 'b' }, { factor: 0.9, samples: 1 });
    expect(await hosts[1].of(qwen)).toEqual(learned);
  });

  test.each([
    ['is no JSON', '{"version":1,"mod'],
    ['is of another form', '{"version":2,"models":{}}'],
    ['names an impossible factor', '{"version":1,"models":{"ollama:qwen3:8b":{"factor":1e9,"samples":1}}}'],
  ])('is begun anew where the file %s', async (_what, text) => {
    const file = new CalibrationFile(path, nullLogger);
    await file.keep(qwen, learned);
    writeFileSync(path, text);
    expect(await file.of(qwen)).toEqual(uncalibrated);
    await file.keep(qwen, learned);
    expect(await file.of(qwen)).toEqual(learned);
  });

  test('is nothing for a recording, whose counts stand in its script', async () => {
    const file = new CalibrationFile(path, nullLogger);
    await file.keep({ driver: 'replay', name: 'x' }, learned);
    expect(existsSync(path)).toBe(false);
  });

  test('is bounded, and the newest stays', async () => {
    const file = new CalibrationFile(path, nullLogger);
    for (let at = 0; at < 203; at += 1) {
      await file.keep({ ...qwen, name: `m${at}` }, learned);
    }
    expect(Object.keys(JSON.parse(readFileSync(path, 'utf8')).models)).toHaveLength(200);
    expect(await file.of({ ...qwen, name: 'm202' })).toEqual(learned);
  });

  test('that cannot be kept is said in the log and stops nothing', async () => {
    const warnings: string[] = [];
    writeFileSync(join(folder, 'file'), '');
    const file = new CalibrationFile(join(folder, 'file', 'x.json'), {
      ...nullLogger,
      warn: (text) => warnings.push(text),
    });
    await file.keep(qwen, learned);
    expect(warnings).toEqual([expect.stringContaining('cannot be kept')]);
  });
});
