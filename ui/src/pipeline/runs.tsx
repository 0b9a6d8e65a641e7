import { useSearchParams } from 'wouter';
import { Command, Empty, ErrorNote, More, PageHead, Skeleton } from '../base/parts';
import { useWords } from '../base/settings';
import { usePages, useResource } from '../base/use_resource';
import { baseWords } from '../base/words';
import type { Page } from '../base/http';
import { paths as git, type Repo } from '../git/api';
import { paths, type RunBrief } from './api';
import { RunTable } from './run_list';
import { firstPipeline, pipelineWords } from './words';

const states = ['queued', 'running', 'waiting', 'succeeded', 'failed', 'canceled'] as const;

export default function Runs() {
  const w = useWords(pipelineWords).runs, base = useWords(baseWords), [search, setSearch] = useSearchParams();
  const filter = { repo: search.get('repo') ?? '', state: search.get('state') ?? '', mine: search.get('mine') === '1' };
  const { items, error, loading, more, reload } = usePages<RunBrief>(paths.runs(filter), r => r.id, ['runs']);
  const repos = useResource<Page<Repo>>(git.repos());
  const set = (key: string, value: string) => setSearch(old => { const next = new URLSearchParams(old); if (value) next.set(key, value); else next.delete(key); return next; }, { replace: true });
  const filtered = filter.repo || filter.state || filter.mine;
  return <div className="page"><PageHead title={w.title} />
    <div className="toolbar">
      <select aria-label={w.state} value={filter.state} onChange={e => set('state', e.target.value)}><option value="">{w.everyState}</option>{states.map(s => <option key={s} value={s}>{base.state[s]}</option>)}</select>
      <select aria-label={w.repo} value={filter.repo} onChange={e => set('repo', e.target.value)}><option value="">{w.everyRepo}</option>{repos.data?.items.map(r => <option key={r.id}>{r.path}</option>)}</select>
      <label className="check"><input type="checkbox" checked={filter.mine} onChange={e => set('mine', e.target.checked ? '1' : '')} />{w.mine}</label>
    </div>
    <ErrorNote error={error} retry={reload} />
    {loading && <Skeleton what={w.title} rows={8} />}
    {items?.length ? <RunTable runs={items} withRepo /> : items && (filtered ? <p className="soft">{w.none}</p> : <Empty title={w.empty}><p className="soft">{w.teach}</p><Command text={firstPipeline} label=".sampan/daily.yaml" /></Empty>)}
    <More more={more} />
  </div>;
}
