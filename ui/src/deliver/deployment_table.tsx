import { Link } from 'wouter';
import { Ago, Duration, State, Table } from '../base/parts';
import { useWords } from '../base/settings';
import { isUnderWay, type DeploymentBrief } from './api';
import { Counted, titleOf } from './rollout';
import { deliverWords } from './words';

export function DeploymentTable({ deployments }: { deployments: DeploymentBrief[] }) {
  const w = useWords(deliverWords), d = w.deployment;
  return <Table caption={w.app.deployments} rows={deployments.slice(0, 20)} rowKey={x => x.id} columns={[
    { head: d.state, quiet: true, cell: x => <State of={x.state} live /> },
    { head: d.deployment, main: true, cell: x => <div><Link href={`/deployments/${x.id}`}>{titleOf(d, x)}</Link>{x.reason && <div className="small soft">{x.reason}</div>}</div> },
    { head: d.by, cell: x => x.actor },
    { head: d.took, numeric: true, cell: x => <Duration seconds={x.duration_s} from={isUnderWay(x) ? x.created_at : undefined} /> },
    { head: '', numeric: true, cell: x => <Counted of={{ requests: x.requests, failed: x.failed }} /> },
    { head: w.apps.changed, numeric: true, cell: x => <Ago at={x.finished_at ?? x.created_at} /> },
  ]} />;
}
