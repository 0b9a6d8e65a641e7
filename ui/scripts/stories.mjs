// What people do, in Debian's Chromium, against a running server:
//   node scripts/stories.mjs BASE_URL USER PASSWORD [--quick]
// Every page is looked at in both widths, languages and themes (--quick: wide, light, English and narrow, dark, Chinese): no axe violation, no sideways scroll, no console error. Then the acts: search,
// keys, a log, an approval, a rollback in two presses. A story whose subject this server does not have (no open gate, no second release) says so.
import fs from 'node:fs'; import { createRequire } from 'node:module';
import { findingStories } from './finding_stories.mjs';
import { openLog, scrollLog } from './log_page.mjs';
import { addresses, combinations, foundRepo, openBrowser, openContext, runWithMetrics, settle, signIn } from './browser.mjs';

const [base, user, password, ...options] = process.argv.slice(2);
if (!password) { console.error('usage: node scripts/stories.mjs BASE_URL USER PASSWORD [--quick]'); process.exit(2); }
const looks = combinations(options.includes('--quick') ? 'opposite' : 'all');
const axe = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
let passed = 0, failed = 0;
const absent = why => { throw Object.assign(new Error(why), { absent: true }); };
const must = (truth, sentence) => { if (!truth) throw new Error(sentence); };
async function story(name, act) {
  try { await act(); passed++; console.log(`ok      ${name}`); }
  catch (error) { if (error.absent) console.log(`absent  ${name}: ${error.message}`); else { failed++; console.log(`FAILED  ${name}: ${error.message.split('\n').slice(0, 6).join('\n        ')}`); } }
}
const violations = async page => { await page.evaluate(axe); return page.evaluate(async () => (await axe.run(document, { resultTypes: ['violations'] })).violations.map(v => `${v.id} (${v.impact}) ${v.nodes.slice(0, 2).map(n => n.target.join(' ')).join(', ')}`)); };
const api = (page, path) => page.evaluate(async p => { const a = await fetch(p); return a.ok ? a.json() : null; }, path);

const browser = await openBrowser();
for (const { width, scheme, locale } of looks) {
  const { context, wrong } = await openContext(browser, { width, scheme, locale }), page = await context.newPage(), tag = `${width} px, ${scheme}, ${locale.slice(0, 2)}`;
  let signedIn = false;
  await story(`${tag}: the sign-in page is accessible`, async () => { await page.goto(base); await page.waitForSelector('form'); const v = await violations(page); must(!v.length, v.join('\n')); });
  await story(`${tag}: signing in leads to the first page`, async () => { await signIn(page, base, user, password); await settle(page); signedIn = true; });
  if (!signedIn) { await context.close(); continue; }
  for (const address of await addresses(page)) await story(`${tag}: ${address}`, async () => {
    wrong.length = 0;
    await page.goto(base + address, { waitUntil: 'domcontentloaded' }); await settle(page);
    const v = await violations(page), sideways = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    must(!v.length, v.join('\n')); must(sideways <= 0, `scrolls sideways by ${sideways} px`); must(!wrong.length, wrong.join('\n'));
    must(await page.title() !== 'Sampan' || address === '/', 'has no title of its own');
  });
  await context.close();
}

const { context, wrong } = await openContext(browser, {}), page = await context.newPage();
await story('a wrong password is refused where it was typed', async () => {
  await page.goto(base); await page.fill('input[name=login]', user); await page.fill('input[name=password]', `${password}x`); await page.click('button[type=submit]');
  await page.waitForSelector('form [role=alert]');
});
await story('a link survives sign-in', async () => {
  await page.goto(`${base}/environments`); await page.fill('input[name=login]', user); await page.fill('input[name=password]', password); await page.click('button[type=submit]');
  await page.waitForSelector('#content h1'); must(new URL(page.url()).pathname === '/environments', `came out at ${page.url()}`);
});
await story('keys: g r opens the runs, ? lists the keys, j moves to the first row, / searches', async () => {
  await page.goto(base); await settle(page);
  await page.keyboard.press('g'); await page.keyboard.press('r'); await page.waitForURL('**/runs'); await settle(page);
  await page.keyboard.press('?'); await page.waitForSelector('[role=dialog] .key-list'); must(!(await violations(page)).length, 'the list of keys has axe violations'); await page.keyboard.press('Escape'); await page.waitForSelector('[role=dialog]', { state: 'detached' });
  if (await page.$('[data-row]')) { await page.keyboard.press('j'); must(await page.evaluate(() => !!document.activeElement?.closest('[data-row]')), 'j did not move to a row'); }
  await page.evaluate(() => document.activeElement?.blur()); await page.keyboard.press('/'); await page.waitForSelector('[role=dialog] input[type=search]'); await page.keyboard.type('a'); await page.waitForTimeout(600);
  const v = await violations(page); must(!v.length, v.join('\n')); await page.keyboard.press('Escape');
});
await story('the language and the theme change at once and are remembered', async () => {
  const before = await api(page, '/api/v1/me');
  await page.goto(base); await settle(page); await page.click('.account'); await page.waitForSelector('[role=menu]'); const v = await violations(page); must(!v.length, v.join('\n'));
  await page.click('[role=menuitemradio]:has-text("中文")'); await page.waitForFunction(() => document.documentElement.lang === 'zh-CN');
  await page.click('[role=menuitemradio] >> nth=4'); await page.waitForFunction(() => document.documentElement.dataset.theme === 'dark');
  await page.reload(); await settle(page); must(await page.evaluate(() => document.documentElement.lang === 'zh-CN' && document.documentElement.dataset.theme === 'dark'), 'they were forgotten');
  await page.evaluate(async locale => { localStorage.clear(); await fetch('/api/v1/me', { method: 'PATCH', headers: { 'Content-Type': 'application/json', 'X-Sampan-Request': '1' }, body: JSON.stringify({ locale }) }); }, before.locale);
});
await story('the log of a run: tail first, scrolls, folds and finds', async () => {
  const runs = (await api(page, '/api/v1/runs'))?.items ?? [], done = runs.find(r => ['succeeded', 'failed'].includes(r.state)); if (!done) absent('no run has ended here');
  const run = await api(page, `/api/v1/runs/${done.id}`), jobs = run.stages.flatMap(s => s.jobs).filter(j => j.steps.length); if (!jobs.length) absent('no job of it has steps');
  await page.goto(`${base}/runs/${done.id}?job=${jobs[0].key}`); await settle(page); const tab = page.locator('[role=tab]').first(); await tab.click(); await page.waitForSelector('.log-scroll');
  await page.waitForSelector('.log-row code');
  const total = Number(await page.getAttribute('.log-scroll', 'data-total')), text = await page.textContent('.log-row:last-of-type code');
  must(total > 0, 'the log is empty'); must(await page.locator('.log-number', { hasText: new RegExp(`^${total}$`) }).count() === 1, 'the last line is not shown first');
  await scrollLog(page); await page.evaluate(() => { document.querySelector('.log-scroll').scrollTop = 0; });
  await page.waitForFunction(() => document.querySelector('.log-number')?.textContent === '1');
  const word = text.replace(/[^\w ]/g, ' ').trim().split(/\s+/).find(x => x.length > 3); if (word) { await page.fill('.log-search', word); await page.waitForFunction(() => /\d/.test(document.querySelector('.log-bar [role=status]')?.textContent ?? '')); }
});
await story('metrics stand against their red lines, with the change since the run before and a trend', async () => {
  const crossed = await runWithMetrics(page); if (!crossed) absent('no run crossed a red line');
  await page.goto(`${base}/runs/${crossed.run}?job=${crossed.job}`); await settle(page); await page.waitForSelector('[role=tabpanel] table'); const row = page.locator('[role=tabpanel] tbody tr').first();
  must((await row.textContent()).includes(crossed.metric.name), 'what is crossed does not come first'); must(await row.locator('.state-bad').count() === 1, 'the line is not shown as crossed');
  await row.locator('.chart-small canvas').waitFor(); must((await row.locator('[role=img]').getAttribute('aria-label')).includes(crossed.metric.name), 'the trend has no words'); must(/red line|红线/.test(await row.locator('[role=img]').getAttribute('aria-label')), 'the trend does not know its red line');
  const v = await violations(page); must(!v.length, v.join('\n'));
});
await story('a log of a million lines opens at its end and can be dragged through', async () => {
  let run;
  for (let i = 0; i < 100 && run?.state !== 'succeeded'; i++) { run = (await api(page, '/api/v1/runs?repo=company/million'))?.items[0]; if (!run) absent('no such log here'); if (i) await page.waitForTimeout(200); }
  await openLog(page, base, run.id, 1000000);
  await scrollLog(page);
  await page.evaluate(() => { document.querySelector('.log-scroll').scrollTop = 0; });
  await page.waitForFunction(() => document.querySelector('.log-number')?.textContent === '1' && document.querySelector('.log-row code')?.textContent === '1');
});
await story('a gate is approved from the first page', async () => {
  const gate = (await api(page, '/api/v1/home'))?.waiting.find(x => x.kind === 'gate'); if (!gate) absent('nothing waits for an approval here');
  await page.goto(base); await settle(page); await page.click('.waiting-row .button-primary'); await page.waitForSelector('[data-act=approve]'); await page.click('[data-act=approve]');
  await page.waitForSelector('[data-act=approve]', { state: 'detached', timeout: 10000 });
});
await story('a rollback takes two presses, the second states its cost, and the deployment is watched to its end', async () => {
  const apps = (await api(page, '/api/v1/applications'))?.items.filter(a => a.release && a.state === 'running') ?? []; let app;
  for (const a of apps) { const d = await api(page, `/api/v1/environments/${a.environment}/applications/${a.name}`); if (d?.releases.some(r => r.number < a.release.number)) { app = a; if (a.environment === 'production') break; } }
  if (!app) absent('no application with an earlier release');
  await page.goto(`${base}/applications/${app.environment}/${app.name}`); await settle(page);
  await page.click('[data-act=rollback]'); await page.waitForSelector('[data-act=rollback-now]:not([disabled])'); const v = await violations(page); must(!v.length, v.join('\n'));
  const cost = await page.textContent('[role=dialog]'); must(/database|数据库/.test(cost), 'the cost is not stated');
  await page.click('[data-act=rollback-now]');
  await page.waitForFunction(n => new RegExp(`r${n}\\b`).test(document.querySelector('.page-sub')?.textContent ?? '') === false, app.release.number, { timeout: 120000 });
  await page.waitForSelector('.rollout', { state: 'detached', timeout: 120000 });
});
await findingStories({ page, base, story, must, absent, violations, api, settle, found: await foundRepo(page) });
await story('no page said anything to the console meanwhile', async () => { const real = wrong.filter(x => !/status of 401/.test(x)); must(!real.length, real.join('\n')); });
await browser.close();
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
