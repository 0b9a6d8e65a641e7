// Writes the API's description as a running server gives it: node scripts/openapi.mjs BASE_URL
// The types of the pages are made from that file, and the stories compare it with what the server under test serves.
import fs from 'node:fs'; import { fileURLToPath } from 'node:url';

const [base] = process.argv.slice(2);
if (!base) { console.error('usage: node scripts/openapi.mjs BASE_URL'); process.exit(2); }
const kWidth = 140;
/** JSON in which whatever fits on a line stands on one: a changed member is a changed line. */
function print(value, indent = '') {
  const flat = JSON.stringify(value, null, 1).replace(/\n\s*/g, ' '), deeper = `${indent}  `;
  if (typeof value !== 'object' || value === null || flat.length + indent.length <= kWidth) return flat;
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  const members = Array.isArray(value) ? value.map(v => print(v, deeper)) : Object.entries(value).map(([k, v]) => `${JSON.stringify(k)}: ${print(v, deeper)}`);
  return `${open}\n${members.map(m => deeper + m).join(',\n')}\n${indent}${close}`;
}
const answer = await fetch(`${base}/api/v1/openapi.json`);
if (!answer.ok) { console.error(`${base} answers ${answer.status}, not with its description`); process.exit(1); }
const file = fileURLToPath(new URL('../../docs/formats/openapi.json', import.meta.url));
fs.writeFileSync(file, `${print(await answer.json())}\n`);
console.log(file);
