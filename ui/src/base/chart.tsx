// One or a few measures over time or over a count of things, on uPlot. Whoever draws one also says its figures in words: `label` is all that a
// screen reader has. Series that lie close together differ in their dashes too, never in colour alone.
import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { useLocale, useTheme } from './settings';
import type { Kind } from './states';

export type Series = { label: string; values: (number | null)[]; state: Kind; dash?: number[] };

/** `times` are seconds since 1970, or with `tick` any rising numbers, which it names below the axis; `small`: for a line of a table, the course alone, any rising numbers. */
export default function Chart({ times, series, format, label, tick, small }: { times: number[]; series: Series[]; format: (n: number) => string; label: string; tick?: (x: number) => string; small?: boolean }) {
  const box = useRef<HTMLDivElement>(null), plot = useRef<uPlot | null>(null), theme = useTheme(), locale = useLocale();
  const data = [times, ...series.map(s => s.values)] as uPlot.AlignedData, latest = useRef(data), naming = useRef(tick); latest.current = data; naming.current = tick;
  const names = series.map(s => s.label).join();
  useEffect(() => {
    const host = box.current!;
    const draw = () => {
      plot.current?.destroy();
      const colour = (name: string) => { const probe = document.createElement('i'); probe.style.color = `var(--${name})`; host.append(probe); const c = getComputedStyle(probe).color; probe.remove(); return c; };
      const axis = { size: 30, stroke: colour('ink-faint'), grid: { stroke: colour('line'), width: 1 }, ticks: { show: false }, font: '11px system-ui' };
      plot.current = new uPlot({
        width: host.clientWidth, height: host.clientHeight, legend: { show: false }, cursor: small ? { show: false } : { y: false, points: { size: 6 } }, padding: small ? [4, 4, 4, 4] : [8, tick ? 32 : 0, 0, 0],
        scales: { x: { time: !tick && !small }, y: { range: (_, min, max) => small && min === max ? [min - 1, max + 1] : [Math.min(0, min ?? 0), max > 0 ? max * 1.15 : min < 0 ? 0 : 1] } },
        axes: small ? [{ show: false }, { show: false }] : [{ ...axis, space: 70, ...(tick ? { incrs: [1, 2, 5, 10, 20, 50] } : {}), values: (_, ticks) => ticks.map(t => naming.current ? naming.current(t) : new Date(t * 1000).toLocaleTimeString(locale === 'zh' ? 'zh-CN' : 'en-GB', { hour: '2-digit', minute: '2-digit', second: ticks.length > 1 && ticks[1] - ticks[0] < 60 ? '2-digit' : undefined })) }, { ...axis, size: 58, space: 34, values: (_, ticks) => ticks.map(format) }],
        series: [{}, ...series.map(s => ({ label: s.label, stroke: colour(`${s.state}-line`), width: 1.5, dash: s.dash, points: { show: times.length === 1 }, spanGaps: false }))],
      }, latest.current, host);
    };
    draw();
    const watch = new ResizeObserver(() => { if (plot.current && host.clientWidth !== plot.current.width) plot.current.setSize({ width: host.clientWidth, height: host.clientHeight }); });
    watch.observe(host);
    const dark = matchMedia('(prefers-color-scheme: dark)'); dark.addEventListener('change', draw);
    return () => { watch.disconnect(); dark.removeEventListener('change', draw); plot.current?.destroy(); plot.current = null; };
  }, [theme, locale, names, small]);
  useEffect(() => { plot.current?.setData(latest.current); }, [times, series]);
  return <div ref={box} className={small ? 'chart chart-small' : 'chart'} role="img" aria-label={label} />;
}
