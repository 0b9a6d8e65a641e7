// Colours code off the main thread. Few languages: those the team writes.
import hljs from 'highlight.js/lib/core';
import bash from 'highlight.js/lib/languages/bash';
import cpp from 'highlight.js/lib/languages/cpp';
import css from 'highlight.js/lib/languages/css';
import dockerfile from 'highlight.js/lib/languages/dockerfile';
import go from 'highlight.js/lib/languages/go';
import ini from 'highlight.js/lib/languages/ini';
import java from 'highlight.js/lib/languages/java';
import javascript from 'highlight.js/lib/languages/javascript';
import json from 'highlight.js/lib/languages/json';
import kotlin from 'highlight.js/lib/languages/kotlin';
import markdown from 'highlight.js/lib/languages/markdown';
import properties from 'highlight.js/lib/languages/properties';
import python from 'highlight.js/lib/languages/python';
import sql from 'highlight.js/lib/languages/sql';
import typescript from 'highlight.js/lib/languages/typescript';
import xml from 'highlight.js/lib/languages/xml';
import yaml from 'highlight.js/lib/languages/yaml';

for (const [name, language] of Object.entries({ bash, cpp, css, dockerfile, go, ini, java, javascript, json, kotlin, markdown, properties, python, sql, typescript, xml, yaml })) hljs.registerLanguage(name, language);

const decode = (text: string) => text.replace(/&(lt|gt|quot|amp|#x27);/g, (_, name: string) => ({ lt: '<', gt: '>', quot: '"', amp: '&', '#x27': "'" })[name]!);
/** Highlighter's HTML to lines of [class, text]; a class that spans lines is carried on. */
function toLines(html: string): [string, string][][] {
  const lines: [string, string][][] = [[]], open: string[] = [];
  for (const m of html.matchAll(/<span class="([^"]*)">|<\/span>|([^<]+)/g)) {
    if (m[1] !== undefined) open.push(m[1]); else if (m[2] === undefined) open.pop();
    else decode(m[2]).split('\n').forEach((part, i) => { if (i) lines.push([]); if (part) lines[lines.length - 1].push([open[open.length - 1] ?? '', part]); });
  }
  return lines;
}
self.onmessage = (event: MessageEvent<{ id: number; text: string; language: string }>) => {
  const { id, text, language } = event.data;
  self.postMessage({ id, lines: toLines(hljs.highlight(text, { language, ignoreIllegals: true }).value) });
};
