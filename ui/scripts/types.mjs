// The types of everything the server answers and takes, from docs/formats/openapi.json into generated/openapi.d.ts.
import fs from 'node:fs'; import openapi, { astToString } from 'openapi-typescript';

const to = new URL('../generated/', import.meta.url);
const types = await openapi(new URL('../../docs/formats/openapi.json', import.meta.url), { alphabetize: false });
fs.mkdirSync(to, { recursive: true });
fs.writeFileSync(new URL('openapi.d.ts', to), astToString(types));
