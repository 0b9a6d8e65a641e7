// Places the jobs of a run: each stage is one or more columns left of the next, edges are the real `needs`. Pure.
import { Graph, layout } from '@dagrejs/dagre';
import type { Run } from './api';

export const kNode = { width: 168, height: 58 };
const kGap = 14;
export type Placed = { key: string; x: number; y: number };
export type Line = { from: string; to: string; points: { x: number; y: number }[] };
export type StageBox = { id: string; name: string; x: number; width: number };
export type Layout = { nodes: Placed[]; lines: Line[]; stages: StageBox[]; width: number; height: number };

/** When every line joins neighbouring columns, each column is spaced evenly about one middle line: chains come out straight. */
function straighten(nodes: Placed[], needs: { from: string; to: string }[]) {
  const x = new Map(nodes.map(n => [n.key, n.x]));
  if (needs.some(e => x.get(e.to)! - x.get(e.from)! >= 2 * kNode.width)) return;
  const columns = new Map<number, Placed[]>();
  for (const n of nodes) columns.set(Math.round(n.x), [...columns.get(Math.round(n.x)) ?? [], n]);
  const step = kNode.height + kGap, most = Math.max(...[...columns.values()].map(c => c.length));
  for (const column of columns.values()) column.sort((a, b) => a.y - b.y).forEach((n, i) => { n.y = (i + (most - column.length) / 2) * step; });
}

export function layoutRun(run: Pick<Run, 'stages' | 'edges'>): Layout {
  const graph = new Graph({ multigraph: true });
  graph.setGraph({ rankdir: 'LR', nodesep: kGap, ranksep: 18, marginx: 0, marginy: 0, ranker: 'network-simplex' });
  graph.setDefaultEdgeLabel(() => ({}));
  const jobs = run.stages.flatMap(s => s.jobs), known = new Set(jobs.map(j => j.key));
  for (const job of jobs) graph.setNode(job.key, { ...kNode });
  const needs = run.edges.filter(e => known.has(e.from) && known.has(e.to));
  for (const e of needs) graph.setEdge(e.from, e.to, { weight: 4, minlen: 2 }, 'need');   // two ranks a column: the walls stand between
  // A stage never shares a column with the next one: edges that are not drawn keep the stages apart, through one point between them.
  const filled = run.stages.filter(s => s.jobs.length);
  filled.slice(1).forEach((stage, i) => {
    const wall = `|${i}`; graph.setNode(wall, { width: 0, height: 0 });
    for (const job of filled[i].jobs) graph.setEdge(job.key, wall, { weight: 0, minlen: 1 }, 'wall');
    for (const job of stage.jobs) graph.setEdge(wall, job.key, { weight: 0, minlen: 1 }, 'wall');
  });
  layout(graph);
  const at = (key: string) => graph.node(key) as { x: number; y: number };
  const left = Math.min(0, ...jobs.map(j => at(j.key).x - kNode.width / 2)), top = jobs.length ? Math.min(...jobs.map(j => at(j.key).y - kNode.height / 2)) : 0;
  const nodes = jobs.map(j => ({ key: j.key, x: at(j.key).x - kNode.width / 2 - left, y: at(j.key).y - kNode.height / 2 - top }));
  straighten(nodes, needs);
  const place = new Map(nodes.map(n => [n.key, n]));
  const lines = needs.map(e => {
    const a = place.get(e.from)!, b = place.get(e.to)!, neighbours = b.x - a.x < 2 * kNode.width;
    const inner = neighbours ? [] : (graph.edge(e.from, e.to, 'need') as { points: { x: number; y: number }[] }).points.slice(1, -1).map(p => ({ x: p.x - left, y: p.y - top })).filter(p => p.x > a.x + kNode.width + 20 && p.x < b.x - 20);
    return { ...e, points: [{ x: a.x + kNode.width, y: a.y + kNode.height / 2 }, ...inner, { x: b.x, y: b.y + kNode.height / 2 }] };
  });
  const stages = filled.map(s => {
    const xs = s.jobs.map(j => place.get(j.key)!.x), x = Math.min(...xs);
    return { id: s.id, name: s.name || s.id, x, width: Math.max(...xs) + kNode.width - x };
  });
  return { nodes, lines, stages, width: Math.max(0, ...nodes.map(n => n.x + kNode.width)), height: Math.max(0, ...nodes.map(n => n.y + kNode.height)) };
}

/** A smooth path through the points of a line, level at both ends. */
export function pathOf(points: { x: number; y: number }[]): string {
  let d = `M${points[0].x},${points[0].y}`;
  for (let i = 1; i < points.length; i++) {
    const a = points[i - 1], b = points[i], middle = (a.x + b.x) / 2;
    d += ` C${middle},${a.y} ${middle},${b.y} ${b.x},${b.y}`;
  }
  return d;
}
