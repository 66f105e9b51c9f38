import { render } from 'preact';
import type { WorkersRow, WorkerTotals } from '../../shared/workers.js';
import { connect } from '../connection/connection.js';
import { App } from './app.js';
import '../styles/base.css';
import '../styles/calls.css';
import '../styles/panels.css';
import '../styles/workers.css';

const root = document.getElementById('app');
if (root !== null) render(<App connection={connect<WorkersRow, WorkerTotals>()} />, root);
