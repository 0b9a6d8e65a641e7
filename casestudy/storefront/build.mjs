// Bundles src/ into dist/: one script and one style sheet with their hash in the name, and the page that names them.
import { build } from 'esbuild';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';

const { version } = JSON.parse(await readFile('package.json', 'utf8'));
await rm('dist', { recursive: true, force: true });
const result = await build({
  entryPoints: ['src/main.js', 'src/style.css'],
  entryNames: '[name]-[hash]',
  outdir: 'dist/assets',
  bundle: true,
  minify: true,
  format: 'esm',
  target: 'es2020',
  define: { VERSION: JSON.stringify(version) },
  metafile: true,
});

let page = await readFile('src/index.html', 'utf8');
for (const [file, { entryPoint }] of Object.entries(result.metafile.outputs)) {
  page = page.replace(basename(entryPoint), `assets/${basename(file)}`);
}
await writeFile('dist/index.html', page);
await writeFile('dist/version.json', JSON.stringify({ version }) + '\n');
