import { ApiError, enc, get, send } from '../base/http';
import type { Answer, Body, Item } from '../base/wire';

export type Role = NonNullable<Body<'/api/v1/groups/{group}/members/{login}', 'put'>['role']>;
export type Me = Answer<'/api/v1/me'>;
export type User = Item<'/api/v1/users'>;
export type MadeUser = Answer<'/api/v1/users', 'post'>;
export type Token = Item<'/api/v1/me/tokens'>;
export type MadeToken = Answer<'/api/v1/me/tokens', 'post'>;
export type Scope = Token['scopes'][number];
export type Member = Item<'/api/v1/groups/{group}/members'>;
export type AuditEntry = Item<'/api/v1/audit'>;

export const paths = {
  me: '/api/v1/me', users: '/api/v1/users', tokens: '/api/v1/me/tokens',
  members: (of: string) => `/api/v1/${of}/members`,
};
export const roles: Role[] = ['viewer', 'developer', 'admin'];
export const signIn = (login: string, password: string) => send<Me>('POST', '/api/v1/session', { login, password });
export const signOut = () => send('DELETE', '/api/v1/session');
export const changeMe = (change: Body<'/api/v1/me', 'patch'>) => send<Me>('PATCH', paths.me, change);
export const changePassword = (old_password: string, new_password: string) => send('POST', '/api/v1/me/password', { old_password, new_password });
export const createUser = (user: Body<'/api/v1/users'>) => send<MadeUser>('POST', paths.users, user);
export const changeUser = (login: string, change: Body<'/api/v1/users/{login}', 'patch'>) => send<User>('PATCH', `${paths.users}/${enc(login)}`, change);
export const createToken = (token: Body<'/api/v1/me/tokens'>) => send<MadeToken>('POST', paths.tokens, token);
export const revokeToken = (id: number) => send('DELETE', `${paths.tokens}/${id}`);
export const setMember = (of: string, login: string, role: Role) => send('PUT', `${paths.members(of)}/${enc(login)}`, { role });
export const removeMember = (of: string, login: string) => send('DELETE', `${paths.members(of)}/${enc(login)}`);
/** Who is signed in, or null: a question that is never an error. */
export async function whoAmI(): Promise<Me | null> {
  try { return (await get<Answer<'/api/v1/session'>>('/api/v1/session')).me; }
  catch (error) { if (error instanceof ApiError && error.status === 404) return get<Me>(paths.me); throw error; }
}
