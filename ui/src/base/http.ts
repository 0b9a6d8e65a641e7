// Talks to the server. Every failure is an ApiError whose message is a sentence that can stand on the page as it is.
export type Detail = { file?: string; line?: number; column?: number; message: string };
export type Page<T> = { items: T[]; next: string | null };

export class ApiError extends Error {
  constructor(readonly status: number, readonly code: string, message: string, readonly details: Detail[] = []) { super(message); }
}

type Listener = () => void;
const signedOut = new Set<Listener>();
/** Calls `hear` whenever the server says that nobody is signed in. Returns the function that stops it. */
export function onSignedOut(hear: Listener): Listener { signedOut.add(hear); return () => signedOut.delete(hear); }

/** The sentence shown when the server cannot be reached; set by the words of the chosen language. */
export const sentences = { unreachable: 'The server does not answer. Trying again.', strange: 'The server gave an answer this page cannot read.' };

async function failure(answer: Response): Promise<ApiError> {
  const body = await answer.json().catch(() => null) as { error?: { code?: string; message?: string; details?: Detail[] } } | null;
  const error = body?.error;
  return new ApiError(answer.status, error?.code ?? 'internal', error?.message ?? `${sentences.strange} (${answer.status})`, error?.details ?? []);
}

export async function request(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<Response> {
  const headers: Record<string, string> = { Accept: 'application/json' };
  if (method !== 'GET') headers['X-Sampan-Request'] = '1';
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  let answer: Response;
  try {
    answer = await fetch(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body), signal, credentials: 'same-origin' });
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw new ApiError(0, 'unavailable', sentences.unreachable);
  }
  if (answer.ok) return answer;
  const error = await failure(answer);
  if (answer.status === 401 && !(method === 'POST' && path === '/api/v1/session')) signedOut.forEach(hear => hear());
  throw error;
}

export async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  return (await request('GET', path, undefined, signal)).json() as Promise<T>;
}

export async function send<T = unknown>(method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body?: unknown): Promise<T> {
  const answer = await request(method, path, body);
  const text = await answer.text();
  return (text ? JSON.parse(text) : undefined) as T;
}

/** `?a=1&b=2` from the values that are present, or the empty string. */
export function query(values: Record<string, string | number | boolean | undefined | null>): string {
  const parts = new URLSearchParams();
  for (const [key, value] of Object.entries(values)) if (value !== undefined && value !== null && value !== '') parts.set(key, String(value));
  const text = parts.toString();
  return text ? `?${text}` : '';
}
export const enc = encodeURIComponent;
/** A path whose slashes stay: "company/shop" or "feature/login". */
export const encPath = (path: string) => path.split('/').map(enc).join('/');
