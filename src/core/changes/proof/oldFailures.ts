import type { Proof } from './proof.ts';

/**
 * Whether everything that fails with the change failed on the base too, by name. Only what both reports tell test by test counts:
 * a run that broke off, or a failure without a name, may hide a new one.
 */
export function failsOnlyAsOnBase({ base, patched }: Proof): boolean {
  const failing = patched.tests.filter((test) => test.status === 'failed');
  const failedBefore = new Set(base.tests.filter((test) => test.status === 'failed').map(nameOf));
  return (
    !patched.timedOut &&
    patched.failed > 0 &&
    failing.length === patched.failed &&
    patched.total >= base.total &&
    failing.every((test) => failedBefore.has(nameOf(test)))
  );
}

/**
 * The same proof where old failures are all that keeps it from green: not red, since the change broke nothing, and not green, since
 * tests fail. A person decides.
 */
export function withOldFailures(proof: Proof): Proof {
  const { failed } = proof.patched;
  const tests = failed === 1 ? '1 test fails' : `${failed} tests fail`;
  const reason = `${tests}, as on the base; no other test fails.`;
  return { ...proof, verdict: 'unverified', reason };
}

function nameOf(test: Proof['base']['tests'][number]): string {
  return `${test.file ?? ''} ${test.name}`;
}
