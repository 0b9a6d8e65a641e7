import { expect, test } from 'vitest';
import type { DeploymentBrief, Release } from './api';
import { backTo, neverLive } from './releases';

const release = (number: number) => ({ number }) as Release;
const deployed = (release: number, state: string, previous_release: number | null) => ({ release, state, previous_release }) as DeploymentBrief;
const past = (here: number, ...deployments: DeploymentBrief[]) => ({ release: release(here), releases: [4, 3, 2, 1].map(release), deployments });

test('rollback: goes to what the present release replaced, not to the number before it', () => {
  const app = past(4, deployed(4, 'succeeded', 1), deployed(1, 'succeeded', 2), deployed(3, 'failed', 2), deployed(2, 'succeeded', 1));
  expect(backTo(app)).toBe(1); expect([1, 2, 3, 4].map(n => neverLive(app, n))).toEqual([false, false, true, false]);
});
test('rollback: a restart replaced nothing; a release that was never healthy is passed over', () => {
  expect(backTo(past(4, deployed(4, 'succeeded', 4), deployed(3, 'rolled_back', 2)))).toBe(2);
  expect(backTo(past(1, deployed(1, 'succeeded', null)))).toBeUndefined(); expect(backTo({ release: null, releases: [], deployments: [] })).toBeUndefined();
});
