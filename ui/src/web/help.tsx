import { Dialog } from '../base/dialog';
import { useWords } from '../base/settings';
import { webWords } from './words';

export default function Help({ close }: { close: () => void }) {
  const w = useWords(webWords).keys;
  const keys: [string[], string][] = [[['/'], w.search], [['?'], w.help], [['j', 'k'], w.next], [['g', 'h'], w.home], [['g', 'c'], w.code], [['g', 'r'], w.runs], [['g', 'i'], w.images], [['g', 'a'], w.apps], [['g', 'e'], w.environments], [['g', 's'], w.settings], [['Esc'], w.close]];
  return <Dialog open onOpenChange={open => { if (!open) close(); }} title={w.title}>
    <dl className="key-list">{keys.map(([k, text]) => <div key={text + k.join()} style={{ display: 'contents' }}><dt>{k.map(x => <span key={x}><kbd>{x}</kbd> </span>)}</dt><dd>{text}</dd></div>)}</dl>
  </Dialog>;
}
