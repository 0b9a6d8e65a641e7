import { count } from '../base/format';

const n1 = (n: number, one: string, many: string) => `${count(n)} ${n === 1 ? one : many}`;
const en = {
  title: 'Findings', severity: { blocker: 'Severe', critical: 'Warning', major: 'Suggestion' }, fresh: 'new', known: 'known', count: (n: number) => n1(n, 'finding', 'findings'),
  scan: {
    title: 'Scan', of: 'Scan of', done: 'Scanned', queued: 'Being scanned', queuedWhy: 'The scan of this commit waits or is under way; this page shows its result by itself.', failed: 'Scan failed', absent: 'Not scanned',
    absentWhy: 'Of a push, the last commit of each branch is scanned. This one was never that, or it was here before scanning was.', failedWhy: 'Nothing is known of this commit until a scan succeeds.',
    now: 'Scan now', again: 'Scan again', at: 'Scanned', took: 'Took', read: 'Files read', readHint: 'Files known from an earlier scan are not read again.', ms: (n: string) => `${n} ms`,
  },
  gaps: { title: (n: number) => `${n1(n, 'place', 'places')} could not be looked at`, why: 'What is there is not known, so the commit does not count as clean.', file: 'Where', reason: 'Why', whole: 'whole file' },
  tools: { title: (names: string) => `With the results of ${names}`, caption: 'Results that were handed in', tool: 'Tool', suppressed: 'Suppressed by it', by: 'Handed in by' },
  counts: { open: 'Open', fresh: 'New', dismissed: 'Dismissed', past: 'Secrets in history' },
  verdict: {
    passed: 'Below every red line', failed: 'Over a red line', unknown: 'No verdict', none: 'No red line holds for this branch', line: (branch: string, what: string) => `${branch}: ${what}`, most: (n: number, most: number) => `${n} of at most ${most}`,
    scope: { all: 'all findings', fresh: 'new ones only' }, title: (branch: string) => `Red lines of ${branch}`, show: 'Show them', change: 'Draw red lines', everyBranch: 'every branch',
  },
  trend: {
    title: (branch: string) => `Last scans of ${branch}`, table: 'As a table', commit: 'Commit', when: 'When', scan: 'Scan', label: (scans: number, from: string, to: string) => `Findings over the last ${n1(scans, 'scan', 'scans')}: from ${from} to ${to}`, counts: (b: number, c: number, m: number) => `${b} severe, ${c} warnings, ${m} suggestions`,
    now: (now: number, change: string) => `${count(now)} (${change})`, same: 'as before', note: 'Dismissed ones included.',
  },
  filter: { title: 'Filters', files: 'Where', here: 'In the commit', history: (n: number) => n ? `In its history (${n})` : 'In its history', standing: 'Standing', standings: { open: 'Open', fresh: 'New', dismissed: 'Dismissed', all: 'All' }, severity: 'Severity', anySeverity: 'Any severity', engine: 'Engine', anyEngine: 'Any engine', rule: 'Rule', anyRule: 'Any rule', path: 'Path holds', clear: 'Clear the filters' },
  list: { written: (line: number, commit: string) => `line ${line}, written by ${commit}`, nothingPast: 'No secret that is not dismissed is in the history that was looked at.', pastWhy: 'Secrets that earlier commits wrote and this one does not hold any more. Whoever fetches still has them: change them. Red lines do not count them.', place: (line: number, column: number) => `line ${line}, column ${column}`, none: 'Nothing is found', noneTeach: 'The same check before a push, without a server:', clean: 'Every file that an engine knows was read, and no rule was broken.', nothingFits: 'No finding fits these filters.', nothingDismissed: 'Nothing is dismissed.', nothingFresh: 'This commit brought nothing new.', shown: (n: number) => `${count(n)} shown`, empty: 'There is no commit to scan yet', remedy: 'Remedy', engine: 'Engine' },
  dismiss: {
    act: 'Dismiss', of: (rule: string) => `Dismiss: ${rule}`, reason: 'Reason', reasonHint: 'Why is it not to be mended? Everybody reads this.', days: 'For how many days', does: (until: string) => `Until ${until} it stands among the dismissed and no red line counts it, on every branch. Then it is open again, so that it is looked at once more. A changed line ends it at once.`,
    by: (who: string, until: string) => `Dismissed by ${who} until ${until}`, takeUp: 'Take up again', takeUpOf: (rule: string) => `Take up again: ${rule}`,
  },
  file: { mark: (line: number, n: number, worst: string) => `Line ${line}: ${n1(n, 'finding', 'findings')}, ${worst}`, show: 'Show the notes', hide: 'Hide the notes', noteOf: (line: number) => `Findings of line ${line}`, elsewhere: (n: number) => `${n1(n, 'known finding', 'known findings')} on other lines`, all: 'All findings', clean: 'No finding', gap: 'Not looked at whole', cut: (n: number) => `Only the first ${n} findings are shown at their lines.` },
  lines: {
    title: 'Red lines', hint: 'How many findings of a severity a branch may have. What asks for the verdict stops above a line.', branch: 'Branch', branchHint: 'A name or a pattern: main, release/*', severity: 'Severity', scope: 'Which', scopes: { all: 'all', fresh: 'new ones' }, most: 'At most', add: 'Add a red line', remove: (b: string) => `Remove the red line of ${b}`,
    save: 'Save the red lines', saved: 'Saved.', none: 'No red line is drawn', noneTeach: 'Until one is, the limits of .sampan/scan.yaml hold for every branch:', row: (n: number) => `Red line ${n}`,
  },
};
export type FindingsWords = typeof en;
const zh: FindingsWords = {
  title: '扫描问题', severity: { blocker: '严重', critical: '警告', major: '建议' }, fresh: '新增', known: '已有', count: n => `${count(n)} 个问题`,
  scan: {
    title: '扫描', of: '扫描提交', done: '已扫描', queued: '扫描中', queuedWhy: '该提交正在排队或扫描, 结果会自动显示。', failed: '扫描失败', absent: '未扫描',
    absentWhy: '每次推送扫描各分支的最后一个提交; 该提交不是, 或早于扫描功能。', failedWhy: '扫描成功之前, 该提交的问题未知。',
    now: '立即扫描', again: '重新扫描', at: '扫描于', took: '耗时', read: '读取文件', readHint: '以前扫描过的文件不会重复读取。', ms: n => `${n} 毫秒`,
  },
  gaps: { title: n => `${count(n)} 处未能检查`, why: '这些地方的情况未知, 因此该提交不算通过。', file: '位置', reason: '原因', whole: '整个文件' },
  tools: { title: names => `包含 ${names} 的结果`, caption: '其他工具提交的结果', tool: '工具', suppressed: '工具内已抑制', by: '提交者' },
  counts: { open: '未处理', fresh: '新增', dismissed: '已忽略', past: '历史中的密钥' },
  verdict: {
    passed: '未超过任何红线', failed: '超过红线', unknown: '暂无结论', none: '该分支没有红线', line: (branch, what) => `${branch}:${what}`, most: (n, most) => `${n} 个, 上限 ${most}`,
    scope: { all: '全部', fresh: '仅新增' }, title: branch => `${branch} 的红线`, show: '查看', change: '设置红线', everyBranch: '所有分支',
  },
  trend: {
    title: branch => `${branch} 的最近扫描`, table: '以表格查看', commit: '提交', when: '时间', scan: '扫描', label: (scans, from, to) => `最近 ${scans} 次扫描的问题数:从${from}到${to}`, counts: (b, c, m) => `${b} 个严重, ${c} 个警告, ${m} 个建议`,
    now: (now, change) => `${count(now)} (${change})`, same: '不变', note: '包含已忽略的问题。',
  },
  filter: { title: '筛选', files: '范围', here: '当前提交', history: n => n ? `历史提交 (${n})` : '历史提交', standing: '状态', standings: { open: '未处理', fresh: '新增', dismissed: '已忽略', all: '全部' }, severity: '级别', anySeverity: '全部级别', engine: '引擎', anyEngine: '全部引擎', rule: '规则', anyRule: '全部规则', path: '路径包含', clear: '清除筛选' },
  list: { written: (line, commit) => `第 ${line} 行, 由 ${commit} 写入`, nothingPast: '已检查的历史中没有未处理的密钥。', pastWhy: '较早的提交写入、当前提交中已不存在的密钥。任何拉取代码的人仍能看到, 必须更换。不计入红线。', place: (line, column) => `第 ${line} 行, 第 ${column} 列`, none: '没有发现问题', noneTeach: '推送之前可在本地做同样的检查, 无需服务器:', clean: '引擎能识别的文件都已检查, 没有违反任何规则。', nothingFits: '没有符合筛选条件的问题。', nothingDismissed: '没有已忽略的问题。', nothingFresh: '该提交没有引入新问题。', shown: n => `已显示 ${count(n)} 个`, empty: '还没有可扫描的提交', remedy: '修复建议', engine: '引擎' },
  dismiss: {
    act: '忽略', of: rule => `忽略:${rule}`, reason: '原因', reasonHint: '为什么不修复? 所有成员可见。', days: '忽略天数', does: until => `在 ${until} 之前, 该问题在所有分支上归入已忽略, 不计入红线; 到期后重新变为未处理, 以便再次确认。该行代码一旦修改, 忽略立即失效。`,
    by: (who, until) => `${who} 已忽略, 至 ${until}`, takeUp: '恢复处理', takeUpOf: rule => `恢复处理:${rule}`,
  },
  file: { mark: (line, n, worst) => `第 ${line} 行:${n} 个问题, ${worst}`, show: '展开说明', hide: '收起说明', noteOf: line => `第 ${line} 行的问题`, elsewhere: n => `其他行另有 ${n} 个已有问题`, all: '全部问题', clean: '没有问题', gap: '未能完整检查', cut: n => `仅在代码行显示前 ${n} 个问题。` },
  lines: {
    title: '红线', hint: '各分支每个级别允许的问题数上限; 超过红线时, 依赖该结论的操作会被拦下。', branch: '分支', branchHint: '分支名或模式:main、release/*', severity: '级别', scope: '范围', scopes: { all: '全部', fresh: '仅新增' }, most: '上限', add: '添加红线', remove: b => `移除 ${b} 的红线`,
    save: '保存红线', saved: '已保存。', none: '还没有设置红线', noneTeach: '在此之前, 所有分支采用 .sampan/scan.yaml 中的上限:', row: n => `红线 ${n}`,
  },
};
export const findingsWords = { en, zh };
