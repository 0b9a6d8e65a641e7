// Where a commit is: seven stops worked out from its newest run, the deployments of that run and what is live. Pure.
import { isUnderWay, type App, type Deployment } from '../deliver/api';
import type { Job, Run } from '../pipeline/api';
import type { Scan } from '../findings/api';
import { total } from '../findings/standing';
import type { Kind } from '../base/states';
import type { WebWords } from './words';

export type StopKey = 'scanned' | 'reviewed' | 'built' | 'imaged' | 'daily' | 'staging' | 'production';
type Word = Exclude<keyof WebWords['journey'], StopKey | 'label' | 'now' | 'live' | 'fresh'>;
export type Stop = { key: StopKey; kind: Kind; word: Word | 'live' | 'fresh'; release?: number; fresh?: number; at?: string | null; to?: string };
export type JourneyFacts = { repo: string; sha: string; scan?: Scan | null; run?: Run; deployments: Deployment[]; apps: App[]; environments: string[] };

const kImageSteps = /^(ImageBuild|ACRDockerBuild|DockerBuild|.*ImageBuild.*)$/i;
const isImage = (job: Job) => job.artifacts.some(a => a.kind === 'image') || job.steps.some(s => kImageSteps.test(s.step)) || /image|镜像/i.test(job.key);
const isDelivery = (job: Job) => !!job.gate || !!job.component || !!job.deployment_id || job.steps.some(s => s.step === 'Deploy') || /deploy/i.test(job.key);

function together(jobs: Job[]): { kind: Kind; word: Word; at?: string | null } {
  const some = (state: string) => jobs.some(j => j.state === state);
  const at = jobs.map(j => j.finished_at ?? '').sort().pop() || null;
  if (some('failed')) return { kind: 'bad', word: 'failed', at };
  if (some('running')) return { kind: 'run', word: 'running' };
  if (some('waiting')) return { kind: 'wait', word: 'waits' };
  if (jobs.length && jobs.every(j => j.state === 'succeeded' || j.state === 'skipped') && some('succeeded')) return { kind: 'good', word: 'done', at };
  if (some('canceled')) return { kind: 'idle', word: 'canceled', at };
  return { kind: 'idle', word: 'notYet' };
}

function delivered(name: 'daily' | 'staging' | 'production', { sha, run, deployments, apps, environments }: JourneyFacts): Stop {
  if (!environments.includes(name)) return { key: name, kind: 'idle', word: 'noEnvironment' };
  const app = apps.find(a => a.environment === name && a.release?.commit === sha);
  if (app) return { key: name, kind: app.state === 'down' ? 'bad' : app.state === 'degraded' ? 'wait' : 'good', word: 'live', release: app.release!.number, at: app.last_change_at, to: `/applications/${name}/${app.name}` };
  const last = deployments.filter(d => d.environment === name).sort((a, b) => b.id - a.id)[0];
  if (last) {
    const to = `/deployments/${last.id}`, at = last.finished_at;
    if (isUnderWay(last) || last.state === 'frozen') return { key: name, kind: isUnderWay(last) ? 'run' : 'wait', word: 'running', to };
    if (last.state === 'succeeded') return { key: name, kind: 'idle', word: 'was', at, to };
    return { key: name, kind: 'bad', word: last.state === 'rolled_back' ? 'rolledBack' : 'failed', at, to };
  }
  const gate = run?.stages.find(s => [s.id, s.name, ...s.jobs.flatMap(j => [j.key, j.name])].some(t => t.toLowerCase().includes(name)) && s.jobs.some(j => j.state === 'waiting'))?.jobs.find(j => j.state === 'waiting');
  if (gate) return { key: name, kind: 'wait', word: 'waits', to: `/runs/${run!.id}?job=${gate.key}` };
  return { key: name, kind: 'idle', word: 'notYet' };
}

// What a commit brought decides: a severe finding is trouble, a warning waits for somebody, a suggestion stops nobody.
function scanned({ repo, sha, scan }: JourneyFacts): Stop {
  const key = 'scanned', to = `/code/${repo}/findings?ref=${sha}`;
  if (scan === undefined) return { key, kind: 'idle', word: 'notYet' };
  if (scan === null) return { key, kind: 'idle', word: 'notScanned', to };
  if (scan.state === 'queued') return { key, kind: 'run', word: 'running', to };
  if (scan.state === 'failed') return { key, kind: 'bad', word: 'failed', at: scan.finished_at, to };
  const fresh = total(scan.fresh);
  if (!fresh) return { key, kind: 'good', word: 'nothingNew', at: scan.finished_at, to };
  return { key, kind: scan.fresh.blocker ? 'bad' : scan.fresh.critical ? 'wait' : 'good', word: 'fresh', fresh, at: scan.finished_at, to: `${to}&standing=fresh` };
}

export function journeyStops(facts: JourneyFacts): Stop[] {
  const jobs = facts.run?.stages.flatMap(s => s.jobs) ?? [], to = facts.run && `/runs/${facts.run.id}`;
  const image = jobs.filter(isImage), build = jobs.filter(j => !isImage(j) && !isDelivery(j));
  return [
    scanned(facts), { key: 'reviewed', kind: 'idle', word: 'notHere' },
    !facts.run ? { key: 'built', kind: 'idle', word: 'noRun' } : build.length || image.length ? { key: 'built', ...together(build.length ? build : image), to } : { key: 'built', kind: 'idle', word: 'noBuild', to },
    !facts.run ? { key: 'imaged', kind: 'idle', word: 'notYet' } : image.length ? { key: 'imaged', ...together(image), to } : { key: 'imaged', kind: 'idle', word: 'noImage' },
    delivered('daily', facts), delivered('staging', facts), delivered('production', facts),
  ];
}
/** The stop a phone names in words: trouble first, then what waits, work under way, the furthest reached. A scan is named last: it seldom is where a commit is. */
export function presentStop(stops: Stop[]): Stop {
  const last = (kind: Kind) => stops.slice(1).reverse().find(s => s.kind === kind), scan = stops[0];
  return last('bad') ?? (scan.kind === 'bad' ? scan : undefined) ?? last('wait') ?? last('run') ?? last('good') ?? (scan.kind === 'idle' ? stops[2] : scan);
}
