// Debian's Chromium for the scripts of this folder.
import { chromium } from 'playwright-core';

export const openBrowser = () => chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', headless: true, args: ['--no-sandbox'] });

/** Width, theme and language of a look: `all` of them, `paired` (light English and dark Chinese in both widths) or two `opposite` ones. */
export function combinations(which) {
  const every = [1280, 360].flatMap(width => ['light', 'dark'].flatMap(scheme => ['en-US', 'zh-CN'].map(locale => ({ width, scheme, locale }))));
  const paired = every.filter(c => (c.scheme === 'light') === (c.locale === 'en-US'));
  return { all: every, paired, opposite: paired.filter(c => (c.width > 720) === (c.scheme === 'light')) }[which];
}
/** A context of one width, theme and language; its pages collect what went wrong into `wrong`. */
export async function openContext(browser, { width = 1280, scheme = 'light', locale = 'en-US', storageState } = {}) {
  const phone = width < 720;
  const context = await browser.newContext({ viewport: { width, height: phone ? 740 : 900 }, isMobile: phone, hasTouch: phone, colorScheme: scheme, locale, storageState });
  await context.addInitScript(l => { try { localStorage.getItem('sampan.locale') ?? localStorage.setItem('sampan.locale', l); } catch { /* about:blank has none */ } }, locale.slice(0, 2));   // the account's own language would win otherwise
  const wrong = [];
  context.on('page', page => {
    page.on('console', m => { if (m.type() === 'error') wrong.push(`${new URL(page.url()).pathname}: console: ${m.text().slice(0, 200)}`); });
    page.on('pageerror', e => wrong.push(`${page.url()}: ${String(e).slice(0, 300)}`));
  });
  return { context, wrong };
}
export async function signIn(page, base, user, password) {
  await page.goto(base, { waitUntil: 'domcontentloaded' });
  await page.fill('input[name=login]', user); await page.fill('input[name=password]', password);
  await page.click('button[type=submit]');
  await page.waitForSelector('main h1:not(.hidden)'); await page.waitForSelector('#content');
}
/** The page is at rest: no skeletons, no request for a while (event streams stay open, so network idle never comes). */
export async function settle(page) {
  await page.waitForFunction(() => document.querySelector('main h1') && !document.querySelector('.skeleton') && !document.querySelector('[aria-busy=true]'), undefined, { timeout: 15000 }).catch(() => undefined);
  await page.waitForTimeout(350);
}
/** The first repository in which something is found, with the list at its default branch. */
export async function foundRepo(page) {
  return page.evaluate(async () => {
    for (const repo of (await (await fetch('/api/v1/repos')).json()).items) {
      const answer = repo.empty ? null : await fetch(`/api/v1/repos/${repo.path}/findings?limit=500&standing=all`), list = answer?.ok ? await answer.json() : null;
      if (list?.items.some(f => f.fresh)) return { repo, list };
    }
    return null;
  });
}
/** The newest run in which a metric with a history crossed its red line. */
export async function runWithMetrics(page) {
  return page.evaluate(async () => {
    for (const brief of (await (await fetch('/api/v1/runs?state=failed')).json()).items) {
      const run = await (await fetch(`/api/v1/runs/${brief.id}`)).json();
      for (const job of run.stages.flatMap(s => s.jobs)) { const metric = job.metrics.find(m => m.crossed && m.before.length); if (metric) return { run: run.id, job: job.key, metric }; }
    }
    return null;
  });
}
/** Addresses of one page of each kind that has something to show on this server. */
export async function addresses(page) {
  const found = await foundRepo(page), crossed = await runWithMetrics(page);
  return page.evaluate(async ({ found, crossed }) => {
    const get = async path => { const a = await fetch(path); return a.ok ? a.json() : null; }, items = async path => (await get(path))?.items ?? [];
    const list = ['/', '/code', '/runs', '/images', '/applications', '/environments', '/settings', '/settings/profile', '/settings/tokens', '/settings/users', '/settings/audit', '/settings/runners', '/settings/robots', '/settings/variables', '/nowhere'];
    const apps = await items('/api/v1/applications'), live = apps.find(a => a.release), repos = await items('/api/v1/repos'), repo = repos.find(r => r.path === live?.repo) ?? repos.find(r => !r.empty), empty = repos.find(r => r.empty);
    if (empty) list.push(`/code/${empty.path}`);
    if (repo) {
      const at = `/code/${repo.path}`, api = `/api/v1/repos/${repo.path}`, tree = await get(`${api}/tree?ref=${repo.default_branch}&path=`), file = tree?.entries.find(e => e.kind === 'blob' && /Dockerfile|\.xml|\.md/.test(e.name));
      list.push(`/code/${repo.group}`, at, ...['commits', 'branches', 'tags', 'pipelines', 'settings'].map(x => `${at}/${x}`));
      if (file) list.push(`${at}/file?path=${encodeURIComponent(file.path)}`, `${at}/file?path=${encodeURIComponent(file.path)}&blame=1`);
      if (tree) list.push(`${at}/commits/${tree.sha}`);
      const branches = await items(`${api}/branches`); if (branches.length > 1) list.push(`${at}/compare?from=${encodeURIComponent(repo.default_branch)}&to=${encodeURIComponent(branches.find(b => !b.is_default).name)}`);
    }
    if (found) {
      const at = `/code/${found.repo.path}`, fresh = found.list.items.find(f => f.fresh);
      list.push(`${at}/findings`, `${at}/findings?standing=dismissed`, `${at}/findings?files=history&standing=all`, `${at}/findings?ref=${found.list.scan.base}`, `${at}/settings`, `${at}/file?path=${encodeURIComponent(fresh.path)}#L${fresh.range.line}`, `${at}/commits/${found.list.commit}`);
    }
    const runs = await items('/api/v1/runs'), seen = new Set();
    for (const r of runs) if (!seen.has(r.state) && seen.size < 4) { seen.add(r.state); list.push(`/runs/${r.id}`); }
    if (crossed) list.push(`/runs/${crossed.run}?job=${crossed.job}`);
    const images = await items('/api/v1/images'); const image = images.find(i => i.name === live?.repo) ?? images[0]; if (image) list.push(`/images/${image.name}`);
    const states = new Set();
    for (const a of apps) if (!states.has(a.state)) { states.add(a.state); list.push(`/applications/${a.environment}/${a.name}`); }
    if (live) { const d = await get(`/api/v1/environments/${live.environment}/applications/${live.name}`), kinds = new Set(); for (const x of d?.deployments ?? []) if (!kinds.has(x.state)) { kinds.add(x.state); list.push(`/deployments/${x.id}`); } }
    const environments = await items('/api/v1/environments'); if (environments[0]) list.push(`/environments/${environments[0].name}`);
    const groups = await items('/api/v1/variable-groups'); if (groups[0]) list.push(`/settings/variables/${encodeURIComponent(groups[0].name)}`);
    return list;
  }, { found, crossed });
}
