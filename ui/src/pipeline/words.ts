const en = {
  runs: { title: 'Runs', run: 'Run', state: 'State', repo: 'Repository', ref: 'Branch or tag', took: 'Took', when: 'Started', who: 'By', mine: 'Only mine', everyState: 'Every state', everyRepo: 'Every repository', empty: 'No run yet', teach: 'A run starts when somebody pushes to a branch that a pipeline listens to. Put this into .sampan/daily.yaml, commit and push:', none: 'No run fits this filter.', start: 'Start a run', startHint: 'The pipeline file is read at the tip of this branch or tag.', pipeline: 'Pipeline file', comment: 'Comment' },
  trigger: { push: 'push', tag: 'tag', manual: 'by hand', schedule: 'schedule', retry: 'retry' },
  run: {
    cancel: 'Cancel', cancelTitle: (n: number) => `Cancel run #${n}?`, cancelHint: 'Steps under way are ended within a few seconds. What is deployed already stays.', retry: 'Run again', retryFailed: 'Retry this job', graph: 'Jobs', usualRun: 'usually', comment: 'Comment', variables: 'Variables', ref: 'Branch', commit: 'Commit', pipeline: 'Pipeline', trigger: 'Started by', took: 'Took',
    attempt: (n: number) => `attempt ${n}`, driven: 'This job waits for a person to start it.', startJob: 'Start this job', noJob: 'Choose a job to see its log.', deployment: 'See the deployment', runner: 'Runner', waits: 'Needs', formApprove: 'Approve', formRetry: 'Run again', formCancel: 'Cancel', formLog: 'Read the log', formLocal: 'Run the same file here',
  },
  gate: { title: 'Approval', who: (names: string, all: boolean) => all ? `All of ${names} must approve.` : `One of ${names} must approve.`, youCannot: 'You are not one of them.', comment: 'Comment', now: 'Approve', later: 'Approve now, release at', at: 'Release at', approve: 'Approve', approveAt: 'Approve for that time', refuse: 'Refuse', refuseHint: 'The run ends here; say why, so that the author knows what to change.', releases: (t: string) => `Approved; goes out at ${t}. The checks are repeated then.`, past: 'Choose a time in the future.', when: 'When', nowOption: 'At once', laterOption: 'At a time' },
  log: { title: 'Log', of: (job: string) => `Log of ${job}`, lines: (n: string) => `${n} lines`, search: 'Search in the log', matches: (i: number, n: string) => `${i} of ${n}`, noMatch: 'Nothing found', searching: 'Searching…', next: 'Next match', previous: 'Previous match', follow: 'Follow the end', top: 'To the start', end: 'To the end', wrap: 'Wrap lines', raw: 'Raw text', live: 'live', empty: 'This job has written nothing yet.', none: 'This job has no log: it waits for a person, not for a machine.', fold: (s: string) => `Fold ${s}`, unfold: (s: string) => `Unfold ${s}`, line: (n: number) => `Line ${n}`, foldAll: 'Fold steps', lost: 'The live log broke off; it is taken up again by itself.', notReached: 'Not loaded yet' },
  panel: { tests: 'Tests', artifacts: 'Artifacts', testsLine: (t: number, f: number, s: number) => `${t} tests, ${f} failed, ${s} skipped`, allGood: 'All tests passed.', image: 'Image', size: 'Size' },
  pipelines: { title: 'Pipelines', file: 'File', last: 'Last run', triggers: 'Starts on', broken: 'This file has errors; no run can start from it.', start: 'Start', empty: 'No pipeline file yet', teach: 'Put this into .sampan/daily.yaml, commit and push:', events: 'Events', eventsHint: 'Each push and tag, and why it did or did not start something.', event: 'Event', outcome: 'Outcome', noEvents: 'No push has been seen yet.', caches: 'Caches', noCaches: 'No cache is kept.', cacheOf: 'Job', filled: 'Filled', clear: 'Delete the cache', clearHint: (d: string) => `The next run fills ${d} anew and takes longer.`, noTrigger: 'only by hand' },
  runners: { title: 'Runners', state: 'State', labels: 'Labels', busy: 'Busy', seen: 'Last seen', version: 'Version', create: 'New runner', createHint: 'A runner is another machine that runs steps. Its token is shown once.', once: 'Start the runner on that machine with:', remove: 'Remove', removeHint: (n: string) => `${n} gets no more jobs and its token stops working. A job it runs now is given to another runner.`, labelsHint: 'Separated by commas', jobs: 'Now runs', empty: 'No runner', teach: 'Without a runner every job waits. On one machine the server starts its own; see:' },
  variables: { title: 'Variable groups', group: 'Group', environments: 'Environments', everywhere: 'every environment', changed: 'Last changed', create: 'New group', empty: 'No variable group yet', teach: 'A variable group joins settings and secrets to a release at deployment, so the same image runs everywhere:', set: 'Set a variable', key: 'Key', value: 'Value', secret: 'Secret: never shown again, never in a log', hiddenValue: 'secret, not shown', history: 'History', version: 'Version', remove: 'Delete', removeHint: (k: string) => `The next deployment comes without ${k}; what runs now keeps it until then.`, change: 'Change', when: 'Time', action: 'What', noHistory: 'No change yet.', setSecret: 'a new secret value', envHint: 'Separated by commas; empty means every environment', description: 'What for', edit: 'Change the group' },
};
export type PipelineWords = typeof en;
const zh: PipelineWords = {
  runs: { title: '流水线运行', run: '运行', state: '状态', repo: '代码库', ref: '分支或标签', took: '耗时', when: '开始', who: '触发人', mine: '只看我的', everyState: '全部状态', everyRepo: '全部代码库', empty: '还没有运行记录', teach: '向流水线监听的分支推送代码时会触发运行。把下面的内容存为 .sampan/daily.yaml, 提交并推送:', none: '没有符合条件的运行。', start: '运行流水线', startHint: '使用该分支或标签最新提交中的流水线文件。', pipeline: '流水线文件', comment: '备注' },
  trigger: { push: '推送', tag: '标签', manual: '手动', schedule: '定时', retry: '重试' },
  run: {
    cancel: '取消', cancelTitle: n => `取消运行 #${n}?`, cancelHint: '正在执行的步骤会在几秒内结束; 已经部署的内容保持不变。', retry: '重新运行', retryFailed: '重试该任务', graph: '任务', usualRun: '通常', comment: '备注', variables: '变量', ref: '分支', commit: '提交', pipeline: '流水线', trigger: '触发', took: '耗时',
    attempt: n => `第 ${n} 次`, driven: '该任务需要手动启动。', startJob: '启动该任务', noJob: '选择一个任务查看日志。', deployment: '查看部署', runner: '构建机', waits: '依赖', formApprove: '审批', formRetry: '重新运行', formCancel: '取消', formLog: '查看日志', formLocal: '在本机运行同一文件',
  },
  gate: { title: '人工卡点', who: (names, all) => all ? `需要 ${names} 全部通过。` : `需要 ${names} 中任意一人通过。`, youCannot: '您不在审批人之列。', comment: '意见', now: '通过', later: '现在通过, 定时发布', at: '发布时间', approve: '通过', approveAt: '通过并定时发布', refuse: '拒绝', refuseHint: '运行将在此结束; 请说明原因, 以便作者修改。', releases: t => `已通过, 将于 ${t} 发布; 届时会重新检查。`, past: '请选择将来的时间。', when: '何时发布', nowOption: '立即', laterOption: '定时' },
  log: { title: '日志', of: job => `${job} 的日志`, lines: n => `${n} 行`, search: '在日志中搜索', matches: (i, n) => `第 ${i} 处, 共 ${n} 处`, noMatch: '没有找到', searching: '搜索中…', next: '下一处', previous: '上一处', follow: '跟随末尾', top: '到开头', end: '到末尾', wrap: '自动换行', raw: '原始文本', live: '实时', empty: '该任务还没有输出。', none: '该任务没有日志:它等待的是人, 而不是机器。', fold: s => `折叠 ${s}`, unfold: s => `展开 ${s}`, line: n => `第 ${n} 行`, foldAll: '折叠步骤', lost: '实时日志中断, 正在自动恢复。', notReached: '尚未加载' },
  panel: { tests: '测试', artifacts: '制品', testsLine: (t, f, s) => `共 ${t} 个测试, 失败 ${f}, 跳过 ${s}`, allGood: '测试全部通过。', image: '镜像', size: '大小' },
  pipelines: { title: '流水线', file: '文件', last: '最近运行', triggers: '触发条件', broken: '该文件有错误, 无法运行。', start: '运行', empty: '还没有流水线文件', teach: '把下面的内容存为 .sampan/daily.yaml, 提交并推送:', events: '事件', eventsHint: '每次推送和标签, 以及它为何触发或没有触发运行。', event: '事件', outcome: '结果', noEvents: '还没有收到推送。', caches: '缓存', noCaches: '没有缓存。', cacheOf: '任务', filled: '填充于', clear: '删除缓存', clearHint: d => `下次运行会重新填充 ${d}, 耗时更长。`, noTrigger: '仅手动' },
  runners: { title: '构建机', state: '状态', labels: '标签', busy: '占用', seen: '最近在线', version: '版本', create: '新建构建机', createHint: '构建机是执行步骤的另一台机器; 令牌只显示一次。', once: '在那台机器上用以下命令启动构建机:', remove: '移除', removeHint: n => `${n} 不再接收任务, 其令牌立即失效; 正在执行的任务会交给其他构建机。`, labelsHint: '用逗号分隔', jobs: '正在执行', empty: '没有构建机', teach: '没有构建机时所有任务都会等待。单机部署时服务器会自动启动一台:' },
  variables: { title: '变量组', group: '变量组', environments: '环境', everywhere: '全部环境', changed: '最近修改', create: '新建变量组', empty: '还没有变量组', teach: '变量组在部署时把配置和密钥与版本合并, 因此同一镜像可用于所有环境:', set: '设置变量', key: '名称', value: '值', secret: '密钥:不再显示, 不会出现在日志中', hiddenValue: '密钥, 不显示', history: '变更历史', version: '版本', remove: '删除', removeHint: k => `下次部署将不再包含 ${k}; 正在运行的实例在此之前保持不变。`, change: '修改', when: '时间', action: '操作', noHistory: '还没有变更。', setSecret: '新的密钥值', envHint: '用逗号分隔; 留空表示全部环境', description: '用途', edit: '修改变量组' },
};
export const pipelineWords = { en, zh };
export const firstPipeline = `name: daily
triggers:
  push:
    branches: [master]
stages:
  build:
    jobs:
      test:
        steps:
          test:
            step: Command
            with:
              run: echo hello
`;
