// Screenshots of every page, side by side for a person to look at:
//   node scripts/screens.mjs BASE_URL USER PASSWORD OUTDIR [--only PART] [--combos all|paired|opposite]
// Each page in the combinations of browser.mjs, `paired` without an option. OUTDIR/index.html shows them all.
import fs from 'node:fs'; import path from 'node:path';
import { addresses, combinations, openBrowser, openContext, settle, signIn } from './browser.mjs';

const [base, user, password, out, ...options] = process.argv.slice(2);
if (!out) { console.error('usage: node scripts/screens.mjs BASE_URL USER PASSWORD OUTDIR [--only PART] [--combos all|paired|opposite]'); process.exit(2); }
const only = options.includes('--only') ? options[options.indexOf('--only') + 1] : '';
const combos = combinations(options.includes('--combos') ? options[options.indexOf('--combos') + 1] : 'paired');
fs.mkdirSync(out, { recursive: true });
const nameOf = (address, c) => `${address.replace(/[^\w]+/g, '_').replace(/^_|_$/g, '') || 'home'}-${c.width}-${c.scheme}-${c.locale.slice(0, 2)}.png`;
const browser = await openBrowser(); let wrongs = [], taken = [];
for (const combo of combos) {
  const { context, wrong } = await openContext(browser, combo), page = await context.newPage();
  if (!only) { await page.goto(base); await page.waitForSelector('form'); await page.screenshot({ path: path.join(out, nameOf('sign-in', combo)) }); }
  await signIn(page, base, user, password);
  for (const address of (await addresses(page)).filter(a => a.includes(only))) {
    await page.goto(base + address, { waitUntil: 'domcontentloaded' }); await settle(page);
    const sideways = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    if (sideways > 0) wrong.push(`${address}: scrolls sideways by ${sideways} px at ${combo.width}`);
    await page.screenshot({ path: path.join(out, nameOf(address, combo)), fullPage: true }); taken.push([address, nameOf(address, combo)]);
  }
  wrongs.push(...wrong.map(x => `${combo.width} ${combo.scheme} ${combo.locale} ${x}`)); await context.close();
}
await browser.close();
fs.writeFileSync(path.join(out, 'index.html'), `<!doctype html><meta charset="utf-8"><title>Sampan, all pages</title><style>body{font:14px system-ui;background:#888}figure{display:inline-block;margin:8px;vertical-align:top}img{max-width:600px;max-height:900px}</style>${taken.map(([a, f]) => `<figure><figcaption>${a}<br>${f}</figcaption><img src="${f}" loading="lazy"></figure>`).join('')}`);
console.log(`${taken.length} screenshots in ${out}`); wrongs.forEach(x => console.log(x)); process.exitCode = wrongs.length ? 1 : 0;
