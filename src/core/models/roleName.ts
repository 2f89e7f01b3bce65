/** What an agent can be; each may have a model of its own. */
export const roleNames = ['supervisor', 'implementer', 'reviewer', 'tester', 'security'] as const;

export type RoleName = (typeof roleNames)[number];
