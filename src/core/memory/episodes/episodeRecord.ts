import * as z from 'zod';
import type { Episode } from '../../../protocol/memory.ts';

/** Version of the file of an episode. A file of a newer one is left as it is. */
export const episodeVersion = 1;

/** What a person, or the end of the task, made of it: as the trace tells. That it was reverted is seen in the checkout. */
const decisions = ['accepted', 'rejected', 'failed', 'open'] as const;

const count = z.int().nonnegative();

/** A line that a task added or took away: its fingerprint, and how often it stood in the base and stands in the result. */
const changedLineSchema = z.tuple([z.string(), count, count]);

/** A file of the changeset, as much of it as tells later whether the change still stands. Holds no text of the file. */
const episodeFileSchema = z.object({
  path: z.string(),
  /** Git object ids of both sides; null where the side does not exist. */
  base: z.string().nullable(),
  result: z.string().nullable(),
  /** An accept put it into the checkout. */
  applied: z.boolean(),
  /** SHA-256 of the file before and after the accept, null for no file; absent where it stood there already. */
  before: z.string().nullable().optional(),
  after: z.string().nullable().optional(),
  /** Absent for what is no text, where nothing but white space changed, and where the sides could not be read. */
  lines: z.array(changedLineSchema).optional(),
});

/** What is kept of a finished task. Texts are those of the trace, without secrets. */
export const episodeRecordSchema = z.object({
  version: z.literal(episodeVersion),
  id: z.string(),
  task: z.string(),
  /** Events of the trace that it was made of: with more of them it is made again. */
  events: count,
  goal: z.string(),
  /** ISO 8601: when the task ended, or was decided. */
  time: z.string(),
  decision: z.enum(decisions),
  /** ISO 8601 of the newest accept. */
  acceptedAt: z.string().optional(),
  /** The changeset that `files` are of. */
  changeset: z.string().optional(),
  files: z.array(episodeFileSchema),
  approach: z.string(),
  signature: z.array(z.string()),
  proof: z.string(),
  /** As it was seen last. */
  standing: z.object({ reverted: z.boolean(), changedSince: z.array(z.string()) }),
});

export type EpisodeRecord = z.infer<typeof episodeRecordSchema>;
export type EpisodeFile = EpisodeRecord['files'][number];
export type Standing = EpisodeRecord['standing'];
export type Decision = EpisodeRecord['decision'];

/** What the index and clients are told of it. */
export function toEpisode(record: EpisodeRecord): Episode {
  const { id, task, goal, time, decision, approach, signature, proof, standing } = record;
  return {
    id,
    task,
    goal,
    time,
    outcome: decision === 'accepted' && standing.reverted ? 'reverted' : decision,
    files: record.files.map(({ path }) => path),
    approach,
    signature,
    proof,
    stale: standing.changedSince.length > 0,
    changedSince: standing.changedSince,
  };
}

/** A task has one episode. */
export function episodeId(task: string): string {
  return `episode-${task.replace(/^task-/, '')}`;
}
