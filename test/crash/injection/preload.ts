// For `node --import`: the product knows nothing of it. Only agent hosts are put under the plan; the commands that start them
// hand it on in their environment.
const plan = process.env['NIGHTSHIFT_CRASH_PLAN'];
if (plan !== undefined && process.argv.includes('--workspace')) {
  const { installCrashPlan } = await import('./install.ts');
  await installCrashPlan(plan);
}
