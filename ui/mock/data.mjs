// What the mock server knows: one small company. Times are relative to now, so that pages look alive.
import { createHash } from 'node:crypto';

export const now = () => Date.now();
export const iso = (secondsAgo = 0) => new Date(now() - secondsAgo * 1000).toISOString();
export const sha = text => createHash('sha1').update(text).digest('hex');
export const digest = text => 'sha256:' + createHash('sha256').update(text).digest('hex');
const people = [['chen', '陈舟', 'chen@example.com'], ['li', '李航', 'li@example.com'], ['wang', 'Wang Lei', 'wang@example.com'], ['zhao', 'Zhao Min', 'zhao@example.com']];
export const users = people.map(([login, name, email], i) => ({ id: i + 1, login, name, email, site_admin: i === 0, active: i !== 3, created_at: iso(86400 * 90), last_seen_at: iso(i * 4000 + 20), password: 'sampan', must_change_password: false, locale: '' }));
users.push({ id: 9, login: 'newcomer', name: 'New Comer', email: 'new@example.com', site_admin: false, active: true, created_at: iso(3600), last_seen_at: null, password: 'sampan', must_change_password: true, locale: '' });

const titles = ['订单:库存不足时返回明确的错误', 'Order: Refuse an order without a shop', 'Retry the payment callback three times', 'Health: Answer readiness only after the cache is warm', 'Raise the connection pool to 32', '优惠券叠加规则修正', 'Use the shared money type everywhere', 'Move the config of the mailer to a variable group', 'Tests for the refund state machine', 'Drop the unused Jenkins file', '商品搜索支持拼音', 'Shop front: Lazy-load product images', 'Graceful shutdown waits for open orders', 'Log the trace id in every line', 'Fix the off-by-one in paging', 'Upgrade Spring Boot to 3.2.5', '首页加载提速', 'Rename shop id to merchant id', 'Stop reading passwords from the repository', 'First import'];
export const commits = repo => titles.map((title, i) => {
  const [login, name, email] = people[i % 3], s = sha(repo + title);
  return { sha: s, short_sha: s.slice(0, 8), title, author_name: name, author_email: email, authored_at: iso(900 + i * i * 5200), parents: i < titles.length - 1 ? [sha(repo + titles[i + 1])] : [], login };
});
export const groups = [
  { id: 1, name: 'company', description: '主站与商家端', visibility: 'internal', repo_count: 3, my_role: 'admin' },
  { id: 2, name: 'tools', description: 'Shared templates and scripts', visibility: 'private', repo_count: 1, my_role: 'developer' },
];
const repo = (id, path, description, more = {}) => { const [group, name] = path.split('/'); return { id, path, group, name, description, visibility: group === 'tools' ? 'private' : 'internal', default_branch: 'master', empty: false, clone_url: `http://127.0.0.1:7400/${path}.git`, my_role: 'admin', updated_at: iso(id * 4000), head: commits(path)[0], ...more }; };
export const repos = [repo(1, 'company/order-service', '订单服务 (Spring Boot)'), repo(2, 'company/shop-front', 'Static front end of the shops'), repo(3, 'company/pay-gateway', '', { empty: true, head: null }), repo(4, 'tools/ci-templates', 'Pipelines linked by the other repositories')];
export const templates = [
  { id: 'spring-boot', title_en: 'Spring Boot service', title_zh: 'Spring Boot 服务', description_en: 'Maven, unit tests, health probes, Dockerfile, pipeline', description_zh: 'Maven、单元测试、健康检查、Dockerfile、流水线' },
  { id: 'static-site', title_en: 'Static front end', title_zh: '静态前端', description_en: 'npm build served as files, Dockerfile, pipeline', description_zh: 'npm 构建后的静态文件、Dockerfile、流水线' },
  { id: 'empty', title_en: 'Empty repository', title_zh: '空仓库', description_en: 'Push what you have', description_zh: '推送已有代码' },
];
const java = `package com.example.order;

import java.util.List;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.*;

/** Orders of a shop: 创建、查询、取消。 */
@RestController
@RequestMapping("/orders")
public class OrderController {
    private static final int MAX_PAGE = 100;
    private final OrderService orders;

    public OrderController(OrderService orders) {
        this.orders = orders;
    }

    @GetMapping
    public List<Order> list(@RequestParam(defaultValue = "0") int page) {
        if (page < 0 || page > MAX_PAGE) {
            throw new IllegalArgumentException("page must be between 0 and " + MAX_PAGE);
        }
        return orders.page(page);
    }

    @PostMapping
    public ResponseEntity<Order> create(@RequestBody NewOrder wanted) {
        // 库存不足时不产生订单
        return orders.create(wanted)
            .map(ResponseEntity::ok)
            .orElseGet(() -> ResponseEntity.status(409).build());
    }
}
`;
const pipelineYaml = `name: daily
triggers:
  push:
    branches: [master, release/*]
stages:
  build:
    name: 构建
    jobs:
      unit_test:
        name: Unit tests
        steps:
          test: { step: MavenUnitTest }
      jar:
        name: Build jar
        steps:
          build: { step: JavaBuild, with: { jdkVersion: "17" } }
  image:
    jobs:
      image:
        needs: [jar]
        steps:
          image: { step: ImageBuild, with: { repository: company/order-service } }
`;
export const files = {
  'README.md': '# order-service\n\nOrders of every shop. Spring Boot 3, Java 17.\n\n## Run it\n\n```\nmvn spring-boot:run\ncurl localhost:8080/actuator/health\n```\n\n订单的创建、支付回调与退款。\n\n- readiness: `/actuator/health/readiness`\n- liveness: `/actuator/health/liveness`\n',
  'Dockerfile': 'FROM company/jre17:1\nCOPY target/app.jar /app/app.jar\nUSER 1000\nEXPOSE 8080\nENTRYPOINT ["java", "-jar", "/app/app.jar"]\n',
  'pom.xml': '<?xml version="1.0" encoding="UTF-8"?>\n<project>\n  <modelVersion>4.0.0</modelVersion>\n  <groupId>com.example</groupId>\n  <artifactId>order-service</artifactId>\n  <version>1.8.0</version>\n</project>\n',
  '.sampan/daily.yaml': pipelineYaml,
  '.sampan/app.yaml': 'name: order-service\nport: 8080\nprobes:\n  readiness: { path: /actuator/health/readiness, good: 3 }\nscale: { min: 2, max: 6, rps: 150 }\nkeepWarm: 15m\nspare: 1\n',
  'src/main/java/com/example/order/OrderController.java': java,
  'src/main/resources/application.yaml': 'server:\n  port: 8080\n  shutdown: graceful\nspring:\n  application:\n    name: order-service\n',
  'docs/状态机.md': '# 状态机\n\n待支付 → 已支付 → 已发货\n',
};
export function diff() {
  const lines = java.split('\n'), hunk = (start, take, changes) => {
    const out = []; let o = start, n = start;
    for (let i = start; i < start + take; i++) {
      const c = changes[i];
      if (c) { out.push({ kind: '-', old: o++, text: lines[i - 1] }); for (const t of c) out.push({ kind: '+', new: n++, text: t }); }
      else out.push({ kind: ' ', old: o++, new: n++, text: lines[i - 1] });
    }
    return { header: `@@ -${start},${o - start} +${start},${n - start} @@ public class OrderController`, old_start: start, old_lines: o - start, new_start: start, new_lines: n - start, lines: out };
  };
  return { truncated: false, files: [
    { path: 'src/main/java/com/example/order/OrderController.java', status: 'modified', binary: false, additions: 5, deletions: 2, truncated: false, hunks: [hunk(8, 8, { 11: ['    private static final int MAX_PAGE = 500;', '    private static final int PAGE_SIZE = 20;'] }), hunk(25, 8, { 30: ['            .orElseThrow(() -> new OutOfStock(', '                "库存不足: " + wanted.sku()', '            ));'] })] },
    { path: 'src/main/java/com/example/order/OutOfStock.java', status: 'added', binary: false, additions: 5, deletions: 0, truncated: false, hunks: [{ header: '@@ -0,0 +1,5 @@', old_start: 0, old_lines: 0, new_start: 1, new_lines: 5, lines: ['package com.example.order;', '', 'public class OutOfStock extends RuntimeException {', '    public OutOfStock(String message) { super(message); }', '}'].map((text, i) => ({ kind: '+', new: i + 1, text })) }] },
    { path: 'docs/old.md', old_path: null, status: 'deleted', binary: false, additions: 0, deletions: 1, truncated: false, hunks: [{ header: '@@ -1,1 +0,0 @@', old_start: 1, old_lines: 1, new_start: 0, new_lines: 0, lines: [{ kind: '-', old: 1, text: '# Old notes' }] }] },
    { path: 'docs/flow.png', status: 'added', binary: true, additions: 0, deletions: 0, truncated: false, hunks: [] },
  ] };
}
export const environments = [
  { id: 1, name: 'daily', title: '日常', order: 1, target: 'local', failure_policy: 'freeze', locked: null, my_role: 'admin', apps: 3, requires_approval: false },
  { id: 2, name: 'staging', title: '预发', order: 2, target: 'local', failure_policy: 'rollback', locked: { by: 'li', reason: 'Load test until 18:00', at: iso(5400) }, my_role: 'admin', apps: 1, requires_approval: false },
  { id: 3, name: 'production', title: '正式', order: 3, target: 'local', failure_policy: 'rollback', locked: null, my_role: 'admin', apps: 3, requires_approval: true },
];
export const variableGroups = [
  { id: 1, name: 'order-service-production', description: 'Database and mail of production', environments: ['production'], updated_at: iso(7200), updated_by: 'chen', variables: [{ key: 'DB_URL', value: 'jdbc:postgresql://db.internal:5432/orders', secret: false, version: 4 }, { key: 'DB_PASSWORD', value: null, secret: true, version: 7 }, { key: 'FEATURE_COUPONS', value: 'true', secret: false, version: 2 }] },
  { id: 2, name: 'shared', description: '', environments: [], updated_at: iso(86400 * 12), updated_by: 'li', variables: [{ key: 'MAVEN_OPTS', value: '-Xmx1g', secret: false, version: 1 }] },
];
export const history = [{ at: iso(7200), actor: 'chen', key: 'DB_PASSWORD', secret: true, version: 7, action: 'changed' }, { at: iso(86400), actor: 'li', key: 'FEATURE_COUPONS', secret: false, version: 2, old: 'false', new: 'true', action: 'changed' }, { at: iso(86400 * 9), actor: 'li', key: 'DB_URL', secret: false, version: 4, old: 'jdbc:postgresql://db-old:5432/orders', new: 'jdbc:postgresql://db.internal:5432/orders', action: 'changed' }];
export const runners = [{ id: 1, name: 'builtin', state: 'online', version: '0.1.0', labels: ['linux', 'jdk17', 'node18'], busy: 1, capacity: 2, last_seen_at: iso(2), current_jobs: [4203] }, { id: 2, name: 'build-02', state: 'offline', version: '0.1.0', labels: ['linux', 'podman'], busy: 0, capacity: 4, last_seen_at: iso(5200), current_jobs: [] }];
export const robots = [{ id: 1, name: '发布群', kind: 'dingtalk', url: 'https://oapi.dingtalk.com/robot/send?access_token=…', events: ['run_failed', 'run_recovered', 'gate_opened', 'deployment_finished'], repos: ['company/order-service'], environments: ['production'] }, { id: 2, name: 'metrics hook', kind: 'webhook', url: 'https://hooks.example.com/sampan', events: ['deployment_finished', 'app_changed'] }];
export const deliveries = [{ id: 3, at: iso(300), title: 'order-service r42 is live in daily', state: 'sent', attempts: 1, answer: '{"errcode":0,"errmsg":"ok"}' }, { id: 2, at: iso(4000), title: 'company/order-service #40 failed: Unit tests', state: 'failed', attempts: 5, answer: 'connection refused after 5 attempts in 12 min' }];
export const audit = Array.from({ length: 40 }, (_, i) => ({ id: 400 - i, at: iso(i * 1700 + 60), actor: people[i % 4][0], remote_address: `10.0.3.${20 + i % 7}`, action: ['deployment.rollback', 'session.create', 'variable.change', 'gate.approve', 'member.set', 'token.create'][i % 6], target_kind: ['application', 'user', 'variable_group', 'run', 'group', 'token'][i % 6], target: ['production/order-service', people[i % 4][0], 'order-service-production', '#41', 'company', 'laptop'][i % 6], detail: ['r41 → r40', '', 'DB_PASSWORD version 7', 'approved, release at 02:00', 'wang is developer', 'scopes: git, api'][i % 6] }));
export const tokens = [{ id: 1, name: 'laptop', scopes: ['git', 'api'], created_at: iso(86400 * 20), expires_at: new Date(now() + 86400000 * 60).toISOString(), last_used_at: iso(400), revoked_at: null }, { id: 2, name: 'old ci', scopes: ['registry'], created_at: iso(86400 * 200), expires_at: null, last_used_at: null, revoked_at: iso(86400 * 100) }];
export const members = [{ login: 'chen', name: '陈舟', role: 'admin', inherited_from: 'group company' }, { login: 'li', name: '李航', role: 'developer', inherited_from: null }, { login: 'wang', name: 'Wang Lei', role: 'viewer', inherited_from: null }];
