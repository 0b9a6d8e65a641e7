// What people do with findings; stories.mjs runs them. Each leaves the repository as it was.
export async function findingStories({ page, base, story, must, absent, violations, api, settle, found }) {
  const path = found?.repo.path, at = `${base}/code/${path}`, open = async address => { await page.goto(address); await settle(page); };
  const here = act => async () => { if (!found) absent('no repository with a new finding'); await act(); };
  const notes = () => page.locator('.finding-file .finding').count(), calm = async what => { const v = await violations(page); must(!v.length, `${what}: ${v.join(', ')}`); };

  await story('findings are filtered, and the address keeps the filters', here(async () => {
    await open(`${at}/findings`); const all = await notes(); must(all > 0, 'the list is empty');
    await page.selectOption('select[name=severity]', 'blocker'); await page.waitForFunction(() => location.search.includes('severity=blocker') && document.querySelector('.finding-file') && !document.querySelector('.finding-file .finding-critical'));
    const severe = await notes(); must(severe < all, 'the filter left everything');
    await page.fill('input[name=path]', 'no/such/path'); await page.waitForFunction(() => !document.querySelector('.finding-file'));
    await page.fill('input[name=path]', ''); await page.waitForSelector('.finding-file'); await page.reload(); await settle(page);
    must(await page.inputValue('select[name=severity]') === 'blocker' && await notes() === severe, 'the filter is lost after loading again');
    await page.click('.finding-filters button'); await page.waitForFunction(() => !location.search.includes('severity'));
  }));
  await story('a long list of findings comes page after page', here(async () => {
    if (found.list.items.length <= 100) absent('no repository with more than 100 findings');
    await open(`${at}/findings`); const first = await notes(); await page.click('.more button'); await page.waitForFunction(n => document.querySelectorAll('.finding-file .finding').length > n, first);
  }));
  await story('a finding is dismissed with a reason, the dialog says until when, and it is taken up again', here(async () => {
    await open(`${at}/findings?standing=fresh`); const before = await notes(), first = page.locator('.finding-file .finding').first(), id = await first.getAttribute('data-fingerprint');
    await first.locator('.finding-acts button').click(); await page.waitForSelector('[role=dialog] textarea'); await calm('the dialog');
    await page.fill('[role=dialog] input[name=days]', '30'); const until = String(new Date(Date.now() + 30 * 86400000).getFullYear()); must((await page.textContent('[role=dialog] .note')).includes(until), 'the dialog does not say until when');
    await page.fill('[role=dialog] textarea', 'the column is called so'); await page.click('[role=dialog] button[type=submit]'); await page.waitForSelector('[role=dialog]', { state: 'detached' });
    await page.waitForFunction(x => !document.querySelector(`[data-fingerprint="${x}"]`), id); must(await notes() === before - 1, 'another one went too');
    await open(`${at}/findings?standing=dismissed`); const gone = page.locator(`[data-fingerprint="${id}"]`); must((await gone.textContent()).includes('the column is called so'), 'the reason is not shown');
    await gone.locator('.finding-acts button').click(); await page.waitForFunction(x => !document.querySelector(`[data-fingerprint="${x}"]`), id);
    await open(`${at}/findings?standing=fresh`); must(await notes() === before, 'it is not open again');
  }));
  await story('a red line is drawn in the settings, and the findings say that it is crossed', here(async () => {
    await open(`${at}/settings`); must(await page.locator('.red-line-row').count() === 0, 'there are red lines already');
    await page.click('[data-act=add-line]'); await page.waitForSelector('.red-line-row'); await page.fill('.red-line-row input[name^=branch]', found.repo.default_branch); await page.selectOption('.red-line-row select[name^=severity]', found.list.items.find(f => f.fresh).severity);
    await page.click('[data-act=save-lines]'); await page.waitForFunction(() => [...document.querySelectorAll('#red-lines ~ form [role=status], section:has(#red-lines) [role=status]')].some(x => x.textContent)); await calm('the settings');
    await open(`${at}/findings`); await page.waitForSelector('.verdict .state-bad'); must(await page.locator('.red-line').count() === 1, 'the line is not shown with what stands against it');
    await page.click('.red-line a'); await page.waitForFunction(() => location.search.includes('severity='));
    await open(`${at}/settings`); await page.click('.red-line-row button'); await page.click('[data-act=save-lines]'); await page.waitForSelector('section:has(#red-lines) .empty');
    must((await api(page, `/api/v1/repos/${path}/red-lines`)).items.length === 0, 'the line is still drawn');
  }));
  await story('a line of a file opens its finding by the keyboard', here(async () => {
    const fresh = found.list.items.filter(f => f.fresh).pop(); await open(`${at}/file?path=${encodeURIComponent(fresh.path)}`);
    await page.waitForSelector('.line-mark'); must(await page.locator('.line-note').count() === 0, 'notes are open at first');
    await page.locator('.line-mark').first().focus(); await page.keyboard.press('Enter'); await page.waitForSelector('.line-note .finding'); must(await page.getAttribute('.line-mark', 'aria-expanded') === 'true', 'the mark does not say that it is open'); await calm('an open note');
    const [line, below] = await page.evaluate(() => { const note = document.querySelector('.line-note').getBoundingClientRect(), next = document.querySelector('.line-note').closest('.code-row').nextElementSibling.getBoundingClientRect(); return [note.bottom, next.top]; });
    must(Math.abs(line - below) < 2, `the note covers the next line (${line} against ${below})`);
    await page.click('[data-act=notes]'); await page.waitForFunction(() => document.querySelectorAll('.line-mark').length === document.querySelectorAll('.line-mark[aria-expanded=true]').length);
  }));
  await story('a file that was not looked at whole says so where it is read', here(async () => {
    const gap = found.list.gaps.find(g => g.path); if (!gap) absent('no file with a gap');
    await open(`${at}/file?path=${encodeURIComponent(gap.path)}`); await page.waitForSelector('.file-gap'); must((await page.textContent('.file-gap')).includes(gap.reason.en) || (await page.textContent('.file-gap')).includes(gap.reason.zh), 'the reason is not told'); await calm('a file with a gap');
  }));
  await story('results of another tool say which tool it was and who handed them in', async () => {
    let of;
    for (const r of (await api(page, '/api/v1/repos'))?.items ?? []) for (const b of r.empty ? [] : (await api(page, `/api/v1/repos/${r.path}/branches`))?.items ?? []) {
      const sha = (await api(page, `/api/v1/repos/${r.path}/findings?ref=${encodeURIComponent(b.name)}&limit=1`))?.commit, handed = sha && (await api(page, `/api/v1/repos/${r.path}/scans/${sha}/sarif`))?.items[0];
      if (handed && !of) of = { repo: r.path, ref: b.name, handed };
    }
    if (!of) absent('nobody handed results in');
    await open(`${base}/code/${of.repo}/findings?ref=${encodeURIComponent(of.ref)}`); await page.click('[data-act=tools]'); const told = await page.textContent('details:has([data-act=tools])');
    must(told.includes(of.handed.tool) && told.includes(of.handed.by), 'the tool or who handed its results in is not named'); await calm('the tools');
  });
  await story('a commit shows what it brought under its line, in one column and in two', here(async () => {
    await open(`${at}/commits/${found.list.commit}`); await page.waitForSelector('.diff-note .finding'); must(await page.locator('.diff-note .known-finding').count() > 0 || await page.locator('.diff-head a').count() > 0, 'known findings are not told apart'); await calm('one column');
    await page.locator('.diff-choice input').nth(1).check({ force: true }); await page.waitForSelector('.diff-split .diff-note .finding'); await calm('two columns'); await page.locator('.diff-choice input').nth(0).check({ force: true });
    must(await page.locator('.journey a[href*="/findings"]').count() === 1, 'the journey does not lead to the scan');
  }));
  await story('a secret in history leads to the line in the diff of the commit that wrote it', async () => {
    let past;
    for (const r of (await api(page, '/api/v1/repos'))?.items ?? []) { const list = r.empty ? null : await api(page, `/api/v1/repos/${r.path}/findings?files=history&standing=all`); if (list?.items.length) { past = { repo: r.path, item: list.items[0] }; break; } }
    if (!past) absent('no secret in any history');
    await open(`${base}/code/${past.repo}/findings?files=history&standing=all`); const link = page.locator('[data-act=to-commit]').first(); must((await link.textContent()).includes(past.item.commit.slice(0, 8)), 'the commit is not named'); await calm('the list of history');
    await link.click(); await page.waitForURL(`**/commits/${past.item.commit}*`); const line = page.locator('tr.diff-chosen'); await line.waitFor();
    must((await line.locator('td').nth(1).textContent()) === String(past.item.range.line), 'another line is marked'); must(await line.evaluate(row => { const box = row.getBoundingClientRect(); return box.top > 0 && box.bottom < innerHeight; }), 'the line is out of sight'); await calm('the diff');
  });
  await story('a commit that was not scanned says why, and is scanned on request', here(async () => {
    const commits = (await api(page, `/api/v1/repos/${path}/commits`))?.items ?? []; let sha;
    for (const c of commits) if (!(await api(page, `/api/v1/repos/${path}/scans?commit=${c.sha}`)).items.length) { sha = c.sha; break; }
    if (!sha) absent('every commit is scanned');
    await open(`${at}/findings?ref=${sha}`); await page.waitForSelector('[data-act=scan-now]'); await calm('a commit that was not scanned'); await page.click('[data-act=scan-now]'); await page.waitForSelector('.scan-head .facts');
  }));
}
