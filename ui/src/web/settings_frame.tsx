import type { ReactNode } from 'react';
import { useLocation } from 'wouter';
import { PageHead, SubNav } from '../base/parts';
import { useWords } from '../base/settings';
import { useMe } from './me';
import { webWords } from './words';

export function SettingsFrame({ title, acts, children }: { title: string; acts?: ReactNode; children: ReactNode }) {
  const w = useWords(webWords).settings, me = useMe(), [path] = useLocation();
  const link = (tail: string, text: string) => ({ to: `/settings${tail}`, text, here: tail ? path.startsWith(`/settings${tail}`) : path === '/settings' });
  return <div className="page"><PageHead title={title} crumbs={[{ text: w.title, to: '/settings' }]} acts={acts} />
    <SubNav label={w.title} links={[link('', w.system), link('/profile', w.profile), link('/tokens', w.tokens), link('/variables', w.variables), link('/runners', w.runnersNav), ...(me.site_admin ? [link('/robots', w.robots), link('/users', w.users), link('/audit', w.audit)] : [])]} />
    {children}</div>;
}
