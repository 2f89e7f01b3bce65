import * as z from 'zod/mini';

/**
 * How a window of the editor lends its language models to the agent host, over the connection that it has as a client. The window
 * says with its greeting that it can; the host says when it wants the list (`modelsWanted`), so that a window whose host needs none
 * of its models asks nobody for them; then the window tells the list with each change (`lendModels`), and the host may ask `chat`.
 * What arrives for a chat that is over is ignored by both sides. Either side of the wire has limits of its own beside these.
 */

const name = z.string().check(z.minLength(1), z.maxLength(200));

/** A model as `vscode.lm` describes it. */
export const lentModelSchema = z.object({
  /** The vendor's own name of it; unique for the vendor. */
  id: name,
  vendor: name,
  family: name,
  version: z.string().check(z.maxLength(200)),
  /** Tokens of one request. */
  maxInputTokens: z.int().check(z.positive()),
  /** The person has allowed background tasks to use it. */
  allowed: z.boolean(),
});

export const mostLentModels = 500;

/** Request of a window: all that it lends now, in place of what it said before. */
export const lendModelsMethod = {
  params: z.object({ models: z.array(lentModelSchema).check(z.maxLength(mostLentModels)) }),
  result: z.object({}),
};

/** Notification from the host, without parameters: the window tells what it lends, now and from now on. */
export const modelsWantedNotification = 'modelsWanted';

/** Characters of one message; a window of a million tokens is full before. */
const longestContent = 8_000_000;
/** Characters of all text of one answer, and again of all its calls. A longer one is given up. */
export const longestAnswer = 1_000_000;
/** Characters of one piece of an answer on its way. */
export const longestPiece = 16_000;

const content = z.string().check(z.maxLength(longestContent));
const callId = z.string().check(z.maxLength(500));

const callSchema = z.object({ id: callId, name: z.string().check(z.maxLength(500)), arguments: z.unknown() });

const messageSchema = z.discriminatedUnion('role', [
  z.object({ role: z.literal('system'), content }),
  z.object({ role: z.literal('user'), content }),
  z.object({ role: z.literal('assistant'), content, calls: z.array(callSchema).check(z.maxLength(64)) }),
  z.object({ role: z.literal('tool'), callId, content }),
]);

const tokens = z.optional(z.int().check(z.nonnegative()));

/** Why a window has no answer. `not-lent`: the person has not allowed it or has taken that back, or it is gone from there. */
const chatFailures = [
  'not-lent',
  'model-missing',
  'rejected',
  'context-exceeded',
  'busy',
  'crashed',
  'malformed',
  'aborted',
] as const;

/** Request of the host to a window, cancelled by the cancellation of JSON-RPC. */
export const windowChat = {
  method: 'chat',
  params: z.object({
    /** Names this request in what the window says of it on the way. */
    chat: z.string().check(z.maxLength(100)),
    vendor: name,
    model: name,
    messages: z.array(messageSchema).check(z.minLength(1), z.maxLength(5_000)),
    tools: z
      .array(
        z.object({
          name: z.string().check(z.maxLength(200)),
          description: z.string().check(z.maxLength(20_000)),
          parameters: z.record(z.string(), z.unknown()),
        }),
      )
      .check(z.maxLength(128)),
  }),
  result: z.discriminatedUnion('kind', [
    z.object({
      kind: z.literal('answer'),
      calls: z.array(callSchema).check(z.maxLength(64)),
      /** As the model's own counter says; absent where it says nothing. */
      promptTokens: tokens,
      outputTokens: tokens,
    }),
    z.object({
      kind: z.literal('failure'),
      reason: z.enum(chatFailures),
      message: z.string().check(z.maxLength(1_000)),
    }),
  ]),
};

/** Notification of a window: the next piece of an answer's text. All pieces together are its text; the result does not repeat it. */
export const chatPieceNotification = 'chatPiece';
export const chatPieceSchema = z.object({
  chat: z.string().check(z.maxLength(100)),
  text: z.string().check(z.maxLength(longestPiece)),
});

export type LentModel = z.infer<typeof lentModelSchema>;
export type WindowChat = z.infer<typeof windowChat.params>;
export type WindowMessage = WindowChat['messages'][number];
export type WindowAnswer = z.infer<typeof windowChat.result>;
