import { ApiError, enc, get, send } from '../base/http';

export type Role = 'viewer' | 'developer' | 'admin';
export type Me = { id: number; login: string; name: string; email: string; site_admin: boolean; locale: string; must_change_password: boolean };
export type User = { id: number; login: string; name: string; email: string; site_admin: boolean; active: boolean; created_at: string; last_seen_at?: string | null };
export type Token = { id: number; name: string; scopes: string[]; created_at: string; expires_at?: string | null; last_used_at?: string | null; revoked_at?: string | null };
export type Member = { login: string; name: string; role: Role; inherited_from?: string | null };
export type AuditEntry = { id: number; at: string; actor: string; remote_address: string; action: string; target_kind: string; target: string; detail: string };

export const paths = {
  me: '/api/v1/me', users: '/api/v1/users', tokens: '/api/v1/me/tokens',
  members: (of: string) => `/api/v1/${of}/members`,
};
export const roles: Role[] = ['viewer', 'developer', 'admin'];
export const signIn = (login: string, password: string) => send<Me>('POST', '/api/v1/session', { login, password });
export const signOut = () => send('DELETE', '/api/v1/session');
export const changeMe = (change: { name?: string; email?: string; locale?: string }) => send<Me>('PATCH', paths.me, change);
export const changePassword = (old_password: string, new_password: string) => send('POST', '/api/v1/me/password', { old_password, new_password });
export const createUser = (user: { login: string; name: string; email: string; password?: string; site_admin?: boolean }) => send<User & { initial_password?: string }>('POST', paths.users, user);
export const changeUser = (login: string, change: { active?: boolean; site_admin?: boolean; password?: string; name?: string; email?: string }) => send<User>('PATCH', `${paths.users}/${enc(login)}`, change);
export const createToken = (token: { name: string; scopes: string[]; expires_in_days?: number }) => send<Token & { token: string }>('POST', paths.tokens, token);
export const revokeToken = (id: number) => send('DELETE', `${paths.tokens}/${id}`);
export const setMember = (of: string, login: string, role: Role) => send('PUT', `${paths.members(of)}/${enc(login)}`, { role });
export const removeMember = (of: string, login: string) => send('DELETE', `${paths.members(of)}/${enc(login)}`);
/** Who is signed in, or null: a question that is never an error. */
export async function whoAmI(): Promise<Me | null> {
  try { return (await get<{ me: Me | null }>('/api/v1/session')).me; }
  catch (error) { if (error instanceof ApiError && error.status === 404) return get<Me>(paths.me); throw error; }
}
