import { z } from 'zod';
import { scriptTurnSchema } from '../../../src/node/models/replay/replayScript.ts';

/** What can go wrong while a real server answers; each is produced as that server does it, on the real socket. */
const faults = [
  'slowHeaders',
  'stallMid',
  'resetMid',
  'truncatedStream',
  'garbageLine',
  'splitUtf8',
  'errorLine',
  'http400',
  'http404',
  'http429',
  'http500',
  'http503',
  'html502',
  'redirect',
  'emptyTurn',
  'textualToolCall',
  'malformedArgs',
  'duplicateCall',
  'unknownTool',
  'lengthCut',
  'hugeOutput',
  'repeatForever',
  'wrongTypes',
  'silentTruncate',
  'missingIds',
  'missingCounts',
  'wildCounts',
  'missingArguments',
  'hugeCall',
  'manyCalls',
] as const;

export const serverPathSchema = z.enum(['native', 'rendered']);

/**
 * `native`: text streams, all calls arrive whole in the final chunk. `rendered`: a chunk of its own for each call as it is
 * complete, and only for tools on offer; other calls come out as text.
 */
export type ServerPath = z.infer<typeof serverPathSchema>;

/** A turn of a replay script, with what only a server has. */
const fakeTurnSchema = scriptTurnSchema.extend({
  /** Overrides the server's path. */
  path: serverPathSchema.optional(),
  /** Characters per streamed chunk. */
  chunkSize: z.int().positive().optional(),
  /** Between two chunks. */
  chunkDelayMs: z.int().nonnegative().optional(),
  fault: z.enum(faults).optional(),
  /** The fault happens this often, then the turn is answered properly; always when left out. */
  faultTimes: z.int().positive().optional(),
});

export type FakeTurn = z.infer<typeof fakeTurnSchema>;

/** A script file: a replay script whose turns may carry faults. */
export const fakeScriptSchema = z.strictObject({
  version: z.literal(1),
  about: z.string().optional(),
  contextTokens: z.int().positive().optional(),
  turns: z.array(fakeTurnSchema).min(1),
});
