// Decides between sign-in, the forced change of the password, and the pages. The address stays what it was, so every link survives sign-in.
import { lazy, Suspense, useCallback, useEffect, useState } from 'react';
import { ApiError, onSignedOut, sentences } from '../base/http';
import { setLive } from '../base/live';
import { Button, ErrorNote } from '../base/parts';
import { asLocale, rememberedLocale, setLocale, useWords } from '../base/settings';
import { forgetAll } from '../base/use_resource';
import { baseWords } from '../base/words';
import { signOut, whoAmI, type Me } from '../people/api';
import { MeContext } from './me';
import { Shell } from './shell';

const SignIn = lazy(() => import('../people/sign_in')), NewPassword = lazy(() => import('../people/new_password'));
const first = whoAmI();   // asked before React starts
first.catch(() => undefined);

export function App() {
  const w = useWords(baseWords), [me, setMe] = useState<Me | null | undefined>(undefined), [error, setError] = useState<ApiError>();
  Object.assign(sentences, { unreachable: w.unreachable, strange: w.strange });
  const welcome = useCallback((who: Me) => {
    const asked = asLocale(who.locale);
    if (asked && !rememberedLocale()) setLocale(asked, false);
    setError(undefined); setMe(who);
  }, []);
  const leave = useCallback(() => { setLive(false); forgetAll(); setMe(null); }, []);
  const ask = useCallback((answer: Promise<Me | null>) => answer.then(who => who ? welcome(who) : leave(), (e: unknown) => { if (e instanceof ApiError && e.status === 401) leave(); else setError(e as ApiError); }), [welcome, leave]);
  useEffect(() => { void ask(first); return onSignedOut(leave); }, [ask, leave]);
  useEffect(() => { if (!error) return; const timer = setTimeout(() => void ask(whoAmI()), 3000); return () => clearTimeout(timer); }, [error, ask]);
  useEffect(() => { if (me && !me.must_change_password) setLive(true); }, [me]);
  const goodbye = () => { void signOut().catch(() => undefined).then(leave); };
  if (error && !me) return <main className="page"><h1>Sampan</h1><ErrorNote error={error} /><div><Button onClick={() => void ask(whoAmI())}>{w.retryNow}</Button></div></main>;
  if (me === undefined) return <main className="page" aria-busy="true"><h1 className="hidden">Sampan</h1></main>;
  if (me === null) return <Suspense><SignIn welcome={welcome} /></Suspense>;
  if (me.must_change_password) return <Suspense><NewPassword me={me} done={() => setMe({ ...me, must_change_password: false })} leave={goodbye} /></Suspense>;
  return <MeContext value={me}><Shell signOut={goodbye} /></MeContext>;
}
