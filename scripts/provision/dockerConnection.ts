import Docker from 'dockerode';

/** Milliseconds without a byte after which a request is given up. */
const answerDeadline = 5_000;

/** The engine that `DOCKER_HOST` names, else the one on the default socket. Returns nothing for an address that cannot be read. */
export function connectEngine(): Docker | undefined {
  try {
    return new Docker({ timeout: answerDeadline });
  } catch {
    return undefined;
  }
}

export async function pingEngine(): Promise<boolean> {
  const engine = connectEngine();
  try {
    await engine?.ping();
    return engine !== undefined;
  } catch {
    return false;
  }
}
