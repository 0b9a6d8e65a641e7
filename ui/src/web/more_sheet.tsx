import { Link } from 'wouter';
import { Dialog } from '../base/dialog';
import { Button, Choice } from '../base/parts';
import { setLocale, setTheme, useLocale, useTheme, useWords } from '../base/settings';
import { changeMe } from '../people/api';
import type { Place } from './shell';
import { webWords } from './words';

export default function MoreSheet({ close, signOut, places }: { close: () => void; signOut: () => void; places: Place[] }) {
  const w = useWords(webWords), locale = useLocale(), theme = useTheme();
  return <Dialog open onOpenChange={open => { if (!open) close(); }} title={w.nav.more}>
    <nav aria-label={w.nav.more}>{places.map(p => <Link key={p.to} href={p.to} className="menu-item" onClick={close}><p.Icon size={18} aria-hidden />{w.nav[p.word]}</Link>)}</nav>
    <Choice label={w.language} value={locale} options={[['zh', '中文'], ['en', 'English']]} onChange={v => { setLocale(v); void changeMe({ locale: v }).catch(() => undefined); }} />
    <Choice label={w.theme} value={theme} options={[['system', w.themes.system], ['light', w.themes.light], ['dark', w.themes.dark]]} onChange={setTheme} />
    <Button onClick={signOut}>{w.signOut}</Button>
  </Dialog>;
}
