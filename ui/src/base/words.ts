// Words that every room shares: states, times, acts.
const en = {
  state: {
    queued: 'Queued', pending: 'Not started', running: 'Running', waiting: 'Waiting', succeeded: 'Succeeded', failed: 'Failed', canceled: 'Canceled', skipped: 'Skipped',
    degraded: 'Degraded', down: 'Down', deploying: 'Deploying', 'never deployed': 'Never deployed',
    starting: 'Starting', ready: 'Ready', draining: 'Draining', warm: 'Warm', spare: 'Spare', stopped: 'Stopped',
    rolled_back: 'Rolled back', aborted: 'Aborted', frozen: 'Frozen', done: 'Done',
    online: 'Online', offline: 'Offline', sent: 'Sent', open: 'Open', approved: 'Approved', refused: 'Refused', approve: 'Approved', refuse: 'Refused',
    preparing: 'Preparing', probing: 'Probing', switching: 'Switching', settling: 'Settling',
    active: 'Active', inactive: 'Closed', started: 'Started', nothing: 'Nothing started', healthy: 'Healthy',
  },
  loading: 'Loading…', loadingOf: (what: string) => `Loading ${what}…`,
  retryNow: 'Try again', more: 'Show more', copy: 'Copy', copied: 'Copied', close: 'Close', cancel: 'Cancel', save: 'Save', create: 'Create', remove: 'Remove', delete: 'Delete',
  commandLine: 'Command line', commandLineHint: 'The same acts from a terminal:', usual: (d: string) => `usually ${d}`, none: 'none', never: 'never', by: (who: string) => `by ${who}`,
  unreachable: 'The server does not answer; this page tries again by itself.', strange: 'The server gave an answer this page cannot read.',
  details: 'Details', yes: 'Yes', no: 'No', name: 'Name', description: 'Description', optional: 'optional', search: 'Search', filter: 'Filter', all: 'All',
  notFound: 'There is nothing at this address.', backHome: 'Go to the first page', downloads: 'Download', line: 'line', column: 'column',
};
export type BaseWords = typeof en;
const zh: BaseWords = {
  state: {
    queued: '排队中', pending: '未开始', running: '运行中', waiting: '等待中', succeeded: '成功', failed: '失败', canceled: '已取消', skipped: '已跳过',
    degraded: '部分异常', down: '不可用', deploying: '部署中', 'never deployed': '从未部署',
    starting: '启动中', ready: '就绪', draining: '排空中', warm: '热备', spare: '备用', stopped: '已停止',
    rolled_back: '已回滚', aborted: '已中止', frozen: '已冻结', done: '完成',
    online: '在线', offline: '离线', sent: '已发送', open: '待审批', approved: '已通过', refused: '已拒绝', approve: '已通过', refuse: '已拒绝',
    preparing: '准备', probing: '探测', switching: '切换', settling: '收尾',
    active: '启用', inactive: '停用', started: '已触发', nothing: '未触发', healthy: '健康',
  },
  loading: '加载中…', loadingOf: what => `正在加载${what}…`,
  retryNow: '重试', more: '显示更多', copy: '复制', copied: '已复制', close: '关闭', cancel: '取消', save: '保存', create: '创建', remove: '移除', delete: '删除',
  commandLine: '命令行', commandLineHint: '在终端里做同样的事:', usual: d => `通常 ${d}`, none: '无', never: '从未', by: who => `由 ${who}`,
  unreachable: '服务器没有响应, 页面会自动重试。', strange: '服务器的回答无法识别。',
  details: '详情', yes: '是', no: '否', name: '名称', description: '描述', optional: '选填', search: '搜索', filter: '筛选', all: '全部',
  notFound: '这个地址下没有内容。', backHome: '回到首页', downloads: '下载', line: '行', column: '列',
};
export const baseWords = { en, zh };
