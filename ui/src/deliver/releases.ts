// What the past of an application says about its releases. Pure.
import { isUnderWay, type AppDetail } from './api';

type Past = Pick<AppDetail, 'release' | 'releases' | 'deployments'>;

/** Deployed here, and never with success: nothing to go back to. */
export function neverLive(app: Past, number: number): boolean {
  const tried = app.deployments.filter(d => d.release === number && !isUnderWay(d));
  return tried.length > 0 && !tried.some(d => d.state === 'succeeded');
}
/** Where "roll back" goes: to what the present release replaced, as the server chooses; undefined when there is nothing before it. */
export function backTo(app: Past): number | undefined {
  const here = app.release?.number;
  if (here === undefined) return undefined;
  const replaced = app.deployments.find(d => d.state === 'succeeded' && d.release === here && d.previous_release && d.previous_release !== here)?.previous_release;
  return replaced ?? app.releases.find(r => r.number < here && !neverLive(app, r.number))?.number;
}
