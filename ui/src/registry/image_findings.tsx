// What the advisories say of the packages in an image: counts at its tag, the list behind them.
import { Dialog } from '../base/dialog';
import { inLanguage, shortDigest } from '../base/format';
import { Ago, Button, ErrorNote, Skeleton, State } from '../base/parts';
import { useLocale, useWords } from '../base/settings';
import { useResource } from '../base/use_resource';
import { SeverityMark } from '../findings/finding_note';
import { paths, type ImageFindings, type ImageScan, type ImageTag } from './api';
import { registryWords } from './words';

const kinds: Record<ImageScan['state'], string> = { passed: 'succeeded', failed: 'failed', unknown: 'waiting' };

/** At a tag: the verdict and how many of which severity; opens the list. */
export function ScanOfTag({ tag, show }: { tag: ImageTag; show: () => void }) {
  const w = useWords(registryWords).scan, { scan } = tag;
  if (!scan) return <State of="pending" word={w.absent} live />;
  const found = scan.blocker + scan.critical + scan.major;
  const word = found ? w.found(found) : w[scan.state];
  return <Button look="quiet" data-act="image-findings" aria-label={`${word}: ${w.of(tag.tag)}`} onClick={show}><State of={kinds[scan.state]} word={word} /></Button>;
}

export function FindingsOfImage({ image, tag, close }: { image: string; tag: ImageTag; close: () => void }) {
  const w = useWords(registryWords).scan, locale = useLocale(), { data, error, loading, reload } = useResource<ImageFindings>(paths.findings(image, tag.digest));
  return <Dialog open onOpenChange={open => { if (!open) close(); }} title={w.of(`${image}:${tag.tag}`)} wide>
    <ErrorNote error={error} retry={reload} />{loading && <Skeleton what={w.of(tag.tag)} />}
    {data?.scan && <p className="soft small">{w.looked(data.scan.packages, shortDigest(data.digest))} · <Ago at={data.scan.scanned_at} /></p>}
    {data && <ul className="stack" data-list="image-findings">{data.items.map((f, i) => <li key={i} className={`finding finding-${f.severity}`}><div className="finding-head"><SeverityMark of={f.severity} /><span className="mono small finding-rule">{f.rule}</span><span className="mono small faint">{f.path}</span></div>
      <p>{inLanguage(f.message, locale)}</p>{inLanguage(f.remedy, locale) && <p className="soft"><span className="strong">{w.remedy}</span> {inLanguage(f.remedy, locale)}</p>}</li>)}
      {data.gaps.map((g, i) => <li key={`gap ${i}`}><State of="waiting" word={w.gap} /> <span className="mono small">{g.path}</span> {inLanguage(g.reason, locale)}</li>)}</ul>}
    {data && data.left_out > 0 && <p className="soft">{w.more(data.left_out)}</p>}{data && !data.items.length && !data.gaps.length && <p className="soft">{w.nothing}</p>}
  </Dialog>;
}
