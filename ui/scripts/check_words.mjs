// Finds words written into a page instead of the dictionary: text between tags, and texts of attributes people read or hear.
// (That no key is missing in either language is checked by the types.)
import fs from 'node:fs'; import path from 'node:path'; import { fileURLToPath } from 'node:url';

const src = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', 'src');
const walk = dir => fs.readdirSync(dir, { withFileTypes: true }).flatMap(e => e.isDirectory() ? walk(path.join(dir, e.name)) : [path.join(dir, e.name)]);
const allowed = /^(Sampan|English|中文|SHA|HTTP|URL|sha256|Language|breadcrumb|ms|CPU|\.sampan\/.*)$/;
let wrong = 0;
for (const file of walk(src).filter(f => f.endsWith('.tsx'))) {
  const lines = fs.readFileSync(file, 'utf8').split('\n');
  lines.forEach((line, i) => {
    const found = [...line.matchAll(/<(?:h[1-6]|p|span|button|label|th|dt|Button|Link|legend|a|li|summary)(?:\s[^<>]*)?>([^<>{}]*[A-Za-z\u4e00-\u9fff]{2,}[^<>{}]*)<\//g), ...line.matchAll(/(?:aria-label|title|placeholder|label)="([^"]+)"/g)];
    for (const m of found) if (!allowed.test(m[1].trim())) { console.error(`${path.relative(src, file)}:${i + 1}: "${m[1].trim()}" belongs into a words.ts`); wrong++; }
  });
}
if (wrong) process.exit(1);
