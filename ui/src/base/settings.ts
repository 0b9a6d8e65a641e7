// What this browser remembers: language and theme. Both are read before the first paint.
import { useSyncExternalStore } from 'react';

export type Locale = 'en' | 'zh';
export type Theme = 'system' | 'light' | 'dark';
export type Dictionary<T> = { en: T; zh: T };

const watchers = new Set<() => void>();
const watch = (tell: () => void) => { watchers.add(tell); return () => { watchers.delete(tell); }; };
const read = (key: string) => { try { return localStorage.getItem(key); } catch { return null; } };
const write = (key: string, value: string) => { try { localStorage.setItem(key, value); } catch { /* private window: forgotten at the end */ } };

export const asLocale = (tag: string | null | undefined): Locale | null => !tag ? null : /^zh/i.test(tag) ? 'zh' : 'en';
let locale: Locale = typeof navigator === 'undefined' ? 'en' : asLocale(read('sampan.locale')) ?? asLocale(navigator.language) ?? 'en';
let theme: Theme = typeof navigator === 'undefined' ? 'system' : (read('sampan.theme') as Theme | null) ?? 'system';

function apply() {
  if (typeof document === 'undefined') return;
  document.documentElement.lang = locale === 'zh' ? 'zh-CN' : 'en';
  if (theme === 'system') delete document.documentElement.dataset.theme; else document.documentElement.dataset.theme = theme;
}
apply();

export function setLocale(value: Locale, remember = true) {
  if (remember) write('sampan.locale', value);
  locale = value; apply(); watchers.forEach(tell => tell());
}
export function setTheme(value: Theme) { write('sampan.theme', value); theme = value; apply(); watchers.forEach(tell => tell()); }
export const rememberedLocale = () => asLocale(read('sampan.locale'));
export const currentLocale = () => locale;
export const useLocale = () => useSyncExternalStore(watch, () => locale, () => locale);
export const useTheme = () => useSyncExternalStore(watch, () => theme, () => theme);
const wideQuery = typeof matchMedia === 'undefined' ? null : matchMedia('(min-width: 721px)');
/** False on a phone: parts only a wide page shows are then neither drawn nor fetched. */
export const useWide = () => useSyncExternalStore(tell => { wideQuery?.addEventListener('change', tell); return () => wideQuery?.removeEventListener('change', tell); }, () => wideQuery?.matches ?? true, () => true);
/** The words of one room in the chosen language. Both languages have one type: a missing key does not compile. */
export function useWords<T>(dictionary: Dictionary<T>): T { return dictionary[useLocale()]; }
