// The lines of one job's log: fetched in chunks as they are looked at, the tail first, live lines added at the end.
import { get, type ApiError } from '../base/http';
import { isHere, onPresence } from '../base/presence';
import type { LogLine, LogPart } from './api';
import { kChunk } from './log_rows';

const kKeptChunks = 60;   // about 30,000 lines in memory however long the log is
const kTail = 500;

export class LogStore {
  total = 0; complete = false; started = false; broken = false; error: ApiError | null = null; version = 0;
  private chunks = new Map<number, (LogLine | undefined)[]>();
  private asked = new Set<number>();
  private source: EventSource | null = null;
  private timer = 0;
  private closed = false;
  private readonly stopPresence = onPresence(here => {
    if (!here) { this.source?.close(); this.source = null; clearTimeout(this.timer); }
    else if (this.started && !this.complete && !this.source) this.follow();
  });
  constructor(private readonly path: string, private readonly changed: () => void) { void this.start(); }

  private tell() { this.version++; this.changed(); }
  private async start() {
    try {
      const part = await get<LogPart>(`${this.path}?tail=${kTail}`);
      if (this.closed) return;
      this.take(part); this.started = true; this.error = null; this.tell();
      if (!part.complete) this.follow();
    } catch (error) { if (!this.closed) { this.error = error as ApiError; this.started = true; this.tell(); this.timer = window.setTimeout(() => void this.start(), 3000); } }
  }
  private take(part: LogPart) {
    this.total = Math.max(this.total, part.total_lines); this.complete = part.complete;
    this.put(part.lines);
  }
  private put(lines: LogLine[]) {
    for (const line of lines) {
      const c = Math.floor((line.n - 1) / kChunk);
      let chunk = this.chunks.get(c);
      if (!chunk) { chunk = []; this.chunks.set(c, chunk); }
      chunk[(line.n - 1) % kChunk] = line;
      if (line.n > this.total) this.total = line.n;
    }
    while (this.chunks.size > kKeptChunks) { const oldest = this.chunks.keys().next().value!; this.chunks.delete(oldest); this.asked.delete(oldest); }
  }
  private follow() {
    if (!isHere()) return;   // taken up again when somebody looks
    this.source = new EventSource(`${this.path}/stream?from_line=${this.total + 1}`);
    this.source.addEventListener('lines', event => { const { lines } = JSON.parse((event as MessageEvent<string>).data) as { lines: LogLine[] }; this.broken = false; this.put(lines); this.tell(); });
    this.source.addEventListener('end', () => { this.source?.close(); this.source = null; this.complete = true; this.broken = false; this.tell(); });
    this.source.onerror = () => {   // never by the browser itself: it would ask from the old line on
      this.source?.close(); this.source = null; if (this.closed) return;
      this.broken = true; this.tell(); this.timer = window.setTimeout(() => this.follow(), 2000);
    };
  }
  line(n: number): LogLine | undefined { return this.chunks.get(Math.floor((n - 1) / kChunk))?.[(n - 1) % kChunk]; }
  loaded(chunk: number) { return this.chunks.has(chunk); }
  /** Asks for the chunks that hold these lines, unless they are there or on their way. */
  want(first: number, last: number) {
    for (let c = Math.floor((first - 1) / kChunk); c <= Math.floor((last - 1) / kChunk); c++) {
      const from = c * kChunk + 1, upto = Math.min(this.total, from + kChunk - 1);
      if (c < 0 || from > this.total || this.asked.has(c)) continue;
      const chunk = this.chunks.get(c);
      let full = !!chunk; for (let n = from; full && n <= upto; n++) full = !!chunk![(n - 1) % kChunk];
      if (full) continue;
      this.asked.add(c);
      get<LogPart>(`${this.path}?from_line=${from}&lines=${kChunk}`).then(part => { if (!this.closed) { this.take(part); this.tell(); } })
        .catch(() => undefined)   // asked again when it is looked at again
        .finally(() => { if (upto - from + 1 < kChunk || !this.chunks.has(c)) this.asked.delete(c); });
    }
  }
  close() { this.closed = true; this.stopPresence(); this.source?.close(); clearTimeout(this.timer); }
}
