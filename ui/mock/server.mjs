// A stand-in for the server, for development and for stories of the pages: `node mock/server.mjs [PORT]`, then http://127.0.0.1:7400, chen / sampan.
// It speaks the REST shapes with made-up data and forgets everything at its end. Never part of what is delivered.
import http from 'node:http'; import fs from 'node:fs'; import path from 'node:path'; import zlib from 'node:zlib'; import { fileURLToPath } from 'node:url';
import * as data from './data.mjs'; import { brief, line, log, runs } from './runs.mjs';
import { apps, deployments, detail, environmentList, jitter, listed, liveDeployments, metrics, preview, startDeployment } from './apps.mjs';

liveDeployments(runs);
const { iso, users, groups, repos } = data;
const dist = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', 'dist');
const streams = new Set();
const changed = (...topics) => { for (const s of streams) for (const t of topics) if (s.topics.has(t)) s.res.write(`event: changed\ndata: {"topic":"${t}"}\n\n`); };
class Refused extends Error { constructor(status, code, message, details) { super(message); Object.assign(this, { status, code, details }); } }
const refuse = (status, code, message, details) => { throw new Refused(status, code, message, details); };
const need = (x, what) => x ?? refuse(404, 'not_found', `There is no ${what}.`);
const list = (items, q) => { const limit = Math.min(200, +(q.get('limit') ?? 50)), from = +(q.get('before') ?? 0); return { items: items.slice(from, from + limit), next: from + limit < items.length ? String(from + limit) : null }; };
const repoOf = p => need(repos.find(r => r.path === `${p.group}/${p.repo}`), `repository ${p.group}/${p.repo}`);
const appOf = p => need(apps.find(a => a.environment === p.environment && a.name === p.app), `application ${p.app} in ${p.environment}`);
const runOf = p => need(runs.find(r => r.id === +p.run), `run ${p.run}`);
const jobOf = (r, p) => need(r.stages.flatMap(s => s.jobs).find(j => j.id === +p.job || j.key === p.job), `job ${p.job} in run ${r.id}`);
const meOf = u => { const { password, active, created_at, last_seen_at, ...me } = u; return me; };
const userOf = u => { const { password, must_change_password, locale, ...rest } = u; return rest; };
const waitingNow = () => [...runs.filter(r => r.state === 'waiting').map(r => ({ kind: 'gate', run: r.id, job: 'gate', title: r.title, repo: r.repo, since: iso(1500) })), ...runs.filter(r => r.id === 40).map(r => ({ kind: 'failed_run', run: r.id, title: r.title, repo: r.repo, since: r.finished_at }))];
function finishGate(r, j, verdict, body, me) {
  j.gate.approvals.push({ login: me.login, verdict, comment: body.comment ?? '', at: iso() });
  if (verdict === 'approve' && body.release_at) { j.gate.release_at = body.release_at; j.gate.may_i = false; j.gate.state = 'approved'; j.reason = `Approved by ${me.login}; goes out at ${body.release_at}`; r.reason = j.reason; changed(`run:${r.id}`, 'runs', 'home', 'gates'); return; }
  j.gate.state = verdict === 'approve' ? 'approved' : 'refused'; j.gate.may_i = false; j.state = verdict === 'approve' ? 'succeeded' : 'failed'; j.reason = verdict === 'approve' ? '' : `Refused by ${me.login}: ${body.comment}`;
  const next = r.stages.flatMap(s => s.jobs).find(x => x.needs.includes(j.key));
  if (verdict === 'approve') { r.state = 'running'; r.reason = ''; Object.assign(next, { state: 'running', started_at: iso(), reason: '' }); setTimeout(() => { Object.assign(next, { state: 'succeeded', finished_at: iso(), duration_s: 2.5 }); Object.assign(r, { state: 'succeeded', finished_at: iso(), duration_s: 1600 }); changed(`run:${r.id}`, 'runs', 'home'); }, 2500); }
  else { r.state = 'failed'; r.reason = j.reason; next.state = 'skipped'; }
  changed(`run:${r.id}`, 'runs', 'home', 'gates');
}
const routes = [];
const on = (method, pattern, act) => routes.push({ method, names: [...pattern.matchAll(/[:*](\w+)/g)].map(m => m[1]), re: new RegExp('^' + pattern.replace(/\*\w+/g, '(.+)').replace(/:\w+/g, '([^/]+)') + '$'), act });
const R = '/api/v1/repos/:group/:repo', A = '/api/v1/environments/:environment/applications/:app', J = '/api/v1/runs/:run/jobs/:job';

on('GET', '/api/v1/me', c => meOf(c.me)); on('PATCH', '/api/v1/me', c => meOf(Object.assign(c.me, c.body)));
on('POST', '/api/v1/me/password', c => { if (c.body.old_password !== c.me.password) refuse(403, 'denied', 'The old password is not right.'); if (c.body.new_password.length < 8) refuse(400, 'invalid', 'A password needs at least 8 characters.'); c.me.password = c.body.new_password; c.me.must_change_password = false; return {}; });
on('GET', '/api/v1/users', c => list(users.map(userOf), c.q)); on('POST', '/api/v1/users', c => { if (users.some(u => u.login === c.body.login)) refuse(409, 'conflict', `There is a user ${c.body.login} already; choose another login.`); const u = { id: users.length + 10, active: true, created_at: iso(), site_admin: false, ...c.body, password: c.body.password || 'Xk7-pale-boat' }; users.push(u); return { ...userOf(u), initial_password: c.body.password ? undefined : u.password }; });
on('PATCH', '/api/v1/users/:login', c => userOf(Object.assign(need(users.find(u => u.login === c.p.login), 'user'), c.body)));
on('GET', '/api/v1/me/tokens', c => list(data.tokens, c.q)); on('POST', '/api/v1/me/tokens', c => { const t = { id: 50 + data.tokens.length, name: c.body.name, scopes: c.body.scopes, created_at: iso() }; data.tokens.unshift(t); return { ...t, token: 'sp_4fJq9' + 'x'.repeat(30) }; }); on('DELETE', '/api/v1/me/tokens/:id', c => { need(data.tokens.find(t => t.id === +c.p.id), 'token').revoked_at = iso(); return {}; });
on('GET', '/api/v1/audit', c => list(data.audit.filter(e => ['actor', 'action', 'target'].every(k => !c.q.get(k) || e[k].includes(c.q.get(k)))), c.q));
for (const of of ['/api/v1/groups/:group', R, '/api/v1/environments/:environment']) { on('GET', of + '/members', c => list(data.members, c.q)); on('PUT', of + '/members/:login', c => { const u = need(users.find(x => x.login === c.p.login), `user ${c.p.login}`); const m = data.members.find(x => x.login === u.login); if (m) m.role = c.body.role; else data.members.push({ login: u.login, name: u.name, role: c.body.role }); return {}; }); on('DELETE', of + '/members/:login', c => { data.members.splice(data.members.findIndex(m => m.login === c.p.login), 1); return {}; }); }
on('GET', '/api/v1/groups', c => list(groups, c.q)); on('POST', '/api/v1/groups', c => { const g = { id: 20, repo_count: 0, my_role: 'admin', visibility: 'private', description: '', ...c.body }; groups.push(g); return g; }); on('GET', '/api/v1/groups/:group', c => need(groups.find(g => g.name === c.p.group), `group ${c.p.group}`));
on('GET', '/api/v1/repos', c => list(repos.filter(r => (!c.q.get('group') || r.group === c.q.get('group')) && (!c.q.get('query') || r.path.includes(c.q.get('query')))), c.q));
on('POST', '/api/v1/repos', c => { if (!/^[a-z0-9][a-z0-9._-]*$/.test(c.body.name)) refuse(400, 'invalid', `"${c.body.name}" cannot be a repository's name: use small letters, figures, "-", "_" and ".", beginning with a letter or figure.`); const r = { ...repos[0], id: 90 + repos.length, path: `${c.body.group}/${c.body.name}`, group: c.body.group, name: c.body.name, description: c.body.description ?? '', empty: c.body.template === 'empty', clone_url: `http://127.0.0.1:7400/${c.body.group}/${c.body.name}.git`, updated_at: iso() }; repos.unshift(r); changed('repos'); return r; });
on('GET', '/api/v1/templates', c => list(data.templates, c.q)); on('GET', R, c => repoOf(c.p)); on('PATCH', R, c => Object.assign(repoOf(c.p), c.body)); on('DELETE', R, c => { repos.splice(repos.indexOf(repoOf(c.p)), 1); return {}; });
const refs = (p, names) => names.map((name, i) => { const cs = data.commits(p.path); return { name, sha: cs[i * 2].sha, commit: cs[i * 2], is_default: i === 0 && name === 'master' }; });
on('GET', R + '/branches', c => { const r = repoOf(c.p); return list(r.empty ? [] : refs(r, ['master', 'release/1.8', 'feature/首页', 'fix-refund']), c.q); }); on('GET', R + '/tags', c => { const r = repoOf(c.p); return list(r.empty ? [] : refs(r, ['v1.8.0', 'v1.7.2']), c.q); });
on('POST', R + '/branches', c => ({ name: c.body.name })); on('DELETE', R + '/branches/*name', () => ({}));
on('GET', R + '/commits', c => { const r = repoOf(c.p); return list(r.empty ? [] : data.commits(r.path), c.q); });
on('GET', R + '/commits/:sha', c => { const cs = data.commits(repoOf(c.p).path), b = need(cs.find(x => x.sha.startsWith(c.p.sha)), `commit ${c.p.sha}`); return { ...b, message: `${b.title}\n\nThe shop saw a white page when the stock ran out between the basket and\nthe payment. Say so instead.\n`, committer_name: b.author_name, committed_at: b.authored_at, stats: { files: 4, additions: 10, deletions: 3 } }; });
on('GET', R + '/commits/:sha/diff', () => data.diff()); on('GET', R + '/compare', c => ({ commits: data.commits(repoOf(c.p).path).slice(0, 3), diff: data.diff() }));
on('GET', R + '/tree', c => { const r = repoOf(c.p), dir = c.q.get('path') ?? '', pre = dir ? dir + '/' : '', cs = data.commits(r.path); if (r.empty) refuse(404, 'not_found', `${r.path} has no commit yet.`); const seen = new Map(); Object.keys(data.files).forEach((f, i) => { if (!f.startsWith(pre)) return; const [name, ...rest] = f.slice(pre.length).split('/'); seen.set(name, { name, path: pre + name, kind: rest.length ? 'tree' : 'blob', mode: rest.length ? '040000' : '100644', size: rest.length ? null : data.files[f].length, last_commit: cs[i] }); }); const entries = [...seen.values()].sort((a, b) => (a.kind < b.kind ? 1 : a.kind > b.kind ? -1 : a.name < b.name ? -1 : 1)); return { ref: c.q.get('ref') || r.default_branch, sha: cs[0].sha, path: dir, entries, readme: dir ? null : { path: 'README.md', text: data.files['README.md'] } }; });
on('GET', R + '/file', c => { const r = repoOf(c.p), p = c.q.get('path'); const text = need(data.files[p], `file ${p} in ${r.path}`); return { path: p, ref: c.q.get('ref') || 'master', sha: data.commits(r.path)[0].sha, size: text.length, binary: false, truncated: false, text, language: null }; });
on('GET', R + '/blame', c => { const cs = data.commits(repoOf(c.p).path).slice(0, 5); return { commits: cs, lines: data.files[c.q.get('path')].split('\n').slice(0, -1).map((text, i) => ({ commit: Math.floor(i / 7) % 5, line: i + 1, text })) }; });
on('GET', R + '/pushes', c => list([], c.q));
on('GET', R + '/pipelines', c => { const r = repoOf(c.p), rs = runs.filter(x => x.repo === r.path); return list(r.empty ? [] : [{ id: 1, file: rs[0]?.pipeline_file ?? '.sampan/daily.yaml', name: rs[0]?.pipeline ?? 'daily', triggers: ['push to master', 'push to release/*'], last_run: rs[0] ? brief(rs[0]) : null, errors: [] }, { id: 2, file: '.sampan/nightly.yaml', name: '', triggers: [], last_run: null, errors: [{ line: 12, column: 7, message: 'Unknown key "stepz" in job "scan"; did you mean "steps"?' }] }], c.q); });
on('GET', R + '/pipelines/*file', c => ({ yaml: data.files['.sampan/daily.yaml'], graph: {}, errors: [] }));
on('GET', R + '/runs', c => list(runs.filter(r => r.repo === `${c.p.group}/${c.p.repo}`).map(brief), c.q)); on('POST', R + '/runs', c => runs[0]);
on('GET', R + '/triggers', c => list([{ at: iso(34), event: 'push', ref: 'refs/heads/master', sha: runs[0].sha, actor: 'chen', outcome: 'started', reason: '', pipeline_file: '.sampan/daily.yaml', run_id: 42 }, { at: iso(900), event: 'push', ref: 'refs/heads/feature/首页', sha: runs[3].sha, actor: 'li', outcome: 'nothing', reason: 'No pipeline listens to pushes on feature/首页: .sampan/daily.yaml wants master or release/*.' }, { at: iso(4000), event: 'tag', ref: 'refs/tags/v1.8.0', sha: runs[3].sha, actor: 'li', outcome: 'nothing', reason: 'No pipeline in .sampan/ has a tag trigger.' }], c.q));
on('GET', R + '/caches', c => list([{ id: 1, job_key: 'jar', directory: '~/.m2', size: 318e6, updated_at: iso(60) }], c.q)); on('DELETE', R + '/caches/:id', () => ({}));
on('GET', '/api/v1/runs', c => list(runs.filter(r => (!c.q.get('state') || r.state === c.q.get('state')) && (!c.q.get('repo') || r.repo === c.q.get('repo')) && (!c.q.get('mine') || r.actor === c.me.login)).map(brief), c.q));
on('GET', '/api/v1/runs/:run', c => runOf(c.p)); on('POST', '/api/v1/runs/:run/cancel', c => { const r = runOf(c.p); r.stages.flatMap(s => s.jobs).forEach(j => { if (['running', 'pending', 'queued', 'waiting'].includes(j.state)) j.state = 'canceled'; }); Object.assign(r, { state: 'canceled', reason: `Canceled by ${c.me.login}`, finished_at: iso(), duration_s: 30, can: { cancel: false, retry: true, approve: false } }); changed(`run:${r.id}`, 'runs'); return r; }); on('POST', '/api/v1/runs/:run/retry', c => runOf(c.p));
on('POST', J + '/approve', c => { const r = runOf(c.p), j = jobOf(r, c.p); if (!j.gate || j.gate.state !== 'open') refuse(409, 'conflict', `The gate of run ${r.id} is not open any more.`); finishGate(r, j, 'approve', c.body, c.me); return {}; });
on('POST', J + '/refuse', c => { const r = runOf(c.p), j = jobOf(r, c.p); if (!c.body.comment) refuse(400, 'invalid', 'A refusal needs a comment that says why.'); finishGate(r, j, 'refuse', c.body, c.me); return {}; }); on('POST', J + '/start', () => ({}));
on('GET', J + '/log', c => { const r = runOf(c.p), j = jobOf(r, c.p), l = log(r, j), tail = c.q.get('tail'); const from = tail ? Math.max(1, l.total - tail + 1) : Math.max(1, +(c.q.get('from_line') ?? 1)), n = tail ? +tail : Math.min(5000, +(c.q.get('lines') ?? 500)); const lines = []; for (let i = from; i < from + n && i <= l.total; i++) lines.push(line(j, i)); return { total_lines: l.total, total_bytes: l.total * 110, first_line: from, complete: l.complete, lines }; });
on('GET', '/api/v1/variable-groups', c => list(data.variableGroups, c.q)); on('GET', '/api/v1/variable-groups/:name/history', c => list(data.history, c.q));
on('PUT', '/api/v1/variable-groups/:name', c => { let g = data.variableGroups.find(x => x.name === c.p.name); if (!g) data.variableGroups.push(g = { id: 60, name: c.p.name, description: '', environments: [], variables: [] }); return Object.assign(g, c.body, { updated_at: iso(), updated_by: c.me.login }); });
on('PUT', '/api/v1/variable-groups/:name/variables/:key', c => { const g = need(data.variableGroups.find(x => x.name === c.p.name), 'group'), v = g.variables.find(x => x.key === c.p.key); const n = { key: c.p.key, value: c.body.secret ? null : c.body.value, secret: !!c.body.secret, version: (v?.version ?? 0) + 1 }; if (v) Object.assign(v, n); else g.variables.push(n); return n; });
on('DELETE', '/api/v1/variable-groups/:name/variables/:key', c => { const g = data.variableGroups.find(x => x.name === c.p.name); g.variables = g.variables.filter(v => v.key !== c.p.key); return {}; });
on('GET', '/api/v1/runners', c => list(data.runners, c.q)); on('POST', '/api/v1/runners', c => { const r = { id: 70 + data.runners.length, state: 'offline', version: '', busy: 0, capacity: 0, current_jobs: [], ...c.body }; data.runners.push(r); return { ...r, token: 'spr_9s8d7f6g5h4j' }; }); on('DELETE', '/api/v1/runners/:id', c => { data.runners.splice(data.runners.findIndex(r => r.id === +c.p.id), 1); return {}; });
const images = () => [{ name: 'company/order-service', tags: 24, size: 2.1e9, updated_at: iso(60), pulls: 418 }, { name: 'company/shop-front', tags: 18, size: 3.2e8, updated_at: iso(8000), pulls: 96 }];
on('GET', '/api/v1/images', c => list(images(), c.q)); on('GET', '/api/v1/images/tags', c => list(['42', '41', '40', 'latest'].map((tag, i) => ({ tag, digest: data.digest('img' + (i === 3 ? 42 : tag)), size: 212e6 + i * 4e5, created_at: iso(1500 + i * 8000), pushed_by: 'run 4' + (2 - i % 3), layers: [{ digest: data.digest('a'), size: 31e6, created_by: 'FROM company/debian:12' }, { digest: data.digest('b'), size: 132e6, created_by: 'FROM company/jre17:1' }, { digest: data.digest('c' + i), size: 49e6, created_by: 'COPY target/app.jar /app/app.jar' }], used_by: i === 0 ? [{ application: 'order-service', environment: 'daily', release: 42 }] : i === 1 ? [{ application: 'order-service', environment: 'production', release: 41 }] : [] })), c.q)); on('DELETE', '/api/v1/images/tags', () => refuse(409, 'conflict', 'Tag 41 is live in production as order-service r41; it can be deleted once that release is no longer deployed or kept for a rollback.'));
on('GET', '/api/v1/environments', c => list(environmentList(), c.q)); on('POST', '/api/v1/environments', c => { const e = { id: 30, title: '', order: 9, target: 'local', failure_policy: 'rollback', locked: null, my_role: 'admin', apps: 0, requires_approval: false, ...c.body }; data.environments.push(e); return e; });
on('PATCH', '/api/v1/environments/:environment', c => Object.assign(need(data.environments.find(e => e.name === c.p.environment), 'environment'), c.body)); on('POST', '/api/v1/environments/:environment/lock', c => { data.environments.find(e => e.name === c.p.environment).locked = { by: c.me.login, reason: c.body.reason, at: iso() }; changed('apps'); return {}; }); on('POST', '/api/v1/environments/:environment/unlock', c => { data.environments.find(e => e.name === c.p.environment).locked = null; changed('apps'); return {}; });
on('GET', '/api/v1/applications', c => list(apps.map(listed), c.q)); on('GET', A, c => detail(appOf(c.p))); on('GET', A + '/metrics', c => metrics(appOf(c.p), +(c.q.get('minutes') ?? 30)));
on('GET', A + '/rollback-preview', c => { const a = appOf(c.p); if (!a.release) refuse(409, 'conflict', `${a.name} was never deployed to ${a.environment}.`); return preview(a, +(c.q.get('release') ?? a.release.number - 1)); });
on('POST', A + '/rollback', c => { const a = appOf(c.p); if (a.deployment) refuse(409, 'conflict', `Deployment ${a.deployment.id} is under way; wait for its end or abort it.`); return startDeployment(a, 'rollback', c.body.release ?? a.release.number - 1, c.me.login, changed); });
on('POST', A + '/deploy', c => { const a = appOf(c.p); return startDeployment(a, 'deploy', c.body.release ?? a.release.number, c.me.login, changed); });
on('POST', A + '/scale', c => { const a = appOf(c.p); if (c.body.instances > a.max) refuse(400, 'invalid', `${a.name} may have ${a.min} to ${a.max} instances (scale in .sampan/app.yaml), not ${c.body.instances}.`); a.wanted = c.body.instances; changed('apps', `app:${a.id}`); return {}; }); on('POST', A + '/restart', () => ({}));
on('GET', A + '/instances/:instance/log', c => ({ lines: Array.from({ length: 200 }, (_, i) => `2026-11-24 09:${String(i % 60).padStart(2, '0')}:12.441  INFO 1 --- [nio-8080-exec-${i % 10}] c.e.order.OrderController : GET /orders?page=${i} 200 in ${i % 30} ms`) }));
on('GET', '/api/v1/deployments/:id', c => need(deployments.get(+c.p.id), `deployment ${c.p.id}`)); on('POST', '/api/v1/deployments/:id/abort', () => ({})); on('POST', '/api/v1/deployments/:id/resume', () => ({}));
on('GET', '/api/v1/home', () => ({ waiting: waitingNow(), applications: apps.map(listed) }));
on('GET', '/api/v1/robots', c => list(data.robots, c.q)); on('POST', '/api/v1/robots', c => { const r = { id: 80 + data.robots.length, ...c.body }; delete r.secret; data.robots.push(r); return r; }); on('PATCH', '/api/v1/robots/:id', c => Object.assign(data.robots.find(r => r.id === +c.p.id), c.body)); on('DELETE', '/api/v1/robots/:id', c => { data.robots.splice(data.robots.findIndex(r => r.id === +c.p.id), 1); return {}; }); on('POST', '/api/v1/robots/:id/test', c => +c.p.id === 2 ? refuse(502, 'unavailable', 'hooks.example.com does not answer: connection refused.') : {}); on('GET', '/api/v1/robots/:id/deliveries', c => list(data.deliveries, c.q));
on('GET', '/api/v1/search', c => { const q = c.q.get('q').toLowerCase(), has = s => s.toLowerCase().includes(q); return { repositories: repos.filter(r => has(r.path)), runs: runs.filter(r => has(r.title) || String(r.id) === q).slice(0, 5).map(brief), applications: apps.filter(a => has(a.name)).map(listed), people: users.filter(u => has(u.login) || has(u.name)).map(userOf), images: images().filter(i => has(i.name)), commits: data.commits('company/order-service').filter(x => has(x.title) || x.sha.startsWith(q)).slice(0, 5).map(x => ({ ...x, repo: 'company/order-service' })) }; });
on('GET', '/api/v1/status', c => c.me ? { version: '0.1.0', uptime_s: 86400 * 3, database: 'sqlite', data_dir_free_bytes: 48e9, runners_online: 1 } : { version: '0.1.0' });

const userOfCookie = req => users.find(u => u.login === /sampan_session=mock-(\w+)/.exec(req.headers.cookie ?? '')?.[1]);   // outlives a restart of the mock
const sse = res => { res.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' }); };
function special(req, res, url, me) {
  if (url.pathname === '/api/v1/stream') { sse(res); const s = { res, topics: new Set((url.searchParams.get('topics') ?? '').split(',')) }; streams.add(s); res.write('event: hello\ndata: {"version":"0.1.0"}\n\n'); req.on('close', () => streams.delete(s)); return true; }
  const m = /^\/api\/v1\/runs\/(\d+)\/jobs\/(\d+)\/log(\.txt|\/stream)$/.exec(url.pathname);
  if (!m) return false;
  const r = runOf({ run: m[1] }), j = jobOf(r, { job: m[2] }), l = log(r, j);
  if (m[3] === '.txt') { res.writeHead(200, { 'Content-Type': 'text/plain; charset=utf-8' }); let n = 1; const pump = () => { while (n <= l.total) { let part = ''; for (let i = 0; i < 5000 && n <= l.total; i++) part += line(j, n++).text + '\n'; if (!res.write(part)) { res.once('drain', pump); return; } } res.end(); }; pump(); return true; }
  sse(res); let n = +(url.searchParams.get('from_line') ?? 1);
  const timer = setInterval(() => { if (n <= l.total) { const lines = []; for (; n <= l.total; n++) lines.push(line(j, n)); res.write(`event: lines\ndata: ${JSON.stringify({ first_line: lines[0].n, lines })}\n\n`); } else if (l.complete) { res.write('event: end\ndata: {}\n\n'); clearInterval(timer); } }, 200);
  req.on('close', () => clearInterval(timer)); return true;
}
function statics(req, res, url) {
  const name = url.pathname.replace(/\.\./g, ''), file = path.join(dist, name), there = name !== '/' && fs.existsSync(file) && fs.statSync(file).isFile(), served = there ? file : path.join(dist, 'index.html');
  const types = { '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.html': 'text/html; charset=utf-8' };
  const headers = { 'Content-Type': types[path.extname(served)] ?? 'application/octet-stream', 'Cache-Control': name.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache', 'Content-Security-Policy': "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; worker-src 'self'; frame-ancestors 'none'; base-uri 'none'", 'X-Content-Type-Options': 'nosniff' };
  if (/gzip/.test(req.headers['accept-encoding'] ?? '') && fs.existsSync(served + '.gz')) { res.writeHead(200, { ...headers, 'Content-Encoding': 'gzip' }); fs.createReadStream(served + '.gz').pipe(res); }
  else { res.writeHead(200, headers); fs.createReadStream(served).pipe(res); }
}
http.createServer(async (req, res) => {
  const url = new URL(req.url, 'http://x');
  try {
    if (!url.pathname.startsWith('/api/')) return statics(req, res, url);
    let text = ''; for await (const part of req) text += part;
    const body = text ? JSON.parse(text) : {};
    const json = (value, headers = {}) => { const out = zlib.gzipSync(JSON.stringify(value ?? {})); res.writeHead(200, { 'Content-Type': 'application/json', 'Content-Encoding': 'gzip', 'Cache-Control': 'no-store', ...headers }); res.end(out); };
    if (req.method !== 'GET' && req.headers['x-sampan-request'] !== '1') refuse(403, 'denied', 'State-changing requests of a browser need the header X-Sampan-Request: 1.');
    if (url.pathname === '/api/v1/session') {
      if (req.method === 'GET') { const who = userOfCookie(req); return json({ me: who ? meOf(who) : null }); }
      if (req.method === 'DELETE') { return json({}, { 'Set-Cookie': 'sampan_session=; Max-Age=0; Path=/' }); }
      const u = users.find(x => x.login === body.login && x.password === body.password && x.active); if (!u) refuse(401, 'unauthenticated', 'Login or password is not right.');
      return json(meOf(u), { 'Set-Cookie': `sampan_session=mock-${u.login}; Path=/; HttpOnly; SameSite=Lax` });
    }
    const me = userOfCookie(req); if (!me && url.pathname !== '/api/v1/status') refuse(401, 'unauthenticated', 'Sign in first.');
    if (req.method === 'GET' && special(req, res, url, me)) return;
    for (const r of routes) { const m = r.method === req.method && r.re.exec(url.pathname); if (m) return json(r.act({ p: Object.fromEntries(r.names.map((n, i) => [n, decodeURIComponent(m[i + 1])])), q: url.searchParams, body, me })); }
    refuse(404, 'not_found', `There is no route ${req.method} ${url.pathname}.`);
  } catch (e) {
    if (!(e instanceof Refused)) console.error(e);
    if (!res.headersSent) { res.writeHead(e.status ?? 500, { 'Content-Type': 'application/json' }); res.end(JSON.stringify({ error: { code: e.code ?? 'internal', message: e.message, details: e.details } })); }
  }
}).listen(+(process.argv[2] ?? 7400), '127.0.0.1', function () { console.log(`mock server on http://127.0.0.1:${this.address().port} (chen / sampan)`); });

setInterval(() => { const r = runs[0]; if (r.state !== 'running') return; const j = r.stages[0].jobs[1]; const l = log(r, j); l.total += 1 + Math.floor(Math.random() * 3); }, 350);
setInterval(() => { jitter(); changed('apps', ...apps.map(a => `app:${a.id}`), 'home'); }, 4000);
