// The frame of every page: rail or bottom bar, search, keyboard, the sentence about a lost connection.
import { Boxes, CloudOff, Code2, House, LayoutGrid, Layers, Menu as MenuIcon, Search as SearchIcon, Settings2, Workflow, type LucideIcon } from 'lucide-react';
import { Component, lazy, Suspense, useCallback, useEffect, useRef, useState, type ReactNode } from 'react';
import { Link, Route, Switch, useLocation } from 'wouter';
import { useConnectionLost } from '../base/live';
import { Button, Empty, PageHead, Skeleton } from '../base/parts';
import { useWords } from '../base/settings';
import { baseWords } from '../base/words';
import { useKeyboard } from './keyboard';
import { Logo } from './logo';
import { useMe } from './me';
import { routes } from './routes';
import { webWords, type WebWords } from './words';

const Search = lazy(() => import('./search')), Help = lazy(() => import('./help')), AccountMenu = lazy(() => import('./account_menu')), MoreSheet = lazy(() => import('./more_sheet'));
export type Place = { to: string; word: keyof WebWords['nav']; Icon: LucideIcon };
export const places: Place[] = [
  { to: '/', word: 'home', Icon: House }, { to: '/code', word: 'code', Icon: Code2 }, { to: '/runs', word: 'runs', Icon: Workflow }, { to: '/images', word: 'images', Icon: Layers },
  { to: '/applications', word: 'applications', Icon: Boxes }, { to: '/environments', word: 'environments', Icon: LayoutGrid }, { to: '/settings', word: 'settings', Icon: Settings2 }];
const onPhone = ['home', 'code', 'runs', 'applications'];
const isHere = (to: string, path: string) => to === '/' ? path === '/' : path === to || path.startsWith(`${to}/`) || (to === '/applications' && path.startsWith('/deployments'));

class Fence extends Component<{ children: ReactNode; words: { crashed: string; reload: string } }, { error?: Error }> {
  state: { error?: Error } = {};
  static getDerivedStateFromError(error: Error) { return { error }; }
  render() {
    return this.state.error ? <div className="page"><Empty title={this.props.words.crashed}><p className="mono small">{this.state.error.message}</p><div><Button onClick={() => location.reload()}>{this.props.words.reload}</Button></div></Empty></div> : this.props.children;
  }
}

function NotFound() {
  const w = useWords(baseWords);
  return <div className="page"><PageHead title={w.notFound} /><p><Link href="/">{w.backHome}</Link></p></div>;
}

export function Shell({ signOut }: { signOut: () => void }) {
  const w = useWords(webWords), me = useMe(), lost = useConnectionLost(), [path] = useLocation();
  const [open, setOpen] = useState<'search' | 'help' | 'more' | null>(null), [menu, setMenu] = useState<'ready' | 'open' | null>(null), main = useRef<HTMLElement>(null), firstPath = useRef(path);
  const openSearch = useCallback(() => setOpen('search'), []), openHelp = useCallback(() => setOpen('help'), []), close = useCallback(() => setOpen(null), []);
  useKeyboard(openSearch, openHelp);
  useEffect(() => { if (path !== firstPath.current) { firstPath.current = ''; window.scrollTo(0, 0); main.current?.focus({ preventScroll: true }); } }, [path]);
  const face = <><span className="face" aria-hidden>{[...me.name][0]}</span><span className="clip">{me.name}</span></>;
  const plainFace = <button type="button" className="button button-quiet account" aria-haspopup="menu" onPointerEnter={() => setMenu(old => old ?? 'ready')} onClick={() => setMenu('open')}>{face}</button>;
  return <>
    <a className="skip" href="#content" onClick={e => { e.preventDefault(); main.current?.focus(); }}>{w.skip}</a>
    <div className="shell">
      <header className="rail">
        <Link href="/" className="brand"><Logo />Sampan</Link>
        <Button className="rail-search" onClick={openSearch}><SearchIcon size={14} aria-hidden />{w.search.title}<kbd>/</kbd></Button>
        <nav aria-label={w.nav.main}>{places.map(p => <Link key={p.to} href={p.to} className="rail-link" aria-current={isHere(p.to, path) ? 'page' : undefined}><p.Icon size={16} aria-hidden />{w.nav[p.word]}</Link>)}</nav>
        {menu ? <Suspense fallback={plainFace}><AccountMenu signOut={signOut} openAtOnce={menu === 'open'}>{face}</AccountMenu></Suspense> : plainFace}
      </header>
      <header className="phone-top"><Link href="/" className="brand"><Logo />Sampan</Link><Button look="quiet" className="icon-only" aria-label={w.search.title} onClick={openSearch}><SearchIcon size={20} aria-hidden /></Button></header>
      <main className="main" id="content" ref={main} tabIndex={-1}>
        {lost && <div className="lost" role="status"><CloudOff size={16} aria-hidden />{w.lost}</div>}
        <Fence key={path} words={w}>
          <Switch>{routes.map(r => <Route key={r.path} path={r.path}><r.Page waiting={<div className="page"><Skeleton rows={6} /></div>} /></Route>)}<Route><NotFound /></Route></Switch>
        </Fence>
      </main>
      <nav className="phone-bar" aria-label={w.nav.main}>{places.filter(p => onPhone.includes(p.word)).map(p => <Link key={p.to} href={p.to} aria-current={isHere(p.to, path) ? 'page' : undefined}><p.Icon size={20} aria-hidden />{w.nav[p.word]}</Link>)}
        <button type="button" onClick={() => setOpen('more')}><MenuIcon size={20} aria-hidden />{w.nav.more}</button></nav>
    </div>
    <Suspense>{open === 'search' && <Search close={close} />}{open === 'help' && <Help close={close} />}{open === 'more' && <MoreSheet close={close} signOut={signOut} places={places.filter(p => !onPhone.includes(p.word))} />}</Suspense>
  </>;
}
