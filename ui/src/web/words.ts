const en = {
  nav: { home: 'Home', code: 'Code', runs: 'Runs', images: 'Images', applications: 'Applications', environments: 'Environments', settings: 'Settings', more: 'More', main: 'Main' },
  skip: 'Skip to the content', lost: 'The connection to the server is lost. It is tried again by itself; what you see may be old.',
  crashed: 'This page met an error of its own.', reload: 'Load again', starting: 'Starting…',
  language: 'Language', theme: 'Appearance', themes: { system: 'As the system', light: 'Light', dark: 'Dark' }, signOut: 'Sign out', profile: 'Profile and password', tokens: 'Access tokens',
  home: {
    title: 'Home', waiting: 'Waits for you', nothing: 'Nothing waits for you.', gate: 'Approval', failed: 'Failed run', look: 'Look at it', decide: 'Decide', applications: 'Applications', perSecond: 'req/s', errors: (n: string) => `${n} err/s`,
    first: 'No application runs yet', firstHint: 'An application appears here when a pipeline deploys a repository with .sampan/app.yaml. The shortest way:', newRepo: 'New repository from a template', since: 'since',
  },
  journey: {
    label: 'Journey of this commit', scanned: 'Scanned', reviewed: 'Reviewed', built: 'Built', imaged: 'Imaged', daily: 'Daily', staging: 'Staging', production: 'Production',
    notHere: 'not in this version', notScanned: 'not scanned', nothingNew: 'nothing new', fresh: (n: number) => n === 1 ? '1 new finding' : `${n} new findings`, noRun: 'no run', noBuild: 'no build', noImage: 'no image', noEnvironment: 'no such environment', notYet: 'not yet', live: (r: number) => `live, r${r}`, was: 'was here', running: 'running', failed: 'failed', waits: 'waits for approval', done: 'done', canceled: 'canceled', rolledBack: 'rolled back', now: (stop: string, word: string) => `${stop}: ${word}`,
  },
  search: { title: 'Search', hint: 'Repositories, runs, applications, images, people', nothing: (q: string) => `Nothing is called “${q}”.`, repositories: 'Repositories', runs: 'Runs', applications: 'Applications', people: 'People', images: 'Images' },
  keys: { title: 'Keyboard', search: 'Search', help: 'This list', next: 'Next / previous row or line', home: 'Home', code: 'Code', runs: 'Runs', apps: 'Applications', environments: 'Environments', images: 'Images', settings: 'Settings', close: 'Close' },
  settings: { title: 'Settings', system: 'System', version: 'Version', uptime: 'Running for', disk: 'Free in the data folder', openapi: 'OpenAPI document', profile: 'Profile', tokens: 'Access tokens', users: 'People', audit: 'Audit', runnersNav: 'Runners', robots: 'Robots', variables: 'Variable groups' },
};
export type WebWords = typeof en;
const zh: WebWords = {
  nav: { home: '首页', code: '代码', runs: '流水线', images: '镜像', applications: '应用', environments: '环境', settings: '设置', more: '更多', main: '主导航' },
  skip: '跳到正文', lost: '与服务器的连接已断开, 正在自动重连; 页面内容可能不是最新的。',
  crashed: '页面自身出错了。', reload: '重新加载', starting: '正在启动…',
  language: '语言', theme: '外观', themes: { system: '跟随系统', light: '浅色', dark: '深色' }, signOut: '退出登录', profile: '个人资料与密码', tokens: '访问令牌',
  home: {
    title: '首页', waiting: '等待我处理', nothing: '没有等待您处理的事项。', gate: '人工卡点', failed: '运行失败', look: '查看', decide: '去审批', applications: '应用', perSecond: '请求/秒', errors: n => `错误 ${n}/秒`,
    first: '还没有运行中的应用', firstHint: '当流水线部署了带有 .sampan/app.yaml 的代码库后, 应用会出现在这里。最快的方式:', newRepo: '从模板新建代码库', since: '始于',
  },
  journey: {
    label: '这次提交的旅程', scanned: '扫描', reviewed: '评审', built: '构建', imaged: '镜像', daily: '日常', staging: '预发', production: '正式',
    notHere: '本版本暂无', notScanned: '未扫描', nothingNew: '无新增', fresh: n => `新增 ${n} 个问题`, noRun: '未运行', noBuild: '无构建', noImage: '无镜像', noEnvironment: '无此环境', notYet: '未到达', live: r => `线上 r${r}`, was: '曾经上线', running: '进行中', failed: '失败', waits: '等待审批', done: '完成', canceled: '已取消', rolledBack: '已回滚', now: (stop, word) => `${stop}:${word}`,
  },
  search: { title: '搜索', hint: '代码库、运行、应用、镜像、成员', nothing: q => `没有找到“${q}”。`, repositories: '代码库', runs: '流水线运行', applications: '应用', people: '成员', images: '镜像' },
  keys: { title: '快捷键', search: '搜索', help: '显示本列表', next: '下一行 / 上一行', home: '首页', code: '代码', runs: '流水线', apps: '应用', environments: '环境', images: '镜像', settings: '设置', close: '关闭' },
  settings: { title: '设置', system: '系统', version: '版本', uptime: '已运行', disk: '数据目录剩余空间', openapi: 'OpenAPI 文档', profile: '个人资料', tokens: '访问令牌', users: '成员', audit: '审计日志', runnersNav: '构建机', robots: '机器人', variables: '变量组' },
};
export const webWords = { en, zh };
