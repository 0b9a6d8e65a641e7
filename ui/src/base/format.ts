// Numbers and times as people read them. Pure; the language is an argument.
import type { Locale } from './settings';

/** What the server says in both languages. */
export const inLanguage = (text: { zh: string; en: string }, locale: Locale) => (locale === 'zh' ? text.zh : text.en) || text.en || text.zh;

/** 0.4s, 42s, 3m 07s, 2h 05m; zh: 42 秒, 3 分 07 秒. */
export function duration(seconds: number | undefined | null, locale: Locale): string {
  if (seconds === undefined || seconds === null || !Number.isFinite(seconds)) return '–';
  const u = locale === 'zh' ? { s: ' 秒', m: ' 分', h: ' 小时', d: ' 天' } : { s: 's', m: 'm', h: 'h', d: 'd' };
  if (seconds < 9.95) return `${Number(seconds.toFixed(1))}${u.s}`;
  const total = Math.round(seconds), two = (n: number) => String(n).padStart(2, '0');
  if (total < 60) return `${total}${u.s}`;
  if (total < 3600) return `${Math.floor(total / 60)}${u.m} ${two(total % 60)}${u.s}`;
  if (total < 86400) return `${Math.floor(total / 3600)}${u.h} ${two(Math.floor(total % 3600 / 60))}${u.m}`;
  return `${Math.floor(total / 86400)}${u.d} ${Math.floor(total % 86400 / 3600)}${u.h}`;
}

export function bytes(n: number | undefined | null): string {
  if (n === undefined || n === null) return '–';
  const units = ['B', 'kB', 'MB', 'GB', 'TB']; let i = 0;
  while (n >= 1000 && i < units.length - 1) { n /= 1000; i++; }
  return `${i === 0 || n >= 100 ? Math.round(n) : n.toFixed(1)} ${units[i]}`;
}

/** 0.31, 4.2, 118, 12,400: three figures are enough to act on. */
export function rate(n: number | undefined | null): string {
  if (n === undefined || n === null) return '–';
  if (n === 0) return '0';
  if (n < 1) return n.toFixed(2);
  if (n < 10) return n.toFixed(1);
  return Math.round(n).toLocaleString('en-US');
}
/** 0.4 of a millisecond is not measured: "< 1 ms". */
export const milliseconds = (n: number | undefined | null) => n === undefined || n === null ? '–' : n < 1 ? '< 1 ms' : n < 10_000 ? `${Math.round(n).toLocaleString('en-US')} ms` : `${(n / 1000).toFixed(1)} s`;
export const count = (n: number) => n.toLocaleString('en-US');
export const percent = (n: number | undefined | null) => n === undefined || n === null ? '–' : `${n > 0 && n < 10 ? n.toFixed(1) : Math.round(n)}%`;

const relative: Partial<Record<Locale, Intl.RelativeTimeFormat>> = {};
export function ago(iso: string, now: number, locale: Locale): string {
  const f = relative[locale] ??= new Intl.RelativeTimeFormat(locale === 'zh' ? 'zh-CN' : 'en', { numeric: 'always', style: 'short' });
  const s = (Date.parse(iso) - now) / 1000, a = Math.abs(s);
  if (a < 5) return locale === 'zh' ? '刚刚' : 'now';
  if (a < 60) return f.format(Math.round(s), 'second');
  if (a < 3600) return f.format(Math.trunc(s / 60), 'minute');
  if (a < 86400) return f.format(Math.trunc(s / 3600), 'hour');
  if (a < 86400 * 30) return f.format(Math.trunc(s / 86400), 'day');
  if (a < 86400 * 365) return f.format(Math.trunc(s / 86400 / 30), 'month');
  return f.format(Math.trunc(s / 86400 / 365), 'year');
}
export function exact(iso: string, locale: Locale): string {
  return new Intl.DateTimeFormat(locale === 'zh' ? 'zh-CN' : 'en-GB', { dateStyle: 'medium', timeStyle: 'medium' }).format(new Date(iso));
}
/** The hour of a day near now: "02:00", or with its date when it is not today. */
export function clock(iso: string, locale: Locale): string {
  const day = new Date(iso), today = day.toDateString() === new Date().toDateString();
  return new Intl.DateTimeFormat(locale === 'zh' ? 'zh-CN' : 'en-GB', today ? { hour: '2-digit', minute: '2-digit' } : { month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit' }).format(day);
}
export const shortDigest = (digest: string) => digest.replace(/^sha256:/, '').slice(0, 12);
