// Applications and deployments of the mock. A rollback runs through its phases in about two seconds.
import { commits, digest, environments, iso } from './data.mjs';

const wave = (base, i) => Math.max(0, base * (1 + 0.18 * Math.sin(i / 5) + 0.08 * Math.sin(i / 1.7)));
function release(app, number, live, i) {
  const c = commits('company/order-service')[i];
  return { id: number, number, digest: digest(app + number), image: `company/${app}`, commit: c.sha, repo: `company/${app}`, created_at: iso(1600 + i * 20000), created_by: c.login, config: [{ key: 'DB_URL', value: 'jdbc:postgresql://db.internal:5432/orders' }, { key: 'FEATURE_COUPONS', value: i > 1 ? 'false' : 'true' }, { key: 'POOL_SIZE', value: i > 0 ? '16' : '32' }], secrets: [{ key: 'DB_PASSWORD', version: i > 1 ? 6 : 7 }], spec_hash: digest('spec' + i).slice(7, 19), environments: live };
}
const inst = (id, app, n, state, more = {}) => ({ id, name: `${app}-${n}-${id}`, release: n, state, address: `10.88.0.${id % 250}:8080`, started_at: iso(1300), ready_at: iso(1289), restarts: 0, cpu_percent: 12 + id % 9, memory_bytes: 412e6 + id * 1e6, last_probe: { at: iso(2), ok: true, status: 200, body: '{"status":"UP"}' }, exit: null, ...more });
let nextId = 100;
function app(id, name, environment, state, n, opts = {}) {
  const count = opts.instances ?? 2, commit = opts.commit ?? 1;
  const releases = n ? Array.from({ length: Math.min(5, n) }, (_, i) => release(name, n - i, i === 0 ? [environment] : i === 1 && environment === 'daily' ? ['production'] : [], commit + i)) : [];
  const instances = Array.from({ length: n ? count : 0 }, () => inst(nextId++, name, n, 'ready'));
  if (opts.broken) Object.assign(instances[0], { state: 'failed', restarts: 4, cpu_percent: 0, memory_bytes: 0, exit: { code: 137, reason: 'killed: memory limit of 512 MB reached', at: iso(40) }, last_probe: { at: iso(41), ok: false, status: 503, body: '{"status":"DOWN","components":{"db":{"status":"DOWN"}}}' } });
  return { id, name, environment, repo: `company/${name}`, url: n ? `http://${name}.${environment}.example.com` : '', state, release: releases[0] ? { number: n, commit: releases[0].commit, image: releases[0].image, digest: releases[0].digest, created_at: releases[0].created_at, created_by: releases[0].created_by } : null, instances, wanted: count, min: 2, max: 6,
    metrics: { requests_per_second: opts.rps ?? 0, errors_per_second: opts.err ?? 0, p95_ms: n ? 42 : null, cpu_percent: n ? 14 : 0, memory_bytes: n ? 830e6 : 0 }, deployment: null, last_change_at: n ? iso(1200 + id * 900) : null,
    releases, warm: n ? [inst(nextId++, name, n - 1, 'warm', { cpu_percent: 0 }), inst(nextId++, name, n, 'spare', { cpu_percent: 0 })] : [], base: opts.rps ?? 0 };
}
export const apps = [
  app(1, 'order-service', 'daily', 'running', 42, { rps: 6.2, commit: 1 }), app(2, 'order-service', 'staging', 'running', 41, { rps: 1.4, commit: 2 }), app(3, 'order-service', 'production', 'running', 41, { rps: 318, instances: 3, commit: 3, err: 0 }),
  app(4, 'shop-front', 'daily', 'running', 18, { rps: 11 }), app(5, 'shop-front', 'production', 'degraded', 17, { rps: 642, err: 1.8, broken: true, instances: 3 }), app(6, 'report-service', 'daily', 'never deployed', 0), app(7, 'pay-gateway', 'production', 'down', 5, { rps: 0, broken: true, instances: 1 }),
];
const phaseNames = ['preparing', 'starting', 'probing', 'switching', 'draining', 'settling'];
const details = { preparing: 'Image is there, 2 settings and 1 secret joined', starting: '3 instances thawed', probing: '3 of 3 good answers through the proxy', switching: 'Traffic moved to r40', draining: '0 requests open on r41', settling: 'r41 stays warm for 15 min' };
export const deployments = new Map();
function deployment(id, a, kind, to, from, state, at, more = {}) {
  const d = { id, application: a.name, environment: a.environment, kind, release: to, previous_release: from, state, phase: state === 'running' ? 'preparing' : 'done', reason: '', phases: phaseNames.map((name, i) => ({ name, state: state === 'running' ? (i ? 'pending' : 'running') : 'succeeded', started_at: state === 'running' && i ? null : iso(at - i * 0.6), finished_at: state === 'running' ? null : iso(at - i * 0.6 - 0.5), deadline_s: [30, 120, 60, 10, 30, 30][i], detail: state === 'running' ? '' : details[name] })),
    requests: state === 'running' ? 0 : 10482, failed: 0, probe_requests: state === 'running' ? 0 : 61, probe_failed: 0, first_failures: [], actor: 'chen', run_id: 41, job_id: null, created_at: iso(at), finished_at: state === 'running' ? null : iso(at - 3.8), duration_s: state === 'running' ? null : 3.8, log: [{ at: iso(at), text: `r${to} to ${a.environment}` }, { at: iso(at - 1), text: 'thawed 3 warm instances' }], evidence: [], warm_used: true, last_bad_answer_at: null, switched_at: state === 'running' ? null : iso(at - 2), ...more };
  deployments.set(id, d); a.deployments = [d, ...(a.deployments ?? [])]; return d;
}
for (const a of apps) if (a.release) {
  deployment(a.id * 1000 + 2, a, 'promote', a.release.number, a.release.number - 1, 'succeeded', 1200 + a.id * 900);
  deployment(a.id * 1000 + 1, a, 'deploy', a.release.number - 1, a.release.number - 2, 'failed', 90000, { reason: 'Instance order-service-40-107 gave no good answer within 120 s; customers stayed on r40', duration_s: 121, phase: 'starting', failed: 0,
    phases: phaseNames.map((name, i) => ({ name, state: i === 0 ? 'succeeded' : i === 1 ? 'failed' : 'pending', deadline_s: [30, 120, 60, 10, 30, 30][i], started_at: i < 2 ? iso(90000) : null, finished_at: i < 2 ? iso(i ? 89879 : 89998) : null, detail: i === 1 ? 'readiness answered 503 for 120 s' : '' })),
    evidence: [{ instance: `${a.name}-40-107`, log_tail: 'Started OrderApplication in 8.1 seconds\nHikariPool-1 - Exception during pool initialization.\norg.postgresql.util.PSQLException: FATAL: password authentication failed for user "orders"', last_probe: { at: iso(89880), ok: false, status: 503, body: '{"status":"DOWN"}' }, exit: { code: 1, reason: 'exited by itself', at: iso(89879) } }] });
  a.deployments.sort((x, y) => y.id - x.id);
}
export function liveDeployments(runs) {   // the deployments that runs point at
  for (const r of runs) for (const s of r.stages) for (const j of s.jobs) if (j.deployment_id && !deployments.has(j.deployment_id)) { const a = apps.find(x => x.name === 'order-service' && x.environment === (j.key === 'deploy_daily' ? 'daily' : 'production')), keep = a.deployments; deployment(j.deployment_id, a, 'deploy', r.id, r.id - 1, 'succeeded', 1500 + (41 - r.id) * 7000, { run_id: r.id, job_id: j.id }); a.deployments = keep; }
}
let nextDeployment = 9001;
export function startDeployment(a, kind, to, actor, changed) {
  const d = deployment(nextDeployment++, a, kind, to, a.release.number, 'running', 0, { actor, run_id: null });
  a.state = 'deploying'; a.deployment = d; let i = 0;
  const tell = () => changed('apps', `app:${a.id}`, `deployment:${d.id}`, 'home');
  const timer = setInterval(() => {
    const p = d.phases[i]; Object.assign(p, { state: 'succeeded', finished_at: iso(0), detail: details[p.name] }); d.requests += 214; d.probe_requests += 9;
    if (p.name === 'switching') {
      d.switched_at = iso(0);
      const r = a.releases.find(x => x.number === to); a.release = { number: to, commit: r.commit, image: r.image, digest: r.digest, created_at: r.created_at, created_by: r.created_by };
      a.releases.forEach(x => { x.environments = x.environments.filter(e => e !== a.environment); if (x.number === to) x.environments.push(a.environment); });
      a.instances = a.instances.map(() => inst(nextId++, a.name, to, 'ready', { started_at: iso(1), ready_at: iso(0) }));
    }
    if (++i < d.phases.length) { d.phase = d.phases[i].name; Object.assign(d.phases[i], { state: 'running', started_at: iso(0) }); }
    else { clearInterval(timer); Object.assign(d, { state: 'succeeded', phase: 'done', finished_at: iso(0), duration_s: 2.4 }); a.state = 'running'; a.deployment = null; a.last_change_at = iso(0); }
    tell();
  }, 400);
  tell(); return d;
}
export function preview(a, to) {
  const t = a.releases.find(r => r.number === to), f = a.releases[0] && a.releases.find(r => r.number === a.release.number);
  const changes = (x, y, v) => y.map(k => ({ key: k.key, from: x.find(o => o.key === k.key)?.[v], to: k[v] })).filter(k => k.from !== k.to);
  return { to, from: a.release.number, image_changes: true, config_changes: changes(f.config, t.config, 'value'), secret_changes: changes(f.secrets, t.secrets, 'version'), warm: to === a.release.number - 1, estimate_s: to === a.release.number - 1 ? 1 : 14 };
}
export const listed = a => { const { releases, warm, base, deployments: _, ...rest } = a; return rest; };
export const detail = a => ({ ...listed(a), releases: a.releases, deployments: a.deployments ?? [], warm: a.warm, budget: { used: 1.3e9, limit: 4e9 }, config: a.releases[0]?.config ?? [], secrets: a.releases[0]?.secrets ?? [], spec_yaml: 'name: order-service\nport: 8080\nprobes:\n  readiness: { path: /actuator/health/readiness, good: 3 }\nscale: { min: 2, max: 6, rps: 150 }\nkeepWarm: 15m\nspare: 1\n', commands: {},
  events: a.release ? [{ at: iso(600), what: 'Scaled from 2 to 3 instances', reason: '318 requests/s are more than 150 per instance' }, { at: iso(3900), what: `Instance ${a.name}-40-103 restarted`, reason: 'liveness answered nothing for 10 s' }] : [] });
export function metrics(a, minutes) {
  const step = minutes * 60 / 120;
  return { step_s: step, points: Array.from({ length: 120 }, (_, i) => ({ at: iso((120 - i) * step), rps: wave(a.base, i), errors: a.metrics.errors_per_second && i > 80 ? wave(a.metrics.errors_per_second, i) : 0, cpu_percent: wave(a.release ? 30 : 0, i * 1.3), memory_bytes: wave(a.release ? 830e6 : 0, i / 6), instances: a.instances.length })) };
}
export const jitter = () => { for (const a of apps) if (a.base) a.metrics.requests_per_second = a.base * (0.9 + Math.random() * 0.2); };
export const environmentList = () => environments.map(e => ({ ...e, apps: apps.filter(a => a.environment === e.name).length }));
