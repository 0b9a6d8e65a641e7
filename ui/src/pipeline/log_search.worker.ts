// Searches a whole log without loading it into the page: streams the raw text and answers with the numbers of the lines that match.
import { plain } from './ansi';

const kMost = 10_000;
let turn = 0;
self.onmessage = async (event: MessageEvent<{ url: string; text: string }>) => {
  const mine = ++turn, wanted = event.data.text.toLowerCase(), found: number[] = [];
  const post = (done: boolean, error?: string) => { if (mine === turn) self.postMessage({ found: found.slice(), done, error }); };
  try {
    const answer = await fetch(event.data.url, { credentials: 'same-origin' });
    if (!answer.ok || !answer.body) { post(true, `HTTP ${answer.status}`); return; }
    const reader = answer.body.getReader(), decoder = new TextDecoder();
    let rest = '', n = 0, told = performance.now();
    const look = (line: string) => { n++; if (found.length < kMost && plain(line).toLowerCase().includes(wanted)) found.push(n); };
    for (;;) {
      const { done, value } = await reader.read();
      if (mine !== turn) { void reader.cancel(); return; }
      const lines = (rest + (value ? decoder.decode(value, { stream: !done }) : '')).split('\n');
      rest = lines.pop()!;
      lines.forEach(look);
      if (done) { if (rest) look(rest); break; }
      if (performance.now() - told > 150) { told = performance.now(); post(false); }
    }
    post(true);
  } catch (error) { post(true, String(error)); }
};
