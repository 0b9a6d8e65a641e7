// Runs of the mock: a failed one, one waiting at its gate, one under way whose log grows, one with a million lines.
import { commits, digest, iso } from './data.mjs';

const step = (key, name, kind, state, more = {}) => ({ key, name, step: kind, state, exit_code: state === 'succeeded' ? 0 : state === 'failed' ? 1 : null, ...more });
const job = (id, stage, key, name, state, needs, more = {}) => ({ id, key, stage, name, state, reason: '', needs, driven: 'auto', attempt: 1, steps: [], artifacts: [], reports: [], gate: null, ...more });

function daily(n, at, shape) {
  const c = commits('company/order-service')[shape.commit ?? n % 18], base = n * 100, started = iso(at - 3);
  const s = shape.states;   // [test, jar, image, daily, gate, production]
  const done = (state, secs, from) => state === 'succeeded' || state === 'failed' ? { started_at: iso(at - from), finished_at: iso(at - from - secs), duration_s: secs } : state === 'running' ? { started_at: iso(at - from) } : {};
  const jobs = [
    job(base + 1, 'build', 'unit_test', 'Unit tests', s[0], [], { runner: 'builtin', usual_s: 38, ...done(s[0], s[0] === 'failed' ? 41 : 36, 2),
      reason: s[0] === 'failed' ? '2 of 214 tests failed' : '', steps: [step('checkout', 'Check out', 'Checkout', 'succeeded', { log_first_line: 1 }), step('test', 'Maven unit tests', 'MavenUnitTest', s[0] === 'succeeded' ? 'succeeded' : s[0], { log_first_line: 9 })],
      reports: s[0] === 'queued' || s[0] === 'running' ? [] : [{ kind: 'junit', name: 'surefire', tests: 214, failures: s[0] === 'failed' ? 2 : 0, errors: 0, skipped: 3, duration_s: 21.4, failed_cases: s[0] === 'failed' ? [{ suite: 'com.example.order.RefundTest', name: 'refund_is_refused_after_30_days', message: 'expected: <REFUSED> but was: <PAID>\n  at RefundTest.java:84' }, { suite: 'com.example.order.CouponTest', name: '优惠券不可叠加', message: 'expected: <90.00> but was: <80.00>' }] : [] }] }),
    job(base + 2, 'build', 'jar', 'Build jar', s[1], [], { runner: 'builtin', usual_s: 52, ...done(s[1], 49, 2), steps: [step('checkout', 'Check out', 'Checkout', 'succeeded', { log_first_line: 1 }), step('build', 'Java build', 'JavaBuild', s[1], { log_first_line: 12 })],
      artifacts: s[1] === 'succeeded' ? [{ id: base + 2, name: 'app', file_name: 'app.jar', size: 48_220_113, sha256: digest('jar' + n).slice(7), kind: 'file' }] : [] }),
    job(base + 3, 'image', 'image', 'Build image', s[2], ['jar', 'unit_test'], { runner: s[2] === 'pending' ? null : 'builtin', usual_s: 9, ...done(s[2], 8, 55), reason: s[2] === 'pending' ? 'Waits for Build jar (running, usually 52 s)' : s[2] === 'skipped' ? 'Skipped: Unit tests failed' : '',
      steps: s[2] === 'pending' ? [] : [step('image', 'Image build', 'ImageBuild', s[2], { log_first_line: 1 }), step('push', 'Push', 'ImageBuild', s[2] === 'succeeded' ? 'succeeded' : 'pending', { log_first_line: 40 })],
      artifacts: s[2] === 'succeeded' ? [{ id: base + 3, name: 'image', file_name: '', size: 212_000_000, sha256: digest('img' + n).slice(7), kind: 'image', image: `company/order-service@${digest('img' + n)}` }] : [] }),
    job(base + 4, 'daily', 'deploy_daily', '部署日常', s[3], ['image'], { usual_s: 4, ...done(s[3], 3.4, 66), reason: s[3] === 'pending' ? 'Waits for Build image' : '', deployment_id: s[3] === 'succeeded' ? n * 10 + 1 : null, steps: s[3] === 'succeeded' ? [step('deploy', 'Deploy', 'Deploy', 'succeeded', { log_first_line: 1 })] : [] }),
    job(base + 5, 'production', 'gate', '人工卡点', s[4], ['deploy_daily'], { component: 'ManualValidate', reason: s[4] === 'waiting' ? 'Waits for the approval of chen or li' : s[4] === 'pending' ? 'Waits for 部署日常' : '', ...done(s[4], 340, 70), started_at: s[4] === 'waiting' ? iso(1500) : undefined,
      gate: s[4] === 'waiting' || s[4] === 'succeeded' ? { state: s[4] === 'waiting' ? 'open' : 'approved', validators: ['chen', 'li'], method: 'or', message: '请确认日常环境验收通过, 再发布到正式环境。', approvals: s[4] === 'succeeded' ? [{ login: 'li', verdict: 'approve', comment: '验收通过', at: iso(at - 410) }] : [], release_at: null, may_i: s[4] === 'waiting' } : null }),
    job(base + 6, 'production', 'deploy_production', '部署正式', s[5], ['gate'], { usual_s: 5, ...done(s[5], 4.1, 420), reason: s[5] === 'pending' ? 'Waits for 人工卡点' : '', deployment_id: s[5] === 'succeeded' ? n * 10 + 2 : null, steps: s[5] === 'succeeded' ? [step('deploy', 'Deploy', 'Deploy', 'succeeded', { log_first_line: 1 })] : [] }),
  ];
  const names = { build: '构建', image: '镜像', daily: '日常环境', production: '正式环境' };
  return { id: n, number: n, repo: 'company/order-service', pipeline: 'daily', pipeline_file: '.sampan/daily.yaml', ref: 'master', sha: c.sha, title: c.title, state: shape.state, reason: shape.reason ?? '', trigger: 'push', actor: c.login, created_at: iso(at), started_at: started, finished_at: shape.took ? iso(at - shape.took) : null, duration_s: shape.took ?? null, usual_s: 104,
    stages: Object.entries(names).map(([id, name]) => ({ id, name, jobs: jobs.filter(j => j.stage === id) })), variables: [{ key: 'CI_COMMIT_SHA', value: c.sha }, { key: 'JDK', value: '17' }],
    edges: jobs.flatMap(j => j.needs.map(from => ({ from, to: j.key }))), can: { cancel: !shape.took, retry: !!shape.took, approve: shape.state === 'waiting' }, comment: '' };
}
function front(n, at, state) {
  const c = commits('company/shop-front')[n % 18];
  const jobs = [job(n * 100 + 1, 'build', 'build', 'npm build', state, [], { runner: 'builtin', usual_s: 21, started_at: iso(at), finished_at: iso(at - 22), duration_s: 22, reason: state === 'failed' ? 'Step "npm build" ended with exit code 2' : '', steps: [step('build', 'npm build', 'NodeBuild', state, { log_first_line: 1 })] }), job(n * 100 + 2, 'deploy', 'deploy', 'Deploy daily', state === 'failed' ? 'skipped' : 'succeeded', ['build'], { duration_s: 3 })];
  return { id: n, number: n, repo: 'company/shop-front', pipeline: 'site', pipeline_file: '.sampan/site.yaml', ref: n % 3 ? 'master' : 'feature/首页', sha: c.sha, title: c.title, state, reason: state === 'failed' ? 'npm build failed' : '', trigger: n % 4 ? 'push' : 'manual', actor: c.login, created_at: iso(at), started_at: iso(at), finished_at: iso(at - 26), duration_s: 26, usual_s: 25,
    stages: [{ id: 'build', name: 'Build', jobs: [jobs[0]] }, { id: 'deploy', name: 'Deploy', jobs: [jobs[1]] }], variables: [], edges: [{ from: 'build', to: 'deploy' }], can: { cancel: false, retry: true, approve: false }, comment: '' };
}
const ok = 'succeeded';
export const runs = [
  daily(42, 34, { commit: 0, state: 'running', reason: '', states: [ok, 'running', 'pending', 'pending', 'pending', 'pending'] }),
  daily(41, 1600, { commit: 1, state: 'waiting', reason: 'Waits for the approval of chen or li', states: [ok, ok, ok, ok, 'waiting', 'pending'] }),
  daily(40, 4100, { commit: 2, state: 'failed', reason: 'Unit tests: 2 of 214 tests failed', took: 44, states: ['failed', ok, 'skipped', 'skipped', 'skipped', 'skipped'] }),
  daily(39, 9000, { commit: 3, state: ok, took: 428, states: [ok, ok, ok, ok, ok, ok] }),
];
for (let n = 38; n > 0; n--) runs.push(n % 4 === 1 ? front(n, 9000 + (39 - n) * 7000, n % 8 === 1 ? 'failed' : ok) : daily(n, 9000 + (39 - n) * 7000, n % 7 === 0 ? { state: 'canceled', reason: 'Canceled by li', took: 12, states: [ok, 'canceled', 'canceled', 'canceled', 'canceled', 'canceled'] } : { state: ok, took: 420, states: [ok, ok, ok, ok, ok, ok] }));
export const brief = run => { const { stages, variables, edges, can, comment, ...b } = run; return b; };

// Logs are computed from the line number, so a million lines cost nothing.
const esc = '\u001b[';
const mavenLine = n => n % 97 === 0 ? `${esc}1;31m[ERROR]${esc}0m   RefundTest.refund_is_refused_after_30_days:${n} expected: <REFUSED> but was: <PAID>`
  : n % 31 === 0 ? `${esc}33m[WARNING]${esc}0m ${n} deprecation: getShopId() in OrderService has been deprecated`
  : n % 13 === 0 ? `[${esc}1;34mINFO${esc}m] Downloaded from central: https://packages.example/maven2/org/springframework/spring-core/6.1.${n % 20}/spring-core-6.1.${n % 20}.jar (1.9 MB at 14 MB/s) with a rather long tail that will not fit on a telephone`
  : `[${esc}1;34mINFO${esc}m] ${esc}32mTests run: ${n % 40 + 1}${esc}0m, Failures: 0, Errors: 0, Skipped: 0, Time elapsed: 0.${n % 900} s -- in com.example.order.Order${n % 60}Test`;
const logs = new Map();
export function log(run, jobOf) {
  let l = logs.get(jobOf.id);
  if (!l) {
    const total = run.id === 39 && jobOf.key === 'jar' ? 1_000_000 : jobOf.state === 'running' ? 180 : jobOf.steps.length ? 420 : 0;
    logs.set(jobOf.id, l = { total, complete: jobOf.state !== 'running' });
  }
  return l;
}
export function line(jobOf, n) {
  const first = jobOf.steps[0];
  const at = [...jobOf.steps].reverse().find(s => s.log_first_line && s.log_first_line <= n) ?? first;
  const text = n === 1 ? `$ git fetch --depth 1 origin master` : at?.log_first_line === n ? `$ mvn -B ${at.step === 'MavenUnitTest' ? 'test' : 'package -DskipTests'}` : mavenLine(n);
  return { n, step: at?.key, text };
}
