import { enc, encPath, query, send } from '../base/http';
import type { Answer, Body, Item } from '../base/wire';

type RepoPath = '/api/v1/repos/{group}/{repo}';
export type FindingList = Answer<`${RepoPath}/findings`>;
export type Finding = FindingList['items'][number];
export type Gap = FindingList['gaps'][number];
export type RuleCount = FindingList['rules'][number];
export type Counts = FindingList['open'];
export type Severity = Finding['severity'];
export type Scan = Item<`${RepoPath}/scans`>;
export type RedLine = Item<`${RepoPath}/red-lines`>;
export type Verdict = Answer<`${RepoPath}/gate`>;
export type HandedIn = Item<`${RepoPath}/scans/{commit}/sarif`>;
export type LineCount = Verdict['lines'][number];

const repo = (path: string) => `/api/v1/repos/${encPath(path)}`;
export const paths = {
  findings: (path: string, wanted: Record<string, string | number | undefined>) => `${repo(path)}/findings${query(wanted)}`,
  trend: (path: string, ref: string) => `${repo(path)}/findings/trend${query({ ref })}`,
  scan: (path: string, commit: string) => `${repo(path)}/scans${query({ commit })}`,
  sarif: (path: string, commit: string) => `${repo(path)}/scans/${commit}/sarif`,
  gate: (path: string, ref: string, branch: string) => `${repo(path)}/gate${query({ ref, branch })}`,
  redLines: (path: string) => `${repo(path)}/red-lines`,
};
export const scanNow = (path: string, ref: string) => send<Scan>('POST', `${repo(path)}/scans`, { ref } satisfies Body<`${RepoPath}/scans`>);
export const dismiss = (path: string, dismissal: Body<`${RepoPath}/dismissals`>) => send('POST', `${repo(path)}/dismissals`, dismissal);
export const takeUp = (path: string, dismissal: number) => send('DELETE', `${repo(path)}/dismissals/${dismissal}`);
export const drawLines = (path: string, items: RedLine[]) => send('PUT', paths.redLines(path), { items });

/** Addresses of the pages of findings. */
export const at = {
  findings: (path: string, wanted: Record<string, string | undefined> = {}) => `/code/${encPath(path)}/findings${query(wanted)}`,
  place: (path: string, ref: string, file: string, line: number) => `/code/${encPath(path)}/file${query({ ref, path: file })}${line > 0 ? `#L${enc(String(line))}` : ''}`,
};
