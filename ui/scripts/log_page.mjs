// How the page of a long log behaves, for the stories and for bench/run:
//   node scripts/log_page.mjs BASE_URL USER PASSWORD RUN ROUNDS
// prints {"lines": …, "open_ms": [from asking for the page to its last line drawn], "frame_ms": [each frame of 120 jumps through it]}.
import { pathToFileURL } from 'node:url';
import { openBrowser, openContext, signIn } from './browser.mjs';

/** Opens the log of a run's first job; the milliseconds until its last line is drawn. */
export async function openLog(page, base, run, lines) {
  const began = performance.now();
  await page.goto(`${base}/runs/${run}`, { waitUntil: 'commit' });
  await page.waitForFunction(last => [...document.querySelectorAll('.log-number')].some(n => n.textContent === last), String(lines), { polling: 'raf' });
  return performance.now() - began;
}
/** Jumps through the log 120 times, the way a dragged scroll bar does; the milliseconds of each frame. */
export const scrollLog = page => page.evaluate(async () => {
  const box = document.querySelector('.log-scroll'), frames = [];
  let before = performance.now();
  for (let i = 0; i < 120; i++) {
    box.scrollTop = box.scrollHeight * Math.abs(Math.sin(i));
    await new Promise(requestAnimationFrame);
    const now = performance.now(); frames.push(now - before); before = now;
  }
  return frames;
});

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [base, user, password, run, rounds] = process.argv.slice(2);
  const browser = await openBrowser(), { context } = await openContext(browser, {}), page = await context.newPage();
  await signIn(page, base, user, password);
  const found = await page.evaluate(async id => (await fetch(`/api/v1/runs/${id}`)).json(), run), job = found.stages[0].jobs[0];
  const { total_lines: lines } = await page.evaluate(async path => (await fetch(path)).json(), `/api/v1/runs/${run}/jobs/${job.id}/log?tail=1`);
  const open_ms = [];
  for (let i = 0; i < Number(rounds); i++) open_ms.push(await openLog(page, base, run, lines));
  console.log(JSON.stringify({ lines, open_ms, frame_ms: await scrollLog(page) }));
  await browser.close();
}
