import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EmbeddingSettings } from '../../../src/protocol/memory.ts';
import { checkOutBase } from './baseCheckout.ts';
import { casesOf, type RecallCase } from './historyCases.ts';
import { bootstrapInterval, mean, measure } from './measures.ts';
import { grepRanker, miniSearchRanker, plainFtsRanker, type Ranker } from './peers.ts';
import { openProductIndex } from './productIndex.ts';
import { textsAt } from './repositoryAt.ts';
import { isSource } from './sourcePaths.ts';

export interface JudgeOptions {
  /** A git repository; nothing is written to it. */
  readonly root: string;
  /** Commits that are asked for, newest first. */
  readonly count: number;
  readonly embedding: EmbeddingSettings;
  readonly madeVectors: boolean;
}

export type Interval = readonly [low: number, high: number];

export interface Row {
  readonly name: string;
  readonly recall5: number;
  readonly recall10: number;
  readonly mrr10: number;
  /** 95 of 100. */
  readonly recall5Interval: Interval;
  readonly recall10Interval: Interval;
  readonly mrr10Interval: Interval;
  /** Difference of recall@10 from `fused` on the same cases; undefined for itself. */
  readonly behind?: { readonly mean: number; readonly interval: Interval };
  /** Milliseconds of a question. */
  readonly p50: number;
  readonly p95: number;
  readonly most: number;
}

export interface Report {
  readonly repository: string;
  readonly base: string;
  readonly cases: number;
  readonly files: number;
  readonly chunks: number;
  /** Undefined without one. */
  readonly model: string | undefined;
  readonly rows: readonly Row[];
}

export async function judgeRepository({ root, count, embedding, madeVectors }: JudgeOptions): Promise<Report> {
  const work = mkdtempSync(join(tmpdir(), 'nightshift-recall-'));
  try {
    const { base, cases } = await casesOf(root, count);
    const sources = (await textsAt(root, base)).filter(({ path }) => isSource(path));
    const product = await openProductIndex({ root: checkOutBase(root, base, work), work, embedding, madeVectors });
    try {
      const { files, chunks, model } = product;
      const rows = await judge(
        {
          ...product.rankers,
          'peer: term grep': grepRanker(sources),
          'peer: MiniSearch': miniSearchRanker(sources),
          'peer: FTS5 alone': plainFtsRanker(sources),
        },
        cases,
      );
      return { repository: root, base, cases: cases.length, files, chunks, model, rows };
    } finally {
      await product.close();
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

async function judge(rankers: Readonly<Record<string, Ranker>>, cases: readonly RecallCase[]): Promise<readonly Row[]> {
  const results: { name: string; measures: ReturnType<typeof measure>[]; times: number[] }[] = [];
  for (const [name, ranker] of Object.entries(rankers)) {
    const measures: ReturnType<typeof measure>[] = [];
    const times: number[] = [];
    for (const asked of cases) {
      const begun = performance.now();
      const ranked = await ranker(asked);
      times.push(performance.now() - begun);
      measures.push(measure(ranked, asked.truth));
    }
    results.push({ name, measures, times: times.toSorted((a, b) => a - b) });
  }
  const fused = results.find(({ name }) => name === 'fused')?.measures ?? [];
  return results.map(({ name, measures, times }): Row => {
    const fives = measures.map(({ recall5 }) => recall5);
    const tens = measures.map(({ recall10 }) => recall10);
    const places = measures.map(({ reciprocalRank }) => reciprocalRank);
    const behind = tens.map((value, index) => value - (fused[index]?.recall10 ?? 0));
    return {
      name,
      recall5: mean(fives),
      recall10: mean(tens),
      mrr10: mean(places),
      recall5Interval: bootstrapInterval(fives),
      recall10Interval: bootstrapInterval(tens),
      mrr10Interval: bootstrapInterval(places),
      ...(name === 'fused' ? {} : { behind: { mean: mean(behind), interval: bootstrapInterval(behind) } }),
      p50: times[Math.floor(times.length * 0.5)] ?? 0,
      p95: times[Math.floor(times.length * 0.95)] ?? 0,
      most: times.at(-1) ?? 0,
    };
  });
}
