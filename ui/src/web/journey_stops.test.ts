import { expect, test } from 'vitest';
import type { App, Deployment } from '../deliver/api';
import type { Job, Run } from '../pipeline/api';
import { journeyStops, presentStop } from './journey_stops';

const job = (key: string, state: string, more: Partial<Job> = {}) => ({ key, name: key, state, steps: [], artifacts: [], reports: [], needs: [], ...more }) as unknown as Job;
const run = (...stages: [string, Job[]][]) => ({ id: 7, stages: stages.map(([id, jobs]) => ({ id, name: id, jobs })) }) as unknown as Run;
const environments = ['daily', 'staging', 'production'], none = { sha: 'abc', deployments: [] as Deployment[], apps: [] as App[], environments };
const words = (stops: ReturnType<typeof journeyStops>) => Object.fromEntries(stops.map(s => [s.key, s.word]));

test('journey: scanning and reviewing say honestly that they are not here yet', () => { expect(words(journeyStops(none))).toMatchObject({ scanned: 'notHere', reviewed: 'notHere', built: 'noRun', daily: 'notYet' }); });
test('journey: built and imaged come from their own jobs', () => {
  const stops = journeyStops({ ...none, run: run(['build', [job('test', 'succeeded'), job('jar', 'succeeded')]], ['image', [job('image', 'failed')]]) });
  expect(words(stops)).toMatchObject({ built: 'done', imaged: 'failed' }); expect(presentStop(stops).key).toBe('imaged');
});
test('journey: live in an environment beats everything that was', () => {
  const apps = [{ environment: 'daily', name: 'shop', state: 'running', release: { number: 42, commit: 'abc' } }] as unknown as App[];
  expect(journeyStops({ ...none, apps })[4]).toMatchObject({ kind: 'good', word: 'live', release: 42, to: '/applications/daily/shop' });
});
test('journey: a deployment that was replaced was here, one that failed failed', () => {
  const deployments = [{ id: 1, environment: 'daily', state: 'succeeded' }, { id: 2, environment: 'production', state: 'rolled_back' }] as unknown as Deployment[];
  expect(words(journeyStops({ ...none, deployments }))).toMatchObject({ daily: 'was', production: 'rolledBack' });
});
test('journey: a deployment that waits for its turn is under way, not failed', () => {
  const deployments = [{ id: 1, environment: 'daily', state: 'queued' }] as unknown as Deployment[];
  expect(journeyStops({ ...none, deployments })[4]).toMatchObject({ kind: 'run', word: 'running' });
});
test('journey: an open gate before production waits there', () => {
  const stops = journeyStops({ ...none, run: run(['build', [job('jar', 'succeeded')]], ['production', [job('gate', 'waiting'), job('deploy', 'pending')]]) });
  expect(stops[6]).toMatchObject({ kind: 'wait', word: 'waits', to: '/runs/7?job=gate' });
});
test('journey: an environment that does not exist is named so', () => { expect(words(journeyStops({ ...none, environments: ['daily'] })).staging).toBe('noEnvironment'); });
