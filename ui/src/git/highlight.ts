import { useEffect, useState } from 'react';

export type Coloured = [string, string][][];
const kLargest = 400_000;   // characters; larger files are shown plain
const byEnding: Record<string, string> = { sh: 'bash', bash: 'bash', c: 'cpp', cc: 'cpp', cpp: 'cpp', h: 'cpp', hpp: 'cpp', css: 'css', go: 'go', ini: 'ini', toml: 'ini', conf: 'ini', cfg: 'ini', java: 'java', js: 'javascript', mjs: 'javascript', jsx: 'javascript', json: 'json', kt: 'kotlin', kts: 'kotlin', md: 'markdown', properties: 'properties', py: 'python', sql: 'sql', ts: 'typescript', tsx: 'typescript', xml: 'xml', html: 'xml', svg: 'xml', vue: 'xml', yaml: 'yaml', yml: 'yaml' };
export function languageOf(path: string): string | null {
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (/^(Dockerfile|Containerfile)/.test(name)) return 'dockerfile';
  return byEnding[name.slice(name.lastIndexOf('.') + 1).toLowerCase()] ?? null;
}

let worker: Worker | null = null, last = 0;
const waiting = new Map<number, (lines: Coloured) => void>();
function colour(text: string, language: string): Promise<Coloured> {
  if (!worker) {
    worker = new Worker(new URL('./highlight.worker.ts', import.meta.url), { type: 'module' });
    worker.onmessage = (event: MessageEvent<{ id: number; lines: Coloured }>) => { waiting.get(event.data.id)?.(event.data.lines); waiting.delete(event.data.id); };
  }
  const id = ++last;
  return new Promise(resolve => { waiting.set(id, resolve); worker!.postMessage({ id, text, language }); });
}

/** The coloured lines of a text, or null while they are worked out or when the language is not known. */
export function useColours(path: string, text: string | null | undefined): Coloured | null {
  const [state, setState] = useState<{ text: string; lines: Coloured } | null>(null), language = languageOf(path);
  useEffect(() => {
    if (!text || !language || text.length > kLargest) return;
    let wanted = true;
    void colour(text, language).then(lines => { if (wanted) setState({ text, lines }); });
    return () => { wanted = false; };
  }, [text, language]);
  return state && state.text === text ? state.lines : null;
}
