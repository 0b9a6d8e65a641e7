// The command-line form of each act, in one place: a page shows exactly what a person can type.
const quote = (text: string) => /^[\w./:@=-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;

export const commands = {
  login: (address: string, login: string) => `sampan login ${address} --user ${quote(login)}`,
  clone: (url: string) => `git clone ${url}`,
  createRepo: (path: string, template: string) => `sampan repo create ${path} --template ${template}`,
  start: (repo: string, file: string, ref: string) => `sampan run start ${repo} ${quote(file.replace(/^\.sampan\//, ''))} --ref ${quote(ref)}`,
  logs: (run: number, job?: string) => `sampan logs ${run}${job ? ` ${quote(job)}` : ''} --follow`,
  approve: (run: number, job: string) => `sampan approve ${run} ${quote(job)}`,
  retry: (run: number) => `sampan run retry ${run}`,
  cancel: (run: number) => `sampan run cancel ${run}`,
  local: (file: string) => `sampan run --local ${quote(file)}`,
  rollback: (environment: string, app: string, release?: number) => `sampan rollback ${environment}/${app}${release ? ` --release ${release}` : ''}`,
  deploy: (environment: string, app: string, release: number) => `sampan deploy ${environment}/${app} --release ${release}`,
  scale: (environment: string, app: string, n: number) => `sampan scale ${environment}/${app} ${n}`,
  apps: () => 'sampan apps',
  scan: () => 'sampan scan',
  secret: (group: string, key: string) => `sampan secret set ${quote(group)} ${quote(key)}`,
};
