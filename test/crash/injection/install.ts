import { syncBuiltinESMExports } from 'node:module';
import * as z from 'zod/mini';
import { crashPlanSchema } from './crashPlan.ts';
import { CrashPoints, readPlanFile } from './crashPoints.ts';
import { wrapCalls } from './wrapCalls.ts';
import { wrapClock } from './wrapClock.ts';
import { wrapFiles } from './wrapFiles.ts';

/** Puts this process under the plan in `file`. */
export async function installCrashPlan(file: string): Promise<void> {
  const plan = z.parse(crashPlanSchema, readPlanFile(file));
  const points = new CrashPoints(plan, file);
  await wrapFiles(points);
  wrapCalls(points);
  if (plan.clock !== undefined) {
    wrapClock(plan.clock);
  }
  syncBuiltinESMExports();
}
