import type * as z from 'zod/mini';
import { type GuestMethod, guestMethods, type GuestParams, type GuestResult } from './guest.ts';

type GuestSchemas = {
  readonly [M in GuestMethod]: {
    readonly params: z.ZodMiniType<GuestParams<M>>;
    readonly result: z.ZodMiniType<GuestResult<M>>;
  };
};

/** The same table, typed so that a generic method name finds its own parameters and result. */
export const guestSchemas: GuestSchemas = guestMethods;

export function isGuestMethod(name: string): name is GuestMethod {
  return Object.hasOwn(guestMethods, name);
}
