import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import './tokens.css';
import './base.css';
import './web/shell.css';
import { App } from './web/app';
import { preload } from './web/routes';

void preload(location.pathname);
createRoot(document.getElementById('root')!).render(<StrictMode><App /></StrictMode>);
