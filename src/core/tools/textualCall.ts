import type { ReadTextualCall } from '../models/trial/tryOut.ts';
import { readTextCall } from './textCall.ts';

/** A trial reads calls in text as work does, under their exact names. */
export const readTextualCall: ReadTextualCall = (text, offered) => {
  const call = readTextCall(text);
  return call !== undefined && offered.includes(call.name) ? { name: call.name, arguments: call.arguments } : undefined;
};
