// Roll back in two presses. The first opens this panel and works out the cost; the second, which states it, does it.
import { useState } from 'react';
import { duration } from '../base/format';
import { Dialog } from '../base/dialog';
import { Button, CommandLine, ErrorNote, Field, Skeleton } from '../base/parts';
import { useLocale, useWords } from '../base/settings';
import { useAct, useResource } from '../base/use_resource';
import { commands } from '../web/commands';
import { paths, rollback, type AppDetail, type Preview } from './api';
import { backTo, neverLive } from './releases';
import { deliverWords } from './words';

export function RollbackButton({ app, to, look = 'danger', done }: { app: AppDetail; to?: number; look?: 'danger' | 'plain'; done: () => void }) {
  const words = useWords(deliverWords), w = words.rollback, locale = useLocale(), [open, setOpen] = useState(false), [chosen, setChosen] = useState<number>();
  const others = app.releases.filter(r => r.number !== app.release?.number && !neverLive(app, r.number)), target = chosen ?? to ?? backTo(app);
  const preview = useResource<Preview>(open && target !== undefined ? paths.preview(app.environment, app.name, target) : null);
  const act = useAct(async () => { await rollback(app.environment, app.name, target); setOpen(false); done(); });
  if (target === undefined) return null;
  const p = preview.data?.to === target ? preview.data : undefined;
  const parts = p ? [p.image_changes.length ? w.image : null, p.config_changes.length ? w.settings(p.config_changes.length) : null, p.secret_changes.length ? w.secrets(p.secret_changes.length) : null].filter(Boolean) : [];
  return <>
    <Button look={look} data-act={to === undefined ? 'rollback' : `rollback-${to}`} onClick={() => { act.clear(); setChosen(undefined); setOpen(true); }}>{target > app.release!.number ? words.app.bringBack(target) : words.app.rollback(target)}</Button>
    <Dialog open={open} onOpenChange={setOpen} title={w.title(app.name, app.environment)}>
      {to === undefined && others.length > 1 && <Field label={w.which}>{id => <select id={id} value={target} onChange={e => setChosen(Number(e.target.value))}>{others.map(r => <option key={r.number} value={r.number}>r{r.number} · {r.commit.slice(0, 8)} · {r.created_by}</option>)}</select>}</Field>}
      <ErrorNote error={preview.error} retry={preview.reload} />
      {!p && !preview.error && <><p className="soft">{w.counting}</p><Skeleton rows={2} /></>}
      {p && <div className="stack" style={{ gap: 8 }}>
        <p className="strong">{w.states(app.environment, p.from, p.to)}</p>
        <p>{w.changes} {parts.length ? parts.join(', ') : w.nothing}.</p>
        {(p.config_changes.length > 0 || p.secret_changes.length > 0) && <dl className="changes">{[...p.config_changes, ...p.secret_changes].map(c => <div key={c.key}><dt className="mono small">{c.key}</dt><dd className="mono small"><del>{c.from || w.unset}</del> → <ins>{c.to || w.unset}</ins></dd></div>)}</dl>}
        <p>{p.warm ? w.warm(duration(p.estimate_s, locale)) : w.cold(duration(p.estimate_s, locale))}</p>
        <p className="soft">{w.database}</p>
      </div>}
      <ErrorNote error={act.error} />
      <Button look="danger" className="big" data-act="rollback-now" disabled={!p} busy={act.busy} onClick={() => void act.run()}>{w.go(target)}</Button>
      <CommandLine forms={[[words.app.rollbackAny, commands.rollback(app.environment, app.name, target)]]} />
    </Dialog>
  </>;
}
