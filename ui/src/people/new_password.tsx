import { Button } from '../base/parts';
import { useWords } from '../base/settings';
import { Logo } from '../web/logo';
import { webWords } from '../web/words';
import type { Me } from './api';
import { PasswordForm } from './password_form';
import { peopleWords } from './words';

export default function NewPassword({ me, done, leave }: { me: Me; done: () => void; leave: () => void }) {
  const w = useWords(peopleWords).newPassword, web = useWords(webWords);
  document.title = `${w.title} · Sampan`;
  return <main className="sign-in"><div className="card"><h1><Logo />{w.title}</h1><p className="soft">{w.why}</p><PasswordForm done={done} />
    <div className="sign-foot faint small"><span>{me.login}</span><Button look="quiet" onClick={leave}>{web.signOut}</Button></div></div></main>;
}
