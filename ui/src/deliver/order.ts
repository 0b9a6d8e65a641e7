// Environments stand in the order of the flow; names nobody knows come last, by name.
const known = ['daily', 'dev', 'test', 'staging', 'production'];
const rank = (name: string) => { const i = known.indexOf(name); return i < 0 ? known.length - 1.5 : i; };
export const byEnvironment = <T extends { environment: string }>(apps: T[]) => [...apps].sort((a, b) => rank(a.environment) - rank(b.environment) || a.environment.localeCompare(b.environment));
