import { expect, test } from 'vitest';
import type { App, Deployment } from '../deliver/api';
import type { Scan } from '../findings/api';
import type { Job, Run } from '../pipeline/api';
import { journeyStops, presentStop } from './journey_stops';

const job = (key: string, state: string, more: Partial<Job> = {}) => ({ key, name: key, state, steps: [], artifacts: [], reports: [], needs: [], ...more }) as unknown as Job;
const run = (...stages: [string, Job[]][]) => ({ id: 7, stages: stages.map(([id, jobs]) => ({ id, name: id, jobs })) }) as unknown as Run;
const environments = ['daily', 'staging', 'production'], none = { repo: 'company/shop', sha: 'abc', deployments: [] as Deployment[], apps: [] as App[], environments };
const words = (stops: ReturnType<typeof journeyStops>) => Object.fromEntries(stops.map(s => [s.key, s.word]));

test('journey: reviewing says honestly that it is not here yet', () => { expect(words(journeyStops(none))).toMatchObject({ scanned: 'notYet', reviewed: 'notHere', built: 'noRun', daily: 'notYet' }); });
const scan = (state: Scan['state'], blocker = 0, critical = 0, major = 0) => ({ state, fresh: { blocker, critical, major } }) as Scan;
test('journey: a scan says what the commit brought, and how bad it is', () => {
  const stop = (of: Scan | null) => journeyStops({ ...none, scan: of })[0];
  expect(stop(null)).toMatchObject({ kind: 'idle', word: 'notScanned' }); expect(stop(scan('queued'))).toMatchObject({ kind: 'run', word: 'running' }); expect(stop(scan('failed'))).toMatchObject({ kind: 'bad', word: 'failed' });
  expect(stop(scan('done'))).toMatchObject({ kind: 'good', word: 'nothingNew', to: '/code/company/shop/findings?ref=abc' });
  expect(stop(scan('done', 1, 1))).toMatchObject({ kind: 'bad', word: 'fresh', fresh: 2, to: '/code/company/shop/findings?ref=abc&standing=fresh' });
  expect([stop(scan('done', 0, 1)).kind, stop(scan('done', 0, 0, 1)).kind]).toEqual(['wait', 'good']);
});
test('journey: a phone names a severe new finding, but no warning where the commit is live', () => {
  const apps = [{ environment: 'daily', name: 'shop', state: 'running', release: { number: 42, commit: 'abc' } }] as unknown as App[];
  expect(presentStop(journeyStops({ ...none, apps, scan: scan('done', 0, 3) })).key).toBe('daily'); expect(presentStop(journeyStops({ ...none, apps, scan: scan('done', 1) })).key).toBe('scanned');
  expect(presentStop(journeyStops({ ...none, scan: scan('done') })).key).toBe('scanned'); expect(presentStop(journeyStops({ ...none, scan: null })).key).toBe('built');
});
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
