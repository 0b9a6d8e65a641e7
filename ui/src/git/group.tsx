import { useParams } from 'wouter';
import type { Page } from '../base/http';
import { Command, Empty, ErrorNote, PageHead, Section, Skeleton } from '../base/parts';
import { useWords } from '../base/settings';
import { useResource } from '../base/use_resource';
import { Members } from '../people/members';
import { commands } from '../web/commands';
import { paths, type Group, type Repo } from './api';
import { NewRepo } from './new_repo';
import { RepoTable } from './repositories';
import { gitWords } from './words';

export default function GroupPage() {
  const { group: name } = useParams<{ group: string }>(), w = useWords(gitWords).list, group = useResource<Group>(paths.group(name), ['repos']), repos = useResource<Page<Repo>>(paths.repos(name), ['repos']);
  return <div className="page"><PageHead title={name} crumbs={[{ text: w.title, to: '/code' }]} acts={group.data && <NewRepo groups={[group.data]} group={name} />}>{group.data?.description}</PageHead>
    <ErrorNote error={group.error ?? repos.error} retry={group.reload} />{repos.loading && <Skeleton what={name} />}
    {repos.data && (repos.data.items.length ? <Section title={w.repos(repos.data.items.length)}><RepoTable repos={repos.data.items} caption={name} /></Section> : !group.error && <Empty title={w.noRepo}><Command text={commands.createRepo(`${name}/hello`, 'spring-boot')} label={w.create} /></Empty>)}
    {group.data && <Members of={`groups/${encodeURIComponent(name)}`} admin={group.data.my_role === 'admin'} />}
  </div>;
}
