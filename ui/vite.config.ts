import { defineConfig } from 'vitest/config';
import react from '@vitejs/plugin-react';

// `npm run dev` talks to a running server at this address.
const server = process.env.SAMPAN_URL ?? 'http://127.0.0.1:8080';

export default defineConfig({
  plugins: [react()],
  build: { target: 'es2021', sourcemap: false, cssCodeSplit: true, modulePreload: { polyfill: false } },
  worker: { format: 'es' },
  server: { proxy: { '/api': server } },
  test: { include: ['src/**/*.test.{ts,tsx}'], environment: 'node' },
});
