// Who is signed in; given to every page by the shell.
import { createContext, useContext } from 'react';
import type { Me } from '../people/api';

export const MeContext = createContext<Me | null>(null);
export function useMe(): Me {
  const me = useContext(MeContext);
  if (!me) throw new Error('a page is drawn only when somebody is signed in');
  return me;
}
