// What a job's metrics say, in figures. Pure.
import type { Locale } from '../base/settings';
import type { Metric } from './api';

export const figure = (n: number, locale: Locale) => new Intl.NumberFormat(locale === 'zh' ? 'zh-CN' : 'en-US', { maximumFractionDigits: 3 }).format(n);
const signs = { LE: '≤', GE: '≥', EQ: '=' };
/** "≤ 0"; '' without a red line. */
export const lineOf = (m: Metric, locale: Locale) => m.comparator && m.limit != null ? `${signs[m.comparator]} ${figure(m.limit, locale)}` : '';
export type Standing = 'met' | 'crossed' | 'none';
export const standingOf = (m: Metric): Standing => !m.comparator ? 'none' : m.crossed ? 'crossed' : 'met';
/** Against the run before: "+2", "−0.5", '0' when it is the same; '' when there is none. */
export function changeOf(m: Metric, locale: Locale): string {
  if (!m.before.length) return '';
  const by = m.value - m.before[0], text = figure(Math.abs(by), locale);
  return text === '0' ? '0' : `${by > 0 ? '+' : '−'}${text}`;
}
/** Oldest first, this run's last. */
export const trendOf = (m: Metric) => [...m.before].reverse().concat(m.value);
/** Crossed lines first, then those with a line; else as they were reported. */
export function sorted(metrics: Metric[]): Metric[] {
  const rank = { crossed: 0, met: 1, none: 2 };
  return [...metrics].sort((a, b) => rank[standingOf(a)] - rank[standingOf(b)]);
}
