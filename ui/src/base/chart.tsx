// One measure over time, on uPlot. The figures stand in words too: now and highest.
import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { useLocale, useTheme } from '../base/settings';

export type Series = { label: string; values: (number | null)[]; state: 'run' | 'bad' | 'good' | 'idle' };

export default function Chart({ times, series, format, label }: { times: number[]; series: Series[]; format: (n: number) => string; label: string }) {
  const box = useRef<HTMLDivElement>(null), plot = useRef<uPlot | null>(null), theme = useTheme(), locale = useLocale();
  const data = [times, ...series.map(s => s.values)] as uPlot.AlignedData, latest = useRef(data); latest.current = data;
  const names = series.map(s => s.label).join();
  useEffect(() => {
    const host = box.current!;
    const draw = () => {
      plot.current?.destroy();
      const colour = (name: string) => { const probe = document.createElement('i'); probe.style.color = `var(--${name})`; host.append(probe); const c = getComputedStyle(probe).color; probe.remove(); return c; };
      const axis = { size: 30, stroke: colour('ink-faint'), grid: { stroke: colour('line'), width: 1 }, ticks: { show: false }, font: '11px system-ui' };
      plot.current = new uPlot({
        width: host.clientWidth, height: 150, legend: { show: false }, cursor: { y: false, points: { size: 6 } }, padding: [8, 0, 0, 0],
        scales: { y: { range: (_, __, max) => [0, max > 0 ? max * 1.15 : 1] } },
        axes: [{ ...axis, space: 70, values: (_, ticks) => ticks.map(t => new Date(t * 1000).toLocaleTimeString(locale === 'zh' ? 'zh-CN' : 'en-GB', { hour: '2-digit', minute: '2-digit', second: ticks.length > 1 && ticks[1] - ticks[0] < 60 ? '2-digit' : undefined })) }, { ...axis, size: 58, space: 34, values: (_, ticks) => ticks.map(format) }],
        series: [{}, ...series.map(s => ({ label: s.label, stroke: colour(`${s.state}-line`), width: 1.5, points: { show: false }, spanGaps: false }))],
      }, latest.current, host);
    };
    draw();
    const watch = new ResizeObserver(() => { if (plot.current && host.clientWidth !== plot.current.width) plot.current.setSize({ width: host.clientWidth, height: 150 }); });
    watch.observe(host);
    const dark = matchMedia('(prefers-color-scheme: dark)'); dark.addEventListener('change', draw);
    return () => { watch.disconnect(); dark.removeEventListener('change', draw); plot.current?.destroy(); plot.current = null; };
  }, [theme, locale, names]);
  useEffect(() => { plot.current?.setData(latest.current); }, [times, series]);
  return <div ref={box} className="chart" role="img" aria-label={label} />;
}
