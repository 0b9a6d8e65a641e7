// The journey line at the head of commit, run, image and deployment pages: one answer to "where is my change?"
import { CircleAlert, CircleCheck, CircleDashed, CircleDot, Clock3 } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Link } from 'wouter';
import { ago, exact } from '../base/format';
import { get, type Page } from '../base/http';
import { useNow } from '../base/parts';
import { useLocale, useWords } from '../base/settings';
import type { Kind } from '../base/states';
import { useResource } from '../base/use_resource';
import { paths as deliver, type App, type Deployment, type Environment } from '../deliver/api';
import { paths as findings, type Scan } from '../findings/api';
import { useLookAgain } from '../findings/use_findings';
import { paths as pipeline, type Run, type RunBrief } from '../pipeline/api';
import { journeyStops, presentStop } from './journey_stops';
import { webWords } from './words';

const icons: Record<Kind, typeof Clock3> = { good: CircleCheck, wait: Clock3, bad: CircleAlert, run: CircleDot, idle: CircleDashed };

function useDeployments(ids: number[]): Deployment[] {
  const [found, setFound] = useState<Deployment[]>([]), key = ids.join(',');
  useEffect(() => {
    if (!key) { setFound([]); return; }
    const stop = new AbortController();
    void Promise.all(key.split(',').map(id => get<Deployment>(deliver.deployment(id), stop.signal).catch(() => null)))   // one that cannot be read leaves its stop out
      .then(all => { if (!stop.signal.aborted) setFound(all.filter(d => d !== null)); });
    return () => stop.abort();
  }, [key]);
  return found;
}

export function Journey({ repo, sha, run: given }: { repo: string; sha: string; run?: Run }) {
  const w = useWords(webWords).journey, locale = useLocale(), now = useNow(10000);
  const runs = useResource<Page<RunBrief>>(given ? null : pipeline.repoRuns(repo, { sha, limit: 100 }), ['runs']);
  const newest = runs.data?.items.filter(r => r.sha === sha).sort((a, b) => b.id - a.id)[0];
  const own = useResource<Run>(newest ? pipeline.run(newest.id) : null, newest ? [`run:${newest.id}`] : []);
  const environments = useResource<Page<Environment>>(deliver.environments), apps = useResource<Page<App>>(deliver.applications, ['apps']);
  const scans = useResource<{ items: Scan[] }>(/^[0-9a-f]{40}$/.test(sha) ? findings.scan(repo, sha) : null), scan = scans.data && (scans.data.items[0] ?? null);
  useLookAgain(scan?.state === 'queued' ? scan : undefined, scans.reload);
  const run = given ?? own.data;
  const deployments = useDeployments(run?.stages.flatMap(s => s.jobs).flatMap(j => j.deployment_id ? [j.deployment_id] : []) ?? []);
  const stops = journeyStops({ repo, sha, scan, run, deployments, apps: apps.data?.items.filter(a => a.repo === repo) ?? [], environments: environments.data?.items.map(e => e.name) ?? [] });
  const say = (s: typeof stops[number]) => s.word === 'live' ? w.live(s.release ?? 0) : s.word === 'fresh' ? w.fresh(s.fresh ?? 0) : w[s.word];
  const present = presentStop(stops);
  return <nav className="journey" aria-label={w.label}>
    {stops.map(s => {
      const Icon = icons[s.kind], time = s.at ? ` ${ago(s.at, now, locale)}` : '';
      const body = <><span className="stop-mark"><Icon size={18} aria-hidden className={s.kind === 'run' ? 'pulse' : undefined} /></span><span className="stop-name">{w[s.key]}</span><span className="stop-word" title={s.at ? exact(s.at, locale) : undefined}>{say(s)}{time}</span></>;
      return s.to ? <Link key={s.key} href={s.to} className={`stop stop-${s.kind}`}>{body}</Link> : <div key={s.key} className={`stop stop-${s.kind}`}>{body}</div>;
    })}
    <p className="journey-now" aria-live="polite">{w.now(w[present.key], say(present))}{present.at ? ` · ${ago(present.at, now, locale)}` : ''}</p>
  </nav>;
}
