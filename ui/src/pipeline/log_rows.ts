// Which row of the log shows which line. A line is one row, or several when wrapped, or none in a folded step; each step has a row for
// its head. Rows are counted per chunk of lines, so a million lines cost two thousand additions and nothing is asked for before it is seen.
export const kChunk = 500;
export type Fold = { key: string; first: number; last: number; folded: boolean };   // lines from 1, both ends included
export type Row = { kind: 'head'; fold: Fold } | { kind: 'line'; line: number; part: number };

export class LogRows {
  private starts: number[] = [0];
  private flat: boolean[] = [];   // as it was when the rows were counted: a chunk that arrives later changes the next LogRows, not this one
  private heads = new Map<number, Fold>();
  /** `wrapped` answers how many rows a line takes when it is loaded, 1 when it is not. */
  constructor(readonly total: number, readonly folds: readonly Fold[], private readonly wrapped: (line: number) => number, uniform: (chunk: number) => boolean) {
    for (const fold of folds) this.heads.set(fold.first, fold);
    const chunks = Math.ceil(total / kChunk);
    for (let c = 0; c < chunks; c++) this.flat.push(uniform(c));
    for (let c = 0; c < chunks; c++) this.starts.push(this.starts[c] + this.chunkRows(c));
  }
  get rows() { return this.starts[this.starts.length - 1]; }

  private rowsOf(line: number) { return this.flat[Math.floor((line - 1) / kChunk)] ? 1 : this.wrapped(line); }
  private hidden(line: number) { return this.folds.some(f => f.folded && line >= f.first && line <= f.last); }
  private span(line: number) { return (this.heads.has(line) ? 1 : 0) + (this.hidden(line) ? 0 : this.rowsOf(line)); }
  private chunkRows(chunk: number) {
    const first = chunk * kChunk + 1, last = Math.min(this.total, first + kChunk - 1);
    if (this.flat[chunk]) {   // every shown line is one row: count without walking
      let n = last - first + 1;
      for (const f of this.folds) { if (f.folded) n -= Math.max(0, Math.min(last, f.last) - Math.max(first, f.first) + 1); if (f.first >= first && f.first <= last) n++; }
      return n;
    }
    let n = 0;
    for (let line = first; line <= last; line++) n += this.span(line);
    return n;
  }

  /** Up to `count` rows from row `from` on. */
  window(from: number, count: number): Row[] {
    const out: Row[] = [];
    if (from >= this.rows) return out;
    let low = 0, high = this.starts.length - 2;
    while (low < high) { const middle = (low + high + 1) >> 1; if (this.starts[middle] <= from) low = middle; else high = middle - 1; }
    let skip = from - this.starts[low];
    for (let line = low * kChunk + 1; line <= this.total && out.length < count; line++) {
      const head = this.heads.get(line), folded = this.folds.find(f => f.folded && line >= f.first && line <= f.last);
      if (head) { if (skip > 0) skip--; else out.push({ kind: 'head', fold: head }); }
      if (folded) { line = folded.last; continue; }
      for (let part = 0, parts = this.rowsOf(line); part < parts && out.length < count; part++) { if (skip > 0) skip--; else out.push({ kind: 'line', line, part }); }
    }
    return out;
  }
  /** The first row of a line; of a folded line the row of its step's head. */
  rowOf(line: number): number {
    const chunk = Math.floor((line - 1) / kChunk);
    let row = this.starts[Math.min(chunk, this.starts.length - 1)] ?? 0;
    for (let l = chunk * kChunk + 1; l < line; l++) row += this.span(l);
    if (this.heads.has(line) && !this.hidden(line)) row++;
    return this.hidden(line) ? Math.max(0, row - (this.heads.has(line) ? 0 : 1)) : row;
  }
}
