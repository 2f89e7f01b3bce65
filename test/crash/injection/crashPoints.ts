import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import * as z from 'zod/mini';
import { type CrashPlan, faultSchema, type Moment, type ReportLine } from './crashPlan.ts';

// Taken before they are wrapped.
const append = appendFileSync;
const exists = existsSync;
const read = readFileSync;
const write = writeFileSync;

/** One place where this process can be killed. */
export interface CrashPoint {
  /** Throws when the plan says that this operation fails; `before` of a kill is here. */
  begin(): void;
  during(): void;
  after(): void;
}

/** Numbers the points of this process, tells of them, and kills the process where its plan says so. */
export class CrashPoints {
  readonly plan: CrashPlan;
  private readonly file: string;
  private readonly passed = new Map<string, number>();
  /** How often each fault's points were passed. */
  private readonly met = new Map<string, number>();

  constructor(plan: CrashPlan, file: string) {
    this.plan = plan;
    this.file = file;
  }

  next(point: string, moments: readonly Moment[]): CrashPoint {
    const occurrence = (this.passed.get(point) ?? 0) + 1;
    this.passed.set(point, occurrence);
    this.report({ kind: 'point', host: process.pid, point, occurrence, moments: [...moments] });
    const killAt = (moment: Moment): void => this.killAt(point, occurrence, moment);
    return {
      begin: () => {
        killAt('before');
        this.failAt(point);
      },
      during: () => killAt('during'),
      after: () => killAt('after'),
    };
  }

  /** A file of the checkout has just been changed. */
  effect(path: string): void {
    this.report({ kind: 'effect', host: process.pid, path });
  }

  private killAt(point: string, occurrence: number, moment: Moment): void {
    const [kill, ...others] = this.plan.kills;
    if (kill?.point !== point || kill.occurrence !== occurrence || kill.moment !== moment) {
      return;
    }
    write(this.file, JSON.stringify({ ...this.plan, kills: others }));
    this.report({ kind: 'killed', host: process.pid, point, occurrence, moment });
    process.kill(process.pid, 'SIGKILL');
    // Not one more instruction of the product runs here.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  }

  private failAt(point: string): void {
    const { fault: file } = this.plan;
    if (file === undefined || !exists(file)) {
      return;
    }
    const text = read(file, 'utf8');
    const fault = z.parse(faultSchema, JSON.parse(text));
    if (!point.includes(fault.match)) {
      return;
    }
    const met = (this.met.get(text) ?? 0) + 1;
    this.met.set(text, met);
    if (met <= (fault.spared ?? 0)) {
      return;
    }
    this.report({ kind: 'failed', host: process.pid, point, code: fault.code });
    throw Object.assign(new Error(`${fault.code}: injected at ${point}`), { code: fault.code, syscall: 'injected' });
  }

  private report(line: ReportLine): void {
    append(this.plan.report, `${JSON.stringify(line)}\n`);
  }
}

/** The plan as it is now: kills that happened are no longer in it. */
export function readPlanFile(file: string): unknown {
  return JSON.parse(read(file, 'utf8'));
}
