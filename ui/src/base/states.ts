// The five kinds of state that colour may mean, and the kind of each word the server uses.
export type Kind = 'good' | 'wait' | 'bad' | 'run' | 'idle';
const kinds: Record<string, Kind> = {
  queued: 'idle', pending: 'idle', running: 'run', waiting: 'wait', succeeded: 'good', failed: 'bad', canceled: 'idle', skipped: 'idle',
  degraded: 'wait', down: 'bad', deploying: 'run', 'never deployed': 'idle',
  starting: 'run', ready: 'good', draining: 'run', warm: 'idle', spare: 'idle', stopped: 'idle',
  rolled_back: 'bad', aborted: 'idle', frozen: 'wait', done: 'good', skipped_phase: 'idle',
  online: 'good', offline: 'bad', sent: 'good', open: 'wait', approved: 'good', refused: 'bad', active: 'good', inactive: 'idle', approve: 'good', refuse: 'bad',
};
export const kindOf = (state: string): Kind => kinds[state] ?? 'idle';
/** An application's "running" is its good state, a run's "running" is work under way. */
export const appKind = (state: string): Kind => state === 'running' ? 'good' : kindOf(state);
