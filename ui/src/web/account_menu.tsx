import * as Menu from '@radix-ui/react-dropdown-menu';
import { Check, KeyRound, LogOut, UserRound } from 'lucide-react';
import type { ReactNode } from 'react';
import { navigate } from 'wouter/use-browser-location';
import { setLocale, setTheme, useLocale, useTheme, useWords, type Locale, type Theme } from '../base/settings';
import { changeMe } from '../people/api';
import { webWords } from './words';

export default function AccountMenu({ children, signOut, openAtOnce }: { children: ReactNode; signOut: () => void; openAtOnce: boolean }) {
  const w = useWords(webWords), locale = useLocale(), theme = useTheme();
  const choose = (value: Locale) => { setLocale(value); void changeMe({ locale: value }).catch(() => undefined); };   // this browser remembers it in any case
  return <Menu.Root modal={false} defaultOpen={openAtOnce}><Menu.Trigger className="button button-quiet account">{children}</Menu.Trigger>
    <Menu.Content className="menu" sideOffset={6} collisionPadding={12}>
      <Menu.Item className="menu-item" onSelect={() => navigate('/settings/profile')}><UserRound size={16} aria-hidden />{w.profile}</Menu.Item>
      <Menu.Item className="menu-item" onSelect={() => navigate('/settings/tokens')}><KeyRound size={16} aria-hidden />{w.tokens}</Menu.Item>
      <Menu.Separator className="menu-line" />
      <Menu.RadioGroup value={locale} onValueChange={v => choose(v as Locale)}><Menu.Label className="menu-label">{w.language}</Menu.Label>
        {([['zh', '中文'], ['en', 'English']] as const).map(([v, text]) => <Menu.RadioItem key={v} value={v} className="menu-item" onSelect={e => e.preventDefault()}><span className="grow">{text}</span><Menu.ItemIndicator><Check size={16} aria-hidden /></Menu.ItemIndicator></Menu.RadioItem>)}</Menu.RadioGroup>
      <Menu.Separator className="menu-line" />
      <Menu.RadioGroup value={theme} onValueChange={v => setTheme(v as Theme)}><Menu.Label className="menu-label">{w.theme}</Menu.Label>
        {(['system', 'light', 'dark'] as const).map(v => <Menu.RadioItem key={v} value={v} className="menu-item" onSelect={e => e.preventDefault()}><span className="grow">{w.themes[v]}</span><Menu.ItemIndicator><Check size={16} aria-hidden /></Menu.ItemIndicator></Menu.RadioItem>)}</Menu.RadioGroup>
      <Menu.Separator className="menu-line" />
      <Menu.Item className="menu-item" onSelect={signOut}><LogOut size={16} aria-hidden />{w.signOut}</Menu.Item>
    </Menu.Content></Menu.Root>;
}
