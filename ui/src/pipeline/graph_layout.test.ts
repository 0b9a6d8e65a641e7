import { expect, test } from 'vitest';
import type { Job, Run } from './api';
import { kNode, layoutRun, pathOf } from './graph_layout';

const job = (stage: string, key: string) => ({ key, stage, name: key, needs: [] }) as unknown as Job;
const run = (stages: Record<string, string[]>, edges: [string, string][]): Pick<Run, 'stages' | 'edges'> => ({ stages: Object.entries(stages).map(([id, keys]) => ({ id, name: id, jobs: keys.map(k => job(id, k)) })), edges: edges.map(([from, to]) => ({ from, to })) });

test('graph: each stage stands right of the one before, also without an edge between them', () => {
  const layout = layoutRun(run({ build: ['a', 'b'], image: ['c'], deploy: ['d'] }, [['a', 'c']])), x = (k: string) => layout.nodes.find(n => n.key === k)!.x;
  expect(x('a')).toBe(x('b')); expect(x('c')).toBeGreaterThan(x('b') + kNode.width); expect(x('d')).toBeGreaterThan(x('c') + kNode.width);
});
test('graph: only the real needs are drawn, and they touch their jobs', () => {
  const layout = layoutRun(run({ one: ['a', 'b'], two: ['c'] }, [['a', 'c'], ['ghost', 'c']]));
  expect(layout.lines.map(l => `${l.from}>${l.to}`)).toEqual(['a>c']);
  const a = layout.nodes.find(n => n.key === 'a')!; expect(layout.lines[0].points[0]).toEqual({ x: a.x + kNode.width, y: a.y + kNode.height / 2 });
});
test('graph: needs inside a stage make columns inside it', () => {
  const layout = layoutRun(run({ one: ['a', 'b'] }, [['a', 'b']])); expect(layout.stages[0].width).toBeGreaterThan(kNode.width * 2);
});
test('graph: no two jobs overlap', () => {
  const { nodes } = layoutRun(run({ one: ['a', 'b', 'c', 'd'], two: ['e', 'f'] }, [['a', 'e'], ['b', 'f'], ['c', 'e'], ['d', 'f']]));
  for (const p of nodes) for (const q of nodes) if (p !== q) expect(Math.abs(p.x - q.x) >= kNode.width || Math.abs(p.y - q.y) >= kNode.height).toBe(true);
});
test('graph: an empty run has an empty picture', () => { expect(layoutRun({ stages: [], edges: [] })).toMatchObject({ width: 0, height: 0, nodes: [] }); });
test('graph: a path begins and ends where its line does', () => { expect(pathOf([{ x: 0, y: 0 }, { x: 10, y: 5 }])).toBe('M0,0 C5,0 5,5 10,5'); });
