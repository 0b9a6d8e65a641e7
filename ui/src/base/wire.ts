// What the server answers and takes, by its own description: docs/formats/openapi.json, made into generated/openapi.d.ts by `npm run types`.
import type { paths } from '../../generated/openapi';

type Path = keyof paths;
type Method = 'get' | 'post' | 'put' | 'patch';
type Json<Content> = Content extends { content: { 'application/json': infer T } } ? T : never;
type Call<P extends Path, M extends Method> = Exclude<paths[P][M], undefined>;

export type Answer<P extends Path, M extends Method = 'get'> = Call<P, M> extends { responses: { '2XX': infer R } } ? Json<R> : never;
export type Body<P extends Path, M extends Method = 'post'> = Call<P, M> extends { requestBody?: infer B } ? Json<Exclude<B, undefined>> : never;
/** One item of a list route. */
export type Item<P extends Path> = Answer<P> extends { items: (infer T)[] } ? T : never;
/** Where the description says only "a string", the words the page knows. A member that is not there does not compile. */
export type Known<T, Words extends { [K in keyof Words]: K extends keyof T ? T[K] : never }> = Omit<T, keyof Words> & Words;
